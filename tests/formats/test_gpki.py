# SPDX-License-Identifier: Apache-2.0
"""Government files: four for each person, many in one folder."""

from __future__ import annotations

import os
import stat
import unicodedata

import pytest
from hypothesis import given, settings

from kcert import gpki, inspect
from kcert.certificate import KeyUsage
from kcert.errors import (
    AlreadyExistsError,
    AmbiguousError,
    FormatError,
    KcertError,
    LimitError,
    NotFoundError,
    UnavailableError,
)
from kcert.keys.profiles import CHEAPEST
from kcert.store import open_store
from kcert.testing import FakeAuthority, clear_error
from kcert.testing.strategies import dn_values, mutations

NAME = "123홍길동456"


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("GPKI")


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue(common_name=NAME, profile=CHEAPEST, km=True)


@pytest.fixture(scope="module")
def server(authority):
    return authority.issue("서버", common_name="SVR1311000001", profile=CHEAPEST)


# Files


def test_the_four_files_are_named_after_the_cn(credential):
    files = gpki.dump(credential)

    assert sorted(files) == [NAME + ending for ending in sorted(gpki.ENDINGS)]
    assert files[NAME + "_sig.cer"] == credential.certificate.der
    assert files[NAME + "_env.key"] == credential.key_management.key.der
    assert gpki.load(files) == credential


def test_a_credential_without_second_pair_has_two_files(server):
    files = gpki.dump(server)

    assert sorted(files) == ["SVR1311000001_sig.cer", "SVR1311000001_sig.key"]
    assert gpki.load(files) == server


def test_names_count_in_any_case_and_normal_form(credential):
    files = {
        unicodedata.normalize("NFD", name).upper(): data
        for name, data in gpki.dump(credential).items()
    }

    assert gpki.load(files) == credential
    assert gpki.load(files, NAME) == credential


def test_other_files_are_ignored(credential):
    files = {**gpki.dump(credential), "readme.txt": b"", "_sig.cer": b"", "x_sig.cer.bak": b""}

    assert gpki.names(files) == (NAME,)
    assert gpki.load(files) == credential


def test_of_several_persons_one_is_named(credential, server):
    files = {**gpki.dump(credential), **gpki.dump(server)}

    assert gpki.load(files, NAME) == credential
    assert gpki.load(files, "svr1311000001") == server
    with clear_error(AmbiguousError) as caught:
        gpki.load(files)
    assert caught.error.choices == (NAME, "SVR1311000001")
    assert NAME not in str(caught.error) + caught.error.message_ko
    with clear_error(NotFoundError):
        gpki.load(files, "홍길순")


@pytest.mark.parametrize("ending", ["_sig.cer", "_sig.key"])
def test_without_both_halves_of_the_signing_pair_there_is_no_credential(credential, ending):
    files = gpki.dump(credential)
    del files[NAME + ending]

    with clear_error(FormatError, canaries=["홍길동"]) as caught:
        gpki.load(files)
    assert f"{ending} is missing" in str(caught.error)
    with clear_error(FormatError) as caught:
        gpki.load({})
    assert "_sig.cer and _sig.key" in str(caught.error)


@pytest.mark.parametrize("ending", ["_env.cer", "_env.key"])
def test_half_or_damaged_second_pair_is_a_problem_and_not_the_end(credential, ending):
    files = gpki.dump(credential)
    for damaged in (
        {**files, NAME + ending: b"0"},
        {k: files[k] for k in files if ending not in k},
    ):
        loaded = gpki.load(damaged)
        assert loaded.certificate == credential.certificate
        assert loaded.key_management is None
        assert ending in str(loaded.problems[0])


@pytest.mark.parametrize("ending", ["_sig.cer", "_sig.key"])
def test_a_damaged_signing_file_is_named(credential, ending):
    with clear_error(FormatError, canaries=["홍길동"]) as caught:
        gpki.load({**gpki.dump(credential), NAME + ending: b"0"})
    assert ending in str(caught.error)


