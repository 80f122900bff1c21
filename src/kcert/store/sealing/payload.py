# SPDX-License-Identifier: Apache-2.0
"""What is sealed: a zip of a credential's files, and of what binds them to one place in one vault.

The zip is stored, not packed, so it opens with any program after ``age -d``::

    kcert-entry.json    vault, name, counter, hash of what it replaces, hashes of the files, MAC
    signCert.der …      the files
    padding             zeros, up to a multiple of 4 KiB

The MAC is HMAC-SHA-256 under a key of the vault, over the JSON object without the member ``mac``,
keys sorted, without spaces. age alone does not say who sealed something: anybody can who knows a
recipient. The MAC says that it was somebody with the vault's key.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from kcert.errors import FormatError
from kcert.storage.names import check_leaf

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Header", "Payload", "build", "canonical", "mac_of", "parse"]

BLOCK: Final = 4096
_HEADER: Final = "kcert-entry.json"
_PADDING: Final = "padding"
_MAX_MEMBERS: Final = 32
_MAX_HEADER: Final = 1 << 16
_FORMAT: Final = "sealed entry"
_FIRST_MOMENT: Final = (1980, 1, 1, 0, 0, 0)


@frozen
class Header:
    """What binds an entry to its place.

    Attributes:
        vault: Identifier of the vault, hexadecimal.
        name: Name of the entry in the vault.
        counter: Grows with every state of the entry; begins with the time in milliseconds.
        previous: SHA-256 of the sealed state that this one replaces, if any.
        generation: Which of the vault's keys the MAC is under.
        removed: The entry is being removed; there are no files.
    """

    vault: str
    name: str
    counter: int
    previous: str | None
    generation: int
    removed: bool = False


@frozen
class Payload:
    """An opened entry."""

    header: Header
    files: Mapping[str, bytes] = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)


def canonical(facts: Mapping[str, Any]) -> bytes:
    """The JSON that a MAC is over."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode("ascii")


def mac_of(key: bytes, facts: Mapping[str, Any]) -> str:
    """MAC over everything but the member ``mac``."""
    rest = {name: value for name, value in facts.items() if name != "mac"}
    return hmac.new(key, canonical(rest), hashlib.sha256).hexdigest()


def build(header: Header, files: Mapping[str, bytes], key: bytes) -> bytes:
    """Make the bytes that are sealed.

    Raises:
        FormatError: If a file has one of the names that the format needs for itself.
    """
    if {_HEADER, _PADDING} & set(files):
        raise FormatError(_FORMAT, "a file name that the format needs for itself")
    facts: dict[str, Any] = {
        "format": "kcert-entry",
        "version": 1,
        "vault": header.vault,
        "name": header.name,
        "counter": header.counter,
        "previous": header.previous,
        "generation": header.generation,
        "removed": header.removed,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    facts["mac"] = mac_of(key, facts)
    members = {_HEADER: canonical(facts), **files, _PADDING: b""}
    return _zip({**members, _PADDING: bytes(-_zip_size(members) % BLOCK)})


def _zip_size(members: Mapping[str, bytes]) -> int:
    """Length of a zip of these: APPNOTE 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (end)."""
    names = sum(len(name.encode()) for name in members)
    return sum(map(len, members.values())) + 2 * names + (30 + 46) * len(members) + 22


def _zip(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _FIRST_MOMENT)
            info.external_attr = 0o100600 << 16
            archive.writestr(info, data)
    return out.getvalue()


def parse(data: bytes) -> Payload:
    """Read what was sealed. The MAC has not been looked at yet.

    Raises:
        FormatError: If it is anything but what `build` makes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) > _MAX_MEMBERS or len({info.filename for info in infos}) != len(infos):
                raise _damaged()
            if any(
                info.compress_type != zipfile.ZIP_STORED
                or info.file_size != info.compress_size
                or info.file_size > len(data)
                for info in infos
            ):
                raise _damaged()
            members = {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError):
        raise _damaged() from None
    text = members.pop(_HEADER, b"")
    members.pop(_PADDING, None)
    facts = _facts(text)
    header = _header(facts)
    hashes = facts["files"]
    if not isinstance(hashes, dict) or set(hashes) != set(members):
        raise _damaged()
    for name, content in members.items():
        check_leaf(name)
        if hashes[name] != hashlib.sha256(content).hexdigest():
            raise _damaged()
    return Payload(header, members, facts)


def _facts(text: bytes) -> dict[str, Any]:
    try:
        facts = json.loads(text) if len(text) <= _MAX_HEADER else None
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict) or facts.get("format") != "kcert-entry" or "files" not in facts:
        raise _damaged()
    if facts.get("version") != 1:
        raise FormatError(
            _FORMAT,
            "made by a newer kcert; update kcert",
            reason_ko="더 새로운 kcert가 만든 것입니다; kcert를 업데이트하십시오",
        )
    return facts


def _header(facts: Mapping[str, Any]) -> Header:
    previous = facts.get("previous")
    texts = (facts.get("vault"), facts.get("name"), "" if previous is None else previous)
    numbers = (facts.get("counter"), facts.get("generation"))
    if not all(isinstance(text, str) for text in texts) or not all(
        type(number) is int and 0 <= number < 1 << 63 for number in numbers
    ):
        raise _damaged()
    return Header(
        vault=str(facts["vault"]),
        name=str(facts["name"]),
        counter=int(facts["counter"]),
        previous=previous,
        generation=int(facts["generation"]),
        removed=facts.get("removed") is True,
    )


def _damaged() -> FormatError:
    return FormatError(_FORMAT, "damaged", reason_ko="손상되었습니다")
