# SPDX-License-Identifier: Apache-2.0
"""Living with certificates: from the issue to the end, and reminders in between.

`issue`, `renew`, `reissue`, `revoke`, `suspend` and `resume` speak with a `CertificateAuthority`,
`CmpAuthority` for one, and change a store; broken off anywhere, they are run again. `due` finds
what ends soon, `calendar` makes reminders of it for any calendar program, `Watcher` tells a
scheduler what has happened, and `verify_issue` checks a new certificate; these need no password.
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
from kcert.lifecycle.identity import IdentityProof, IdentityRequest, Verb
from kcert.lifecycle.issue_checks import verify_issue
from kcert.lifecycle.issue_codes import ISSUE_CODES
from kcert.lifecycle.issue_report import IssueReport, Requested
from kcert.lifecycle.issuing import issue, reissue
from kcert.lifecycle.reminders import Due, DueIndex, DueState, due
from kcert.lifecycle.renewal import renew
from kcert.lifecycle.settling import settle, unfinished
from kcert.lifecycle.standing import resume, revoke, suspend
from kcert.lifecycle.steps import Issuance, OldEntry, Renewal, Retire, Step
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
    "IdentityProof",
    "IdentityRequest",
    "Issuance",
    "IssueReport",
    "Keep",
    "MacKind",
    "OldEntry",
    "Renewal",
    "Requested",
    "Retire",
    "RevocationReason",
    "Step",
    "TcpTransport",
    "Transport",
    "Verb",
    "WatchEvent",
    "Watcher",
    "calendar",
    "due",
    "issue",
    "reissue",
    "renew",
    "resume",
    "revoke",
    "settle",
    "suspend",
    "unfinished",
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
