# SPDX-License-Identifier: Apache-2.0
"""Argument types that this room shares."""

from __future__ import annotations

__all__ = ["Octets", "Password"]

Octets = bytes | bytearray | memoryview
Password = str | bytes | bytearray | memoryview
