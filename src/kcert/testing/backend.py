# SPDX-License-Identifier: Apache-2.0
"""The tests every backend has to pass, as a class to inherit from. Needs pytest.

::

    from kcert.testing.backend import BackendContract

    class TestMyBackend(BackendContract):
        def make_backend(self, tmp_path):
            return MyBackend(tmp_path)

A backend that is a `FolderBackend` inherits `kcert.testing.folder_backend.FolderBackendContract`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from kcert.errors import (
    AlreadyExistsError,
    ConflictError,
    FormatError,
    LimitError,
    NotFoundError,
    StorageError,
)
from kcert.storage.backend import ANY

if TYPE_CHECKING:
    from pathlib import Path

    from kcert.storage.backend import Backend

__all__ = ["BackendContract"]

KOREAN = "yessign/USER/cn=홍길동()0020049999999999,ou=은행,c=kr/signCert.der"
DECOMPOSED = "e\u0301"
COMPOSED = "\u00e9"

REFUSED_NAMES = (
    "",
    "/",
    "/etc/passwd",
    "a/",
    "a//b",
    ".",
    "..",
    "../a",
    "a/../../b",
    "a/./b",
    "C:",
    "C:/a",
    "a:stream",
    "a\\b",
    "..\\a",
    "a\x00b",
    "a\nb",
    "a\x7f",
    "a\u202eb",
    "a\u200bb",
    ".kcert\u200c-change",
    "\ufeffa",
    "\u3164",
    "a\ud800",
    "CON",
    "nul.txt",
    "a/LPT1",
    "com¹.der",
    "a.",
    "a ",
    "a /b",
    "b" * 256,
    "홍" * 86,
    "/".join(["a" * 200] * 6),
    "/".join("a" * 40),
    ".kcert-change",
)


class BackendContract(ABC):
    """What holds for every backend. Inherit, and override `make_backend`."""

    @abstractmethod
    def make_backend(self, tmp_path: Path) -> Backend:
        """Return a new, empty backend that takes at least 64 KiB under one name."""

    @pytest.fixture
    def backend(self, tmp_path: Path) -> Backend:
        """The backend under test, empty."""
        return self.make_backend(tmp_path)

    def test_it_says_what_it_guarantees(self, backend: Backend) -> None:
        """Layers above choose their protocol by these."""
        assert backend.properties.kind
        assert isinstance(backend.properties.conditional, bool)

    def test_a_new_backend_is_empty(self, backend: Backend) -> None:
        """Nothing is there that nobody put."""
        assert list(backend.list()) == []

    @pytest.mark.parametrize("data", [b"", b"\x00", b"line\r\nline\x1a", bytes(range(256)) * 256])
    def test_what_was_put_is_what_one_gets(self, backend: Backend, data: bytes) -> None:
        """Byte for byte, of any length and content."""
        version = backend.put("a/b", data)
        blob = backend.get("a/b")
        assert (blob.data, blob.version) == (data, version)

    def test_an_absent_name_is_not_found(self, backend: Backend) -> None:
        """Also where its folder is there."""
        backend.put("a/b", b"1")
        for name in ("b", "a/c", "x/y/z"):
            with pytest.raises(NotFoundError):
                backend.get(name)
            with pytest.raises(NotFoundError):
                backend.delete(name)

    def test_put_creates_only_unless_told(self, backend: Backend) -> None:
        """A key is never lost to a slip."""
        backend.put("a", b"old")
        with pytest.raises(AlreadyExistsError):
            backend.put("a", b"new")
        assert backend.get("a").data == b"old"

    def test_any_creates_and_overwrites(self, backend: Backend) -> None:
        """The caller who says so gets it."""
        backend.put("a/b", b"1", replace=ANY)
        second = backend.put("a/b", b"2", replace=ANY)
        assert backend.get("a/b").data == b"2"
        assert backend.get("a/b").version == second

    def test_a_version_overwrites_that_state_only(self, backend: Backend) -> None:
        """Two who read the same state cannot both replace it."""
        first = backend.put("a/b", b"1")
        second = backend.put("a/b", b"2", replace=first)
        assert first != second
        if backend.properties.conditional:
            with pytest.raises(ConflictError):
                backend.put("a/b", b"3", replace=first)
            assert backend.get("a/b").data == b"2"

    def test_a_version_of_what_is_gone_is_a_conflict(self, backend: Backend) -> None:
        """Replacing does not bring back what somebody removed."""
        version = backend.put("a/b", b"1")
        backend.delete("a/b")
        if backend.properties.conditional:
            with pytest.raises(ConflictError):
                backend.put("a/b", b"2", replace=version)
            assert list(backend.list()) == []

    def test_deleted_is_gone_and_its_neighbours_are_not(self, backend: Backend) -> None:
        """One of a group, then the last of it."""
        backend.put("a/b", b"1")
        backend.put("a/c", b"2")
        backend.delete("a/b")
        assert list(backend.list()) == ["a/c"]
        backend.delete("a/c")
        assert list(backend.list()) == []
        backend.put("a/b", b"again")
        assert backend.get("a/b").data == b"again"

    def test_list_gives_every_name_below_a_folder(self, backend: Backend) -> None:
        """A folder's name is not a prefix of its neighbour's."""
        names = {"a/1", "a/b/2", "a/b/c/3", "ab/4", "a b/5", "6"}
        for name in names:
            backend.put(name, b"x")
        assert sorted(backend.list()) == sorted(names)
        assert sorted(backend.list("a")) == ["a/1", "a/b/2", "a/b/c/3"]
        assert sorted(backend.list("a/b")) == ["a/b/2", "a/b/c/3"]
        assert list(backend.list("nowhere")) == []

    def test_names_of_one_folder_come_together(self, backend: Backend) -> None:
        """So that a caller can group them without holding them all."""
        for name in ("a/x", "a/m/y", "a/z", "b/x", "a b/x", "a/m/a"):
            backend.put(name, b"x")
        for folder in ("a", "a/m", "b", "a b"):
            inside = [name.startswith(folder + "/") for name in backend.list()]
            first = inside.index(True)
            assert all(inside[first : first + sum(inside)])

    def test_korean_names_survive(self, backend: Backend) -> None:
        """As NPKI folders have them."""
        backend.put(KOREAN, b"x")
        assert list(backend.list()) == [KOREAN]
        assert backend.get(KOREAN).data == b"x"

    def test_names_are_one_in_any_normal_form(self, backend: Backend) -> None:
        """A Mac writes NFD; in and out is NFC."""
        backend.put(f"a/{DECOMPOSED}", b"x")
        assert list(backend.list()) == [f"a/{COMPOSED}"]
        assert backend.get(f"a/{COMPOSED}").data == b"x"
        with pytest.raises(AlreadyExistsError):
            backend.put(f"a/{COMPOSED}", b"y")

    def test_difficult_characters_survive(self, backend: Backend) -> None:
        """Quotes, per cent, emoji, leading dots and spaces inside are names like others."""
        names = ["a'b", "a%2Fb", "100%", "#a", "a&b=c+d~", "(x) [y] {z}", "🔑", ".hidden", "a b"]
        for name in names:
            backend.put(name, name.encode())
        assert sorted(backend.list()) == sorted(names)
        assert all(backend.get(name).data == name.encode() for name in names)

    @pytest.mark.parametrize("name", REFUSED_NAMES, ids=lambda name: ascii(name)[:20])
    def test_dangerous_names_are_refused_by_every_verb(self, backend: Backend, name: str) -> None:
        """Nothing outside the store is reached or made."""
        with pytest.raises(FormatError):
            backend.put(name, b"x")
        with pytest.raises(FormatError):
            backend.put(name, b"x", replace=ANY)
        with pytest.raises(FormatError):
            backend.get(name)
        with pytest.raises(FormatError):
            backend.delete(name)
        if name:
            with pytest.raises(FormatError):
                list(backend.list(name))
        assert list(backend.list()) == []

    def test_errors_do_not_show_the_name(self, backend: Backend) -> None:
        """A name holds a person's name by convention; it is a fact of the error, not its text."""
        with pytest.raises(NotFoundError) as caught:
            backend.get(KOREAN)
        assert "홍길동" not in str(caught.value) + caught.value.message_ko
        assert caught.value.name == KOREAN
        assert caught.value.backend == backend.properties.kind

    def test_too_much_is_refused(self, backend: Backend) -> None:
        """A cap holds on the way in, before anything is written."""
        with pytest.raises((LimitError, StorageError)):
            backend.put("big", bytes(65 << 20))
        assert list(backend.list()) == []

    def test_of_many_creators_exactly_one_wins(self, backend: Backend) -> None:
        """And what is there is the winner's, whole."""
        if not backend.properties.conditional:
            pytest.skip("this backend does not promise it")

        def create(number: int) -> int | None:
            try:
                backend.put("a/b", bytes([number]) * 5000)
            except AlreadyExistsError:
                return None
            return number

        with ThreadPoolExecutor(8) as pool:
            winners = [number for number in pool.map(create, range(32)) if number is not None]
        assert len(winners) == 1
        assert backend.get("a/b").data == bytes(winners) * 5000

    def test_of_many_replacers_nobody_is_overwritten_unseen(self, backend: Backend) -> None:
        """Every successful replacement was of the state it had read."""
        if not backend.properties.conditional:
            pytest.skip("this backend does not promise it")
        backend.put("a/counter", b"0")

        def increment(_: int) -> int:
            while True:
                blob = backend.get("a/counter")
                try:
                    backend.put("a/counter", b"%d" % (int(blob.data) + 1), replace=blob.version)
                except ConflictError:
                    continue
                return 1

        with ThreadPoolExecutor(4) as pool:
            done = sum(pool.map(increment, range(24)))
        assert backend.get("a/counter").data == b"%d" % done
