# SPDX-License-Identifier: Apache-2.0
"""Checks the built documentation: links, anchors, and that no page needs the network.

Usage: site_links.py SITE

Every link within the site has to lead to a file of it, and every anchor to an element there. What a
page loads by itself (scripts, styles, fonts, pictures) has to be part of the site. Prints one line
for each fault and ends with 1 where there is one.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Attributes with which a page loads something by itself.
_LOADING = {
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("use", "href"),
}
_LOADING_RELATIONS = {
    "stylesheet",
    "icon",
    "preload",
    "preconnect",
    "dns-prefetch",
    "modulepreload",
}
_STYLE_ADDRESS = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[^'\")]+)")


class _Page(HTMLParser):
    """The links, the anchors and the loaded things of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors.update(found[name] for name in ("id", "name") if name in found)
        if tag == "link":
            relations = set(found.get("rel", "").split())
            (self.loaded if relations & _LOADING_RELATIONS else self.links).append(found["href"])
            return
        for name in ("href", "src"):
            if name in found:
                loads = (tag, name) in _LOADING
                (self.loaded if loads else self.links).append(found[name])


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text("utf-8"))
    page.close()
    return page


def _target(site: Path, page: Path, path: str) -> Path:
    target = (site / path.lstrip("/")) if path.startswith("/") else (page.parent / path)
    return target / "index.html" if target.is_dir() else target


def faults(site: Path) -> list[str]:
    """One line for each link that leads nowhere and each thing that is not part of the site."""
    pages = {path.resolve(): _read(path) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        where = path.relative_to(site.resolve()).as_posix()
        found += [
            f"{where}: loads {address}"
            for address in page.loaded
            if urlsplit(address).netloc or urlsplit(address).scheme not in ("", "data")
        ]
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = _target(site, path, unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                found.append(f"{where}: {link} leads nowhere")
            elif target in pages and unquote(parts.fragment) not in {"", *pages[target].anchors}:
                found.append(f"{where}: {link} has no such anchor")
    for style in sorted(site.rglob("*.css")):
        where = style.relative_to(site).as_posix()
        addresses = _STYLE_ADDRESS.findall(style.read_text("utf-8"))
        found += [f"{where}: loads {address}" for address in addresses]
    return found


def main(arguments: list[str]) -> int:
    """Check the site in the folder named."""
    (folder,) = arguments
    found = faults(Path(folder))
    print("\n".join(found) or "every link leads somewhere")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
