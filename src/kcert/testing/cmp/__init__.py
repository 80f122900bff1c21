# SPDX-License-Identifier: Apache-2.0
"""An authority that speaks CMP on loopback, with a memory and with faults on demand."""

from __future__ import annotations

from kcert.testing.cmp.faults import Fault, Faults, PlannedFault
from kcert.testing.cmp.records import Issue, Kind, Registration, Standing
from kcert.testing.cmp.rules import AuthorityRules
from kcert.testing.cmp.server import CmpServer

__all__ = [
    "AuthorityRules",
    "CmpServer",
    "Fault",
    "Faults",
    "Issue",
    "Kind",
    "PlannedFault",
    "Registration",
    "Standing",
]
