# SPDX-License-Identifier: Apache-2.0
"""Living with certificates: issuing and renewing, what ends soon, and the checks after an issue.

`due` finds what ends soon, `calendar` makes reminders of it for any calendar program, `Watcher`
tells a scheduler what has happened, and `verify_issue` checks a new certificate; none of them needs
a password. `CmpAuthority` has certificates issued, renewed and revoked.
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
from kcert.lifecycle.issue import verify_issue
from kcert.lifecycle.issue_codes import ISSUE_CODES
from kcert.lifecycle.issue_report import IssueReport, Requested
from kcert.lifecycle.reminders import Due, DueIndex, DueState, due
from kcert.lifecycle.watching import Watcher

# Type checkers take this for typing.TYPE_CHECKING.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kcert.lifecycle.cmp import (
        CmpAuthority,
        CmpProfile,
        HttpTransport,
        MacKind,
        TcpTransport,
        Transport,
    )

__all__ = [
    "ISSUE_CODES",
    "CertificateAuthority",
    "CertificateState",
    "CertificateStatus",
    "CmpAuthority",
    "CmpProfile",
    "Due",
    "DueIndex",
    "DueState",
    "Enrolment",
    "EventKind",
    "HttpTransport",
    "IssueReport",
    "Keep",
    "MacKind",
    "Requested",
    "RevocationReason",
    "TcpTransport",
    "Transport",
    "WatchEvent",
    "Watcher",
    "calendar",
    "due",
    "verify_issue",
]

# Who looks for what ends soon speaks to no authority, and needs no cryptography.
_CMP = ("CmpAuthority", "CmpProfile", "HttpTransport", "MacKind", "TcpTransport", "Transport")


def __getattr__(name: str) -> object:
    """Import a name on its first use (PEP 562)."""
    if name not in _CMP:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kcert.lifecycle import cmp

    return getattr(cmp, name)
