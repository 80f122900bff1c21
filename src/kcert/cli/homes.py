# SPDX-License-Identifier: Apache-2.0
"""An entry together with the whole store it is in: what a new certificate goes into, too."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from attrs import frozen

import kcert
from kcert.cli.choosing import choose, in_store
from kcert.cli.failures import Refusal

if TYPE_CHECKING:
    from kcert import Entry, Store
    from kcert.cli.access import Access

__all__ = ["Home", "at_home"]

_WHOLE_ID: Final = re.compile(r"[0-9a-f]{16}([0-9a-f]{48})?")


@frozen
class Home:
    """An entry, and the store it is in.

    Attributes:
        store: The store, whose history is told.
        subject: The entry; the id of one that is not there any more, which a life cycle that broke
            off knows what has followed.
    """

    store: Store
    subject: Entry | str

    @property
    def entry(self) -> Entry | None:
        """The entry, where it is there."""
        return None if isinstance(self.subject, str) else self.subject


def at_home(access: Access, text: str, store: str | None) -> Home:
    """Find an entry in the store that it belongs to.

    Args:
        access: Opens the store, be it a vault.
        text: An id, or a folder.
        store: Where to look; default this computer.

    Raises:
        KcertError: There is none, or there are several.
        Refusal: It is a file, or a folder that is in no store.
    """
    if store is not None:
        whole = access.open(store)
        access.session.where = text
        try:
            entry = in_store(whole, text).entry
        except kcert.NotFoundError:
            if not _WHOLE_ID.fullmatch(text):
                raise
            entry = None
        return Home(whole, entry or text)
    chosen = choose(access.session, text, None, one_place=True)
    if chosen.entry is None or chosen.store is None:
        raise Refusal(
            ("this is a file, not an entry of a store", "저장소의 항목이 아니라 파일입니다"),
            ("take it into a store with `kcert import`", "`kcert import`로 저장소에 가져오십시오"),
        )
    if Path(text).is_dir() and chosen.entry.location:
        return Home(kcert.open_store(Path(text)), chosen.entry)
    return _on_computer(chosen.entry, Path(text) if Path(text).is_dir() else None)


def _on_computer(entry: Entry, folder: Path | None) -> Home:
    """The store of this computer that an entry, or exactly this folder, is in."""
    for found in kcert.discover():
        if found.entry is None or found.entry.id != entry.id or not found.entry.location:
            continue
        if folder is not None and not found.location.samefile(folder):
            continue
        root = found.location
        for _ in PurePosixPath(found.entry.location).parts:
            root = root.parent
        return Home(kcert.open_store(root), found.entry)
    raise Refusal(
        ("this folder is in no store of this computer", "이 컴퓨터의 저장소에 든 폴더가 아닙니다"),
        (
            "name the store above it with --store, and the certificate by its id",
            "위쪽 저장소를 --store로 주고 인증서는 id로 지정하십시오",
        ),
    )
