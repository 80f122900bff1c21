# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

import kcert
from kcert.inspection import CODES
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import ISSUE_CODES, Requested, verify_issue
from kcert.testing import FakeAuthority
from kcert.testing.authority import TEST_PASSWORD

NOW = datetime(2025, 6, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign", at=NOW)


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue(profile=CHEAPEST, km=True, chain=True)


@pytest.fixture(scope="module")
def trust(authority):
    return kcert.TrustStore([authority.root.certificate])


def store_of(*credentials):
    store = kcert.open_store("memory:")
    for credential in credentials:
        store.add(credential)
    return store


def codes(report):
    return [finding.code for finding in report.findings]


def test_stored_right_and_backed_up_is_ok(credential, trust):
    report = verify_issue(
        credential, store=store_of(credential), backup=store_of(credential), trust=trust, at=NOW
    )

    assert report.ok
    assert (report.stored, report.right, report.backed_up) == (True, True, True)
    assert {"stored", "validity-right", "trusted", "backed-up"} <= set(codes(report))


def test_what_was_not_given_is_not_checked_and_not_ok(credential):
    report = verify_issue(credential, at=NOW)

    assert not report.ok
    assert (report.stored, report.right, report.backed_up) == (None, None, None)
    assert {"storing-not-checked", "issuer-not-checked", "backup-not-checked"} <= set(codes(report))


def test_an_entry_is_stored_where_it_was_read(credential, trust):
    (entry,) = store_of(credential).entries()

    assert verify_issue(entry, trust=trust, at=NOW, backup=store_of(credential)).ok
    assert verify_issue(entry, store=kcert.open_store("memory:"), at=NOW).stored is False


def test_what_is_nowhere_is_told_twice(credential, trust):
    empty = [kcert.open_store("memory:"), kcert.open_store("memory:")]

    report = verify_issue(credential, store=empty[0], backup=empty[1], trust=trust, at=NOW)

    assert (report.stored, report.backed_up) == (False, False)
    assert {"not-stored", "not-backed-up"} <= set(codes(report))


def test_a_backup_under_another_password_is_told(credential, trust):
    old = credential.change_password(TEST_PASSWORD, "another password 1!")

    report = verify_issue(
        credential, store=store_of(old), backup=store_of(old), trust=trust, at=NOW
    )

    assert {"stored-otherwise", "backed-up-otherwise"} <= set(codes(report))
    assert not report.stored


def test_damaged_copies_are_told(credential):
    def damaged():
        backend = kcert.storage.MemoryBackend()
        store = kcert.Store(backend)
        store.add(credential)
        for name in list(backend.list()):
            if name.endswith("signPri.key"):
                backend.put(name, b"0", replace=kcert.storage.ANY)
        return store

    report = verify_issue(credential, store=damaged(), backup=damaged(), at=NOW)

    assert {"stored-damaged", "backup-damaged"} <= set(codes(report))


class Unplugged(kcert.Store):
    def entries(self):
        raise kcert.UnavailableError("unplugged", "뽑혔습니다", backend="file")


def test_a_place_that_cannot_be_read_is_told(credential):
    def gone():
        return Unplugged(kcert.storage.MemoryBackend())

    report = verify_issue(credential, store=gone(), backup=gone(), at=NOW)

    assert {"store-unreadable", "backup-unreadable"} <= set(codes(report))
    assert (report.stored, report.backed_up) == (False, False)


def test_a_backup_in_the_same_folder_is_none(credential, tmp_path):
    here, same = kcert.open_store(str(tmp_path)), kcert.open_store(f"{tmp_path}/../{tmp_path.name}")
    here.add(credential)

    report = verify_issue(credential, store=here, backup=same, at=NOW)

    assert report.stored
    assert report.backed_up is False
    assert "backup-is-the-store" in codes(report)


def test_an_ended_or_foreign_certificate_is_not_right(credential, trust):
    late = verify_issue(credential, trust=trust, at=NOW + 500 * DAY)
    foreign = verify_issue(credential, trust=kcert.TrustStore([]), at=NOW)

    assert late.right is False
    assert "expired" in codes(late)
    assert "validity-right" not in codes(late)
    assert foreign.right is False
    assert "not-trusted" in codes(foreign)


def test_what_was_requested_is_compared(credential):
    certificate = credential.certificate
    right = Requested(
        holder_name="홍길동",
        authority="yessign",
        policy=certificate.policy_oids[0],
        last_day=certificate.validity.last_day,
        public_key_info=certificate.public_key_info,
    )
    wrong = Requested(holder_name="홍길순", last_day=date(2030, 1, 1), authority="yessign")

    assert "as-requested" in codes(verify_issue(credential, requested=right, at=NOW))
    report = verify_issue(credential, requested=wrong, at=NOW)
    (finding,) = (item for item in report.findings if item.code == "not-as-requested")
    assert finding.facts["fields"] == ["holder_name", "last_day"]
    assert report.right is False


def test_a_report_is_json_without_names(credential, trust):
    report = verify_issue(credential, store=store_of(credential), trust=trust, at=NOW)
    plain = json.dumps(report.to_dict(), ensure_ascii=False)

    assert "홍길동" not in plain + repr([finding.message for finding in report.findings])
    assert report.to_dict(names=True)["certificate"]["holder_name"] == "홍길동"
    assert json.loads(plain)["stored"] is True


def test_an_entry_without_a_certificate_is_its_problem():
    backend = kcert.storage.MemoryBackend()
    backend.put("yessign/USER/cn=x/signCert.der", b"0")
    backend.put("yessign/USER/cn=x/signPri.key", b"0")
    (entry,) = kcert.Store(backend).entries()

    with pytest.raises(kcert.KcertError):
        verify_issue(entry, at=NOW)


def test_anything_else_is_a_programmers_error(credential):
    with pytest.raises(TypeError, match="Credential"):
        verify_issue(credential.certificate, at=NOW)


def test_every_code_is_said_in_both_languages_and_is_no_other_tables():
    for code, row in ISSUE_CODES.items():
        assert code == row.code
        assert row.message
        assert row.message_ko != row.message
    assert not ISSUE_CODES.keys() & CODES.keys()
