# SPDX-License-Identifier: Apache-2.0
"""A hook of mkdocs: pages of the site that lie elsewhere in the project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the security policy, whose links lead into ``docs/`` from outside."""
    policy = (ROOT / "SECURITY.md").read_text("utf-8").replace("](docs/", "](")
    files.append(File.generated(config, "security.md", content=policy))
    return files
