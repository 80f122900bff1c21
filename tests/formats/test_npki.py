# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import stat
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import kcert
from kcert import npki
from kcert.formats import folder
from kcert.keys.profiles import CHEAPEST
from kcert.storage.folder import Folder
from kcert.testing import FakeAuthority, assert_clear_error, clear_error
from kcert.testing.strategies import locked_credentials, mutations

posix = pytest.mark.skipif(os.name != "posix", reason="the system has no POSIX modes and links")


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("KICA")


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue(km=True, chain=True, profile=CHEAPEST)


@pytest.fixture
def files(credential):
    return npki.dump(credential)


def test_a_folder_gives_back_what_was_written(credential, tmp_path):
    npki.write_folder(credential, tmp_path / "entry")

    assert npki.read_folder(tmp_path / "entry") == credential


def test_every_part_has_its_file(credential, files):
    assert tuple(files) == npki.FILES
    assert files["signCert.der"] == credential.certificate.der
    assert files["signPri.key"] == credential.key.der
    assert files["kmCert.der"] == credential.key_management.certificate.der
    assert files["kmPri.key"] == credential.key_management.key.der


def test_a_credential_of_one_pair_has_two_files(authority):
    assert set(npki.dump(authority.issue(profile=CHEAPEST))) == {"signCert.der", "signPri.key"}


@pytest.mark.parametrize("change", [str.upper, str.lower, str.swapcase, str.title])
def test_names_count_in_any_case(credential, files, change):
    assert npki.load({change(name): data for name, data in files.items()}) == credential


def test_files_of_other_names_are_left_alone(credential, files):
    assert npki.load(files | {"desktop.ini": b"...", "signCert.der.bak": b""}) == credential


def test_the_same_file_twice_under_names_of_different_case_is_one(credential, files):
    assert npki.load(files | {"SIGNCERT.DER": files["signCert.der"]}) == credential


def test_two_different_files_of_one_name_are_refused(authority, files):
    other = authority.issue(profile=CHEAPEST)

    with clear_error(kcert.FormatError) as caught:
        npki.load(files | {"SIGNCERT.DER": other.certificate.der})
    assert "signCert.der" in str(caught.error)


@pytest.mark.parametrize("missing", ["signCert.der", "signPri.key"])
def test_a_missing_half_is_named(files, missing):
    del files[missing]

    with clear_error(kcert.FormatError) as caught:
        npki.load(files)
    assert f"{missing} is missing" in str(caught.error)
    assert f"{missing} 파일이 없습니다" in caught.error.message_ko


def test_a_folder_with_neither_half_says_what_belongs_there():
    with clear_error(kcert.FormatError) as caught:
        npki.load({})
    assert "signCert.der and signPri.key are missing" in str(caught.error)


@pytest.mark.parametrize("name", ["signCert.der", "signPri.key"])
@pytest.mark.parametrize("data", [b"", b"\0" * 1000, b"<html>", b"\x30\x82\x05\x00"])
def test_a_damaged_half_is_named(files, name, data):
    with clear_error(kcert.FormatError) as caught:
        npki.load(files | {name: data})
    assert str(caught.error).startswith(name)


@pytest.mark.parametrize("name", npki.FILES[:4])
def test_a_certificate_where_a_key_should_be_is_refused(files, name):
    swapped = files["signPri.key"] if name.endswith(".der") else files["signCert.der"]

    if name.startswith("sign"):
        with clear_error(kcert.FormatError):
            npki.load(files | {name: swapped})
    else:
        assert npki.load(files | {name: swapped}).key_management is None


@pytest.mark.parametrize("missing", ["kmCert.der", "kmPri.key"])
def test_half_a_km_pair_leaves_the_signing_pair_usable_and_is_told(credential, files, missing):
    del files[missing]
    loaded = npki.load(files)

    assert (loaded.certificate, loaded.key) == (credential.certificate, credential.key)
    assert loaded.key_management is None
    [problem] = loaded.problems
    assert missing in str(problem)
    assert "damaged-part" in [finding.code for finding in kcert.inspect(loaded).findings]


@pytest.mark.parametrize("name", ["kmCert.der", "kmPri.key", "CaPubs"])
@pytest.mark.parametrize("data", [b"", b"\x30\x00\x00", b"\x30\x03\x02\x01\x00", bytes(1 << 20)])
def test_a_damaged_companion_leaves_the_signing_pair_usable_and_is_told(files, name, data):
    loaded = npki.load(files | {name: data})

    assert loaded.certificate.der == files["signCert.der"]
    assert [problem.code for problem in loaded.problems] == ["format"]


def test_a_sound_folder_has_no_problems(files):
    assert npki.load(files).problems == ()


