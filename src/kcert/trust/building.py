# SPDX-License-Identifier: Apache-2.0
"""Finding paths from a certificate up to an anchor (after RFC 4158).

Depth first from the certificate in question, by names and signatures only; whether a path also
keeps all the rules is for `validation` to say. The order in which candidates are tried depends on
what they are, never on the order in which they were given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kcert.errors import KcertError
from kcert.trust.signatures import lacks_parameters, signature_holds

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.trust.anchors import TrustAnchor
    from kcert.trust.budget import Budget

__all__ = ["Candidate", "PathBuilder", "SignatureChecks"]


class Candidate(NamedTuple):
    """A chain of names and signatures: the certificate in question first, and the anchor."""

    certificates: tuple[Certificate, ...]
    anchor: TrustAnchor


class SignatureChecks:
    """Signature checks of one verification: each made once, all counted."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._results: dict[tuple[bytes, bytes], bool | KcertError] = {}

    def holds(self, certificate: Certificate, issuer_key_info: bytes) -> bool:
        """Whether a certificate's signature verifies under a key. Raises as `signature_holds`."""
        place = (certificate.der, issuer_key_info)
        result = self._results.get(place)
        if result is None:
            self._budget.signature()
            try:
                result = signature_holds(
                    issuer_key_info,
                    certificate.signature_algorithm,
                    certificate.tbs,
                    certificate.signature,
                )
            except KcertError as error:
                result = error
            self._results[place] = result
        if isinstance(result, KcertError):
            raise result
        return result


class PathBuilder:
    """Candidate paths for one verification.

    Args:
        anchors: The authorities one is ready to believe, by the key of their names.
        intermediates: Certificates that may stand in between, in any order.
        at: The moment in question; certificates valid then are tried first.
        budget: Counts edges.
        checks: Checks and counts signatures.
    """

    def __init__(
        self,
        anchors: dict[Hashable, list[TrustAnchor]],
        intermediates: Iterable[Certificate],
        at: datetime,
        budget: Budget,
        checks: SignatureChecks,
    ) -> None:
        self._anchors = anchors
        self._at = at
        self._budget = budget
        self._checks = checks
        self._by_subject: dict[Hashable, dict[bytes, Certificate]] = {}
        for certificate in intermediates:
            same = self._by_subject.setdefault(certificate.subject.match_key, {})
            same[certificate.der] = certificate
        self.reasons: list[KcertError] = []

    def paths(self, certificate: Certificate) -> Iterator[Candidate]:
        """All chains from a certificate to an anchor, best ones first.

        A name with the same key occurs once in a chain. What kept a chain from going on is
        collected in `reasons`.

        Raises:
            LimitError: There is more to try than the budget allows.
        """
        chain: list[Certificate] = [certificate]
        seen = {_entity(certificate)}
        choices = [self._issuers(certificate)]
        while choices:
            found = next(choices[-1], None)
            if found is None:
                choices.pop()
                seen.discard(_entity(chain.pop()))
            elif isinstance(found, tuple):
                yield Candidate((*chain,), found[0])
            elif _entity(found) not in seen and len(chain) < self._budget.limits.certificates:
                chain.append(found)
                seen.add(_entity(found))
                choices.append(self._issuers(found))

    def _issuers(self, certificate: Certificate) -> Iterator[Certificate | tuple[TrustAnchor]]:
        """Who may have issued a certificate, in the order to try: roots, certificates, figures."""
        name = certificate.issuer.match_key
        anchors = self._anchors.get(name, ())
        for anchor in anchors:
            if anchor.is_root and self._signed(certificate, anchor.public_key_info):
                yield (anchor,)
        issuers = self._ranked(name, certificate)
        for issuer in issuers:
            if issuer != certificate and self._signed(certificate, issuer.public_key_info):
                yield issuer
        # Figures stand in for a certificate that is not at hand. Where it is, it speaks for itself:
        # what is wrong with it must not be passed over.
        keys = {issuer.public_key_info for issuer in issuers}
        for anchor in anchors:
            if anchor.is_root or anchor.public_key_info in keys:
                continue
            if self._signed(certificate, anchor.public_key_info):
                yield (anchor,)

    def _ranked(self, name: Hashable, certificate: Certificate) -> list[Certificate]:
        issuers = list(self._by_subject.get(name, {}).values())
        if len(issuers) > 1:
            key_identifier = _issuer_key_identifier(certificate)
            issuers.sort(key=lambda issuer: self._rank(issuer, key_identifier))
        return issuers

    def _rank(self, issuer: Certificate, key_identifier: bytes | None) -> tuple[object, ...]:
        return (
            key_identifier is None or _key_identifier(issuer) != key_identifier,
            not issuer.validity.contains(self._at),
            -issuer.validity.not_after.timestamp(),
            issuer.der,
        )

    def _signed(self, certificate: Certificate, issuer_key_info: bytes) -> bool:
        self._budget.edge()
        try:
            # A DSA key without parameters verifies once those above it are known.
            if lacks_parameters(issuer_key_info):
                return True
            return self._checks.holds(certificate, issuer_key_info)
        except KcertError as error:
            if self._budget.exhausted:
                raise
            self.reasons.append(error)
            return False


def _entity(certificate: Certificate) -> tuple[Hashable, bytes]:
    return certificate.subject.match_key, certificate.public_key_info


def _issuer_key_identifier(certificate: Certificate) -> bytes | None:
    try:
        identifier = certificate.authority_key_identifier
    except KcertError:
        return None
    return None if identifier is None else identifier.key_identifier


def _key_identifier(certificate: Certificate) -> bytes | None:
    try:
        return certificate.subject_key_identifier
    except KcertError:
        return None
