# SPDX-License-Identifier: Apache-2.0
"""A certificate authority in memory, with faults; and a machine that crashes at any moment."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from attrs import define

from kcert.errors import AuthorityError, UnavailableError
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import (
    CertificateState,
    CertificateStatus,
    Enrolment,
    RevocationReason,
)
from kcert.storage.wrappers import WrapperBackend
from kcert.testing import FakeAuthority

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
YEAR = timedelta(days=365)
GOOD, SUSPENDED = CertificateState.GOOD, CertificateState.SUSPENDED
REVOKED, UNKNOWN = CertificateState.REVOKED, CertificateState.UNKNOWN


class Crash(BaseException):
    """The power goes off."""


class Machine:
    """Everything that happens to a medium or an authority happens through it.

    Args:
        at: The action at which the power goes off; 0 for never.
        after: Whether that action has been done by then.
    """

    def __init__(self, at=0, *, after=False):
        self.at, self.after, self.count, self.off = at, after, 0, False

    @contextmanager
    def action(self):
        if self.off:
            raise Crash
        self.count += 1
        last = self.count == self.at
        self.off = last
        if last and not self.after:
            raise Crash
        yield
        if last:
            raise Crash


class Medium(WrapperBackend):
    """A backend that is plugged into a machine."""

    def __init__(self, backend, machine):
        super().__init__(backend)
        self.machine = machine

    def _call(self, verb, action, *, size=None, arrived=None):
        with self.machine.action():
            return action()

    def _stream(self, verb, start):
        with self.machine.action():
            found = list(start())
        return iter(found)


@define
class Record:
    certificate: object
    state: CertificateState
    since: datetime | None = None
    reason: RevocationReason | None = None


class MemoryAuthority:
    """Issues, confirms and revokes as an authority does, and can be told to fail.

    `faults` are taken one for each verb that issues or changes: ``"refuse"``, ``"not-heard"``,
    ``"answer-lost"``, ``"confirmation-not-heard"``, ``"confirmation-refused"``,
    ``"confirmation-lost"``, or ``None``.
    """

    def __init__(self, *, supersedes=False):
        self.fake = FakeAuthority("yessign")
        self.records = {}
        self.faults = []
        self.down = False
        self.supersedes = supersedes
        self.machine = Machine()
        self.asked = []

    # What the tests set up

    def holder(self, *, password, ends=NOW + timedelta(days=10), km=False, name="홍길동"):
        """A credential that was issued some time ago."""
        credential = self.fake.issue(
            name,
            password=password,
            profile=CHEAPEST,
            km=km,
            not_before=ends - YEAR,
            not_after=ends,
        )
        self.records[credential.certificate.fingerprint()] = Record(credential.certificate, GOOD)
        return credential

    def record(self, certificate):
        return self.records[certificate.fingerprint()]

    def state(self, certificate):
        record = self.records.get(certificate.fingerprint())
        return UNKNOWN if record is None else record.state

    # The protocol

    def issue(self, enrolment, *, password, profile=CHEAPEST, keep=None):
        return self._issue("issue", enrolment, None, password, keep, NOW + YEAR)

    def renew(self, unlocked, *, password, profile=CHEAPEST, keep=None):
        old = unlocked.certificate
        end = old.validity.not_after + YEAR
        km = unlocked.key_management is not None
        return self._issue("renew", None, old, password, keep, end, km=km)

    def reissue(self, enrolment, *, password, profile=CHEAPEST, keep=None):
        old = next(
            record.certificate
            for record in self.records.values()
            if record.certificate.fingerprint().startswith(enrolment.reference_number)
        )
        return self._issue("reissue", enrolment, old, password, keep, old.validity.not_after)

    def revoke(self, subject, *, reason=RevocationReason.UNSPECIFIED, enrolment=None):
        self._change("revoke", subject, enrolment, REVOKED, reason)

    def suspend(self, subject, *, enrolment=None):
        self._change("suspend", subject, enrolment, SUSPENDED, RevocationReason.CERTIFICATE_HOLD)

    def resume(self, subject, *, enrolment=None):
        self._change("resume", subject, enrolment, GOOD, None)

    def status(self, certificate):
        with self.machine.action():
            self._reached()
            record = self.records.get(certificate.fingerprint())
        if record is None:
            return CertificateStatus(UNKNOWN)
        return CertificateStatus(record.state, record.since, record.reason)

    # What it is made of

    def _issue(self, verb, enrolment, old, password, keep, end, *, km=False):
        self.asked.append(verb)
        fault = self.faults.pop(0) if self.faults else None
        with self.machine.action():
            self._reached(fault == "not-heard")
            if enrolment is not None and bytes(enrolment.authorization_code.octets) != b"right":
                raise AuthorityError("wrong code", status="rejection", failure=["badMessageCheck"])
            if fault == "refuse" or (verb == "renew" and self.state(old) is not GOOD):
                raise AuthorityError("refused", status="rejection", failure=["badRequest"])
            new = self.fake.issue(
                password=password,
                profile=CHEAPEST,
                km=km,
                subject=None if old is None else old.subject.der,
                not_before=NOW - timedelta(hours=12),
                not_after=end,
            )
            record = Record(new.certificate, UNKNOWN)
            self.records[new.certificate.fingerprint()] = record
            self._reached(fault == "answer-lost")
        if keep is not None:
            keep(new)
        with self.machine.action():
            self._reached(fault == "confirmation-not-heard")
            if fault == "confirmation-refused":
                raise AuthorityError("not accepted", status="rejection")
            record.state = GOOD
            if old is not None and (verb == "reissue" or self.supersedes):
                replaced = self.record(old)
                replaced.state, replaced.reason = REVOKED, RevocationReason.SUPERSEDED
                replaced.since = NOW
            self._reached(fault == "confirmation-lost")
        return new

    def _change(self, verb, subject, enrolment, state, reason):
        self.asked.append(verb)
        fault = self.faults.pop(0) if self.faults else None
        with self.machine.action():
            self._reached(fault == "not-heard")
            certificate = getattr(subject, "certificate", subject)
            record = self.record(certificate)
            if record.state is REVOKED or record.state is state or fault == "refuse":
                raise AuthorityError(f"it is {record.state.value}", status="rejection")
            record.state, record.reason, record.since = state, reason, NOW
            self._reached(fault == "answer-lost")

    def _reached(self, fault=False):
        if fault or self.down:
            raise UnavailableError("no answer", "응답 없음", backend="authority", retryable=True)


class Office:
    """Identifies everybody, and remembers what for."""

    def __init__(self, code="right"):
        self.requests, self.enrolments, self.code = [], [], code

    def __call__(self, request):
        self.requests.append(request)
        certificate = request.certificate
        reference = "0" if certificate is None else certificate.fingerprint()
        enrolment = Enrolment(reference, self.code)
        self.enrolments.append(enrolment)
        return enrolment
