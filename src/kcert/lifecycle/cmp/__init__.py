# SPDX-License-Identifier: Apache-2.0
"""The Certificate Management Protocol: the client's side of issuing, renewing and revoking."""

from __future__ import annotations

from kcert.lifecycle.cmp.authority import CmpAuthority
from kcert.lifecycle.cmp.macs import MacKind
from kcert.lifecycle.cmp.profiles import CmpProfile
from kcert.lifecycle.cmp.transports import HttpTransport, TcpTransport, Transport

__all__ = [
    "CmpAuthority",
    "CmpProfile",
    "HttpTransport",
    "MacKind",
    "TcpTransport",
    "Transport",
]