def test_files_that_differ_in_case_only_must_be_the_same(credential):
    files = gpki.dump(credential)
    same = {**files, f"{NAME}_SIG.CER": files[NAME + "_sig.cer"]}
    assert gpki.load(same) == credential

    with clear_error(FormatError):
        gpki.load({**files, f"{NAME}_SIG.CER": b"another"})


def test_a_file_over_the_cap_is_refused(credential):
    with clear_error(LimitError):
        gpki.load({**gpki.dump(credential), NAME + "_sig.key": bytes(gpki.MAX_FILE_SIZE + 1)})


@settings(max_examples=25)
@given(name=dn_values())
def test_any_cn_gives_names_that_every_file_system_takes(credential, name, tmp_path_factory):
    named = FakeAuthority("GPKI").issue(common_name=name, profile=CHEAPEST)
    folder = tmp_path_factory.mktemp("class2")

    gpki.write_folder(named, folder)

    assert gpki.read_folder(folder) == named
    assert len(list(folder.parent.glob(folder.name + "/*"))) == 2


def test_a_name_that_leads_elsewhere_is_refused(credential):
    for name in ("../x", "a/b", "a\0b", "c:x", "x" * 300):
        with clear_error(FormatError):
            gpki.dump(credential, name)


@settings(max_examples=60)
@given(data=mutations(b"_"))
def test_any_name_of_a_file_is_read_or_passed_over(data):
    gpki.names([data.decode("latin-1"), data.decode("latin-1") + "_sig.cer"])


# Folders


def test_several_persons_share_a_folder(tmp_path, credential, server):
    folder = tmp_path / "GPKI" / "Certificate" / "class2"

    gpki.write_folder(credential, folder)
    gpki.write_folder(server, folder)

    assert gpki.list_folder(folder) == (NAME, "SVR1311000001")
    assert gpki.read_folder(folder, NAME) == credential
    assert gpki.read_folder(str(folder), "SVR1311000001") == server
    with clear_error(AmbiguousError):
        gpki.read_folder(folder)
    with clear_error(NotFoundError):
        gpki.read_folder(folder, "nobody")


def test_nothing_is_overwritten_nor_completed(tmp_path, credential, server, authority):
    gpki.write_folder(server, tmp_path)
    renewed = authority.issue("서버", common_name="svr1311000001", profile=CHEAPEST, km=True)

    with clear_error(AlreadyExistsError):
        gpki.write_folder(renewed, tmp_path)
    assert gpki.read_folder(tmp_path) == server

    gpki.write_folder(renewed, tmp_path, "SVR1311000001~2026")
    assert gpki.read_folder(tmp_path, "SVR1311000001~2026") == renewed


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_modes_are_for_the_owner_only(tmp_path, credential, server):
    gpki.write_folder(credential, tmp_path / "new")
    gpki.write_folder(server, tmp_path / "new")

    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()} == {0o600}


