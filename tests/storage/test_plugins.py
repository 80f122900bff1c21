# SPDX-License-Identifier: Apache-2.0
"""Backends of other projects, by the scheme of an address."""

from __future__ import annotations

import importlib.metadata
import sys
from importlib.metadata import EntryPoint

import pytest

from kcert.errors import AmbiguousError, NotFoundError, StorageError
from kcert.storage import MemoryBackend
from kcert.storage.plugins import GROUP
from kcert.storage.urls import open_backend
from kcert.store import open_store
from kcert.testing import FakeAuthority

MODULE = """
opened = []

from kcert.errors import NotFoundError
from kcert.storage import MemoryBackend

def open_backend(rest):
    opened.append(rest)
    if rest == "//missing":
        raise NotFoundError("no such bucket", backend="acme")
    if rest == "//broken":
        raise RuntimeError("a secret of theirs")
    return object() if rest == "//wrong" else MemoryBackend()
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Make installed projects offer backends, as packages would."""
    (tmp_path / "acme_storage.py").write_text(MODULE)
    (tmp_path / "acme_broken.py").write_text("raise ImportError('no engine')")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("acme_storage", "acme_broken"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    offers = []
    monkeypatch.setattr(
        importlib.metadata,
        "entry_points",
        lambda *, group: [point for point in offers if point.group == group],
    )

    def install(name, value="acme_storage:open_backend"):
        offers.append(EntryPoint(name=name, value=value, group=GROUP))

    return install


def test_a_store_is_opened_by_another_projects_scheme(install):
    install("acme")
    store = open_store("ACME://bucket/prefix")
    assert isinstance(store.backend, MemoryBackend)
    assert sys.modules["acme_storage"].opened == ["//bucket/prefix"]
    store.add(FakeAuthority("yessign").issue("홍길동"))
    assert len(list(store.entries())) == 1


def test_nothing_is_imported_before_it_is_asked_for(install):
    install("acme")
    open_backend("memory:")
    assert "acme_storage" not in sys.modules


def test_a_scheme_that_nobody_offers_is_told(install):
    with pytest.raises(StorageError, match="unknown address"):
        open_backend("acme://bucket")


def test_a_project_that_does_not_import_is_named(install):
    install("acme", "acme_broken:open_backend")
    with pytest.raises(StorageError, match="acme_broken cannot be opened: ImportError") as caught:
        open_backend("acme://bucket")
    assert caught.value.backend == "acme"
    install("acme2", "acme_storage:nothing")
    with pytest.raises(StorageError, match="AttributeError"):
        open_backend("acme2://bucket")


def test_what_it_raises_is_its_own_error_or_a_storage_error(install):
    install("acme")
    with pytest.raises(NotFoundError, match="no such bucket"):
        open_backend("acme://missing")
    with pytest.raises(StorageError, match="RuntimeError") as caught:
        open_backend("acme://broken")
    assert "secret" not in str(caught.value)
    with pytest.raises(StorageError, match="did not return a backend"):
        open_backend("acme://wrong")


def test_two_projects_with_one_scheme_are_ambiguous(install):
    install("acme")
    install("acme", "acme_broken:open_backend")
    with pytest.raises(AmbiguousError) as caught:
        open_backend("acme://bucket")
    assert caught.value.choices == ("acme_broken", "acme_storage")


def test_a_project_named_twice_on_the_path_is_one(install):
    install("acme")
    install("acme")
    assert isinstance(open_backend("acme:"), MemoryBackend)


def test_schemes_that_kcert_knows_cannot_be_taken_over(install):
    for scheme in ("memory", "npki", "file", "usb"):
        install(scheme)
    open_backend("memory:")
    assert "acme_storage" not in sys.modules
