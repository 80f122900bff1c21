# SPDX-License-Identifier: Apache-2.0
"""The page of `kcert report`: read certificates into a model, draw the model as one HTML file.

`model` is what the page says, in the language of the reader; `reading` and `paths` make it from
stores; `page` and what it imports draw it, and know no certificates.
"""

from __future__ import annotations

__all__ = ()
