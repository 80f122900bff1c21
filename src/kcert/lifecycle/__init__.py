# SPDX-License-Identifier: Apache-2.0
"""Living with certificates: what ends soon, reminders, and the checks after an issue.

Nothing here needs a password. `due` finds what ends soon, `calendar` makes reminders of it for any
calendar program, `Watcher` tells a scheduler what has happened, and `verify_issue` checks a new
certificate.
"""

from __future__ import annotations

from kcert.lifecycle.authority import (
    CertificateAuthority,
    CertificateState,
    CertificateStatus,
    Enrolment,
    Keep,
    RevocationReason,
)
from kcert.lifecycle.calendars import calendar
from kcert.lifecycle.events import EventKind, WatchEvent
from kcert.lifecycle.issue_checks import verify_issue
from kcert.lifecycle.issue_codes import ISSUE_CODES
from kcert.lifecycle.issue_report import IssueReport, Requested
from kcert.lifecycle.reminders import Due, DueIndex, DueState, due
from kcert.lifecycle.watching import Watcher

__all__ = [
    "ISSUE_CODES",
    "CertificateAuthority",
    "CertificateState",
    "CertificateStatus",
    "Due",
    "DueIndex",
    "DueState",
    "Enrolment",
    "EventKind",
    "IssueReport",
    "Keep",
    "Requested",
    "RevocationReason",
    "WatchEvent",
    "Watcher",
    "calendar",
    "due",
    "verify_issue",
]
