# SPDX-License-Identifier: Apache-2.0
"""The stores that a command looks at: those that were named, or all of this computer."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from attrs import frozen

import kcert

if TYPE_CHECKING:
    from kcert import Entry, Store
    from kcert.cli.access import Access

__all__ = ["PlaceStore", "stores_of"]


@frozen
class PlaceStore:
    """A store, and the folder it is where that is one.

    Attributes:
        store: The store.
        folder: Its folder; ``None`` for a store with an address.
    """

    store: Store
    folder: Path | None

    def locate(self, entry: Entry) -> str:
        """Where an entry lies, as `kcert list --long` says it."""
        return entry.location if self.folder is None else str(self.folder / entry.location)


def stores_of(access: Access, places: tuple[str, ...]) -> list[PlaceStore]:
    """The stores that were named; where none was, every one of this computer.

    Raises:
        KcertError: One cannot be opened.
    """
    if not places:
        return _of_computer()
    found = []
    for place in places:
        is_folder = Path(place).is_dir()
        found.append(PlaceStore(access.open(place), Path(place) if is_folder else None))
    return found


def _of_computer() -> list[PlaceStore]:
    found: dict[Path, PlaceStore] = {}
    for one in kcert.discover():
        if one.entry is None or one.entry.backend is None:
            continue
        folder = one.location
        for _ in PurePosixPath(one.entry.location).parts:
            folder = folder.parent
        found.setdefault(folder, PlaceStore(kcert.Store(one.entry.backend), folder))
    return list(found.values())
