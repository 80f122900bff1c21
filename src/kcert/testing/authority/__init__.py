# SPDX-License-Identifier: Apache-2.0
"""`FakeAuthority`: an issuing authority in memory, and the credentials it issues."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from kcert.certificate import Certificate
from kcert.credential import Credential, KeyPair
from kcert.keys import PrivateKey
from kcert.keys.profiles import NPKI
from kcert.testing import extensions
from kcert.testing.crl import ListIssuer
from kcert.testing.dates import KOREA, aware, validity
from kcert.testing.houses import HOUSES, House
from kcert.testing.keypool import shared_keys
from kcert.testing.ocsp import ResponseSigner
from kcert.testing.root import FakeRoot
from kcert.testing.subjects import subscriber, term
from kcert.testing.subscriptions import Subscription, subscriber_template
from kcert.vid import compute

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kcert.keys.profiles import LockProfile
    from kcert.testing.extensions import VidHash
    from kcert.testing.keypool import Digest, FakeKey
    from kcert.testing.subscriptions import CertifiableKey
    from kcert.testing.template import CertificateTemplate

__all__ = ["AUTHORITY_NAMES", "TEST_ID_NUMBER", "TEST_PASSWORD", "FakeAuthority"]

AUTHORITY_NAMES = tuple(HOUSES)
"""The authorities there are, by the folder names of the NPKI tree, and ``GPKI``."""
TEST_PASSWORD = "kcert-Test-1!"
TEST_ID_NUMBER = "1234561234567"
"""Nobody's: the dummy that issuing clients submit where a number is not known yet."""

_R_OCTETS = 20


