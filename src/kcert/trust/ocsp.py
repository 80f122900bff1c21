# SPDX-License-Identifier: Apache-2.0
"""OCSP messages (RFC 6960): asking about one certificate, and reading what a responder said."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.ocsp import (
    NONCE,
    RawBasicResponse,
    RawCertId,
    RawSingleResponse,
    encode_request,
    read_response,
)
from kcert.errors import FormatError

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.trust.revocation import Issuer, Revocable

__all__ = ["OcspRequest", "OcspResponse", "key_hash"]

_HASHES: Final = {
    "sha1": oids.SHA1,
    "sha256": oids.SHA256,
    "sha384": oids.SHA384,
    "sha512": oids.SHA512,
}
_NAMES: Final = {oid: name for name, oid in _HASHES.items()}
_NONCE_SIZE: Final = 32
_STATUSES: Final = {
    1: "malformedRequest",
    2: "internalError",
    3: "tryLater",
    5: "sigRequired",
    6: "unauthorized",
}
# Of RFC 6960 section 4.4: they add facts, and change nothing about the answer.
_KNOWN_EXTENSIONS: Final = frozenset(f"1.3.6.1.5.5.7.48.1.{number}" for number in (2, 3, 6, 9))


def key_hash(public_key_info: bytes, hash_algorithm: str = "sha1") -> bytes:
    """Hash of a public key as OCSP names keys: over the BIT STRING without tag and length.

    Args:
        public_key_info: SubjectPublicKeyInfo, DER.
        hash_algorithm: As `hashlib` calls it.
    """
    info = Reader(public_key_info, "public key").sequence()
    info.skip()
    return hashlib.new(hash_algorithm, info.bit_string()[0], usedforsecurity=False).digest()


def _certificate_id(certificate: Revocable, issuer: Issuer, hash_algorithm: str) -> RawCertId:
    name = certificate.issuer.der
    return RawCertId(
        AlgorithmIdentifier(_HASHES[hash_algorithm], NULL_PARAMETERS),
        hashlib.new(hash_algorithm, name, usedforsecurity=False).digest(),
        key_hash(issuer.public_key_info, hash_algorithm),
        certificate.serial_number,
    )


@frozen
class OcspRequest:
    """A question about one certificate.

    Attributes:
        der: The OCSPRequest, DER: what is sent to the responder.
        nonce: The random octets in it that the answer should repeat; ``None`` where it has none.
    """

    der: bytes = field(repr=False)
    nonce: bytes | None
    certificate_id: RawCertId = field(repr=False)

    @classmethod
    def about(
        cls,
        certificate: Revocable,
        issuer: Issuer,
        *,
        hash_algorithm: str = "sha1",
        nonce: bool = True,
    ) -> OcspRequest:
        """Ask about a certificate.

        Args:
            certificate: The certificate.
            issuer: Who issued it.
            hash_algorithm: ``"sha1"``, which all responders know (it names, it does not protect),
                ``"sha256"``, ``"sha384"`` or ``"sha512"``.
            nonce: Whether to put 32 random octets in, against answers from yesterday.

        Raises:
            ValueError: Another hash.
        """
        if hash_algorithm not in _HASHES:
            raise ValueError(f"hash must be one of {', '.join(_HASHES)}")
        octets = secrets.token_bytes(_NONCE_SIZE) if nonce else None
        certificate_id = _certificate_id(certificate, issuer, hash_algorithm)
        return cls(encode_request(certificate_id, octets), octets, certificate_id)


@frozen(repr=False)
class OcspResponse:
    """What a responder said. Reading it believes nothing: see `RevocationSources`.

    Attributes:
        der: The OCSPResponse, DER.
        status: ``"successful"``, or why there is no answer: ``"tryLater"``, ``"unauthorized"`` …
    """

    der: bytes
    status: str
    _raw: RawBasicResponse | None = field(eq=False)

    @classmethod
    def load(cls, data: bytes) -> OcspResponse:
        """Read a DER response. Its times may have fractions of a second.

        Raises:
            FormatError: It is malformed, or of another type than id-pkix-ocsp-basic.
            LimitError: More than 1 MiB, or more than 1,000 answers.
        """
        status, raw = read_response(bytes(data))
        name = "successful" if raw is not None else _STATUSES.get(status, str(status))
        return cls(bytes(data), name, raw)

    @property
    def basic(self) -> RawBasicResponse:
        """The answer.

        Raises:
            FormatError: There is none: see `status`.
        """
        if self._raw is None:
            raise FormatError(
                "OCSP response",
                f"the responder answered {self.status}",
                reason_ko=f"OCSP 응답자가 {self.status}(으)로 답했습니다",
            )
        return self._raw

    @property
    def produced_at(self) -> datetime:
        """When it was signed. Raises as `basic`."""
        return self.basic.produced_at

    @property
    def nonce(self) -> bytes | None:
        """The nonce it repeats. Raises as `basic`, and `FormatError` where it is malformed."""
        for oid, _, value in self.basic.extensions:
            if oid == NONCE:
                reader = Reader(value, "OCSP nonce")
                nonce = reader.octet_string()
                reader.finish()
                return nonce
        return None

    def unknown_critical(self, answer: RawSingleResponse) -> str | None:
        """A critical extension of the response or this answer that kcert does not know."""
        for oid, critical, _ in (*self.basic.extensions, *answer.extensions):
            if critical and oid not in _KNOWN_EXTENSIONS:
                return oid
        return None

    def about(
        self, certificate: Revocable, issuer: Issuer, request: OcspRequest | None = None
    ) -> RawSingleResponse | None:
        """The newest answer about a certificate, bound to it in every field of the CertID.

        Args:
            certificate: The certificate.
            issuer: Who issued it.
            request: What was asked; then the CertID must be the one in it, hash and all. Without
                one, every hash that kcert knows is right if its values are.
        """
        found = [
            answer
            for answer in self.basic.responses
            if _is_about(answer.certificate_id, certificate, issuer, request)
        ]
        return max(found, key=lambda answer: answer.this_update, default=None)

    def __repr__(self) -> str:
        return f"<OcspResponse {self.status}>"

    def __reduce__(self) -> tuple[object, ...]:
        return OcspResponse.load, (self.der,)


def _is_about(
    found: RawCertId, certificate: Revocable, issuer: Issuer, request: OcspRequest | None
) -> bool:
    name = _NAMES.get(found.hash_algorithm.oid)
    if name is None or found.hash_algorithm.parameters not in (None, NULL_PARAMETERS):
        return False
    asked = request.certificate_id if request is not None else None
    if asked is not None and asked.hash_algorithm.oid != found.hash_algorithm.oid:
        return False
    if not certificate.issuer.matches(issuer.subject):
        return False
    wanted = _certificate_id(certificate, issuer, name)
    return wanted[1:] == found[1:]
