# SPDX-License-Identifier: Apache-2.0
"""Credentials at rest."""

from __future__ import annotations

import copy
import pickle

import pytest
from attrs import evolve

from kcert.credential import Credential, KeyPair
from kcert.errors import KeyMismatchError, LimitError, UnlockError
from kcert.keys import Limits, profiles
from kcert.testing.assertions import clear_error

PASSWORD = "kcert-Test-1!"


@pytest.fixture(scope="module")
def other(authority):
    return authority.issue("홍길순", password=PASSWORD, profile=profiles.CHEAPEST, fresh_key=True)


def test_credentials_compare_by_value(credential, other):
    again = Credential(
        credential.certificate,
        credential.key,
        credential.key_management,
        list(credential.ca_certificates),
        credential.friendly_name,
    )
    assert again == credential
    assert hash(again) == hash(credential)
    assert credential != other
    assert evolve(credential, friendly_name="x") != credential


def test_a_credential_may_be_copied_and_pickled(credential):
    assert copy.deepcopy(credential) == credential
    assert pickle.loads(pickle.dumps(credential)) == credential
    assert pickle.loads(pickle.dumps(credential)).unlock(PASSWORD)


def test_a_credential_cannot_be_changed(credential):
    with pytest.raises(AttributeError):
        credential.key = None


def test_printing_shows_no_name(credential):
    for text in (repr(credential), repr(evolve(credential, friendly_name="홍길동"))):
        assert "홍길동" not in text
        assert "JointCertificate" in text


def test_it_opens_with_both_pairs(credential):
    with credential.unlock(PASSWORD) as unlocked:
        assert unlocked.certificate == credential.certificate
        assert unlocked.key_management.certificate == credential.key_management.certificate
        assert unlocked.ca_certificates == credential.ca_certificates
        assert unlocked.friendly_name is None


def test_the_key_management_pair_may_stay_locked(credential):
    with credential.unlock(PASSWORD, key_management=False) as unlocked:
        assert unlocked.key_management is None
        assert unlocked.sign(b"data")
        with pytest.raises(ValueError, match="would be lost"):
            unlocked.lock("new")


def test_a_wrong_password_is_an_unlock_error(credential):
    with clear_error(UnlockError, canaries=["wrong password"]):
        credential.unlock("wrong password")


def test_the_key_of_another_certificate_is_a_key_mismatch(credential, other):
    swapped = Credential(credential.certificate, other.key)
    with clear_error(KeyMismatchError) as caught:
        swapped.unlock(PASSWORD)
    assert caught.error.fingerprint == credential.certificate.fingerprint()
    with clear_error(UnlockError):
        swapped.unlock("wrong password")


def test_a_key_management_key_of_another_certificate_is_a_key_mismatch(credential, other):
    swapped = evolve(
        credential, key_management=KeyPair(credential.key_management.certificate, other.key)
    )
    with clear_error(KeyMismatchError) as caught:
        swapped.unlock(PASSWORD)
    assert caught.error.fingerprint == credential.key_management.certificate.fingerprint()
    assert swapped.unlock(PASSWORD, key_management=False).sign(b"data")


def test_caps_and_the_full_check_are_arguments(credential):
    with clear_error(LimitError):
        credential.unlock(PASSWORD, limits=Limits(max_salt_size=1))
    with credential.unlock(PASSWORD, full_check=True) as unlocked:
        assert unlocked.sign(b"data")


@pytest.mark.parametrize("profile", [None, profiles.NPKI, profiles.NPKI_PBES2])
def test_a_new_password_opens_every_pair_and_r_is_kept(credential, profile):
    changed = credential.change_password(PASSWORD, "새 비밀번호 1!", profile)
    assert changed.certificate == credential.certificate
    assert changed.ca_certificates == credential.ca_certificates
    with clear_error(UnlockError):
        changed.unlock(PASSWORD)
    with changed.unlock("새 비밀번호 1!") as new, credential.unlock(PASSWORD) as old:
        assert new.reveal_pkcs8() == old.reveal_pkcs8()
        assert new.random.reveal() == old.random.reveal()
        assert new.key_management.reveal_pkcs8() == old.key_management.reveal_pkcs8()
    assert changed.key.scheme == (
        "PBES2" if profile is profiles.NPKI_PBES2 else credential.key.scheme
    )
    assert changed.key.iterations == changed.key_management.key.iterations == 2048


def test_the_kind_of_lock_is_kept_unless_told_otherwise(other):
    modern = other.change_password(PASSWORD, "a", profiles.NPKI_PBES2)
    again = modern.change_password("a", "b")
    assert (again.key.scheme, again.key.cipher) == ("PBES2", "seedCBC")


def test_a_password_is_not_changed_with_a_wrong_one(credential):
    with clear_error(UnlockError):
        credential.change_password("wrong", "new")


def test_a_pair_of_its_own_opens(credential):
    pair = credential.key_management
    with pair.unlock(PASSWORD) as opened:
        assert opened.certificate == pair.certificate
    with clear_error(UnlockError):
        pair.unlock("wrong")
