# SPDX-License-Identifier: Apache-2.0
"""Locked keys: what opens, what does not, and why."""

from __future__ import annotations

import copy
import os
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.pkcs5 import PBEParameter
from kcert._asn1.pkcs8 import EncryptedPrivateKeyInfo
from kcert.errors import (
    FormatError,
    KcertError,
    LimitError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.keys import EncryptedKey, Limits, LockProfile, PrivateKey, profiles
from kcert.keys.ciphers import CIPHERS
from kcert.keys.kdf import PRF_DIGESTS, pbkdf1
from kcert.testing.assertions import clear_error
from kcert.testing.keypool import shared_keys
from kcert.testing.strategies import mutations, passwords, randoms

PROFILES = [
    profiles.NPKI,
    profiles.NPKI_PBES2,
    profiles.CHEAPEST,
    LockProfile(
        name="short MODERN",
        scheme=oids.PBES2,
        cipher=oids.AES256_CBC,
        prf=oids.HMAC_SHA256,
        iterations=1_000,
        salt_size=16,
    ),
]
EVERY_PBES2 = [
    LockProfile(
        name=f"{oids.name_of(cipher)} {oids.name_of(prf)}",
        scheme=oids.PBES2,
        cipher=cipher,
        prf=prf,
        iterations=3,
    )
    for cipher in CIPHERS
    for prf in PRF_DIGESTS
]


@pytest.fixture(scope="module")
def locked(pkcs8):
    return PrivateKey.load(pkcs8).lock("right", profiles.CHEAPEST)


def fixed_iv(pkcs8: bytes, password: bytes, iterations: int) -> bytes:
    """A key as the earliest programs wrote it: the cipher's OID in the place of the scheme."""
    salt = b"saltsalt"
    cipher = CIPHERS[oids.SEED_CBC]
    key = pbkdf1("sha1", password, salt, iterations)[:16]
    return EncryptedPrivateKeyInfo(
        AlgorithmIdentifier(oids.SEED_CBC, PBEParameter(salt, iterations).encode()),
        cipher.encrypt(key, b"0123456789012345", pkcs8),
    ).encode()


@pytest.mark.parametrize(
    "profile", [*PROFILES, profiles.MODERN, *EVERY_PBES2], ids=lambda p: p.name
)
def test_a_key_comes_out_of_its_lock_octet_for_octet(pkcs8, random, profile):
    locked = PrivateKey.load(pkcs8).lock("비밀번호 1!", profile)
    with EncryptedKey.load(locked.der).unlock("비밀번호 1!") as key:
        assert key.reveal_pkcs8() == pkcs8
        assert key.random.reveal() == random


@settings(max_examples=60)
@given(
    profile=st.sampled_from([*PROFILES, *EVERY_PBES2]),
    password=passwords() | st.binary(max_size=40),
    random=st.none() | randoms(),
    size=st.sampled_from([1024, 2048]),
)
def test_unlocking_undoes_locking_whatever_profile_password_and_key(
    profile, password, random, size
):
    pkcs8 = shared_keys.key("lock and unlock", size).pkcs8(random=random)
    locked = PrivateKey.load(pkcs8).lock(password, profile)
    opened = EncryptedKey.load(locked.der).unlock(password)
    assert opened.reveal_pkcs8() == pkcs8
    assert (opened.random and opened.random.reveal()) == random


@pytest.mark.parametrize("size", [1024, 2048, 3072, 4096])
def test_keys_from_1024_to_4096_bits_open(size):
    pkcs8 = shared_keys.key("sizes", size, ring=1).pkcs8()
    with PrivateKey.load(pkcs8).lock("pw", profiles.NPKI).unlock("pw") as key:
        assert key.key_size == size
        assert key.reveal_pkcs8() == pkcs8
        assert len(key.sign(b"data")) == size // 8


def test_a_modulus_of_an_odd_number_of_bits_opens():
    pkcs8 = shared_keys.key("sizes", 1031, ring=1).pkcs8()
    assert PrivateKey.load(pkcs8).lock("pw", profiles.NPKI).unlock("pw").key_size == 1031


@pytest.mark.parametrize("iterations", [1, 100, 300, 2048, 70_000])
def test_keys_of_the_earliest_programs_open_with_the_fixed_vector(pkcs8, iterations):
    key = EncryptedKey.load(fixed_iv(pkcs8, b"pw", iterations))
    assert (key.scheme, key.scheme_oid, key.iterations) == ("seedCBC", oids.SEED_CBC, iterations)
    assert key.unlock("pw").reveal_pkcs8() == pkcs8
    with clear_error(UnlockError):
        key.unlock("wrong")


def test_facts_are_read_without_the_password(pkcs8):
    key = PrivateKey.load(pkcs8)
    npki = key.lock("pw", profiles.NPKI)
    assert npki.scheme == "pbeWithSHA1AndSEED-CBC"
    assert npki.scheme_oid == "1.2.410.200004.1.15"
    assert (npki.cipher, npki.prf, npki.iterations, npki.salt_size) == ("seedCBC", None, 2048, 8)
    modern = key.lock("pw", profiles.MODERN)
    assert (modern.scheme, modern.cipher) == ("PBES2", "aes256-CBC")
    assert (modern.prf, modern.iterations, modern.salt_size) == ("hmacWithSHA256", 600_000, 16)
    assert repr(npki) == "<EncryptedKey pbeWithSHA1AndSEED-CBC, 2048 rounds>"


def test_equal_files_are_equal_keys_and_may_be_copied_and_pickled(locked):
    again = EncryptedKey.load(bytearray(locked.der))
    assert again == locked
    assert hash(again) == hash(locked)
    assert pickle.loads(pickle.dumps(locked)) == copy.deepcopy(locked) == locked
    assert pickle.loads(pickle.dumps(locked)).unlock("right")


@given(wrong=passwords())
@settings(max_examples=200)
def test_a_wrong_password_is_an_unlock_error(locked, wrong):
    if wrong != "right":
        with clear_error(UnlockError, canaries=[wrong] if len(wrong.encode()) > 20 else []):
            locked.unlock(wrong)


def test_each_of_a_thousand_wrong_passwords_is_an_unlock_error(small_pkcs8):
    # Some four of them give a right padding by chance, and octets that are no key.
    locked = PrivateKey.load(small_pkcs8).lock("right", profiles.CHEAPEST)
    for number in range(1_000):
        with pytest.raises(UnlockError):
            locked.unlock(f"wrong {number}")


def test_damage_in_the_encrypted_part_never_gives_a_key(locked, pkcs8):
    start = len(locked.der) - 1_200
    for at in range(start, len(locked.der), 37):
        broken = bytearray(locked.der)
        broken[at] ^= 0x40
        try:
            opened = EncryptedKey.load(broken).unlock("right")
        except UnlockError:
            continue
        # Nothing seals attributes and padding: a bit of R may flip unseen, a number of the key not.
        assert opened.reveal_pkcs8() != pkcs8
        assert opened.reveal_pkcs8()[:1_200] == pkcs8[:1_200]


def test_every_cut_is_a_format_error(locked):
    for size in range(len(locked.der)):
        with clear_error(FormatError):
            EncryptedKey.load(locked.der[:size])


def test_octets_after_the_end_are_a_format_error(locked):
    with clear_error(FormatError):
        EncryptedKey.load(locked.der + b"\x00")


@pytest.mark.parametrize("size", [0, 1, 15, 17])
def test_an_encrypted_part_that_is_not_whole_blocks_is_a_format_error(locked, size):
    info = EncryptedPrivateKeyInfo.read(locked.der)
    with clear_error(FormatError):
        EncryptedKey.load(EncryptedPrivateKeyInfo(info.algorithm, bytes(size)).encode())


def test_an_unsupported_scheme_can_be_kept_and_is_named_when_opened():
    algorithm = AlgorithmIdentifier("1.2.410.200004.1.33", PBEParameter(bytes(8), 5).encode())
    key = EncryptedKey.load(EncryptedPrivateKeyInfo(algorithm, bytes(33)).encode())
    assert key.scheme == "pbeWithSHA256AndSEED-CBC"
    assert (key.cipher, key.prf, key.iterations, key.salt_size) == (None, None, None, None)
    assert key.needs_relock()
    for use in (lambda: key.unlock("pw"), key.similar_profile):
        with clear_error(UnsupportedAlgorithmError) as caught:
            use()
        assert caught.error.oid == "1.2.410.200004.1.33"
        assert caught.error.name == "pbeWithSHA256AndSEED-CBC"


@pytest.mark.parametrize("scheme", [oids.SEED_CBC_WITH_SHA1, oids.SEED_CBC])
def test_too_many_rounds_are_a_limit_error_before_any_work(monkeypatch, scheme):
    algorithm = AlgorithmIdentifier(scheme, PBEParameter(bytes(8), 2**31 - 1).encode())
    key = EncryptedKey.load(EncryptedPrivateKeyInfo(algorithm, bytes(16)).encode())

    def work(*_):
        pytest.fail("the derivation was started")

    monkeypatch.setattr("kcert.keys.schemes.pbkdf1", work)
    with clear_error(LimitError) as caught:
        key.unlock("pw")
    assert (caught.error.limit, caught.error.value) == ("iterations", 2**31 - 1)


def test_caps_are_arguments(locked, pkcs8):
    assert locked.unlock("right", limits=Limits(max_iterations=1)).reveal_pkcs8() == pkcs8
    with clear_error(LimitError):
        locked.unlock("right", limits=Limits(max_salt_size=7))
    with clear_error(LimitError):
        EncryptedKey.load(locked.der, limits=Limits(max_file_size=1_000))


def test_a_large_file_is_a_limit_error():
    with clear_error(LimitError):
        EncryptedKey.load(bytes((1 << 20) + 1))


def test_octets_with_gaps_between_them_are_read_rightly(locked, pkcs8):
    spread = bytearray(2 * len(locked.der))
    spread[::2] = locked.der
    assert EncryptedKey.load(memoryview(spread)[::2]).unlock("right").reveal_pkcs8() == pkcs8


def test_a_full_check_opens_a_right_key(locked, pkcs8):
    assert locked.unlock("right", full_check=True).reveal_pkcs8() == pkcs8


class TestNeedsRelock:
    def test_a_korean_lock_is_weaker_than_todays(self, pkcs8):
        key = PrivateKey.load(pkcs8)
        assert key.lock("pw", profiles.NPKI).needs_relock()
        assert key.lock("pw", profiles.NPKI_PBES2).needs_relock()
        assert not key.lock("pw", profiles.MODERN).needs_relock()

    def test_the_profile_is_what_it_is_measured_by(self, pkcs8):
        key = PrivateKey.load(pkcs8)
        assert not key.lock("pw", profiles.NPKI).needs_relock(profiles.NPKI)
        assert not key.lock("pw", profiles.MODERN).needs_relock(profiles.NPKI)
        assert key.lock("pw", profiles.CHEAPEST).needs_relock(profiles.NPKI)
        assert EncryptedKey.load(fixed_iv(pkcs8, b"pw", 2048)).needs_relock(profiles.NPKI)


class TestSimilarProfile:
    @pytest.mark.parametrize("profile", [profiles.NPKI, profiles.NPKI_PBES2], ids=lambda p: p.name)
    def test_a_sound_lock_is_repeated(self, pkcs8, profile):
        locked = PrivateKey.load(pkcs8).lock("pw", profile)
        again = PrivateKey.load(pkcs8).lock("pw", locked.similar_profile())
        for fact in ("scheme", "cipher", "prf", "iterations", "salt_size"):
            assert getattr(again, fact) == getattr(locked, fact)

    def test_few_rounds_and_old_schemes_are_made_better(self, pkcs8, locked):
        assert locked.similar_profile().iterations == 2048
        old = EncryptedKey.load(fixed_iv(pkcs8, b"pw", 100)).similar_profile()
        assert (old.scheme, old.iterations) == (oids.SEED_CBC_WITH_SHA1, 2048)


@settings(max_examples=300)
@given(data=st.binary(max_size=200))
def test_arbitrary_octets_are_refused_clearly(data):
    with clear_error(KcertError):
        EncryptedKey.load(data)


@pytest.fixture(scope="module", params=[profiles.CHEAPEST, EVERY_PBES2[7]], ids=lambda p: p.name)
def small_locked(request, small_pkcs8):
    return PrivateKey.load(small_pkcs8).lock("right", request.param)


@settings(max_examples=250)
@given(data=st.data())
def test_a_changed_key_file_gives_a_value_or_a_clear_error(small_locked, data):
    changed = data.draw(mutations(small_locked.der))
    try:
        EncryptedKey.load(changed).unlock("right", limits=Limits(max_iterations=10_000))
    except KcertError as error:
        assert len(str(error)) <= 300


def test_os_urandom_is_where_salts_come_from(monkeypatch, pkcs8):
    monkeypatch.setattr(os, "urandom", bytes)
    key = PrivateKey.load(pkcs8)
    for profile in PROFILES:
        assert key.lock("pw", profile) == key.lock("pw", profile)


def test_encode_and_read_agree_on_the_shape_of_the_published_file():
    # The first octets of a real key file of 2020: PyPinkSign, test_pinkSign.py.
    head = bytes.fromhex("30820510301a06082a831a8c9a44010f300e0408c8ea2fa25023c28502020800048204f0")
    key = EncryptedKey.load(head + bytes(0x4F0))
    assert (key.iterations, key.salt_size) == (2048, 8)
    assert key.der == encode.sequence(key.der[4:32], key.der[32:])
