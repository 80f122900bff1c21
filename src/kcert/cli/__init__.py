# SPDX-License-Identifier: Apache-2.0
"""The ``kcert`` command, over the public API only."""

from __future__ import annotations

from kcert.cli.entry import run

__all__ = ["run"]
