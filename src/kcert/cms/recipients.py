# SPDX-License-Identifier: Apache-2.0
"""Recipients of an encrypted message, and the content key that each of them gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1 import der, encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert._asn1.enveloped import IssuerAndSerialNumber, KeyTransRecipientInfo
from kcert.certificate import KeyUsage, Name
from kcert.cms.certificates import key_identifier_of
from kcert.errors import PolicyError, UnsupportedAlgorithmError
from kcert.keys import Padding, rsa

if TYPE_CHECKING:
    from kcert.certificate import Certificate

__all__ = ["KeyTransport", "address", "is_addressed_to"]

_FORMAT: Final = "RSAES-OAEP parameters"
_DIGESTS: Final = {
    "sha1": oids.SHA1,
    "sha256": oids.SHA256,
    "sha384": oids.SHA384,
    "sha512": oids.SHA512,
}
_ENCRYPTING: Final = frozenset((KeyUsage.KEY_ENCIPHERMENT, KeyUsage.DATA_ENCIPHERMENT))


@frozen
class KeyTransport:
    """How a content key is encrypted to a public key.

    Attributes:
        padding: PKCS#1 v1.5 or OAEP.
        digest: Hash of OAEP.
        mask_digest: Hash of its MGF1.
    """

    padding: Padding
    digest: str = "sha256"
    mask_digest: str = "sha256"

    @classmethod
    def read(cls, algorithm: AlgorithmIdentifier) -> KeyTransport:
        """Understand the algorithm of a recipient.

        Raises:
            FormatError: The parameters are malformed.
            UnsupportedAlgorithmError: It is not RSA, or OAEP with something kcert does not have.
        """
        if algorithm.oid == oids.RSA_ENCRYPTION:
            return cls(Padding.PKCS1V15)
        if algorithm.oid == oids.RSAES_OAEP:
            return cls(Padding.OAEP, *_read_oaep_parameters(algorithm.parameters))
        raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use="content key")

    @property
    def algorithm(self) -> AlgorithmIdentifier:
        """As a message names it (RFC 3370 section 4.2.1, RFC 4055 section 4.1)."""
        if self.padding is Padding.PKCS1V15:
            return AlgorithmIdentifier(oids.RSA_ENCRYPTION, NULL_PARAMETERS)
        mask = AlgorithmIdentifier(oids.MGF1, _digest_algorithm(self.mask_digest).encode())
        # SHA-1 is the default, and DER leaves defaults out.
        parameters = encode.sequence(
            b""
            if self.digest == "sha1"
            else encode.context(0, _digest_algorithm(self.digest).encode()),
            b"" if self.mask_digest == "sha1" else encode.context(1, mask.encode()),
        )
        return AlgorithmIdentifier(oids.RSAES_OAEP, parameters)


def _digest_algorithm(digest: str) -> AlgorithmIdentifier:
    if digest not in _DIGESTS:
        raise UnsupportedAlgorithmError(None, digest, use="RSAES-OAEP")
    return AlgorithmIdentifier(_DIGESTS[digest], NULL_PARAMETERS)


def _read_oaep_parameters(parameters: bytes | None) -> tuple[str, str]:
    """Hash and hash of the mask (RFC 4055 section 4.1); SHA-1 where they are left out."""
    digest = mask_digest = "sha1"
    if parameters is None:
        return digest, mask_digest
    reader = Reader(parameters, _FORMAT)
    members = reader.sequence()
    reader.finish()
    wrapper = members.enter_optional(der.context(0))
    if wrapper is not None:
        digest = _known_digest(AlgorithmIdentifier.read(wrapper))
        wrapper.finish()
    wrapper = members.enter_optional(der.context(1))
    if wrapper is not None:
        mask = AlgorithmIdentifier.read(wrapper)
        wrapper.finish()
        if mask.oid != oids.MGF1:
            raise UnsupportedAlgorithmError(mask.oid, mask.name, use="RSAES-OAEP")
        inner = Reader(mask.parameters or b"", _FORMAT)
        mask_digest = _known_digest(AlgorithmIdentifier.read(inner))
        inner.finish()
    wrapper = members.enter_optional(der.context(2))
    if wrapper is not None:
        source = AlgorithmIdentifier.read(wrapper)
        wrapper.finish()
        if source.oid != oids.P_SPECIFIED or source.parameters != b"\x04\x00":
            raise UnsupportedAlgorithmError(source.oid, source.name, use="RSAES-OAEP label")
    members.finish()
    return digest, mask_digest


def _known_digest(algorithm: AlgorithmIdentifier) -> str:
    for digest, oid in _DIGESTS.items():
        if oid == algorithm.oid:
            return digest
    raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use="RSAES-OAEP")


def is_addressed_to(recipient: KeyTransRecipientInfo, certificate: Certificate) -> bool:
    """Whether a recipient of a message is the holder of a certificate."""
    identifier = recipient.identifier
    if isinstance(identifier, bytes):
        return identifier == key_identifier_of(certificate)
    return identifier.serial_number == certificate.serial_number and (
        identifier.issuer == certificate.issuer.der
        or Name.load(identifier.issuer).matches(certificate.issuer)
    )


def address(
    certificate: Certificate,
    content_key: bytes,
    transport: KeyTransport,
    *,
    key_identifier: bool,
    any_key_usage: bool,
) -> KeyTransRecipientInfo:
    """Encrypt a content key to a certificate.

    Raises:
        PolicyError: The certificate is not one to encrypt to.
        UnsupportedAlgorithmError: Its key is not RSA, or too short.
        FormatError: Its key cannot be read.
    """
    usage = certificate.key_usage
    if usage is not None and not any_key_usage and not usage & _ENCRYPTING:
        raise PolicyError(
            "the certificate is for signatures, not for encryption; take the holder's "
            "key-management certificate (kmCert)",
            "암호화용이 아닌 서명용 인증서입니다; 상대방의 암호화용 인증서(kmCert)를 쓰십시오",
            fingerprint=certificate.fingerprint(),
        )
    encrypted = rsa.encrypt(certificate, content_key, transport.padding, transport.digest)
    identifier: IssuerAndSerialNumber | bytes
    if key_identifier:
        identifier = key_identifier_of(certificate)
    else:
        identifier = IssuerAndSerialNumber(certificate.issuer.der, certificate.serial_number)
    return KeyTransRecipientInfo(identifier, transport.algorithm, encrypted)
