# SPDX-License-Identifier: Apache-2.0
"""Formats are doors: one module each, with ``load`` and ``dump`` and nothing else.

The rest of the house never asks where a credential came from.
"""

from __future__ import annotations

__all__ = ["archive", "gpki", "npki", "pem", "pkcs12"]
