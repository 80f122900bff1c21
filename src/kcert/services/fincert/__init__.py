# SPDX-License-Identifier: Apache-2.0
"""The relying party of 금융인증서: what the browser's ``FinCert.Sdk.sign`` returned, verified.

The key lies in the KFTC's cloud and nothing of it reaches a server but the result of a signature.
One call checks everything that has to hold, and returns one verdict or raises.
"""

from __future__ import annotations

from kcert.services.fincert.result import SignResult
from kcert.services.fincert.verification import Verdict, verify

__all__ = ["SignResult", "Verdict", "verify"]
