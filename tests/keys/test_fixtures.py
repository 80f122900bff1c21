# SPDX-License-Identifier: Apache-2.0
"""Key files that other programs wrote, with their published facts."""

from __future__ import annotations

import hashlib

import pytest

from kcert.errors import UnlockError
from kcert.keys import EncryptedKey, Padding, profiles
from kcert.testing.assertions import clear_error

YESSIGN_PASSWORD = "WTuA8Ev0lWXVFSiI!"
KICA_PASSWORD = "signgate1!"


@pytest.fixture(scope="module")
def yessign(shared_data):
    return shared_data / "fixtures/yessign-test"


@pytest.fixture(scope="module")
def yessign_key(yessign):
    return EncryptedKey.load((yessign / "signPri.key").read_bytes())


def test_a_yessign_key_opens_octet_for_octet(yessign, yessign_key):
    with yessign_key.unlock(YESSIGN_PASSWORD) as key:
        assert key.reveal_pkcs8() == (yessign / "plain_with_R.p8.der").read_bytes()
        assert (
            hashlib.sha256(key.reveal_pkcs8()).hexdigest()
            == "c39e707b3191e5b8d0cb98187e99bc41facdfd55b31780158168f9f754c658c5"
        )
        assert key.key_size == 2048
        assert key.random.reveal().hex() == "7858b4328390805129f01c97fe6ca4a520cbd479"


def test_its_facts_are_the_published_ones(yessign_key):
    assert yessign_key.scheme_oid == "1.2.410.200004.1.15"
    assert (yessign_key.iterations, yessign_key.salt_size) == (2048, 8)


def test_it_signs_to_the_published_signature(yessign, yessign_key):
    signature = (yessign / "pkcs1_sha256_TEST_MSG.sig").read_bytes()
    with yessign_key.unlock(YESSIGN_PASSWORD) as key:
        assert key.sign(b"TEST_MSG") == signature
        digest = hashlib.sha256(b"TEST_MSG").digest()
        assert key.sign(digest, prehashed=True) == signature
        assert key.sign(b"TEST_MSG", padding=Padding.PSS) != signature


def test_its_full_check_passes(yessign_key):
    with yessign_key.unlock(YESSIGN_PASSWORD, full_check=True) as key:
        assert key.key_size == 2048


@pytest.mark.parametrize("password", ["", "WTuA8Ev0lWXVFSiI", "WTuA8Ev0lWXVFSiI! ", KICA_PASSWORD])
def test_another_password_is_an_unlock_error(yessign_key, password):
    with clear_error(UnlockError):
        yessign_key.unlock(password)


@pytest.mark.parametrize(
    "profile", [profiles.NPKI, profiles.NPKI_PBES2, profiles.MODERN], ids=lambda p: p.name
)
def test_it_goes_through_every_profile_unchanged(yessign, yessign_key, profile):
    with yessign_key.unlock(YESSIGN_PASSWORD) as key:
        again = key.lock("새 비밀번호", profile)
    with again.unlock("새 비밀번호") as key:
        assert key.reveal_pkcs8() == (yessign / "plain_with_R.p8.der").read_bytes()


def test_a_pbes2_seed_key_is_read_and_does_not_open_with_another_password(yessign):
    key = EncryptedKey.load((yessign / "pbes2_seed.key").read_bytes())
    assert (key.scheme, key.cipher, key.prf) == ("PBES2", "seedCBC", "hmacWithSHA1")
    with clear_error(UnlockError):
        key.unlock(YESSIGN_PASSWORD)


def test_a_kica_pair_opens_and_only_the_signature_key_has_r(shared_data):
    folder = shared_data / "fixtures/kica-test"
    sign = EncryptedKey.load((folder / "ispSignPri.key").read_bytes())
    km = EncryptedKey.load((folder / "ispKmPri.key").read_bytes())
    assert sign.iterations == km.iterations == 1024
    with sign.unlock(KICA_PASSWORD) as key:
        assert key.random.reveal().hex() == "52a1cc9993ea411c12224ce238688e9438b21663"
    with km.unlock(KICA_PASSWORD) as key:
        assert key.random is None
        assert key.attributes == ()


def test_a_pbes2_key_with_hmac_sha256_opens(shared_data):
    key = EncryptedKey.load((shared_data / "fixtures/pbes2-sha256/key.der").read_bytes())
    assert (key.scheme, key.cipher, key.prf) == ("PBES2", "seedCBC", "hmacWithSHA256")
    assert key.iterations == 2048
    with key.unlock("1111aaaa!!!!") as opened:
        assert opened.key_size == 2048
        assert opened.random is None
