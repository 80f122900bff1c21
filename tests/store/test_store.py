# SPDX-License-Identifier: Apache-2.0
"""Stores in the NPKI layout, over every kind of backend."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from kcert.certificate import CertificateKind
from kcert.errors import (
    AlreadyExistsError,
    AmbiguousError,
    ConflictError,
    FormatError,
    KcertError,
    NotFoundError,
    UnavailableError,
)
from kcert.formats import npki
from kcert.keys.profiles import CHEAPEST
from kcert.storage import ANY, FileBackend, FolderListing, MemoryBackend, WrapperBackend
from kcert.store import Store, layout
from kcert.testing import FakeAuthority

AT = datetime(2026, 6, 1, tzinfo=UTC)
PASSWORD = "correct horse"


class FourVerbs:
    """A backend that cannot write several files at once."""

    def __init__(self):
        self.memory = MemoryBackend()
        self.properties = self.memory.properties
        self.list, self.get = self.memory.list, self.memory.get
        self.put, self.delete = self.memory.put, self.memory.delete


@pytest.fixture(params=["memory", "file", "four verbs"])
def backend(request, tmp_path):
    if request.param == "memory":
        return MemoryBackend()
    return FileBackend(tmp_path / "store") if request.param == "file" else FourVerbs()


@pytest.fixture
def store(backend):
    return Store(backend)


@pytest.fixture(scope="module")
def issue():
    """Issue a credential; the same arguments give the same one."""
    made = {}

    def issue(holder="홍길동", authority="yessign", **more):
        key = (holder, authority, repr(sorted(more.items())))
        if key not in made:
            more.setdefault("at", AT)
            made[key] = FakeAuthority(authority).issue(
                holder, password=PASSWORD, profile=CHEAPEST, **more
            )
        return made[key]

    return issue


@pytest.fixture(scope="module")
def credential(issue):
    return issue(km=True, chain=True)


def put_files(backend, folder, files):
    for name, data in files.items():
        backend.put(f"{folder}/{name}", data)


def test_a_new_store_has_no_entries(store):
    assert list(store.entries()) == []


def test_what_was_added_is_what_one_loads(store, credential):
    entry = store.add(credential)
    assert entry.load() == credential
    assert entry.certificate == credential.certificate
    assert entry.problem is None
    assert list(store.entries()) == [entry]


def test_the_layout_is_that_of_korean_programs(store, backend, credential):
    entry = store.add(credential)
    assert entry.location == f"yessign/USER/{credential.certificate.subject.npki()}"
    assert sorted(backend.list()) == sorted(
        f"{entry.location}/{name}" for name in npki.dump(credential)
    )


def test_ids_are_the_same_in_every_store_and_say_nothing(store, credential):
    entry = store.add(credential)
    assert entry.id == Store(store._backend).get(entry.id).id
    assert credential.certificate.fingerprint().startswith(entry.id)


def test_the_same_certificate_is_added_once(store, credential):
    entry = store.add(credential)
    with pytest.raises(AlreadyExistsError):
        store.add(credential)
    relocked = credential.change_password(PASSWORD, "other", profile=CHEAPEST)
    with pytest.raises(AlreadyExistsError):
        store.add(relocked)
    assert [found.load() for found in store.entries()] == [credential]
    assert store.get(entry.id).load() == credential


def test_the_same_certificate_in_a_folder_of_any_name_counts(store, backend, credential):
    put_files(backend, "old/copy", npki.dump(credential))
    with pytest.raises(AlreadyExistsError):
        store.add(credential)


def test_a_renewed_certificate_of_the_same_name_goes_beside_the_old_one(store, issue):
    old = issue(common_name="홍길동()0020", serial_number=100)
    new = issue(common_name="홍길동()0020", serial_number=101)
    assert old.certificate.subject == new.certificate.subject
    first, second = store.add(old), store.add(new)
    assert first.location != second.location
    assert {entry.load() == old for entry in store.entries()} == {True, False}


def test_a_certificate_whose_folders_are_all_taken_is_not_added(store, backend, credential):
    for leaf in layout.subject_folders(credential.certificate):
        backend.put(f"yessign/USER/{leaf}/signPri.key", b"another's")
    before = sorted(backend.list())
    with pytest.raises(AlreadyExistsError):
        store.add(credential)
    assert sorted(backend.list()) == before


def test_an_open_credential_is_not_stored(store, credential):
    with credential.unlock(PASSWORD) as unlocked, pytest.raises(TypeError):
        store.add(unlocked)
    assert list(store.entries()) == []


def test_an_existing_folder_is_used_as_it_is_spelled(store, backend, credential, issue):
    put_files(backend, "YesSign/User/cn=older", npki.dump(issue("홍길순")))
    entry = store.add(credential)
    assert entry.location.startswith("YesSign/User/cn=")


def test_an_empty_folder_of_an_installer_is_used_too(tmp_path, credential):
    (tmp_path / "yessign" / "User").mkdir(parents=True)
    entry = Store(FileBackend(tmp_path)).add(credential)
    assert entry.location.startswith("yessign/User/")


def test_names_of_files_count_in_any_case(store, backend, credential):
    files = {name.upper(): data for name, data in npki.dump(credential).items()}
    put_files(backend, "KICA/User/anything", files)
    (entry,) = store.entries()
    assert entry.load() == credential
    assert set(entry.files) == set(files)


def test_files_directly_in_the_root_are_an_entry(store, backend, credential):
    for name, data in npki.dump(credential).items():
        backend.put(name, data)
    (entry,) = store.entries()
    assert (entry.location, entry.load()) == ("", credential)


def test_other_files_are_not_entries(store, backend):
    backend.put("yessign/readme.txt", b"x")
    backend.put("KISA/CaPubs", b"x")
    assert list(store.entries()) == []


# Damage


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("signCert.der", None),
        ("signPri.key", None),
        ("signCert.der", b""),
        ("signPri.key", b""),
        ("signCert.der", b"\x30\x82\x05"),
        ("signPri.key", b"\x00" * 100),
        ("kmPri.key", None),
        ("CaPubs", b"rubbish"),
    ],
)
def test_a_damaged_entry_says_why_and_stops_nothing(store, backend, credential, issue, name, data):
    files = npki.dump(credential)
    files[name] = data
    put_files(backend, "a/damaged", {n: d for n, d in files.items() if d is not None})
    put_files(backend, "b/sound", npki.dump(issue("홍길순")))
    by_place = {entry.location: entry for entry in store.entries()}
    assert set(by_place) == {"a/damaged", "b/sound"}
    assert by_place["b/sound"].problem is None
    damaged = by_place["a/damaged"]
    assert isinstance(damaged.problem, KcertError)
    assert (damaged.certificate is None) == (name == "signCert.der")
    if name.startswith("sign"):
        with pytest.raises(KcertError):
            damaged.load()
    else:
        assert damaged.load().certificate == credential.certificate


def test_a_damaged_entry_can_be_got_and_removed(store, backend):
    put_files(backend, "a/b", {"signCert.der": b"rubbish", "signPri.key": b"rubbish"})
    (entry,) = store.entries()
    assert store.get(entry.id) == entry
    store.remove(entry.id)
    assert list(backend.list()) == []


def test_the_text_of_a_problem_does_not_name_the_holder(store, backend):
    put_files(backend, "yessign/USER/cn=홍길동", {"signCert.der": b"rubbish"})
    (entry,) = store.entries()
    shown = str(entry.problem) + entry.problem.message_ko + repr(entry) + repr(store)
    assert "홍길동" not in shown


def test_an_entry_that_vanishes_during_the_listing_is_passed_over(store, backend, issue):
    for number in range(3):
        put_files(backend, f"a/{number}", npki.dump(issue(f"사람{number}")))
    seen = []
    for entry in store.entries():
        seen.append(entry.location)
        if len(seen) == 1:
            for name in npki.dump(issue("사람1")):
                backend.delete(f"a/1/{name}")
    assert "a/2" in seen or "a/0" in seen
    assert len(seen) == 2


def test_a_pipe_in_place_of_a_key_is_a_problem_and_no_hang(tmp_path, credential):
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("needs pipes with names")
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "signCert.der").write_bytes(credential.certificate.der)
    os.mkfifo(folder / "signPri.key")
    (entry,) = Store(FileBackend(tmp_path)).entries()
    assert entry.certificate == credential.certificate
    assert isinstance(entry.problem, FormatError)


def test_a_huge_key_is_a_problem_and_the_certificate_is_read(tmp_path, credential):
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "signCert.der").write_bytes(credential.certificate.der)
    with (folder / "signPri.key").open("wb") as file:
        file.truncate(1 << 40)
    (entry,) = Store(FileBackend(tmp_path)).entries()
    assert entry.certificate == credential.certificate
    assert entry.problem is not None


# Finding


def test_an_entry_is_got_by_id_location_and_fingerprint(store, credential, issue):
    entry = store.add(credential)
    store.add(issue("홍길순"))
    assert store.get(entry.id) == entry
    assert store.get(entry.location) == entry
    assert store.get(credential.certificate.fingerprint()) == entry


@pytest.mark.parametrize("wanted", ["0" * 16, "", "no/where", "../x", "a\x00/b"])
def test_an_unknown_id_is_not_found(store, credential, wanted):
    store.add(credential)
    with pytest.raises(NotFoundError):
        store.get(wanted)


@pytest.mark.parametrize("retryable", [True, False])
def test_what_may_be_in_what_cannot_be_read_now_is_not_said_to_be_absent(credential, retryable):
    memory = MemoryBackend()
    entry = Store(memory).add(credential)
    problem = UnavailableError("gone", "없음", backend="memory", retryable=retryable)

    class Failing(WrapperBackend):
        def folders(self, prefix=""):
            yield FolderListing(prefix, (), problem)

    with pytest.raises(UnavailableError if retryable else NotFoundError):
        Store(Failing(memory)).get(entry.id)


def test_a_certificate_that_is_there_twice_is_asked_for_by_location(store, backend, credential):
    put_files(backend, "a/one", npki.dump(credential))
    put_files(backend, "a/two", npki.dump(credential))
    one, two = store.entries()
    assert one.id == two.id
    with pytest.raises(AmbiguousError):
        store.remove(one.id)
    store.remove(one.location)
    assert store.get(two.id).location == two.location


def test_find_answers_to_every_condition(store, issue):
    person = store.add(issue())
    other = store.add(issue("홍길순", "KICA"))
    company = store.add(issue("(주)길동", policy="1.2.410.200005.1.1.5"))
    rubbish = "broken"
    put_files(store._backend, rubbish, {"signCert.der": b"x"})
    everything = {person.id, other.id, company.id}

    def ids(**conditions):
        return {entry.id for entry in store.find(**conditions)}

    assert ids() == everything
    assert ids(holder="홍길동") == {person.id}
    assert ids(holder="홍길") == set()
    assert ids(authority="yessign") == {person.id, company.id}
    assert ids(authority="YESSIGN", holder="홍길동") == {person.id}
    assert ids(authority=other.certificate.authority) == {other.id}
    assert ids(kind=CertificateKind.JOINT) == everything
    assert ids(kind=CertificateKind.GOVERNMENT) == set()
    assert ids(policy="1.2.410.200005.1.1.5") == {company.id}
    assert ids(policy=company.certificate.policy) == {company.id}


def test_find_tells_what_runs_out_and_not_what_has(store, issue):
    entry = store.add(issue())
    end = entry.certificate.validity.not_after
    month = timedelta(days=30)

    def found(at):
        return [found.id for found in store.find(expiring_within=month, at=at)] == [entry.id]

    assert not found(end - timedelta(days=31))
    assert found(end - timedelta(days=30))
    assert found(end)
    assert not found(end + timedelta(seconds=1))


def test_a_moment_without_a_time_zone_is_refused(store):
    with pytest.raises(ValueError):
        list(store.find(expiring_within=timedelta(1), at=datetime(2026, 1, 1)))  # noqa: DTZ001


# Removing and replacing


def test_removed_is_gone(store, backend, credential):
    entry = store.add(credential)
    store.remove(entry.id)
    assert list(backend.list()) == []
    with pytest.raises(NotFoundError):
        store.get(entry.id)
    with pytest.raises(NotFoundError):
        entry.load()
    assert store.add(credential).id == entry.id


def test_other_files_in_the_folder_stay(store, backend, credential):
    entry = store.add(credential)
    backend.put(f"{entry.location}/note.txt", b"mine")
    store.remove(entry.id)
    assert list(backend.list()) == [f"{entry.location}/note.txt"]


def test_a_changed_password_replaces_every_key(store, credential):
    entry = store.add(credential)
    changed = entry.load().change_password(PASSWORD, "new password", profile=CHEAPEST)
    replaced = store.replace(entry, changed)
    assert replaced.id == entry.id
    assert [found.load() for found in store.entries()] == [changed]
    with replaced.load().unlock("new password") as unlocked:
        assert unlocked.key_management is not None


def test_a_replacement_of_something_that_changed_meanwhile_is_a_conflict(store, credential):
    entry = store.add(credential)
    first = credential.change_password(PASSWORD, "first", profile=CHEAPEST)
    second = credential.change_password(PASSWORD, "second", profile=CHEAPEST)
    store.replace(entry, first)
    with pytest.raises(KcertError) as caught:
        store.replace(entry, second)
    assert isinstance(caught.value, (ConflictError, NotFoundError))
    assert first in [found.load() for found in store.entries()]


def test_one_certificate_is_not_replaced_by_another(store, credential, issue):
    entry = store.add(credential)
    with pytest.raises(ValueError):
        store.replace(entry, issue("홍길순"))
    assert store.get(entry.id).load() == credential


def test_names_are_kept_as_they_are_spelled_when_replaced(store, backend, credential):
    put_files(backend, "a/b", {name.lower(): data for name, data in npki.dump(credential).items()})
    (entry,) = store.entries()
    changed = credential.change_password(PASSWORD, "new", profile=CHEAPEST)
    store.replace(entry, changed)
    (again,) = store.entries()
    assert again.load() == changed
    assert set(again.files) == {name.lower() for name in npki.dump(credential)}


def test_without_atomic_folders_a_replacement_never_leaves_none(credential):
    class Dying(FourVerbs):
        left = None

        def __init__(self):
            super().__init__()
            self.put, self.delete = self._wrap(self.memory.put), self._wrap(self.memory.delete)

        def _wrap(self, call):
            def wrapper(*args, **kwargs):
                if self.left is not None:
                    self.left -= 1
                    if self.left < 0:
                        raise UnavailableError("network down", backend="memory")
                return call(*args, **kwargs)

            return wrapper

    changed = credential.change_password(PASSWORD, "new", profile=CHEAPEST)
    for left in range(30):
        backend = Dying()
        store = Store(backend)
        entry = store.add(credential)
        backend.left = left
        try:
            store.replace(entry, changed)
        except UnavailableError:
            whole = [found.load() for found in store.entries() if found.problem is None]
            assert whole
            assert all(found in (credential, changed) for found in whole)
        else:
            assert [found.load() for found in store.entries()] == [changed]
            return
    raise AssertionError("the replacement did not end")


def test_a_medium_that_gives_back_something_else_is_noticed(credential):
    class Faulty(MemoryBackend):
        def get_folder(self, folder, names):
            from attrs import evolve

            found = super().get_folder(folder, names)
            return {name: evolve(blob, data=blob.data[:-1]) for name, blob in found.items()}

    with pytest.raises(UnavailableError):
        Store(Faulty()).add(credential)


def test_of_several_who_add_the_same_exactly_one_succeeds(store, credential):
    outcomes = []

    def add():
        try:
            store.add(credential)
            outcomes.append("added")
        except AlreadyExistsError:
            outcomes.append("there")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added", "there", "there", "there"]
    assert [entry.load() for entry in store.entries()] == [credential]


def test_a_foreign_change_between_reading_and_removing_is_a_conflict(credential):
    class Changing(MemoryBackend):
        def change_folder(self, folder, changes, *, replace):
            self.put(f"{folder}/signPri.key", b"the bank's", replace=ANY)
            super().change_folder(folder, changes, replace=replace)

    store = Store(Changing())
    entry = store.add(credential)
    with pytest.raises(ConflictError):
        store.remove(entry.id)
    assert len(list(store.entries())) == 1


def test_a_folder_that_somebody_has_just_removed_is_no_reason_for_another_name(issue):
    backend = MemoryBackend()
    put_folder, taken = backend.put_folder, [True]

    def just_removed(folder, files):
        if taken.pop() if taken else False:
            raise AlreadyExistsError("it is there, for one more moment", backend="memory")
        put_folder(folder, files)

    backend.put_folder = just_removed
    entry = Store(backend).add(issue())
    assert "~" not in entry.location


def test_what_somebody_replaces_at_once_is_a_conflict_and_stays(issue):
    backend, credential = MemoryBackend(), issue()
    changed = credential.change_password(PASSWORD, "another one")
    put_folder = backend.put_folder

    def overtaken(folder, files):
        put_folder(folder, files)
        backend.put_folder = put_folder
        store = Store(backend)
        store.replace(next(store.entries()), changed)

    backend.put_folder = overtaken
    with pytest.raises(ConflictError):
        Store(backend).add(credential)
    [entry] = Store(backend).entries()
    assert entry.load() == changed


def test_a_file_that_a_listing_missed_is_no_damage(issue):
    backend, credential = MemoryBackend(), issue()
    Store(backend).add(credential)
    folders = backend.folders

    def missing_one(prefix=""):
        for listing in folders(prefix):
            files = tuple(file for file in listing.files if file != "signPri.key")
            yield evolve(listing, files=files)

    backend.folders = missing_one
    [entry] = Store(backend).entries()
    assert entry.problem is None
    assert entry.load() == credential
