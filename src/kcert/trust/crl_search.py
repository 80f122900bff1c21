# SPDX-License-Identifier: Apache-2.0
"""The status of a certificate by CRLs (RFC 5280 section 6.3.3).

Complete lists, delta lists where they are given with their complete one, indirect lists, lists for
some reasons only, and lists of one distribution point. Whatever a list says that kcert does not
understand makes it say nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1.distribution_points import ALL_REASONS, RawDistributionPoint, RawPointName
from kcert.certificate import Name
from kcert.errors import KcertError, RevokedError
from kcert.trust.crl_signers import check_strength, crl_signers, weaknesses
from kcert.trust.points import distribution_points, same_point
from kcert.trust.revocation import EvidenceKind, RevocationEvidence
from kcert.trust.timing import not_after
from kcert.trust.weakness import WeakPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kcert.certificate import Certificate
    from kcert.trust.crl import CertificateRevocationList, RevokedCertificate
    from kcert.trust.revocation import CheckContext, Issuer, Revocable
    from kcert.trust.timing import Timing

__all__ = ["CrlSearch", "LocatedCrl"]

_REMOVED: Final = "removeFromCRL"
_OTHER_ISSUER: Final = "was issued by another authority"


@frozen
class LocatedCrl:
    """A list and where it came from.

    Attributes:
        crl: The list.
        location: URL; ``None`` where the caller gave the list.
        point: URI of the distribution point it was taken from: then it says nothing about
            certificates that name another. ``None`` where it was found in another way.
        fetched: Whether it was fetched just now.
    """

    crl: CertificateRevocationList
    location: str | None = None
    point: str | None = None
    fetched: bool = False


class CrlSearch:
    """Looks for the status of one certificate in more and more lists.

    Args:
        certificate: The certificate in question.
        issuer: Who issued it; its key is believed.
        context: The path and what else is at hand.
        timing: When lists count.
        vouch: Says whether the certificate of a separate CRL signer is to be believed, given
            whether the certificate in question appointed it: raises a `KcertError` where not.
    """

    def __init__(
        self,
        certificate: Revocable,
        issuer: Issuer,
        context: CheckContext,
        timing: Timing,
        vouch: Callable[[Certificate, bool], None],
    ) -> None:
        self._certificate = certificate
        self._issuer = issuer
        self._context = context
        self._timing = timing
        self._vouch = vouch
        self._covered: frozenset[int] = frozenset()
        self._evidence: RevocationEvidence | None = None
        self._lists: list[LocatedCrl] = []
        self.problems: list[str] = []
        """Why lists that were looked at did not help, in English."""
        # By the certificate's own points, then by what its issuer publishes without naming one.
        self.points = distribution_points(certificate)
        own_name = RawPointName(directory_names=(certificate.issuer.der,))
        self._all_points = (*self.points, RawDistributionPoint(own_name, None, ()))

    def offer(self, lists: Iterable[LocatedCrl]) -> RevocationEvidence | None:
        """Look into more lists.

        Returns:
            What says that the certificate is good, as soon as all reasons are covered.

        Raises:
            RevokedError: It is revoked or suspended.
        """
        offered = list(lists)
        self._lists += offered
        complete = [located for located in offered if not _is_delta(located.crl)]
        # What a newer list says stands before what an older one said.
        complete.sort(key=lambda located: located.crl.this_update, reverse=True)
        for point in self._all_points:
            for located in complete:
                if self._covered >= ALL_REASONS:
                    break
                try:
                    self._consult(located, point)
                except RevokedError:
                    raise
                except KcertError as error:
                    self._note("cannot be used: " + str(error))
        return self._evidence if self._covered >= ALL_REASONS else None

    def _note(self, problem: str) -> None:
        line = f"CRL {problem}"
        if line not in self.problems:
            self.problems.append(line)

    def _consult(self, located: LocatedCrl, point: RawDistributionPoint) -> None:
        crl = located.crl
        if located.point is not None and (
            point.name is None or located.point not in point.name.uris
        ):
            return
        problem = self._unusable(crl) or self._out_of_scope(crl, point)
        if problem:
            # Callers give lists of many issuers: that most are of others tells nobody anything.
            if located.location is not None or problem != _OTHER_ISSUER:
                self._note(problem)
            return
        scope = crl.scope
        covers = (scope.only_some_reasons or ALL_REASONS) & (point.reasons or ALL_REASONS)
        if covers <= self._covered:
            return
        signer = self._signer(crl, appointed=bool(point.crl_issuers))
        if signer is None:
            return
        delta = self._delta(crl, appointed=bool(point.crl_issuers))
        newest = delta or crl
        problem = self._timing.problem(
            newest.this_update,
            newest.next_update,
            not_after(self._certificate),
            fetched=located.fetched,
        )
        entry = self._entry(delta) if delta is not None else None
        entry = entry or self._entry(crl)
        if entry is not None and entry.reason != _REMOVED:
            self._timing.raise_if_revoked(
                entry.reason,
                entry.revocation_date,
                entry.invalidity_date,
                newest.this_update,
                fresh=problem is None,
                fingerprint=self._certificate.fingerprint(),
            )
        if problem:
            self._note(problem)
            return
        self._covered |= covers
        weak = weaknesses(signer, crl.signature_algorithm)
        self._evidence = RevocationEvidence(
            EvidenceKind.CRL,
            newest.this_update,
            newest.next_update,
            located.location,
            crl.der,
            tuple(WeakPart(one, "CRL signature") for one in sorted(weak, key=str)),
        )

    def _unusable(self, crl: CertificateRevocationList) -> str | None:
        """Why a list says nothing about any certificate."""
        if crl.unknown_critical is not None:
            return f"has the critical extension {crl.unknown_critical}, which kcert does not know"
        if not crl.has_equal_algorithms:
            return "names two signature algorithms"
        return None

    def _out_of_scope(
        self, crl: CertificateRevocationList, point: RawDistributionPoint
    ) -> str | None:
        """Why a list does not speak for this certificate (RFC 5280 section 6.3.3 (b))."""
        certificate, scope = self._certificate, crl.scope
        issuers = [Name.load(name) for name in point.crl_issuers]
        if issuers:
            if not any(crl.issuer.matches(name) for name in issuers):
                return "was issued by another authority than the certificate names"
            if not scope.indirect:
                return "is not an indirect one, as the certificate says it should be"
        elif not crl.issuer.matches(certificate.issuer):
            return _OTHER_ISSUER
        if scope.only_attribute_certificates:
            return "is for attribute certificates only"
        if scope.only_user_certificates and certificate.is_ca:
            return "is for end entities' certificates only"
        if scope.only_authority_certificates and not certificate.is_ca:
            return "is for authorities' certificates only"
        if scope.name is None:
            return None
        named = point.name or RawPointName(directory_names=point.crl_issuers)
        above = point.crl_issuers[0] if point.crl_issuers else certificate.issuer.der
        if not same_point(scope.name.below(crl.issuer.der), named.below(above)):
            return "is of another distribution point than the certificate names"
        return None

    def _signer(self, crl: CertificateRevocationList, *, appointed: bool) -> bytes | None:
        """The key that signed the list and may speak for the issuer, DER, or ``None``.

        Args:
            crl: The list.
            appointed: Whether the certificate in question itself names who issues the list.
        """
        problem = "is not signed with a key of its issuer that may sign lists"
        for signer in crl_signers(crl, self._issuer, self._context):
            weak = check_strength(
                signer.public_key_info, crl.signature_algorithm, self._context.allow_weak
            )
            if weak is not None:
                problem = weak
                continue
            if signer.certificate is None:
                return signer.public_key_info
            try:
                self._vouch(signer.certificate, appointed)
            except KcertError as error:
                problem = f"is signed with a key that is not to be believed: {error}"
                continue
            return signer.public_key_info
        self._note(problem)
        return None

    def _delta(
        self, complete: CertificateRevocationList, *, appointed: bool
    ) -> CertificateRevocationList | None:
        """The newest list at hand that completes another one (RFC 5280 section 6.3.3 (c))."""
        found: CertificateRevocationList | None = None
        for located in self._lists:
            delta = located.crl
            if (
                _is_delta(delta)
                and _completes(delta, complete)
                and (found is None or (delta.number or 0) > (found.number or 0))
                and not self._unusable(delta)
                and delta.this_update <= self._timing.at
                and self._signer(delta, appointed=appointed) is not None
            ):
                found = delta
        return found

    def _entry(self, crl: CertificateRevocationList) -> RevokedCertificate | None:
        return crl.find(self._certificate.serial_number, self._certificate.issuer)


def _is_delta(crl: CertificateRevocationList) -> bool:
    try:
        return crl.is_delta
    except KcertError:
        # What cannot be read is no complete list either.
        return True


def _completes(delta: CertificateRevocationList, complete: CertificateRevocationList) -> bool:
    numbers = (delta.base_number, delta.number, complete.number)
    base, own, since = numbers
    if base is None or own is None or since is None or not base <= since < own:
        return False
    mine, theirs = delta.authority_key_identifier, complete.authority_key_identifier
    same_key = mine is None or theirs is None or mine.key_identifier == theirs.key_identifier
    return same_key and delta.scope == complete.scope and delta.issuer.matches(complete.issuer)
