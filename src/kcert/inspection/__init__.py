# SPDX-License-Identifier: Apache-2.0
"""What is to be said about a certificate or a credential: offline, without a password.

`codes` is the table of everything that can be found, in English and Korean; `certificate_checks`
and `credential_checks` find it, `run` asks them all, and `report` is what comes out.
"""

from __future__ import annotations

from kcert.inspection.codes import CODES, FindingCode, Severity
from kcert.inspection.report import Finding, Report
from kcert.inspection.run import inspect

__all__ = ["CODES", "Finding", "FindingCode", "Report", "Severity", "inspect"]
