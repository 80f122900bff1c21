# SPDX-License-Identifier: Apache-2.0
"""Sealed stores: the verbs, what the medium sees, and what is noticed when it cheats."""

from __future__ import annotations

import copy
import pickle
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

import kcert
from kcert.errors import (
    AlreadyExistsError,
    ConflictError,
    FormatError,
    KcertError,
    LimitError,
    NotFoundError,
    StorageError,
    TamperedError,
    UnlockError,
)
from kcert.keys.profiles import CHEAPEST
from kcert.storage import ANY, FileBackend, MemoryBackend
from kcert.store.opening import open_store
from kcert.testing import FakeAuthority

pytest.importorskip("pyrage", reason="kcert[cloud] is not installed")

from kcert.store.sealing import (
    Passphrase,
    SealedStore,
    VaultIdentity,
    VaultMemory,
    VaultWriter,
    age,
)
from kcert.store.sealing.memory import VaultMemory as Memory
from kcert.store.sealing.vaults import OpenVault

# A passphrase's scrypt takes seconds on purpose: the tests of everything else have an identity.
AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue("홍길동", password="pw", km=True, profile=CHEAPEST)


@pytest.fixture(scope="module")
def other(authority):
    return authority.issue("홍길순", password="pw", profile=CHEAPEST)


@pytest.fixture(scope="module")
def secret():
    return VaultIdentity.generate().reveal()


def opened(backend, secret, *, create=True, months=None, memory=None, sealing=None):
    sealing = VaultIdentity(secret) if sealing is None else sealing
    memory = Memory() if memory is None else memory
    return SealedStore(OpenVault(backend, sealing, memory, create=create, months=months))


@pytest.fixture(params=["memory", "file"])
def backend(request, tmp_path):
    return MemoryBackend() if request.param == "memory" else FileBackend(tmp_path / "vault")


@pytest.fixture
def store(backend, secret):
    return opened(backend, secret)


def objects(backend):
    return sorted(name for name in backend.list() if name.startswith("entries/"))


# The verbs


def test_what_was_added_is_found_loaded_and_removed(store, credential, other):
    entry = store.add(credential)
    store.add(other)
    assert entry.load() == credential
    for wanted in (entry.id, entry.location, credential.certificate.fingerprint()):
        assert store.get(wanted).certificate == credential.certificate
    assert [e.certificate for e in store.find(holder="홍길동")] == [credential.certificate]
    assert sum(e.problem is None for e in store.entries()) == 2
    store.remove(entry.id)
    assert [e.certificate for e in store.entries()] == [other.certificate]
    with pytest.raises(NotFoundError):
        store.get(entry.id)


def test_the_same_certificate_is_there_once(store, credential):
    store.add(credential)
    with pytest.raises(AlreadyExistsError):
        store.add(credential)


def test_what_was_removed_can_be_added_again(store, credential):
    store.remove(store.add(credential).id)
    assert store.add(credential).load() == credential


@pytest.mark.parametrize("id", ["", "/", "..", "a/../b", "f" * 16, "f" * 64, "f/f", "홍길동"])
def test_what_is_not_there_is_not_found(store, credential, id):
    store.add(credential)
    with pytest.raises(NotFoundError):
        store.get(id)


def test_a_changed_password_is_there_for_others(store, backend, secret, credential):
    entry = store.add(credential)
    store.change_password(entry, "pw", "pw2")
    again = opened(backend, secret).get(entry.id)
    with again.load().unlock("pw2") as unlocked:
        assert unlocked.random is not None


def test_replacing_needs_the_state_that_was_read(store, credential):
    entry = store.add(credential)
    changed = credential.change_password("pw", "pw2", CHEAPEST)
    store.replace(entry, changed)
    with pytest.raises(ConflictError):
        store.replace(entry, credential)
    assert store.get(entry.id).load() == changed
    with pytest.raises(ConflictError):
        kcert.store.writing.remove(store.backend, entry)
    assert store.get(entry.id).load() == changed


def test_copy_backup_and_restore(store, credential, other):
    here = open_store("memory:")
    here.add(credential)
    here.add(other)
    assert len(here.backup(to=store).copied) == 2
    assert len(here.backup(to=store).already_there) == 2
    fresh = open_store("memory:")
    assert len(store.restore(to=fresh).copied) == 2
    assert {e.load() for e in fresh.entries()} == {credential, other}