@pytest.mark.parametrize("name", ["signCert.der", "signPri.key"])
def test_a_file_over_the_size_limit_is_refused(files, name):
    with clear_error(kcert.LimitError) as caught:
        npki.load(files | {name: files[name] + bytes(npki.MAX_FILE_SIZE)})
    assert caught.error.where == name


def test_a_key_in_an_unknown_scheme_still_loads(files):
    # The scheme 1.2.410.200004.1.15 becomes 1.2.410.200004.1.99, which nobody has.
    strange = files["signPri.key"].replace(
        bytes.fromhex("06082a831a8c9a44010f"), bytes.fromhex("06082a831a8c9a440163"), 1
    )

    assert npki.load(files | {"signPri.key": strange}).key.scheme_oid == "1.2.410.200004.1.99"


# CaPubs


def test_ca_certificates_keep_their_order(authority):
    chain = authority.ca_certificates

    assert npki.load_ca_certificates(npki.dump_ca_certificates(chain)) == chain
    assert npki.load_ca_certificates(npki.dump_ca_certificates(chain[::-1])) == chain[::-1]
    assert npki.load_ca_certificates(npki.dump_ca_certificates(())) == ()


def test_too_many_ca_certificates_are_refused(authority, monkeypatch):
    monkeypatch.setattr(npki, "MAX_CA_CERTIFICATES", 1)

    with clear_error(kcert.LimitError):
        npki.load_ca_certificates(npki.dump_ca_certificates(authority.ca_certificates))


@pytest.mark.parametrize("name", ["3280CaPubs", "CaPubs_All"])
def test_a_real_list_of_authorities_is_read(shared_data, name):
    data = (shared_data / "ca" / "lists" / name).read_bytes()
    certificates = npki.load_ca_certificates(data)

    assert len(certificates) > 10
    assert any(certificate.is_ca for certificate in certificates)
    assert npki.dump_ca_certificates(certificates) == data


# Folders on a file system


@posix
def test_a_new_folder_is_for_its_owner_only(credential, tmp_path):
    previous = os.umask(0)
    try:
        npki.write_folder(credential, tmp_path / "a" / "b" / "entry")
    finally:
        os.umask(previous)

    for path in (tmp_path / "a").rglob("*"):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == ["entry"]


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_nothing_is_overwritten(credential, tmp_path, kind):
    target = tmp_path / "entry"
    if kind == "folder":
        target.mkdir()
        (target / "signCert.der").write_bytes(b"mine")
    elif kind == "file":
        target.write_bytes(b"mine")
    elif os.name == "posix":
        target.symlink_to(tmp_path / "nowhere")

    if kind == "link" and os.name != "posix":
        pytest.skip("links need a privilege here")
    with clear_error(kcert.AlreadyExistsError):
        npki.write_folder(credential, target)
    assert [path.name for path in tmp_path.iterdir()] == ["entry"]
    if kind == "folder":
        assert (target / "signCert.der").read_bytes() == b"mine"


def test_what_reads_back_differently_is_not_kept(credential, tmp_path, monkeypatch):
    write = Folder.write_file

    def faulty(self, name, data):
        write(self, name, data[:-1] + b"\0" if name == "signPri.key" else data)

    monkeypatch.setattr(Folder, "write_file", faulty)

    with clear_error(kcert.UnavailableError) as caught:
        npki.write_folder(credential, tmp_path / "entry")
    assert "signPri.key" in str(caught.error)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_nothing_behind(credential, tmp_path, monkeypatch):
    write = Folder.write_file

    def full(self, name, data):
        if name == "kmPri.key":
            raise OSError(28, "No space left on device", "cn=홍길동")
        write(self, name, data)

    monkeypatch.setattr(Folder, "write_file", full)

    with clear_error(kcert.UnavailableError, canaries=["홍길동"]):
        npki.write_folder(credential, tmp_path / "entry")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_found(tmp_path):
    with clear_error(kcert.NotFoundError):
        npki.read_folder(tmp_path / "cn=홍길동")


def test_the_path_is_a_fact_and_not_in_the_message(tmp_path):
    missing = tmp_path / "cn=홍길동()0020"

    with clear_error(kcert.NotFoundError) as caught:
        npki.read_folder(missing)
    assert caught.error.name == str(missing)
    assert "홍길동" not in str(caught.error) + caught.error.message_ko


@pytest.mark.parametrize("path", ["a\0b", "\ud800"])
def test_an_impossible_path_is_not_found(path, credential):
    with clear_error(kcert.NotFoundError):
        npki.read_folder(path)
    with clear_error(kcert.NotFoundError):
        npki.write_folder(credential, path)


