# SPDX-License-Identifier: Apache-2.0
"""Requests for certificates as the authority reads them (RFC 4210 section 5.3, RFC 4211)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from attrs import field, frozen
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from kcert._asn1 import encode, oids
from kcert._asn1.cmp import BodyType
from kcert._asn1.crmf import CertId, CertReqMessages
from kcert._asn1.crmf_proof import PKMACValue
from kcert._asn1.der import Reader
from kcert._asn1.x509 import read_extensions
from kcert.certificate.signatures import signature_algorithm
from kcert.errors import KcertError
from kcert.testing.cmp.certifying import SubmittedKeys
from kcert.testing.cmp.rules import RefusedError
from kcert.trust.signatures import signature_holds

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert._asn1.cmp import PKIBody
    from kcert._asn1.crmf import CertReqMsg
    from kcert._asn1.crmf_proof import POPOSigningKey

__all__ = ["CertificateRequest", "read_request"]

_KEY_USAGE = "2.5.29.15"
_KEY_ENCIPHERMENT = 0x20
_PKCS10_ID = -1


@frozen
class CertificateRequest:
    """What one message asks for.

    Attributes:
        request_ids: certReqId of the signature pair and, where there is one, of the km pair.
        keys: The public keys.
        subjects: The names asked for, DER; ``None`` where it is left to the authority.
        encrypted_vid: EncryptedVID, DER.
        old: The certificate that is to be renewed or replaced, where the request names it.
    """

    request_ids: tuple[int, ...]
    keys: SubmittedKeys
    subjects: tuple[bytes | None, ...] = field(default=(), repr=False)
    encrypted_vid: bytes | None = field(default=None, repr=False)
    old: CertId | None = None

    @property
    def digest(self) -> bytes:
        """What stays the same when a client asks again: the keys."""
        return hashlib.sha256(self.keys.signature + (self.keys.km or b"")).digest()


def read_request(
    body: PKIBody, mac_holds: Callable[[PKMACValue, bytes], bool]
) -> CertificateRequest:
    """Read the content of ir, cr, kur, krr or p10cr, and check the proofs of possession.

    Args:
        body: The body.
        mac_holds: Checks a MAC over a public key by the requester's secret.

    Raises:
        FormatError: It is malformed.
        AuthorityError: It asks for what is not given, or a proof does not hold.
    """
    if body.type is BodyType.P10CR:
        return _read_pkcs10(body.content)
    messages = list(CertReqMessages.load(body.content).messages)
    if len(messages) > 2:
        raise RefusedError(
            "badRequest",
            "more certificates are asked for than a pair has",
            "한 번에 서명용과 암호화용 인증서만 요청할 수 있습니다",
        )
    for message in messages:
        _check_proof(message, mac_holds)
    # By the key usage where it is said, else by the order.
    messages.sort(key=_is_km)
    keys = [message.request.template.public_key or b"" for message in messages]
    return CertificateRequest(
        request_ids=tuple(message.request.request_id for message in messages),
        keys=SubmittedKeys(*keys),
        subjects=tuple(message.request.template.subject for message in messages),
        encrypted_vid=_registration_info(messages, oids.ENCRYPTED_VID),
        old=_old(messages),
    )


def _read_pkcs10(encoded: bytes) -> CertificateRequest:
    try:
        request = x509.load_der_x509_csr(encoded)
        holds = request.is_signature_valid
        public_key_info = request.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        subject = request.subject.public_bytes()
    except Exception as error:
        raise RefusedError(
            "badDataFormat", "the PKCS#10 request cannot be read", "PKCS#10 요청을 읽을 수 없습니다"
        ) from error
    if not holds:
        raise _bad_proof()
    named = subject if subject != encode.sequence() else None
    return CertificateRequest((_PKCS10_ID,), SubmittedKeys(public_key_info), (named,))


def _is_km(message: CertReqMsg) -> bool:
    extensions = message.request.template.extensions
    if extensions is None:
        return False
    for oid, _, value in read_extensions(Reader(extensions, "extensions").sequence()):
        if oid == _KEY_USAGE:
            bits, _ = Reader(value, "keyUsage").bit_string()
            return bool(bits and bits[0] & _KEY_ENCIPHERMENT)
    return False


def _registration_info(messages: list[CertReqMsg], oid: str) -> bytes | None:
    infos = (info for message in messages for info in message.registration_info)
    return next((info.value for info in infos if info.oid == oid), None)


def _old(messages: list[CertReqMsg]) -> CertId | None:
    for message in messages:
        value = message.request.control(oids.OLD_CERT_ID)
        if value is not None:
            return CertId.read(Reader(value, "oldCertId"))
    return None


def _bad_proof() -> RefusedError:
    return RefusedError(
        "badPOP",
        "the request does not prove possession of the private key",
        "개인키를 가지고 있다는 증명이 맞지 않습니다",
    )


def _check_proof(message: CertReqMsg, mac_holds: Callable[[PKMACValue, bytes], bool]) -> None:
    """Insist on a signature by the key (RFC 4211 section 4.1)."""
    template = message.request.template
    if template.public_key is None:
        raise RefusedError("badCertTemplate", "there is no public key", "공개키가 없습니다")
    signature = None if message.proof is None else message.proof.signature
    if signature is None or not _signed(message, signature, mac_holds):
        raise _bad_proof()


def _signed(
    message: CertReqMsg, proof: POPOSigningKey, mac_holds: Callable[[PKMACValue, bytes], bool]
) -> bool:
    public_key = message.request.template.public_key or b""
    signed = message.request.encode()
    if proof.input is not None:
        signed = proof.input.encode()
        if proof.input.public_key != public_key:
            return False
        authentication = proof.input.authentication
        if isinstance(authentication, PKMACValue) and not mac_holds(authentication, public_key):
            return False
    try:
        algorithm = signature_algorithm(proof.algorithm)
        return signature_holds(public_key, algorithm, signed, proof.signature)
    except KcertError:
        return False
