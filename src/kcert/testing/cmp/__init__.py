# SPDX-License-Identifier: Apache-2.0
"""An authority that speaks CMP on loopback, with a memory and with faults on demand."""

from __future__ import annotations

__all__: list[str] = []
