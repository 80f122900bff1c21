# SPDX-License-Identifier: Apache-2.0
"""Sets of certificate policies, written as people say them: who holds it, and what it is good for.

A relying party that takes "personal, universal or banking, joint or financial" writes::

    PolicySet.of(
        kinds={CertificateKind.JOINT, CertificateKind.FINANCIAL},
        holders={Holder.INDIVIDUAL},
        usages={Usage.UNIVERSAL, Usage.BANKING},
    )
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from kcert.certificate import POLICIES, Certainty, CertificateKind, Holder, Usage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from kcert.certificate import Policy

__all__ = ["PolicySet"]

_SUBSCRIBERS = (CertificateKind.JOINT, CertificateKind.FINANCIAL)
_PERSONS = (Holder.INDIVIDUAL, Holder.CORPORATION)
_SURE = (Certainty.CONFIRMED, Certainty.SINGLE)

_HOMETAX = (
    "policies for signing electronic tax invoices accepted by Hometax, a list of 2015 in public "
    "relying-party code; one source"
)
_TABLE = "the table of certificate policies (kcert.certificate.POLICIES), by holder and usage"


def _under(arc: str, suffixes: str) -> frozenset[str]:
    return frozenset(f"{arc}.{suffix}" for suffix in suffixes.split())


_E_TAX = (
    _under("1.2.410.200005.1.1", "5 6.8")
    | _under("1.2.410.200004.5.1.1", "7")
    | _under("1.2.410.200004.5.3.1", "1 2")
    | _under(
        "1.2.410.200004.5.2.1",
        "1 3 5 5.12 5.28 5.30 5.32 6.48 6.65 6.70 6.73 6.90 6.93 6.99 6.113 6.114 6.115 6.183 "
        "6.221 6.229 6.235 6.237 6.245 6.246 6.248 6.249 6.250 6.251 6.252 6.254 6.255 6.257 "
        "6.275 6.279 6.284 6.285 5001",
    )
    | _under("1.2.410.200004.5.4.1", "2 14 19 31 35 50")
    | _under(
        "1.2.410.200004.5.4.2",
        "11 25 36 42 50 55 57 60 64 65 66 67 69 80 300 302 304 305 306 307 308 310 311 312 313 "
        "315 317 318 321 322 323 324 325 326 327 328 329 330 331 332 337 340 343 350 360 367 377 "
        "379",
    )
    | _under(
        "1.2.410.200012",
        "1.1.3 1.1.9 1.1.401 1.1.411 1.1.431 1.1.441 1.1.451 1.1.471 1.1.481 1.1.491 1.1.801 "
        "1.1.4101 1.1.4111 1.1.4151 5.1.1.171 5.1.1.191 5.1.1.281 5.1.1.321 5.1.1.331 5.4.1.21 "
        "5.4.1.61 5.4.1.141 5.6.1.31 5.11.1.81 5.11.1.101 5.13.1.1 5.14.1.11 5.14.1.21 5.15.1.11 "
        "5.17.1.11 5.18.1.21 5.18.1.31 5.18.1.33 5.19.1.1 5.20.1.21 5.21.1.11 5.26.1.11 5.27.1.1 "
        "5.28.1.21",
    )
)


def _frozen(oids: Iterable[str]) -> frozenset[str]:
    return frozenset(oids)


@frozen
class PolicySet:
    """Certificate policies that a relying party accepts. Iterates over their OIDs.

    Sets are joined with ``|``, cut with ``&`` and ``-``.

    Attributes:
        oids: Dotted identifiers.
        source: Where the choice comes from, in words.
    """

    oids: frozenset[str] = field(converter=_frozen)
    source: str = field(default="", eq=False)

    @classmethod
    def of(
        cls,
        *,
        kinds: Collection[CertificateKind] = _SUBSCRIBERS,
        holders: Collection[Holder] = (),
        usages: Collection[Usage] = (),
        certainties: Collection[Certainty] = _SURE,
    ) -> PolicySet:
        """All known policies of which all that is asked holds.

        Args:
            kinds: Kinds of certificates, by default joint and financial.
            holders: Whom they are for; empty for anybody.
            usages: What they are good for: one of these suffices, and a universal certificate is
                good for all business (`Policy.allows`); empty for anything.
            certainties: How sure the rows of the table must be, by default not the unsure ones.

        Raises:
            ValueError: No known policy is like that.
        """

        def fits(policy: Policy) -> bool:
            return (
                policy.kind in kinds
                and policy.certainty in certainties
                and (not holders or policy.holder in holders)
                and (not usages or any(map(policy.allows, usages)))
            )

        oids = frozenset(oid for oid, policy in POLICIES.items() if fits(policy))
        if not oids:
            raise ValueError("no known certificate policy has this kind, holder and usage")
        return cls(oids, _TABLE)

    @classmethod
    def banking(cls, *holders: Holder) -> PolicySet:
        """은행: universal and banking policies, of joint and financial certificates.

        Args:
            holders: Individuals and corporations unless told otherwise.
        """
        return cls.of(holders=holders or _PERSONS, usages=(Usage.BANKING,))

    @classmethod
    def securities(cls, *holders: Holder) -> PolicySet:
        """증권: universal and securities policies.

        Args:
            holders: Individuals and corporations unless told otherwise.
        """
        return cls.of(holders=holders or _PERSONS, usages=(Usage.SECURITIES,))

    @classmethod
    def tax_login(cls, *holders: Holder) -> PolicySet:
        """홈택스 로그인: universal policies, and those for tax and for civil service.

        What Hometax accepts for logging in is not documented as OIDs; this is what the names of the
        policies promise: 범용, 국세청용, 전자세금용, 은행/민원.

        Args:
            holders: Individuals and corporations unless told otherwise.
        """
        return cls.of(holders=holders or _PERSONS, usages=(Usage.TAX, Usage.CIVIL_SERVICE))

    @classmethod
    def e_tax(cls) -> PolicySet:
        """전자세금계산서: policies that Hometax accepts for signing electronic tax invoices."""
        return cls(_E_TAX, _HOMETAX)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.oids))

    def __len__(self) -> int:
        return len(self.oids)

    def __contains__(self, oid: object) -> bool:
        return oid in self.oids

    def __or__(self, other: PolicySet) -> PolicySet:
        return PolicySet(self.oids | other.oids, self._joint_source(other, "and"))

    def __and__(self, other: PolicySet) -> PolicySet:
        return PolicySet(self.oids & other.oids, self._joint_source(other, "within"))

    def __sub__(self, other: PolicySet) -> PolicySet:
        return PolicySet(self.oids - other.oids, self._joint_source(other, "without"))

    def _joint_source(self, other: PolicySet, word: str) -> str:
        if self.source == other.source:
            return self.source
        return " ".join(filter(None, [self.source, word, other.source]))
