# SPDX-License-Identifier: Apache-2.0
"""`CmpAuthority`: a certificate authority that speaks the Certificate Management Protocol."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from kcert._asn1.cmp import BodyType
from kcert.keys.profiles import NPKI
from kcert.lifecycle.cmp.desk import Desk
from kcert.lifecycle.cmp.guards import KeyGuard
from kcert.lifecycle.cmp.orders import KeyMaker, Order
from kcert.lifecycle.cmp.requests import csr_public_key
from kcert.lifecycle.cmp.rules import check_renewable, check_renewed

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.credential import Credential, UnlockedCredential
    from kcert.keys.profiles import LockProfile
    from kcert.lifecycle.authority import CertificateAuthority, Enrolment, Keep
    from kcert.lifecycle.cmp.issues import Issue

__all__ = ["CmpAuthority"]

_LEAST_BITS: Final = 2048


class CmpAuthority(Desk):
    """A `CertificateAuthority` that is reached by CMP (RFC 4210, RFC 9480, RFC 4211).

    Every answer has to belong to the transaction and to the message that it answers, has to be
    protected with the authorization code or signed by the authority, and has to be of this time; a
    certificate has to be for the key that was made here, and has to lead to ``trust``. What does
    not is refused as `kcert.AuthorityError` (or `kcert.TrustError`) that says which, and the
    authority is told that the certificate is rejected.

    It may be shared between threads. Nothing secret is kept in it.

    Args:
        address: ``http://…``, ``https://…`` or ``tcp://host:port``. It may be on loopback or in
            one's own network. Not used where ``transport`` is given.
        trust: The authorities to believe.
        certificate: The authority's certificate, where it is known: messages are addressed to it,
            only its signatures count, and identity number and R are encrypted to it.
        profile: How the authority speaks.
        transport: Carries the messages, default one for the address.
        checker: Who is asked by `status`, default the trust store's.
        clock: Gives the present moment, aware; default the computer's clock.
        sleep: Waits so many seconds, between polls and before a confirmation is sent again.
        tolerance: How far the authority's clock may differ from this one.
        patience: How long to wait in all while the authority has not decided.
        retries: How often a confirmation is sent again that had no answer.
        key_source: Makes a key pair of so many bits, with R or without.

    Raises:
        ValueError: The address is none of these.
    """

    def issue(
        self,
        enrolment: Enrolment,
        *,
        password: str | bytes,
        profile: LockProfile = NPKI,
        keep: Keep | None = None,
    ) -> Credential:
        """Have a certificate issued (발급), see `CertificateAuthority.issue`.

        Raises:
            AuthorityError: The authority refuses, or answers wrongly.
            TrustError: What it issued does not lead to an authority that is believed.
            IdentityMismatchError: The certificate is for another identity number.
            UnavailableError: It cannot be reached.

        Where ``keep`` has returned, the certificate may be in force after any of these errors: only
        the answer to the confirmation was lost, or damaged on its way. What was kept is not to be
        thrown away before `status` has told.
        """
        try:
            return self._enrol(BodyType.IR, enrolment, password, profile, keep)
        finally:
            del password

    def reissue(
        self,
        enrolment: Enrolment,
        *,
        password: str | bytes,
        profile: LockProfile = NPKI,
        keep: Keep | None = None,
    ) -> Credential:
        """Have a lost certificate replaced (재발급), see `CertificateAuthority.reissue`.

        The request is ``ir``, or ``krr`` where the profile says so; which certificate is meant the
        authority knows by the reference number. Raises as `issue`.
        """
        kind = BodyType.KRR if self._line.profile.key_recovery else BodyType.IR
        try:
            return self._enrol(kind, enrolment, password, profile, keep)
        finally:
            del password

    def renew(
        self,
        unlocked: UnlockedCredential,
        *,
        password: str | bytes,
        profile: LockProfile = NPKI,
        keep: Keep | None = None,
    ) -> Credential:
        """Have the successor of a valid certificate issued, see `CertificateAuthority.renew`.

        The new keys are as long as the old ones, 2,048 bits at least. Raises as `issue`, and:

        Raises:
            AuthorityError: It is too early, or too late; then the authority was not asked.
            ValueError: The km pair was left locked.
        """
        try:
            unlocked.check_whole()
            check_renewable(unlocked.certificate, self._line.clock())
            second = unlocked.key_management
            olds = [unlocked.certificate, *([] if second is None else [second.certificate])]
            with ExitStack() as opened:
                keys = KeyMaker(opened, self._key_source, profile)
                pairs = tuple(
                    keys.make(
                        max(old.key_size or 0, _LEAST_BITS),
                        password,
                        random=old is unlocked.certificate,
                        subject=old.subject.der,
                        replaces=old,
                    )
                    for old in olds
                )
                order = Order(
                    type=BodyType.KUR,
                    guard=KeyGuard(unlocked, self._keys),
                    pairs=pairs,
                    check=lambda issue: _check_renewed(olds, issue),
                    keep=keep,
                )
                return self._orders.place(order)
        finally:
            del password

    def issue_additional(
        self,
        unlocked: UnlockedCredential,
        *,
        password: str | bytes,
        profile: LockProfile = NPKI,
        keep: Keep | None = None,
        subject: bytes | None = None,
        key_size: int = _LEAST_BITS,
    ) -> Credential:
        """Have one more certificate issued to the holder of another (``cr``). Raises as `issue`.

        Args:
            unlocked: What the holder has; the request is signed with it.
            password: What locks the new key.
            profile: How it is locked.
            keep: See `Keep`.
            subject: Name to ask for, DER; default that of the certificate there is.
            key_size: Bits of the RSA key.
        """
        name = subject or unlocked.certificate.subject.der
        try:
            with ExitStack() as opened:
                keys = KeyMaker(opened, self._key_source, profile)
                pair = keys.make(key_size, password, subject=name)
                guard = KeyGuard(unlocked, self._keys)
                return self._orders.place(
                    Order(type=BodyType.CR, guard=guard, pairs=(pair,), keep=keep)
                )
        finally:
            del password

    def certify(self, csr: bytes, by: UnlockedCredential | Enrolment) -> Certificate:
        """Have a certificate issued for a PKCS#10 request (``p10cr``), whose key is elsewhere.

        Args:
            csr: The CertificationRequest (RFC 2986), DER.
            by: Who asks.

        Raises:
            FormatError: It is no CertificationRequest.
            AuthorityError: The authority refuses, or answers wrongly.
        """
        return self._orders.certify(csr, csr_public_key(csr), self._guard(by))

    def _enrol(
        self,
        kind: BodyType,
        enrolment: Enrolment,
        password: str | bytes,
        profile: LockProfile,
        keep: Keep | None,
    ) -> Credential:
        size, subject = enrolment.key_size, enrolment.subject
        try:
            with ExitStack() as opened:
                keys = KeyMaker(opened, self._key_source, profile)
                pairs = [keys.make(size, password, subject=subject)]
                if enrolment.key_management:
                    pairs.append(keys.make(size, password, random=False, subject=subject))
                order = Order(
                    type=kind,
                    guard=self._guard(enrolment),
                    pairs=tuple(pairs),
                    secret=enrolment.authorization_code,
                    id_number=enrolment.id_number,
                    keep=keep,
                )
                return self._orders.place(order)
        finally:
            del password


def _check_renewed(olds: list[Certificate], issue: Issue) -> None:
    for old, new in zip(olds, issue.certificates, strict=True):
        check_renewed(old, new)


if TYPE_CHECKING:
    # That it is one, a type checker tells.
    _is_authority: type[CertificateAuthority] = CmpAuthority
