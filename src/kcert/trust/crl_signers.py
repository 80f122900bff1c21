# SPDX-License-Identifier: Apache-2.0
"""Who signed a CRL or an OCSP response, and whether that key may speak for a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert.certificate import KeyUsage
from kcert.errors import KcertError
from kcert.trust.signatures import key_facts, signature_holds
from kcert.trust.weakness import weakness_of_dsa, weakness_of_key, weakness_of_signature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert.certificate import Certificate, Name
    from kcert.certificate.signatures import SignatureAlgorithm
    from kcert.trust.crl import CertificateRevocationList
    from kcert.trust.path import ValidatedPath
    from kcert.trust.revocation import CheckContext, Issuer
    from kcert.trust.weakness import Weakness

__all__ = ["Signer", "check_strength", "crl_signers", "is_of_path", "weaknesses"]

_MAX_SIGNERS: Final = 8


@frozen
class Signer:
    """A key that may have signed a statement.

    Attributes:
        public_key_info: The key, DER.
        certificate: Whose it is, where that has yet to be validated; ``None`` for the certificate's
            own issuer and for the anchor, which are believed already.
    """

    public_key_info: bytes
    certificate: Certificate | None = None


def weaknesses(public_key_info: bytes, algorithm: SignatureAlgorithm) -> frozenset[Weakness]:
    """What is weak about a signature and the key that made it.

    Raises:
        UnsupportedAlgorithmError: So weak that no option allows it.
    """
    facts = key_facts(public_key_info)
    found = (weakness_of_key(facts), weakness_of_dsa(facts), weakness_of_signature(algorithm))
    return frozenset(weak for weak in found if weak is not None)


def check_strength(
    public_key_info: bytes, algorithm: SignatureAlgorithm, allow_weak: frozenset[Weakness]
) -> str | None:
    """Why a signature is too weak to be believed, or ``None``.

    Raises:
        UnsupportedAlgorithmError: So weak that no option allows it.
    """
    found = weaknesses(public_key_info, algorithm)
    refused = sorted(weak.value for weak in found - allow_weak)
    return f"is signed with old cryptography ({', '.join(refused)})" if refused else None


def crl_signers(
    crl: CertificateRevocationList, issuer: Issuer, context: CheckContext
) -> Iterator[Signer]:
    """The keys that verify a CRL's signature, the certificate's own issuer's first.

    Any certificate of the CRL issuer's name counts, for authorities sign lists with other keys than
    certificates, and with new keys after a roll-over; the caller validates its path (RFC 5280
    section 6.3.3 (f)).
    """
    identifier = crl.authority_key_identifier
    key_identifier = identifier.key_identifier if identifier is not None else None
    tried: set[bytes] = set()
    believed: tuple[Issuer, ...] = (issuer, context.anchor)
    for authority in believed:
        if _may_sign(authority, crl.issuer, key_identifier):
            key = authority.public_key_info
            if key not in tried and _signed(crl, key):
                yield Signer(key)
            tried.add(key)
    for certificate in (*context.issuers, *context.candidates):
        if len(tried) > _MAX_SIGNERS:
            return
        key = certificate.public_key_info
        if key in tried or not _readable_may_sign(certificate, crl.issuer, key_identifier):
            continue
        tried.add(key)
        if _signed(crl, key):
            yield Signer(key, certificate)


def is_of_path(path: ValidatedPath, issuer: Issuer, context: CheckContext) -> bool:
    """Whether only authorities of the certificate's own path stand above a separate CRL signer.

    RFC 5280 section 6.3.3 (f) asks for the same anchor alone. But then any authority below a root
    could certify a signer in the name of another one, and declare what that one revoked good.

    Args:
        path: Of the signer's certificate.
        issuer: Who issued the certificate in question.
        context: Of the certificate in question.
    """
    anchor = context.anchor
    authorities: tuple[Issuer, ...] = (issuer, *context.issuers, anchor, anchor.root or anchor)
    names = {authority.subject.match_key for authority in authorities}
    above: tuple[Issuer, ...] = (*path.certificates[1:], path.anchor)
    return all(certifier.subject.match_key in names for certifier in above)


def _may_sign(signer: Issuer, name: Name, key_identifier: bytes | None) -> bool:
    if not signer.subject.matches(name):
        return False
    if signer.key_usage is not None and KeyUsage.CRL_SIGN not in signer.key_usage:
        return False
    own = signer.subject_key_identifier
    return own is None or key_identifier is None or own == key_identifier


def _readable_may_sign(certificate: Certificate, name: Name, key_identifier: bytes | None) -> bool:
    """The same of a certificate that anyone may have put among the candidates."""
    try:
        return _may_sign(certificate, name, key_identifier)
    except KcertError:
        return False


def _signed(crl: CertificateRevocationList, public_key_info: bytes) -> bool:
    try:
        return signature_holds(public_key_info, crl.signature_algorithm, crl.tbs, crl.signature)
    except KcertError:
        return False
