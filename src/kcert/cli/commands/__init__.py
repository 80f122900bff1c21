# SPDX-License-Identifier: Apache-2.0
"""The commands, a module for each family; `kcert.cli.catalogue` names them."""

from __future__ import annotations

__all__ = ()
