# SPDX-License-Identifier: Apache-2.0
"""Which certificate a message means: by issuer and serial number, or by key identifier."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kcert._asn1.der import Reader
from kcert._asn1.signed_data import FORMAT
from kcert.certificate import Certificate, Name
from kcert.errors import FormatError, KcertError, LimitError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kcert._asn1.signed_data import RawSignerInfo

__all__ = ["Certificates", "key_identifier_of", "naming"]

_MAX_SIGNATURES: Final = 1_024
_X509: Final = 0x30


def _load(encoded: bytes) -> Certificate:
    return Certificate.load(encoded)


# Signers come back. Certificates are public, and those kept here at most 1 MiB together.
_load_known = lru_cache(maxsize=256)(_load)
_MAX_CACHED: Final = 4_096


class Certificates:
    """Certificates among which a signer is looked for.

    Args:
        encoded: Those of a message; what is not X.509, or malformed, is passed over until its
            signer is asked for.
        others: Certificates that the caller has.
    """

    def __init__(self, encoded: Iterable[bytes], others: Iterable[Certificate] = ()) -> None:
        found: list[Certificate] = []
        self._problem: KcertError | None = None
        for one in encoded:
            if one[0] != _X509:
                continue
            try:
                found.append(_load_known(one) if len(one) <= _MAX_CACHED else _load(one))
            except (FormatError, LimitError) as problem:
                self._problem = self._problem or problem
        self.of_message = tuple(found)
        self._all = (*found, *others)
        self._asked = 0

    def find(self, signer: RawSignerInfo) -> Certificate:
        """The certificate that a SignerInfo names.

        Raises:
            SignatureError: It is not here.
            FormatError: It may be one that is malformed.
            LimitError: It is asked for the 1,025th signature of the message.
        """
        self._asked += 1
        if self._asked > _MAX_SIGNATURES:
            raise LimitError("number of signatures", self._asked, _MAX_SIGNATURES, where=FORMAT)
        is_named = naming(signer)
        for one in self._all:
            if is_named(one):
                return one
        if self._problem is not None:
            raise self._problem
        raise SignatureError(
            "the signer's certificate is not in the message; pass it if you have it",
            reason_ko="서명자의 인증서가 메시지에 없습니다; 있으면 인자로 주십시오",
        )


def naming(signer: RawSignerInfo) -> Callable[[Certificate], bool]:
    """Tells whether a certificate is the one that a SignerInfo names."""
    encoded = signer.issuer
    if encoded is None:
        return lambda one: signer.key_identifier == key_identifier_of(one)
    issuer: Name | None = None

    def is_named(one: Certificate) -> bool:
        nonlocal issuer
        if one.serial_number != signer.serial_number:
            return False
        if one.names_issuer(encoded):
            return True
        # Read once: it may be large, and a thousand certificates may have its serial number.
        issuer = issuer or Name.load(encoded)
        return one.issuer.matches(issuer)

    return is_named


def key_identifier_of(certificate: Certificate) -> bytes:
    """The extension, else what it usually holds: SHA-1 of the key (RFC 5280 section 4.2.1.2)."""
    found = certificate.subject_key_identifier
    if found is not None:
        return found
    info = Reader(certificate.public_key_info, "public key").sequence()
    info.skip()
    return hashlib.sha1(info.bit_string()[0], usedforsecurity=False).digest()
