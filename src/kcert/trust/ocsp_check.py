# SPDX-License-Identifier: Apache-2.0
"""Whether an OCSP response is to be believed, and what it says of a certificate.

A responder may speak for a certificate when it is the issuer itself, or when the issuer has
authorised it (RFC 6960 section 4.2.2.2). Korean responders are certified by the root and not by the
authorities they speak for; they count where the caller says so (`ResponderRule.ROOT`).
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.certificate import Certificate, KeyUsage, Name
from kcert.certificate.signatures import signature_algorithm
from kcert.errors import KcertError, RevocationUnknownError
from kcert.trust.crl import reason_name
from kcert.trust.crl_signers import check_strength, weaknesses
from kcert.trust.extensions import unknown_critical
from kcert.trust.ocsp import key_hash
from kcert.trust.revocation import EvidenceKind, RevocationEvidence
from kcert.trust.signatures import signature_holds
from kcert.trust.timing import CLOCK_SKEW, not_after
from kcert.trust.weakness import WeakPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kcert._asn1.ocsp import RawBasicResponse
    from kcert.trust.ocsp import OcspRequest, OcspResponse
    from kcert.trust.revocation import CheckContext, Issuer, Revocable
    from kcert.trust.timing import Timing

__all__ = ["OcspCheck", "ResponderRule"]

_OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"
_NO_CHECK: Final = "1.3.6.1.5.5.7.48.1.5"
_SIGNING: Final = frozenset((KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION))


class ResponderRule(enum.Enum):
    """Which responders may speak for a certificate."""

    ISSUER = "issuer"
    """Its issuer, and responders that the issuer has certified (RFC 6960 section 4.2.2.2)."""
    ROOT = "root"
    """Also responders that the root of the path has certified, as KISA does for all authorities."""


@frozen
class OcspCheck:
    """Judges responses about one certificate.

    Attributes:
        certificate: The certificate in question.
        issuer: Who issued it; its key is believed.
        context: The path and what else is at hand.
        timing: When responses count.
        rule: Which responders count.
        vouch: Says whether a responder's certificate still counts, given who issued it: raises a
            `KcertError` where it does not.
    """

    certificate: Revocable
    issuer: Issuer
    context: CheckContext
    timing: Timing
    rule: ResponderRule
    vouch: Callable[[Certificate, Issuer], None]
    denials: list[str] = field(factory=list)

    def judge(
        self,
        response: OcspResponse,
        *,
        request: OcspRequest | None = None,
        require_nonce: bool = False,
        location: str | None = None,
        fetched: bool = False,
    ) -> RevocationEvidence:
        """What a response says.

        Args:
            response: The response.
            request: The question it answers, where there was one.
            require_nonce: Refuse an answer that does not repeat the nonce of the question.
            location: URL of the responder.
            fetched: Whether it was fetched just now.

        Returns:
            What says that the certificate is good.

        Raises:
            RevokedError: The certificate is revoked or suspended.
            RevocationUnknownError: The response says nothing, or is not to be believed.
            FormatError: There is no answer in it, or it is malformed.
        """
        answer = response.about(self.certificate, self.issuer, request)
        if answer is None:
            raise self._unknown("is about another certificate")
        unknown_extension = response.unknown_critical(answer)
        if unknown_extension is not None:
            raise self._unknown(f"has the critical extension {unknown_extension}, not known here")
        if request is not None and request.nonce is not None:
            nonce = response.nonce
            if nonce is None and require_nonce:
                raise self._unknown("does not repeat the nonce")
            if nonce is not None and nonce != request.nonce:
                raise self._unknown("repeats another nonce: it answers another question")
        key = self._responder_key(response.basic)
        next_update = answer.next_update
        if next_update is None and fetched:
            # Newer information is there at all times (RFC 6960 section 4.2.2.1).
            next_update = answer.this_update + CLOCK_SKEW
        problem = self.timing.problem(
            answer.this_update, next_update, not_after(self.certificate), fetched=fetched
        )
        if answer.status == "revoked" and answer.revocation_time is not None:
            self.timing.raise_if_revoked(
                reason_name(answer.reason),
                answer.revocation_time,
                None,
                answer.this_update,
                fresh=problem is None,
                fingerprint=self.certificate.fingerprint(),
            )
        if problem:
            raise self._unknown(problem)
        if answer.status == "unknown":
            error = self._unknown("says that the responder does not know the certificate")
            self.denials.append(str(error))
            raise error
        weak = weaknesses(key, signature_algorithm(response.basic.algorithm))
        return RevocationEvidence(
            EvidenceKind.OCSP,
            answer.this_update,
            answer.next_update,
            location,
            response.der,
            tuple(WeakPart(one, "OCSP signature") for one in sorted(weak, key=str)),
        )

    def _unknown(self, problem: str) -> RevocationUnknownError:
        return RevocationUnknownError(f"OCSP response {problem}", f"OCSP 응답: {problem}")

    def _responder_key(self, basic: RawBasicResponse) -> bytes:
        """The key that signed and may speak for the certificate, SubjectPublicKeyInfo.

        Raises:
            RevocationUnknownError: No key may, or did.
        """
        if _names(basic, self.issuer) and self._signed(basic, self.issuer.public_key_info):
            return self.issuer.public_key_info
        problem = "is not signed by the issuer or a responder that it authorised"
        for responder in self._responders(basic):
            if not self._signed(basic, responder.public_key_info):
                problem = "has a signature that does not verify"
                continue
            try:
                authority = self._authority(responder)
                if authority is None:
                    problem = "is signed by a responder that may not speak for the certificate"
                    continue
                self._check_certificate(responder, authority, basic)
            except RevocationUnknownError:
                raise
            except KcertError as error:
                problem = f"is signed by a responder that is not to be believed: {error}"
                continue
            return responder.public_key_info
        raise self._unknown(problem)

    def _responders(self, basic: RawBasicResponse) -> Iterator[Certificate]:
        """Certificates at hand that the response says it is signed with."""
        for encoded in basic.certificates:
            try:
                certificate = Certificate.load(encoded)
            except KcertError:
                continue
            if _names(basic, certificate):
                yield certificate
        for certificate in (*self.context.issuers, *self.context.candidates):
            if _names(basic, certificate):
                yield certificate

    def _signed(self, basic: RawBasicResponse, public_key_info: bytes) -> bool:
        algorithm = signature_algorithm(basic.algorithm)
        try:
            if not signature_holds(public_key_info, algorithm, basic.tbs, basic.signature):
                return False
            weak = check_strength(public_key_info, algorithm, self.context.allow_weak)
        except KcertError:
            return False
        if weak is not None:
            raise self._unknown(weak)
        return True

    def _authority(self, responder: Certificate) -> Issuer | None:
        """Who certified a responder, where that one may authorise it to speak here."""
        root = self.context.anchor.root or self.context.anchor
        authorities: tuple[Issuer, ...] = (self.issuer,)
        if self.rule is ResponderRule.ROOT:
            authorities = (self.issuer, root)
        if _OCSP_SIGNING not in (responder.extended_key_usage or ()):
            return None
        usage = responder.key_usage
        if usage is not None and usage.isdisjoint(_SIGNING):
            return None
        for authority in authorities:
            if responder.issuer.matches(authority.subject) and signature_holds(
                authority.public_key_info,
                responder.signature_algorithm,
                responder.tbs,
                responder.signature,
            ):
                return authority
        return None

    def _check_certificate(
        self, responder: Certificate, authority: Issuer, basic: RawBasicResponse
    ) -> None:
        """Raise unless a responder's certificate is sound and counts."""
        unknown_extension = unknown_critical(responder)
        if unknown_extension is not None:
            raise self._unknown(f"is signed by a responder with the extension {unknown_extension}")
        if not responder.validity.contains(max(self.timing.at, basic.produced_at)):
            raise self._unknown("is signed by a responder whose certificate is not valid then")
        weak = check_strength(
            authority.public_key_info, responder.signature_algorithm, self.context.allow_weak
        )
        if weak is not None:
            raise self._unknown(f"rests on a responder's certificate that {weak}")
        if responder.extension(_NO_CHECK) is not None:
            return
        # RFC 6960 section 4.2.2.2.1: one that says how to check it is checked; for one that does
        # not, the authority took the risk on itself.
        if responder.crl_distribution_points or responder.ocsp_urls:
            self.vouch(responder, authority)


def _names(basic: RawBasicResponse, responder: Issuer) -> bool:
    """Whether this is whom the response names as its responder."""
    if basic.responder_name is not None:
        return Name.load(basic.responder_name).matches(responder.subject)
    return basic.responder_key_hash == key_hash(responder.public_key_info)
