# SPDX-License-Identifier: Apache-2.0
"""Elements of the page. Text goes into a tree, never into markup, so nothing breaks out of it.

`xml.etree.ElementTree` writes the tree and escapes every text and attribute. What certificates say
comes from strangers: characters that steer a display, such as overrides of the writing direction,
are replaced as in a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, tostring

from kcert.cli.table import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["PREFIX", "Element", "add", "document", "make", "raw"]

PREFIX: Final = "<!doctype html>\n"
"""What a page begins with."""


def make(
    name: str,
    attributes: Mapping[str, str | float | bool | None] | None = None,
    *children: Element | str | None,
) -> Element:
    """Make an element.

    Args:
        name: Its tag.
        attributes: Values; ``True`` for one without a value, ``None`` and ``False`` for none.
        children: Elements and texts in their order; ``None`` is left out.
    """
    element = Element(name)
    for attribute, value in (attributes or {}).items():
        if value is None or value is False:
            continue
        element.set(attribute, "" if value is True else printable(_text(value)))
    add(element, children)
    return element


def _text(value: str | float) -> str:
    """Whole numbers without a point, others with two digits at most: as short as SVG takes them."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def add(element: Element, children: Iterable[Element | str | None]) -> None:
    """Put elements and texts into an element, after what is there."""
    for child in children:
        if isinstance(child, Element):
            element.append(child)
        elif child:
            _append(element, printable(child))


def _append(element: Element, text: str) -> None:
    if len(element):
        last = element[-1]
        last.tail = (last.tail or "") + text
    else:
        element.text = (element.text or "") + text


def raw(name: str, content: str) -> Element:
    """A ``style`` or ``script`` with the project's own content, which is written as it is."""
    element = Element(name)
    element.text = content
    return element


def document(root: Element) -> str:
    """The tree as an HTML document."""
    return PREFIX + tostring(root, encoding="unicode", method="html") + "\n"