class FakeAuthority(ListIssuer, ResponseSigner):
    """One issuing authority of a made-up Korean hierarchy.

    Certificates follow those of the real authority in names, extensions, their order and
    criticality, dates and serial numbers; only hosts end in ``.invalid`` and the names of the
    authorities and the user notices say *Test*. Keys are shared within the process: see
    `kcert.testing.keypool`.

    Two objects of the same arguments under the same root are the same authority.

    Args:
        authority: One of `AUTHORITY_NAMES`.
        root: The root above it, default the one all authorities of this process share.
        at: When `issue` issues unless told otherwise; aware, default the present.
        common_name: CN of the authority instead of the usual one.
        key_size: Bits of its RSA key: 2048, or 3072 as since 2026.
        digest: Hash of the signatures on its subscribers' certificates.
        not_before: First second of its own certificate, default 2001.
        not_after: Last second of its own certificate, default 2048.
        crl_url: Distribution point in subscribers' certificates, for example on loopback; ``{n}``
            in it stands for the partition.
        ocsp_url: Responder in subscribers' certificates.
        fresh_key: Generate a key that nobody shares.
        key: Its key, where it is a certain one.
        arl_url: Distribution point in its own certificate.

    Raises:
        ValueError: There is no such authority, or a datetime has no time zone.
    """

    def __init__(
        self,
        authority: str = "yessign",
        *,
        root: FakeRoot | None = None,
        at: datetime | None = None,
        common_name: str | None = None,
        key_size: int = 2048,
        digest: Digest = "sha256",
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        crl_url: str | None = None,
        ocsp_url: str | None = None,
        fresh_key: bool = False,
        key: FakeKey | None = None,
        arl_url: str | None = None,
    ) -> None:
        if authority not in HOUSES:
            raise ValueError(f"no authority {authority!r}; there are {', '.join(HOUSES)}")
        self.root = root or FakeRoot.default(government=authority == "GPKI")
        self.digest: Digest = digest
        self._at = at if at is None else aware(at)
        self._crl_url = crl_url
        self._ocsp_url = ocsp_url
        self._issuing = self.root.issuing(
            HOUSES[authority],
            common_name=common_name,
            key_size=key_size,
            not_before=not_before,
            not_after=not_after,
            fresh_key=fresh_key,
            key=key,
            arl_url=arl_url,
        )

    def __repr__(self) -> str:
        return f"<FakeAuthority {self.house.code} under {self.root.common_name!r}>"

    @property
    def house(self) -> House:
        """How this authority writes its certificates."""
        return self._issuing.house

    @property
    def key(self) -> FakeKey:
        """Its key pair."""
        return self._issuing.key

    @property
    def certificate(self) -> Certificate:
        """Its own certificate, issued by the root."""
        return self._issuing.certificate

    @property
    def ca_certificates(self) -> tuple[Certificate, ...]:
        """The root's certificate and its own, in the order of a CaPubs file."""
        return self.root.certificate, self.certificate

    def sign(self, template: CertificateTemplate) -> Certificate:
        """Issue any certificate under this authority, right or deliberately wrong."""
        return Certificate.load(template.sign(self.key))

    def template(
        self, subscription: Subscription, key: CertifiableKey, *, km: bool = False
    ) -> CertificateTemplate:
        """What a subscriber's certificate says, for a key of any origin.

        Args:
            subscription: What the certificates of one issue have in common.
            key: The key to certify.
            km: Whether it is the key-management certificate.
        """
        return subscriber_template(
            self,
            self.house,
            subscription,
            key,
            km=km,
            crl_url=self._crl_url,
            ocsp_url=self._ocsp_url,
        )

    def next_serial_number(self) -> int:
        """A serial number for a signature certificate; the one after it is for its km one."""
        return next(self._issuing.serials)

    def issue(
        self,
        holder: str = "홍길동",
        *,
        policy: str | None = None,
        password: str | bytes = TEST_PASSWORD,
        profile: LockProfile = NPKI,
        id_number: str = TEST_ID_NUMBER,
        random: bytes | None = None,
        km: bool = False,
        chain: bool = False,
        at: datetime | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        valid_days: int | None = None,
        key_size: int = 2048,
        fresh_key: bool = False,
        english_name: str = "",
        bank: str | None = None,
        organizational_unit: str | None = None,
        common_name: str | None = None,
        subject: bytes | None = None,
        serial_number: int | None = None,
        vid_hash: VidHash = "sha256",
        vid_null_parameters: bool = False,
        without_vid: bool = False,
        without_random: bool = False,
        adjust: Callable[[CertificateTemplate], CertificateTemplate] | None = None,
    ) -> Credential:
        """Issue a credential: a certificate, its locked key, and on request the km pair.

        Args:
            holder: Name of the person or body.
            policy: Policy, dotted; default a usual personal one. It decides the term (three years
                for 금융인증서, else one) and at some authorities the subject.
            password: What locks the keys.
            profile: How they are locked.
            id_number: Identity number behind the VID; nothing keeps it.
            random: R, default 20 random octets.
            km: Issue the key-management pair too: same subject, next serial number, same dates.
            chain: Put the authority's and the root's certificate into the credential.
            at: When it is issued, default the authority's moment.
            not_before: First second of validity.
            not_after: Last second; in the past for an expired certificate.
            valid_days: Days of validity.
            key_size: Bits of the RSA keys.
            fresh_key: Generate keys that nobody shares. Otherwise one credential and the next have
                different keys, but the third may have those of the first.
            english_name: What stands in the parentheses of the CN.
            bank: Last OU: the bank or registration authority.
            organizational_unit: First OU.
            common_name: The whole CN.
            subject: The whole subject, a Name in DER (see `kcert.testing.name`).
            serial_number: Serial number of the signature certificate.
            vid_hash: Hash of the VID; ``"sha1"`` until about 2011.
            vid_null_parameters: Write NULL as parameters of that hash.
            without_vid: Leave the VID out; the name stays in the SubjectAltName.
            without_random: Leave R out of the keys, as programs do that lose it.
            adjust: Changes what a certificate says before it is signed; called for each of the
                pair.

        Returns:
            The locked credential.

        Raises:
            ValueError: A datetime has no time zone, or both an end and a number of days are given.
        """
        house = self.house
        policy = policy or house.policy
        moment = aware(at or self._at)
        start, end = validity(
            house,
            moment,
            not_before=not_before,
            not_after=not_after,
            valid_days=valid_days,
            years=term(policy),
        )
        subject = subject or subscriber(
            house,
            holder,
            policy=policy,
            registered=start.astimezone(KOREA),
            english_name=english_name,
            bank=bank,
            organizational_unit=organizational_unit,
            common_name=common_name,
        )
        serial = self.next_serial_number() if serial_number is None else serial_number
        random = secrets.token_bytes(_R_OCTETS) if random is None else random
        vid = None
        if not without_vid:
            digest = compute(id_number, random, vid_hash)
            vid = extensions.vid(digest, vid_hash, null_parameters=vid_null_parameters)
        subscription = Subscription(
            subject=subject,
            policy=policy,
            serial_number=serial,
            not_before=start,
            not_after=end,
            identity=extensions.identify_data(holder, vid, critical=house.name_critical),
        )

        def pair(*, km: bool) -> KeyPair:
            key = self._subscriber_key(km=km, key_size=key_size, fresh_key=fresh_key)
            template = self.template(subscription, key, km=km)
            certificate = self.sign(adjust(template) if adjust else template)
            keeps_random = not without_random and (house.km_has_random or not km)
            with PrivateKey.load(key.pkcs8(random=random if keeps_random else None)) as opened:
                return KeyPair(certificate, opened.lock(password, profile))

        signature = pair(km=False)
        return Credential(
            certificate=signature.certificate,
            key=signature.key,
            key_management=pair(km=True) if km else None,
            ca_certificates=self.ca_certificates if chain else (),
        )

    @staticmethod
    def _subscriber_key(*, km: bool, key_size: int, fresh_key: bool) -> FakeKey:
        if fresh_key:
            return shared_keys.fresh(key_size)
        return shared_keys.key("key management" if km else "signature", key_size)