def test_moving_in_and_out(store, credential):
    here = open_store("memory:")
    entry = here.add(credential)
    moved = here.move(entry.id, to=store)
    assert list(here.entries()) == []
    store.move(moved.id, to=here)
    assert list(store.entries()) == []
    assert [e.load() for e in here.entries()] == [credential]


def test_two_ways_to_the_same_vault_are_one_place(backend, secret, credential):
    one, two = opened(backend, secret), opened(backend, secret)
    entry = one.add(credential)
    with pytest.raises(StorageError, match="one place"):
        one.move(entry.id, to=two)
    assert two.get(entry.id).load() == credential


def test_months_are_one_listing_and_open_nothing_else(authority, secret):
    class Counting(MemoryBackend):
        opened = 0

        def get(self, name):
            self.opened += name.startswith("entries/")
            return super().get(name)

    backend = Counting()
    store = opened(backend, secret, months=True)
    for number in range(12):
        credential = authority.issue(
            f"홍길동{number}",
            password="pw",
            profile=CHEAPEST,
            not_before=AT - timedelta(days=300),
            not_after=AT + timedelta(days=15 + 30 * number),
        )
        store.add(credential)
    backend.opened = 0
    found = list(store.find(expiring_within=timedelta(days=30), at=AT))
    assert len(found) == 1
    assert backend.opened <= 3
    assert store.get(found[0].id) == found[0]
    assert all(name.split("/")[1].startswith("202") for name in objects(backend))
    with pytest.raises(StorageError, match="settled"):
        opened(backend, secret, months=False)


# What the medium sees


def test_nothing_that_the_medium_gets_tells_whose_it_is(authority, secret):
    received = []

    class Spy(MemoryBackend):
        def put(self, name, data, *, replace=None):
            received.append(name.encode() + b"\0" + data)
            return super().put(name, data, replace=replace)

        def get(self, name):
            received.append(name.encode())
            return super().get(name)

    store = opened(Spy(), secret)
    credential = authority.issue("CANARY", password="pw", profile=CHEAPEST)
    entry = store.add(credential)
    store.change_password(entry, "pw", "pw2")
    store.remove(entry.id)
    seen = b"\n".join(received)
    certificate = credential.certificate
    fingerprint = certificate.fingerprint()
    for canary in (b"CANARY", b"yessign", b"cn=", b"signCert", b"BEGIN", secret.encode()):
        assert canary not in seen
    for told in (fingerprint[:16], fingerprint[-16:], f"{certificate.serial_number:x}"):
        assert told.encode() not in seen
    assert certificate.der[20:60] not in seen


def test_names_of_two_vaults_have_nothing_in_common(secret, credential):
    one, two = MemoryBackend(), MemoryBackend()
    for backend in (one, two):
        opened(backend, secret).add(credential)
    assert objects(one) != objects(two)


def test_sizes_are_rounded_up_to_four_kibibytes(store, backend, credential, other):
    store.add(credential)
    store.add(other)
    identities = store._sealed.vault.identities
    plain = [age.unseal(backend.get(name).data, identities) for name in objects(backend)]
    assert [len(data) % 4096 for data in plain] == [0, 0]


# A medium that cheats


@pytest.fixture
def two(store, backend, credential, other):
    first, second = store.add(credential), store.add(other)
    names = [f"entries/{entry.location}.age" for entry in (first, second)]
    return store, backend, first, second, names


def refused(store, entry):
    with pytest.raises(TamperedError) as caught:
        store.backend.get_folder(entry.location, entry.files)
    listed = [e.problem for e in store.entries() if e.location == entry.location]
    assert [type(problem) for problem in listed] == [TamperedError]
    return caught.value.how


def test_swapped_entries_are_noticed(two):
    store, backend, first, second, names = two
    one, other = (backend.get(name).data for name in names)
    backend.put(names[0], other, replace=ANY)
    backend.put(names[1], one, replace=ANY)
    assert refused(store, first) == refused(store, second) == "swapped"


def test_the_others_are_listed_all_the_same(two):
    store, backend, _first, second, names = two
    backend.put(names[0], b"rubbish", replace=ANY)
    assert [e.certificate for e in store.entries() if e.problem is None] == [second.certificate]


def test_an_entry_of_another_vault_is_noticed(two, secret, credential):
    store, backend, first, _, names = two
    elsewhere = MemoryBackend()
    other_vault = opened(elsewhere, secret)
    other_vault.add(credential)
    backend.put(names[0], elsewhere.get(objects(elsewhere)[0]).data, replace=ANY)
    assert refused(store, first) == "swapped"


