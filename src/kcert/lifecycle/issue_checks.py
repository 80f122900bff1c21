# SPDX-License-Identifier: Apache-2.0
"""What has to be looked at after a certificate was issued, renewed or reissued: `verify_issue`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from kcert.certificate.validity import moment
from kcert.credential import Credential
from kcert.errors import KcertError, NotFoundError, StorageError
from kcert.inspection import Finding, Severity, inspect
from kcert.lifecycle.issue_codes import ISSUE_CODES
from kcert.lifecycle.issue_report import IssueReport, Requested
from kcert.storage import FileBackend
from kcert.store import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.inspection import Report
    from kcert.store import Store
    from kcert.trust import Revocation, RevocationChecker, TrustStore

__all__ = ["verify_issue"]


def verify_issue(
    subject: Credential | Entry,
    *,
    store: Store | None = None,
    backup: Store | None = None,
    trust: TrustStore | None = None,
    requested: Requested | None = None,
    revocation: Revocation | None = None,
    checker: RevocationChecker | None = None,
    at: datetime | None = None,
) -> IssueReport:
    """Check what the guides tell everybody to check: stored? validity and issuer? backed up?

    Needs no password. What is stored and backed up is read again and compared with ``subject``,
    keys and all, as long as they are locked alike. That the key opens, and is the certificate's,
    only `Entry.unlock` can tell.

    Args:
        subject: The new credential, or its entry in a store.
        store: Where it has to be; for an entry, where it was read, if nothing else is said.
        backup: Where else it has to be.
        trust: The authorities to believe, such as `TrustStore.korea`; without one the issuer is
            only what the certificate says.
        requested: What was asked of the authority.
        revocation: How much to ask about revocation; ``None`` does not ask.
        checker: Who is asked about it, default the trust store's.
        at: Aware datetime; default now.

    Raises:
        KcertError: The certificate of the entry cannot be read.
        TypeError: ``subject`` is neither a credential nor an entry.
    """
    now = moment(at)
    if isinstance(subject, Entry):
        certificate, credential, stored = _of_entry(subject, store)
    elif isinstance(subject, Credential):
        certificate, credential = subject.certificate, subject
        stored = [_finding("storing-not-checked")]
    else:
        raise TypeError("subject must be a Credential or an Entry")
    if store is not None:
        stored = [_placed(store, certificate, credential, _STORE)]
    inspected = credential or certificate
    report = inspect(inspected, now, trust=trust, revocation=revocation, checker=checker)
    right = [
        *_inspected(certificate, report, trusted=trust is not None),
        *_requested(certificate, requested),
    ]
    backed = [_finding("backup-not-checked")]
    if backup is not None:
        backed = [_placed(backup, certificate, credential, _BACKUP)]
        if store is not None and _one_place(store, backup):
            backed = [_finding("backup-is-the-store")]
    wrong = any(finding.severity is Severity.ERROR for finding in right)
    return IssueReport(
        certificate=certificate,
        at=now,
        stored=_answer(stored, "stored", "storing-not-checked"),
        right=False if wrong else (True if trust is not None else None),
        backed_up=_answer(backed, "backed-up", "backup-not-checked"),
        findings=(*stored, *right, *backed),
    )


@frozen
class _Place:
    """Codes of what can be said of one place."""

    there: str
    absent: str
    otherwise: str
    damaged: str
    unreadable: str


_STORE = _Place("stored", "not-stored", "stored-otherwise", "stored-damaged", "store-unreadable")
_BACKUP = _Place(
    "backed-up", "not-backed-up", "backed-up-otherwise", "backup-damaged", "backup-unreadable"
)


def _of_entry(
    entry: Entry, store: Store | None
) -> tuple[Certificate, Credential | None, list[Finding]]:
    """Certificate and credential of an entry, and what reading it again has shown."""
    certificate = entry.certificate
    if certificate is None:
        raise entry.problem or NotFoundError("the entry has no certificate", backend="store")
    if store is None:
        credential, finding = _read(entry, certificate, None, _STORE)
        return certificate, credential, [finding]
    return certificate, _read(entry, certificate, None, _STORE)[0], []


def _placed(
    store: Store, certificate: Certificate, credential: Credential | None, place: _Place
) -> Finding:
    """The best that can be said of the certificate in a store: it may be there several times."""
    found: list[Finding] = []
    try:
        for entry in store.entries():
            if entry.certificate == certificate:
                found.append(_read(entry, certificate, credential, place)[1])
                if found[-1].code == place.there:
                    return found[-1]
    except StorageError as error:
        return _told(place.unreadable, error)
    return next(iter(found), _finding(place.absent))


def _read(
    entry: Entry, certificate: Certificate, wanted: Credential | None, place: _Place
) -> tuple[Credential | None, Finding]:
    """Read an entry's files again and compare them."""
    try:
        credential = entry.load()
    except KcertError as error:
        return None, _told(place.damaged, error)
    for problem in credential.problems:
        return credential, _told(place.damaged, problem)
    wanted = wanted or credential
    # The chain and the name are no part of the files everywhere; the two pairs are.
    same = (
        credential.certificate == certificate
        and credential.key == wanted.key
        and credential.key_management == wanted.key_management
    )
    return credential, _finding(place.there if same else place.otherwise)


def _inspected(certificate: Certificate, report: Report, *, trusted: bool) -> Iterator[Finding]:
    """What an inspection objects to, and what it says of validity and issuer."""
    validity = certificate.validity
    if validity.contains(report.at):
        yield _finding(
            "validity-right",
            not_before=validity.not_before,
            not_after=validity.not_after,
            days_left=validity.days_left(report.at),
        )
    for finding in report.findings:
        if finding.severity is not Severity.INFO or finding.code == "trusted":
            yield finding
    if not trusted:
        authority = certificate.authority
        issuer = authority.code if authority else certificate.issuer.rfc4514()
        yield _finding("issuer-not-checked", authority=issuer)


def _requested(certificate: Certificate, requested: Requested | None) -> Iterator[Finding]:
    if requested is None:
        return
    right, wrong = requested.compare(certificate)
    if wrong:
        yield _finding("not-as-requested", fields=wrong)
    elif right:
        yield _finding("as-requested", fields=right)


def _one_place(store: Store, backup: Store) -> bool:
    one, other = store.backend, backup.backend
    if isinstance(one, FileBackend) and isinstance(other, FileBackend):
        return Path(one.root).resolve() == Path(other.root).resolve()
    return one is other


def _answer(findings: list[Finding], yes: str, unasked: str) -> bool | None:
    code = findings[0].code
    return None if code == unasked else code == yes


def _finding(code: str, **facts: Any) -> Finding:  # noqa: ANN401 - `Finding.of_row` says which
    return Finding.of_row(ISSUE_CODES[code], **facts)


def _told(code: str, error: KcertError) -> Finding:
    return _finding(code, reason=str(error), reason_ko=error.message_ko)