@posix
@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "device"])
def test_only_regular_files_are_read(credential, tmp_path, kind):
    target = tmp_path / "entry"
    npki.write_folder(credential, target)
    key = target / "signPri.key"
    key.rename(tmp_path / "elsewhere")
    if kind == "link":
        key.symlink_to(tmp_path / "elsewhere")
    elif kind == "pipe":
        os.mkfifo(key)
    elif kind == "folder":
        key.mkdir()
    else:
        key.symlink_to("/dev/zero")

    with clear_error(kcert.FormatError) as caught:
        npki.read_folder(target)
    assert str(caught.error).startswith("signPri.key: not a regular file")


def test_a_large_file_is_refused_before_it_is_read(credential, tmp_path):
    target = tmp_path / "entry"
    npki.write_folder(credential, target)
    with (target / "signPri.key").open("r+b") as file:
        file.truncate(1 << 40)  # sparse

    with clear_error(kcert.LimitError) as caught:
        npki.read_folder(target)
    assert caught.error.where == "signPri.key"


@posix
def test_a_folder_reached_through_a_link_is_read(credential, tmp_path):
    npki.write_folder(credential, tmp_path / "entry")
    (tmp_path / "link").symlink_to(tmp_path / "entry")

    assert npki.read_folder(tmp_path / "link") == credential


@posix
def test_a_link_that_leads_to_itself_is_an_error(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with clear_error(kcert.StorageError):
        npki.read_folder(tmp_path / "loop")
    with pytest.raises(kcert.KcertError):
        folder.read_file(tmp_path / "loop", 10)


# The fixtures


def test_the_yessign_folder_is_read(shared_data):
    credential = npki.read_folder(shared_data / "fixtures" / "yessign-test")

    assert credential.certificate.serial_number == 4562037
    assert credential.certificate.policy.oid == "1.2.410.200005.1.1.4"
    assert credential.key.iterations == 2048
    assert (credential.key_management, credential.ca_certificates) == (None, ())


def test_a_published_folder_survives_a_round_trip(shared_data, tmp_path):
    source = shared_data / "fixtures" / "yessign-test"
    npki.write_folder(npki.read_folder(source), tmp_path / "copy")

    for name in ("signCert.der", "signPri.key"):
        assert (tmp_path / "copy" / name).read_bytes() == (source / name).read_bytes()


def test_a_published_pair_with_km_and_chain_loads_under_the_names_of_a_folder(shared_data):
    source = shared_data / "fixtures" / "kica-test"
    chain = [
        kcert.Certificate.load((source / name).read_bytes())
        for name in ("ca_KisaTestRootCA7.der", "ca_signGATE_FTCA06.der")
    ]
    credential = npki.load(
        {
            "signCert.der": (source / "ispSignCert.der").read_bytes(),
            "signPri.key": (source / "ispSignPri.key").read_bytes(),
            "kmCert.der": (source / "ispKmCert.der").read_bytes(),
            "kmPri.key": (source / "ispKmPri.key").read_bytes(),
            "CaPubs": npki.dump_ca_certificates(chain),
        }
    )

    assert credential.problems == ()
    assert credential.key_management.certificate.serial_number == 12735
    with credential.unlock("signgate1!") as unlocked:
        assert unlocked.random.reveal().hex() == "52a1cc9993ea411c12224ce238688e9438b21663"


# Any input


@given(locked_credentials())
@hypothesis_settings(max_examples=20)
def test_load_undoes_dump(credential):
    loaded = npki.load(npki.dump(credential))

    assert loaded.certificate == credential.certificate
    assert loaded.key == credential.key
    assert loaded.key_management == credential.key_management
    assert loaded.ca_certificates == credential.ca_certificates


@given(data=st.data())
@hypothesis_settings(max_examples=300)
def test_mutated_files_give_a_credential_or_a_clear_error(data, credential):
    files = npki.dump(credential)
    name = data.draw(st.sampled_from(npki.FILES))
    files[name] = data.draw(mutations(files[name]))

    try:
        loaded = npki.load(files)
        report = kcert.inspect(loaded, at=credential.certificate.validity.not_before)
    except kcert.KcertError as error:
        assert_clear_error(error)
    else:
        assert report.to_dict()


@given(st.dictionaries(st.sampled_from(npki.FILES) | st.text(), st.binary(max_size=200)))
def test_arbitrary_files_give_a_clear_error(files):
    with pytest.raises(kcert.KcertError):
        npki.load(files)


def test_loading_takes_no_notice_of_the_clock(files):
    expired = FakeAuthority("KICA").issue(
        profile=CHEAPEST,
        not_after=npki.load(files).certificate.validity.not_before - timedelta(days=900),
    )

    assert npki.load(npki.dump(expired)) == expired