def test_an_older_state_is_noticed_and_can_be_accepted(two):
    store, backend, first, _, names = two
    old = backend.get(names[0]).data
    store.change_password(first, "pw", "pw2")
    backend.put(names[0], old, replace=ANY)
    with pytest.raises(TamperedError) as caught:
        store.backend.get_folder(first.location, first.files)
    assert caught.value.how == "rolled-back"
    assert caught.value.seen > caught.value.counter > 1_700_000_000_000
    store.accept(first.location)
    assert store.get(first.id).certificate == first.certificate


def test_an_older_state_is_noticed_by_the_next_process(backend, secret, credential, tmp_path):
    memory = tmp_path / "seen.db"
    store = opened(backend, secret, memory=VaultMemory(memory))
    entry = store.add(credential)
    name = objects(backend)[0]
    old = backend.get(name).data
    store.change_password(entry, "pw", "pw2")
    store.memory.close()
    backend.put(name, old, replace=ANY)
    later = opened(backend, secret, memory=VaultMemory(memory))
    assert refused(later, entry) == "rolled-back"
    later.memory.close()
    assert b"yessign" not in memory.read_bytes()


def test_what_came_back_after_its_removal_is_noticed(two):
    store, backend, first, _, names = two
    old = backend.get(names[0]).data
    store.remove(first.id)
    backend.put(names[0], old, replace=ANY)
    assert refused(store, first) == "rolled-back"


def test_what_is_withheld_is_missing(two):
    store, backend, first, _, names = two
    backend.put(names[1], b"rubbish", replace=ANY)  # which is not missing
    backend.delete(names[0])
    assert list(store.missing()) == [first.location]
    store.accept(first.location)
    assert list(store.missing()) == []


def test_every_cut_and_every_flipped_bit_is_noticed(secret, credential):
    backend = MemoryBackend()
    store = opened(backend, secret)
    entry = store.add(credential)
    name = objects(backend)[0]
    good = backend.get(name).data
    spoilt = [
        good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :] for at in range(len(good))
    ]
    spoilt += [good[:cut] for cut in range(len(good))]
    spoilt += [good + b"\0", good + good, b"<html>login</html>"]
    for data in spoilt:
        backend.put(name, data, replace=ANY)
        with pytest.raises(TamperedError):
            store.backend.get_folder(entry.location, entry.files)


def test_what_somebody_without_the_key_sealed_is_noticed(two):
    store, backend, first, _, names = two
    plain = age.unseal(backend.get(names[0]).data, store._sealed.vault.identities)
    spoilt = plain.replace(b'"counter":1', b'"counter":9')
    assert spoilt != plain
    backend.put(names[0], age.seal(spoilt, store.recipients), replace=ANY)
    assert refused(store, first) in {"forged", "altered"}


@pytest.mark.parametrize("data", [b"", b"PK", b"\0" * 5000, b"{}"])
def test_sealed_rubbish_is_noticed(two, data):
    store, backend, first, _, names = two
    backend.put(names[0], age.seal(data, store.recipients), replace=ANY)
    assert refused(store, first) == "altered"


def test_a_packed_zip_is_refused_before_it_unpacks(two):
    store, backend, first, _, names = two
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kcert-entry.json", b" " * 10_000_000)
    backend.put(names[0], age.seal(bomb.getvalue(), store.recipients), replace=ANY)
    assert refused(store, first) == "altered"


def test_settings_that_the_owner_did_not_make_are_noticed(store, backend, secret):
    vault = store._sealed.vault
    forger = age.new_identity()
    spoilt = vault.seal_settings(forger)
    backend.put("settings.age", spoilt, replace=ANY)
    with pytest.raises(TamperedError):
        opened(backend, secret, create=False)


def test_older_settings_are_noticed(store, backend, secret):
    old = backend.get("settings.age").data
    store.add_recipient(VaultIdentity.generate().recipient)
    backend.put("settings.age", old, replace=ANY)
    with pytest.raises(TamperedError):
        opened(backend, secret, memory=store.memory, create=False)


# Who may open it


def test_a_vault_is_made_only_when_told(secret):
    with pytest.raises(NotFoundError, match="create=True"):
        opened(MemoryBackend(), secret, create=False)


def test_another_identity_does_not_open_it(store, backend):
    with pytest.raises(UnlockError):
        opened(backend, VaultIdentity.generate().reveal(), create=False)


