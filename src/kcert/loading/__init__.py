# SPDX-License-Identifier: Apache-2.0
"""Load anything: look at the bytes, ask the right format, say what was seen.

`sources` turns what the caller has (a path, octets, a pair) into octets; `kinds` is the table of
everything that is recognised, and of the formats that open it, `kind` one row of it; `outline` and
`text` are the looks that the table takes.
"""

from __future__ import annotations

from kcert.loading.kind import Kind
from kcert.loading.kinds import KINDS, recognise
from kcert.loading.sources import Source, load

__all__ = ["KINDS", "Kind", "Source", "load", "recognise"]
