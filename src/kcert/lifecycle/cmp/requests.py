# SPDX-License-Identifier: Apache-2.0
"""What is asked for: certificate requests with their proof, and requests to revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1 import oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.bounded import open_sequence
from kcert._asn1.cmp_header import InfoTypeAndValue
from kcert._asn1.cmp_revocation import RevDetails, RevReqContent
from kcert._asn1.crmf import CertId, CertReqMessages, CertReqMsg, CertRequest, CertTemplate
from kcert._asn1.crmf_proof import (
    PKMACValue,
    POPOSigningKey,
    POPOSigningKeyInput,
    ProofOfPossession,
)
from kcert.lifecycle.cmp.macs import MacKind, compute_mac, new_mac
from kcert.vid import build_encrypted

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.keys import PrivateKey
    from kcert.keys.passwords import Password
    from kcert.lifecycle.authority import RevocationReason

__all__ = [
    "Wanted",
    "certificate_requests",
    "csr_public_key",
    "encrypted_vid",
    "revocation_request",
]

# What issuing clients send where the registration authority knows the number.
_UNKNOWN_NUMBER: Final = "1234561234567"
_SIGNATURE: Final = AlgorithmIdentifier(oids.SHA256_WITH_RSA, NULL_PARAMETERS)


@frozen(kw_only=True)
class Wanted:
    """One certificate that is asked for.

    Attributes:
        key: Its key.
        public_key_info: The SubjectPublicKeyInfo of the key, DER.
        subject: Encoded Name to ask for; ``None`` leaves it to the authority.
        replaces: The certificate that it succeeds.
    """

    key: PrivateKey
    public_key_info: bytes
    subject: bytes | None = None
    replaces: Certificate | None = None


def certificate_requests(
    wanted: tuple[Wanted, ...],
    *,
    registration_info: tuple[InfoTypeAndValue, ...] = (),
    secret: Password | None = None,
    mac: MacKind = MacKind.PBM,
    mac_proof: bool = False,
) -> bytes:
    """The content of ir, cr, kur or krr; requests are numbered from 0.

    Args:
        wanted: What is asked for.
        registration_info: regInfo of the first request.
        secret: The shared secret, where there is one.
        mac: Kind of the MAC in a proof.
        mac_proof: Prove possession over the public key and its MAC also where the request names a
            subject (RFC 4211 section 4.1 asks for it where it names none).
    """
    messages: list[CertReqMsg] = []
    for number, one in enumerate(wanted):
        controls: tuple[InfoTypeAndValue, ...] = ()
        if one.replaces is not None:
            old = CertId(one.replaces.issuer.der, one.replaces.serial_number)
            controls = (InfoTypeAndValue(oids.OLD_CERT_ID, old.encode()),)
        template = CertTemplate(subject=one.subject, public_key=one.public_key_info)
        request = CertRequest(number, template, controls)
        separate = one.subject is None or mac_proof
        proof = _proof(one, request, secret if separate else None, mac)
        messages.append(CertReqMsg(request, proof, registration_info if number == 0 else ()))
    return CertReqMessages(tuple(messages)).encode()


def _proof(
    one: Wanted, request: CertRequest, secret: Password | None, mac: MacKind
) -> ProofOfPossession:
    if secret is None:
        return ProofOfPossession(POPOSigningKey(_SIGNATURE, one.key.sign(request.encode())))
    algorithm = new_mac(mac)
    value = PKMACValue(algorithm, compute_mac(algorithm, secret, one.public_key_info))
    key_input = POPOSigningKeyInput(value, one.public_key_info)
    return ProofOfPossession(
        POPOSigningKey(_SIGNATURE, one.key.sign(key_input.encode()), key_input)
    )


def encrypted_vid(
    certificate: Certificate, id_number: str | None, key: PrivateKey
) -> tuple[InfoTypeAndValue, ...]:
    """Identity number and R for the authority, as regInfo (KCAC.TS.CMP appendix 1).

    Args:
        certificate: The authority's certificate, which it is encrypted to.
        id_number: ``None`` where the authority knows it: then a made-up number stands for it, as
            in the clients of Korean authorities, and R alone counts.
        key: The key with R; where it has none, there is nothing to send.

    Raises:
        FormatError: The number is no such thing.
        UnsupportedAlgorithmError: The certificate's key is not RSA or too short.
    """
    random = key.random
    if random is None:
        return ()
    try:
        encoded = build_encrypted(
            certificate, _UNKNOWN_NUMBER if id_number is None else id_number, random.reveal()
        )
    finally:
        del id_number
    return (InfoTypeAndValue(oids.ENCRYPTED_VID, encoded),)


def revocation_request(certificate: Certificate, reason: RevocationReason) -> bytes:
    """The content of rr."""
    template = CertTemplate(serial_number=certificate.serial_number, issuer=certificate.issuer.der)
    return RevReqContent((RevDetails(template, reason.value),)).encode()


def csr_public_key(csr: bytes) -> bytes:
    """The SubjectPublicKeyInfo in a CertificationRequest (RFC 2986), DER.

    Raises:
        FormatError: It is no CertificationRequest.
    """
    fields = open_sequence(csr, "certification request")
    info = fields.sequence()
    info.integer()
    info.skip()
    return info.read_encoded()
