# SPDX-License-Identifier: Apache-2.0
"""Other libraries' names over kcert. Each module stands by itself; import it by name."""

from __future__ import annotations

__all__ = ()