def test_a_passphrase_its_change_and_rotation(credential):
    backend = MemoryBackend()
    store = opened(backend, None, sealing=Passphrase("first words"))
    entry = store.add(credential)
    sealed_entry = backend.get(objects(backend)[0])
    store.change_passphrase(Passphrase("second words"))
    assert backend.get(objects(backend)[0]) == sealed_entry
    with pytest.raises(UnlockError):
        opened(backend, None, sealing=Passphrase("first words"), create=False)
    store = opened(backend, None, sealing=Passphrase("second words"), create=False)
    assert store.rotate(Passphrase("third words")) == 1
    again = opened(backend, None, sealing=Passphrase("third words"), create=False)
    assert again.get(entry.id).load() == credential


def test_members_read_and_only_the_owner_changes_who_may(store, backend, secret, credential, other):
    member = VaultIdentity.generate()
    before = store.add(other)
    store.add_recipient(member.recipient)
    after = store.add(credential)
    theirs = opened(
        backend, None, sealing=VaultIdentity(member.reveal(), member=True), create=False
    )
    assert theirs.get(after.id).load() == credential
    assert isinstance(theirs.get(before.location).problem, TamperedError)  # sealed before
    with pytest.raises(UnlockError):
        theirs.add_recipient(VaultIdentity.generate().recipient)
    with pytest.raises(TamperedError):  # who says to be the owner has to be
        opened(backend, member.reveal(), create=False)
    new = VaultIdentity.generate()
    assert store.rotate(new) == 2
    theirs = opened(
        backend, None, sealing=VaultIdentity(member.reveal(), member=True), create=False
    )
    assert theirs.get(before.id).load() == other
    assert store.remove_recipient(member.recipient, VaultIdentity(secret)) == 2
    with pytest.raises(UnlockError):
        opened(backend, None, sealing=VaultIdentity(member.reveal(), member=True), create=False)
    assert len(store.recipients) == 1
    for old in (new.reveal(), member.reveal()):
        for name in objects(backend):
            with pytest.raises(FormatError):
                age.unseal(backend.get(name).data, [old])


def test_a_rotation_tells_how_far_it_is(store, secret, credential, other):
    store.add(credential)
    store.add(other)
    told = []
    assert store.rotate(VaultIdentity(secret), progress=lambda *step: told.append(step)) == 2
    assert told == [(1, 2), (2, 2)]
    member = VaultIdentity.generate().recipient
    store.add_recipient(member)
    store.remove_recipient(
        member, VaultIdentity.generate(), progress=lambda *step: told.append(step)
    )
    assert told == [(1, 2), (2, 2)] * 2


def test_a_rotation_that_was_interrupted_goes_on(store, backend, secret, credential, other):
    store.add(credential)
    store.add(other)
    new = VaultIdentity.generate()
    store._sealed.reseal, reseal = None, store._sealed.reseal
    with pytest.raises(TypeError):
        store.rotate(new)
    store._sealed.reseal = reseal
    again = opened(backend, new.reveal(), create=False)
    assert {e.load() for e in again.entries()} == {credential, other}
    assert again.rotate(VaultIdentity(secret)) == 2
    assert {e.load() for e in opened(backend, secret, create=False).entries()} == {
        credential,
        other,
    }


def test_a_writer_adds_and_cannot_read(store, backend, credential, other):
    entry = store.add(other)
    token = store.writer().reveal()
    writing = opened(backend, None, sealing=VaultWriter(token), create=False)
    added = writing.add(credential)
    assert added.certificate == credential.certificate
    assert store.get(added.id).load() == credential
    with pytest.raises(AlreadyExistsError):
        writing.add(other)
    with pytest.raises(UnlockError):
        writing.backend.get_folder(entry.location, entry.files)
    with pytest.raises(KcertError):
        writing.get(entry.id)


@pytest.mark.parametrize("token", ["", "kcert-writer-1:", "kcert-writer-1:W10=", "x" * 20_000])
def test_a_damaged_token_is_refused(token):
    with pytest.raises(FormatError):
        VaultWriter(token)


@pytest.mark.parametrize("text", ["", "AGE-SECRET-KEY-1", "age1xyz", "a\nb"])
def test_what_is_no_identity_is_refused(text):
    with pytest.raises(FormatError):
        VaultIdentity(text)


