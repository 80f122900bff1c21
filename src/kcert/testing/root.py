# SPDX-License-Identifier: Apache-2.0
"""Roots of made-up hierarchies. Their names say that they are for tests."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from kcert.certificate import Certificate
from kcert.testing.crl import ListIssuer
from kcert.testing.dates import aware
from kcert.testing.extensions import (
    ANY_POLICY,
    authority_key_identifier,
    basic_constraints,
    certificate_policies,
    crl_distribution_points,
    identify_data,
    key_usage,
    policy_constraints,
    subject_key_identifier,
)
from kcert.testing.houses import ROOT_CPS, TEST_NOTICE
from kcert.testing.keypool import shared_keys
from kcert.testing.ocsp import ResponseSigner
from kcert.testing.template import CertificateTemplate, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert.testing.houses import House
    from kcert.testing.keypool import Digest, FakeKey

__all__ = ["FakeRoot", "Issuing"]

# Wide and fixed, so that a test at any moment finds the authorities valid.
_NOT_BEFORE = datetime(2000, 1, 1, tzinfo=UTC)
_NOT_AFTER = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
_CA_NOT_BEFORE = datetime(2001, 1, 1, tzinfo=UTC)
_CA_NOT_AFTER = datetime(2048, 12, 31, 23, 59, 59, tzinfo=UTC)


@frozen
class Issuing:
    """One issuing authority: its house, its key, and its certificate under some root."""

    house: House
    key: FakeKey
    template: CertificateTemplate
    certificate: Certificate
    serials: Iterator[int] = field(repr=False, eq=False)


_defaults: dict[bool, FakeRoot] = {}
_lock = Lock()


class FakeRoot(ListIssuer, ResponseSigner):
    """A self-signed root in the form of KISA's, or of the government's.

    KISA's carries subjectKeyIdentifier and critical basicConstraints and nothing else; the
    government's has a critical keyUsage as well.

    Two roots made by this constructor have different keys; the third may share that of the first,
    unless ``fresh_key`` is true. The `default` ones share theirs with nobody.

    Args:
        common_name: CN; keep the word *Test* in it.
        government: Make a GPKI root.
        key_size: Bits of the RSA key.
        digest: Hash of its own signature.
        not_before: First second of validity, default 2000.
        not_after: Last second of validity, default 2049.
        serial_number: Real ones have 1 or eight random octets.
        fresh_key: Generate a key that nobody shares.
        key: Its key, where it is a certain one.
    """

    def __init__(
        self,
        common_name: str = "kcert Test RootCA 1",
        *,
        government: bool = False,
        key_size: int = 2048,
        digest: Digest = "sha256",
        not_before: datetime = _NOT_BEFORE,
        not_after: datetime = _NOT_AFTER,
        serial_number: int = 1,
        fresh_key: bool = False,
        key: FakeKey | None = None,
    ) -> None:
        self.common_name = common_name
        self.government = government
        self.digest: Digest = digest
        self.serial_number = serial_number
        self.not_before = aware(not_before)
        self.not_after = aware(not_after)
        if key is None:
            key = shared_keys.fresh(key_size) if fresh_key else shared_keys.key("root", key_size)
        self.key = key
        self._serials = count(0x1001)
        self._issuing: dict[tuple[object, ...], Issuing] = {}

    def __repr__(self) -> str:
        return f"<FakeRoot {self.common_name!r} {self.key.key_identifier.hex()[:8]}>"

    @staticmethod
    def default(*, government: bool = False) -> FakeRoot:
        """The root of this process under which every `FakeAuthority` stands unless told otherwise.

        Args:
            government: The one above the GPKI authority.
        """
        with _lock:
            if government not in _defaults:
                common_name = "kcert Test GPKIRootCA 1" if government else "kcert Test RootCA 1"
                _defaults[government] = FakeRoot(common_name, government=government, fresh_key=True)
            return _defaults[government]

    @property
    def subject(self) -> bytes:
        """Its Name, DER."""
        if self.government:
            units = (("O", "Government of Korea"), ("OU", "GPKI"))
        else:
            units = (("O", "KISA"), ("OU", "Korea Certification Authority Central"))
        return name(("C", "KR"), *units, ("CN", self.common_name))

    @property
    def ldap_name(self) -> str:
        """Its name as authorities write it into the URL of the revocation list: no spaces."""
        unit = "GPKI" if self.government else "Korea-Certification-Authority-Central"
        organization = "Government-of-Korea" if self.government else "KISA"
        return f"CN={self.common_name.replace(' ', '-')},OU={unit},O={organization},C=KR"

    @property
    def template(self) -> CertificateTemplate:
        """What its certificate says."""
        usage = (key_usage("keyCertSign", "cRLSign"),) if self.government else ()
        return CertificateTemplate(
            serial_number=self.serial_number,
            issuer=self.subject,
            subject=self.subject,
            not_before=self.not_before,
            not_after=self.not_after,
            public_key_info=self.key.public_key_info,
            extensions=(subject_key_identifier(self.key), *usage, basic_constraints()),
            digest=self.digest,
        )

    @cached_property
    def certificate(self) -> Certificate:
        """Its certificate, signed by itself."""
        return Certificate.load(self.template.sign(self.key))

    def sign(self, template: CertificateTemplate) -> Certificate:
        """Issue any certificate under this root, right or wrong."""
        return Certificate.load(template.sign(self.key))

    def issuing(
        self,
        house: House,
        *,
        common_name: str | None = None,
        key_size: int = 2048,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        fresh_key: bool = False,
        key: FakeKey | None = None,
        arl_url: str | None = None,
    ) -> Issuing:
        """The issuing authority of a house under this root; the same one for the same arguments."""
        facts = (house.code, common_name, key_size, not_before, not_after, arl_url)
        of_its_own = fresh_key or key is not None
        with _lock:
            if not of_its_own and facts in self._issuing:
                return self._issuing[facts]
            if key is None and fresh_key:
                key = shared_keys.fresh(key_size)
            elif key is None:
                # Bound to this root: what another root's authority signs must not verify here.
                purpose = f"{house.code} under {self.key.key_identifier.hex()}"
                key = shared_keys.key(purpose, key_size, ring=1)
            arl = f"ldap://{house.directory}/{self.ldap_name}?authorityRevocationList"
            template = self._authority_template(
                house, common_name or house.common_name, key, arl_url or arl
            )
            template = evolve(
                template,
                not_before=aware(not_before or _CA_NOT_BEFORE),
                not_after=aware(not_after or _CA_NOT_AFTER),
            )
            issuing = Issuing(house, key, template, self.sign(template), _serials(house))
            if not of_its_own:
                self._issuing[facts] = issuing
            return issuing

    def _authority_template(
        self, house: House, common_name: str, key: FakeKey, arl_url: str
    ) -> CertificateTemplate:
        return CertificateTemplate(
            serial_number=next(self._serials),
            issuer=self.subject,
            subject=name(
                ("C", house.country),
                ("O", house.organization),
                ("OU", house.authority_unit),
                ("CN", common_name),
            ),
            not_before=_CA_NOT_BEFORE,
            not_after=_CA_NOT_AFTER,
            digest=self.digest,
            public_key_info=key.public_key_info,
            extensions=(
                authority_key_identifier(self.key, self.subject, self.serial_number),
                subject_key_identifier(key),
                key_usage("keyCertSign", "cRLSign"),
                certificate_policies(ANY_POLICY, cps=ROOT_CPS, notice=TEST_NOTICE),
                identify_data(house.real_name),
                basic_constraints(house.path_length),
                policy_constraints(),
                crl_distribution_points(arl_url),
            ),
        )


def _serials(house: House) -> Iterator[int]:
    """First serial numbers of pairs; the second of a pair is the next number."""
    bits = 8 * house.serial_octets
    if house.serial_octets >= 16:
        return iter(lambda: secrets.randbits(bits - 2) | 1 << bits - 2, 0)
    # Somewhere in the range, so that two processes hardly ever issue the same number.
    return count(secrets.randbelow(1 << bits - 2) | 1 << bits - 3, 2)