def test_an_absent_folder_and_an_empty_one_are_told_apart(tmp_path):
    with clear_error(NotFoundError):
        gpki.read_folder(tmp_path / "absent")
    with clear_error(NotFoundError):
        gpki.list_folder(tmp_path / "absent")
    assert gpki.list_folder(tmp_path) == ()
    with clear_error(FormatError):
        gpki.read_folder(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege here")
def test_links_pipes_and_folders_are_not_read(tmp_path, credential):
    gpki.write_folder(credential, tmp_path / "real")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a_sig.cer").symlink_to(tmp_path / "real" / f"{NAME}_sig.cer")
    os.mkfifo(folder / "a_sig.key")
    (folder / "b_sig.key").mkdir()

    assert gpki.list_folder(folder) == ()


@pytest.mark.parametrize("existing", [False, True])
def test_an_error_at_any_call_leaves_all_files_or_none(
    tmp_path, failing_call, credential, server, existing
):
    for nth in range(1, 100):
        folder = tmp_path / str(nth)
        if existing:
            gpki.write_folder(server, folder)
        failing_call.left, failure = nth, None
        try:
            gpki.write_folder(credential, folder)
        except UnavailableError as error:
            failure = error
        reached, failing_call.left = failing_call.left <= 0, None
        whose = gpki.list_folder(folder) if folder.exists() else ()
        if NAME in whose:
            assert gpki.read_folder(folder, NAME) == credential
        else:
            assert failure is not None
        if existing:
            assert gpki.read_folder(folder, "SVR1311000001") == server
        if not reached:
            return
    raise AssertionError("the writing did not end")


# A store, and what an inspection says


def test_a_store_lists_government_files(tmp_path, credential, server):
    folder = tmp_path / "Certificate" / "class2"
    gpki.write_folder(credential, folder)
    gpki.write_folder(server, folder)
    store = open_store(tmp_path)

    entries = {entry.name: entry for entry in store.entries()}

    assert {name: entry.load() for name, entry in entries.items()} == {
        NAME: credential,
        "SVR1311000001": server,
    }
    entry = entries[NAME]
    assert entry.location == f"Certificate/class2/{NAME}_sig.cer"
    for wanted in (entry.id, entry.location, credential.certificate.fingerprint()):
        assert store.get(wanted).load() == credential
    assert [found.name for found in store.find(authority="GPKI")] == [NAME, "SVR1311000001"]


def test_a_store_on_the_folder_itself_finds_by_location_too(tmp_path, credential, server):
    gpki.write_folder(credential, tmp_path)
    gpki.write_folder(server, tmp_path)

    assert open_store(tmp_path).get(f"{NAME}_sig.cer").load() == credential


def test_a_store_removes_one_person_and_leaves_the_others(tmp_path, credential, server):
    gpki.write_folder(credential, tmp_path)
    gpki.write_folder(server, tmp_path)
    store = open_store(tmp_path)

    store.remove(credential.certificate.fingerprint())

    assert gpki.list_folder(tmp_path) == ("SVR1311000001",)
    assert gpki.read_folder(tmp_path) == server


def test_a_store_replaces_government_files_where_they_lie(tmp_path, credential):
    gpki.write_folder(credential, tmp_path)
    store = open_store(tmp_path)
    changed = credential.change_password("kcert-Test-1!", "another-1!")

    store.replace(next(store.entries()), changed)

    assert gpki.read_folder(tmp_path) == changed


def test_a_damaged_person_stops_nobody_in_a_store(tmp_path, credential, server):
    gpki.write_folder(credential, tmp_path)
    gpki.write_folder(server, tmp_path)
    (tmp_path / f"{NAME}_sig.key").write_bytes(b"0")

    problems = {entry.name: entry.problem for entry in open_store(tmp_path).entries()}

    assert isinstance(problems[NAME], KcertError)
    assert problems["SVR1311000001"] is None


def test_usages_are_those_of_government_certificates_and_nothing_is_found_amiss(credential):
    signing, other = credential.certificate, credential.key_management.certificate

    assert signing.key_usage == {KeyUsage.DIGITAL_SIGNATURE}
    assert other.key_usage == {KeyUsage.KEY_ENCIPHERMENT, KeyUsage.DATA_ENCIPHERMENT}
    codes = {finding.code for finding in inspect(credential).findings}
    assert not codes & {"no-signing-usage", "no-non-repudiation", "no-encryption-usage"}


def test_a_signing_pair_from_the_envelope_is_found_amiss(credential):
    from attrs import evolve

    pair = credential.key_management
    swapped = evolve(
        credential,
        certificate=pair.certificate,
        key=pair.key,
        key_management=evolve(pair, certificate=credential.certificate, key=credential.key),
    )

    codes = {finding.code for finding in inspect(swapped).findings}
    assert {"no-signing-usage", "no-encryption-usage"} <= codes
