# SPDX-License-Identifier: Apache-2.0
"""What `PinkSign` does with the certificate alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kcert.certificate import Certificate
from kcert.compat.pypinksign import raw_rsa
from kcert.compat.pypinksign.errors import UnsupportedValueError, value_errors, warn_unsafe
from kcert.errors import LimitError
from kcert.keys.limits import DEFAULT_LIMITS
from kcert.keys.secret import Secret

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from kcert.compat.pypinksign.raw_rsa import Hash
    from kcert.credential.types import Octets

__all__ = ["AnyPath", "PublicHalf", "read_file"]

AnyPath = str | os.PathLike[str]


def read_file(path: AnyPath) -> bytes:
    """A file of at most the size of a key file.

    Raises:
        LimitError: It is larger.
    """
    maximum = DEFAULT_LIMITS.max_file_size
    with Path(path).open("rb") as file:
        data = file.read(maximum + 1)
    if len(data) > maximum:
        raise LimitError("file size", len(data), maximum)
    return data


class PublicHalf(Secret):
    """The certificate, and the calls that need no key."""

    __slots__ = ("_certificate", "pubkey_path")

    def __init__(self, pubkey_path: AnyPath | None) -> None:
        self.pubkey_path = pubkey_path
        self._certificate: Certificate | None = None

    # Two of these are equal when they are the same, and so they are in PyPinkSign.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:  # type: ignore[override]  # `Secret` is not hashable
        return id(self)

    def load_pubkey(
        self, pubkey_path: AnyPath | None = None, pubkey_data: Octets | None = None
    ) -> None:
        """Load the certificate.

        Raises:
            ValueError: Neither is given, now or before.
            FormatError: It is no certificate.
        """
        if pubkey_path is not None or pubkey_data is not None:
            self.pubkey_path = pubkey_path
        if pubkey_path is not None:
            pubkey_data = read_file(pubkey_path)
        elif pubkey_data is None and self.pubkey_path is not None:
            pubkey_data = read_file(self.pubkey_path)
        if pubkey_data is None:
            raise ValueError("give pubkey_path or pubkey_data")
        self._certificate = Certificate.load(bytes(pubkey_data))

    @property
    def pub_data(self) -> bytes | None:
        """The certificate, DER."""
        return None if self._certificate is None else self._certificate.der

    @property
    def pub_cert(self) -> x509.Certificate | None:
        """The certificate as an object of `cryptography`."""
        return None if self._certificate is None else self._certificate.to_cryptography()

    @property
    def pubkey(self) -> RSAPublicKey | None:
        """The public key as an object of `cryptography`."""
        return None if self._certificate is None else self._public_key()

    # What the certificate says

    def _loaded(self, what: str) -> Certificate:
        if self._certificate is None:
            raise ValueError(f"load the certificate before asking for its {what}")
        return self._certificate

    def cn(self) -> str:
        """The CN of the holder, not escaped: ``"홍길순()0010023400506789012345"``; else ``""``."""
        return next(iter(self._loaded("CN").subject.get("CN")), "")

    def issuer(self) -> str | None:
        """The O of the issuer: ``"yessign"``."""
        return next(iter(self._loaded("issuer").issuer.get("O")), None)

    def cert_class(self) -> str | None:
        """The CN of the issuer: ``"yessignCA Class 2"``."""
        return next(iter(self._loaded("class").issuer.get("CN")), None)

    def cert_type_oid(self) -> str | None:
        """The first certificate policy: ``"1.2.410.200005.1.1.4"``."""
        return next(iter(self._loaded("policy").policy_oids), None)

    def valid_date(self) -> tuple[datetime, datetime]:
        """Beginning and end of validity, aware, UTC. Nothing compares them with the present."""
        validity = self._loaded("validity").validity
        return validity.not_before, validity.not_after

    def serialnum(self) -> int:
        """The serial number."""
        return self._loaded("serial number").serial_number

    # Verifying and encrypting

    def verify(
        self,
        signature: Octets,
        msg: Octets,
        algorithm: Hash | None = None,
        padding_: AsymmetricPadding | None = None,
    ) -> bool:
        """Whether the certificate's key made a raw signature. Says nothing of the certificate.

        A hash of fewer than 256 bits, such as SHA-1, warns.

        Raises:
            ValueError: No certificate is loaded.
        """
        if raw_rsa.is_weak(algorithm):
            warn_unsafe("others can find a second message for a hash this short")
        return raw_rsa.verify(self._public_key(), signature, msg, algorithm, padding_)

    def encrypt(self, msg: Octets, padding_: AsymmetricPadding | None = None) -> bytes:
        """Encrypt something short to the certificate: PKCS#1 v1.5 unless told otherwise.

        Raises:
            ValueError: No certificate is loaded, or ``msg`` is too long.
        """
        return raw_rsa.encrypt(self._public_key(), msg, padding_)

    def _public_key(self) -> RSAPublicKey:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

        certificate = self._loaded("public key")
        with value_errors():
            key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise UnsupportedValueError(None, certificate.key_type, use="RSA")
        return key
