# SPDX-License-Identifier: Apache-2.0
"""Backends against a dict, in whatever order the verbs come."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kcert.errors import AlreadyExistsError, ConflictError, NotFoundError, UnavailableError
from kcert.storage import ANY, FileBackend, MemoryBackend
from kcert.storage.media import find_medium
from kcert.storage.ordered import OrderedFolders
from kcert.storage.platform import Platform, System
from kcert.storage.removable import RemovableBackend

FOLDERS = ["a", "a/b", "홍길동 (은행)", "c/d/e"]
LEAVES = ["signCert.der", "x", "é"]

names = st.builds(lambda folder, leaf: f"{folder}/{leaf}", *map(st.sampled_from, (FOLDERS, LEAVES)))
contents = st.binary(max_size=40)
few_files = st.dictionaries(st.sampled_from(LEAVES), contents, min_size=1)


class BackendMachine(RuleBasedStateMachine):
    """Every verb does to the backend what it does to the dict, or fails as the dict says."""

    def __init__(self):
        super().__init__()
        self.backend = self.make()
        self.model: dict[str, bytes] = {}
        self.versions: dict[str, object] = {}

    def make(self):
        return MemoryBackend()

    def fails(self, kind, action, *args, **kwargs):
        try:
            action(*args, **kwargs)
        except kind:
            return
        raise AssertionError(f"{kind.__name__} was expected")

    @rule(name=names, data=contents)
    def create(self, name, data):
        if name in self.model:
            self.fails(AlreadyExistsError, self.backend.put, name, data)
        else:
            self.versions[name] = self.backend.put(name, data)
            self.model[name] = data

    @rule(name=names, data=contents)
    def overwrite(self, name, data):
        self.versions[name] = self.backend.put(name, data, replace=ANY)
        self.model[name] = data

    @rule(name=names, data=contents)
    def replace(self, name, data):
        version = self.versions.get(name)
        if version is None:
            return
        if name in self.model:
            self.versions[name] = self.backend.put(name, data, replace=version)
            self.model[name] = data
        else:
            self.fails(ConflictError, self.backend.put, name, data, replace=version)

    @rule(name=names)
    def delete(self, name):
        if name in self.model:
            self.backend.delete(name)
            del self.model[name]
        else:
            self.fails(NotFoundError, self.backend.delete, name)

    @rule(name=names)
    def get(self, name):
        if name in self.model:
            blob = self.backend.get(name)
            assert (blob.data, blob.version) == (self.model[name], self.versions[name])
        else:
            self.fails(NotFoundError, self.backend.get, name)

    @rule(folder=st.sampled_from(FOLDERS), files=few_files)
    def create_folder(self, folder, files):
        if any(name.startswith(folder + "/") for name in self.model):
            self.fails(AlreadyExistsError, self.backend.put_folder, folder, files)
        else:
            self.backend.put_folder(folder, files)
            for leaf, data in files.items():
                name = f"{folder}/{leaf}"
                self.model[name] = data
                self.versions[name] = self.backend.get(name).version

    @rule(
        folder=st.sampled_from(FOLDERS),
        changes=st.dictionaries(st.sampled_from(LEAVES), st.none() | contents, min_size=1),
    )
    def change_folder(self, folder, changes):
        full = {leaf: f"{folder}/{leaf}" for leaf in changes}
        if any(full[leaf] not in self.model for leaf, data in changes.items() if data is None):
            return
        replace = {leaf: self.versions[n] for leaf, n in full.items() if n in self.model}
        if not replace and not any(n.startswith(folder + "/") for n in self.model):
            return  # a folder that is not there is made with put_folder
        self.backend.change_folder(folder, changes, replace=replace)
        for leaf, data in changes.items():
            if data is None:
                del self.model[full[leaf]]
            else:
                self.model[full[leaf]] = data
                self.versions[full[leaf]] = self.backend.get(full[leaf]).version

    @invariant()
    def the_listing_is_the_model(self):
        listed = list(self.backend.list())
        assert sorted(listed) == sorted(self.model)
        below = sorted(name for name in self.model if name.startswith("a/"))
        assert sorted(self.backend.list("a")) == below
        by_folder = {f"{f.name}/{leaf}" for f in self.backend.folders() for leaf in f.files}
        assert by_folder == set(self.model)


class FileMachine(BackendMachine):
    """As above, and a backend made anew sees the same: nothing is kept in memory."""

    def make(self):
        self.root = tempfile.mkdtemp(prefix="kcert-test-")
        return FileBackend(self.root)

    @rule()
    def open_again(self):
        self.backend = FileBackend(self.root)

    def teardown(self):
        shutil.rmtree(self.root)


class StickMachine(BackendMachine):
    """As above, on a stick that is pulled and plugged in again now and then."""

    def make(self):
        self.root = Path(tempfile.mkdtemp(prefix="kcert-test-"))
        (self.root / "proc/self").mkdir(parents=True)
        (self.root / "stick").mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(self.root / "stick")]
        # A plain folder serves, too, where one may not mount.
        subprocess.run(command, capture_output=True, check=False)
        self.plug()
        self.platform = Platform(System.LINUX, self.root, root=self.root)
        return self.opened()

    def plug(self):
        table = "1 0 8:1 / /stick rw - vfat /dev/sd1 rw\n"
        (self.root / "proc/self/mountinfo").write_text(table)

    def opened(self):
        medium = find_medium(str(self.root / "stick"), self.platform)
        return RemovableBackend(medium, platform=self.platform)

    @rule()
    def open_again(self):
        self.backend = self.opened()

    @rule(name=names)
    def pull_and_plug_in_again(self, name):
        (self.root / "proc/self/mountinfo").write_text("")
        self.fails(UnavailableError, self.backend.get, name)
        self.fails(UnavailableError, self.backend.put, name, b"x")
        self.plug()

    def teardown(self):
        subprocess.run(["umount", str(self.root / "stick")], capture_output=True, check=False)
        shutil.rmtree(self.root)


class FourVerbs:
    """A backend without the power over folders."""

    def __init__(self):
        memory = MemoryBackend()
        self.properties = memory.properties
        self.list, self.get = memory.list, memory.get
        self.put, self.delete = memory.put, memory.delete


class OrderedMachine(BackendMachine):
    """Folders file by file come to the same where nothing fails and nobody else writes."""

    def make(self):
        return OrderedFolders(FourVerbs())

    def create_folder(self, folder, files):
        """Leftovers of the same content are taken over, so this is tested on its own."""


few = settings(max_examples=40, stateful_step_count=25)

TestMemory = BackendMachine.TestCase
TestMemory.settings = few
TestFile = FileMachine.TestCase
TestFile.settings = few
TestStick = StickMachine.TestCase
TestStick.settings = few
TestOrdered = OrderedMachine.TestCase
TestOrdered.settings = few
