# SPDX-License-Identifier: Apache-2.0
"""The ``kcert`` command, over the public API only."""

from __future__ import annotations

__all__: list[str] = []