def test_secrets_are_not_shown_pickled_or_copied(store, secret):
    identity, words, writer = VaultIdentity(secret), Passphrase("words"), store.writer()
    for value in (identity, words, writer):
        assert repr(value) == f"<{type(value).__name__}>"
        for way in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError):
                way(value)
    assert secret not in repr(store) + repr(store.backend) + repr(store._sealed.vault)


def test_too_much_work_is_refused_before_it_begins():
    sealed = b"age-encryption.org/v1\n-> scrypt " + b"A" * 22 + b" 30\n" + b"B" * 43 + b"\n--- C\n"
    with pytest.raises(LimitError):
        age.unseal_with_passphrase(sealed, b"x")


@pytest.mark.parametrize("data", [b"", b"{}", b"[1", b'{"format":"kcert-vault","version":2}'])
def test_an_unknown_marker_is_refused(store, backend, secret, data):
    backend.put("vault.json", data, replace=ANY)
    with pytest.raises(FormatError):
        opened(backend, secret)


def test_a_service_that_ignores_conditions_gets_no_vault(secret):
    class Careless(MemoryBackend):
        def put(self, name, data, *, replace=None):
            return super().put(name, data, replace=ANY)

    with pytest.raises(StorageError, match="ignores"):
        opened(Careless(), secret)


def test_a_vault_memory_that_is_another_file_is_told(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match="memory"):
        VaultMemory(path)


def test_eight_workers_lose_nothing(backend, secret, authority):
    credentials = [
        authority.issue(f"홍길동{number}", password="pw", profile=CHEAPEST) for number in range(24)
    ]

    def work(mine):
        store = opened(backend, secret)
        return [store.add(credential).id for credential in mine]

    opened(backend, secret)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, [credentials[at::8] for at in range(8)]))
    assert sum(map(len, done)) == 24
    assert {e.load() for e in opened(backend, secret).entries()} == set(credentials)


# The front door


def test_open_store_seals_any_medium(tmp_path, secret, credential):
    address = f"file:{tmp_path}"
    identity = kcert.VaultIdentity(secret)
    store = kcert.open_store(address, sealing=identity, create=True, expiry_months=True)
    store.add(credential)
    assert isinstance(store, kcert.SealedStore)
    assert [e.load() for e in kcert.open_store(address, sealing=identity).entries()] == [credential]
    with pytest.raises(TypeError):
        kcert.open_store(address, sealing="words")
    with pytest.raises(ValueError, match="sealed"):
        kcert.open_store(address, expiry_months=True)


def test_a_cloud_is_never_used_unsealed():
    with pytest.raises(StorageError, match="always sealed"):
        kcert.open_store("s3://bucket/x?region=x", credentials={"access_key_id": "a"})


# By hand, with the age program


@pytest.mark.peer("age")
def test_an_entry_opens_by_hand(tmp_path, secret, credential):
    folder = tmp_path / "vault"
    address = f"file:{folder}"
    store = kcert.open_store(address, sealing=VaultIdentity(secret), create=True)
    store.add(credential)
    (tmp_path / "key.txt").write_text(secret)
    sealed = next(path for path in folder.rglob("*.age") if "entries" in path.parts)
    command = [shutil.which("age"), "-d", "-i", str(tmp_path / "key.txt"), str(sealed)]
    plain = subprocess.run(command, check=True, capture_output=True).stdout
    with zipfile.ZipFile(BytesIO(plain)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    assert kcert.npki.load({n: d for n, d in files.items() if n.endswith((".der", ".key"))}) == (
        credential
    )


@pytest.mark.peer("age")
def test_the_identity_under_its_passphrase_is_a_file_that_age_takes(tmp_path, credential):
    """``age -d -i identity.age entry.age`` asks for the passphrase, on a terminal only."""
    pty = pytest.importorskip("pty", reason="this system has no terminals of that kind")
    folder = tmp_path / "vault"
    store = kcert.open_store(f"file:{folder}", sealing=Passphrase("some words"), create=True)
    store.add(credential)
    sealed = next(path for path in folder.rglob("*.age") if "entries" in path.parts)
    out = tmp_path / "out.zip"
    age_program = shutil.which("age")
    command = [age_program, "-d", "-o", str(out), "-i", str(folder / "identity.age"), str(sealed)]
    typed = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    del pty
    subprocess.run([sys.executable, "-c", typed, *command], input=b"some words\n", timeout=60)
    assert zipfile.is_zipfile(out)
