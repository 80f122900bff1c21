# SPDX-License-Identifier: Apache-2.0
"""Other programs open what kcert locks, and kcert opens what they lock."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization

from kcert._asn1 import oids
from kcert.errors import UnsupportedAlgorithmError
from kcert.keys import EncryptedKey, LockProfile, Padding, PrivateKey, profiles
from kcert.keys.ciphers import CIPHERS
from kcert.keys.kdf import PRF_DIGESTS
from kcert.keys.profiles import MODERN
from kcert.testing import FakeAuthority

PASSWORD = "kcert-peer-1!"
OPENSSL_CIPHERS = {
    "seed-cbc": oids.SEED_CBC,
    "aria-128-cbc": oids.ARIA128_CBC,
    "aria-192-cbc": oids.ARIA192_CBC,
    "aria-256-cbc": oids.ARIA256_CBC,
    "aes-128-cbc": oids.AES128_CBC,
    "aes-192-cbc": oids.AES192_CBC,
    "aes-256-cbc": oids.AES256_CBC,
    "des3": oids.DES_EDE3_CBC,
}
# OpenSSL 3.0 neither reads nor writes those with SHA-3 and the cut SHA-512.
OPENSSL_PRFS = {
    f"hmacWith{digest.upper()}": oid for oid, digest in PRF_DIGESTS.items() if "_" not in digest
}
PROVIDERS = ("-provider", "legacy", "-provider", "default")


def openssl(*arguments: str, data: bytes = b"") -> bytes:
    run = subprocess.run(["openssl", *arguments], input=data, capture_output=True, timeout=60)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


@pytest.fixture
def bare_pkcs8(fake_key):
    """A key without attributes: openssl drops them."""
    return fake_key.pkcs8()


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("prf", OPENSSL_PRFS)
@pytest.mark.parametrize("cipher", OPENSSL_CIPHERS)
class TestOpenSSL:
    def test_it_opens_our_pbes2_keys(self, bare_pkcs8, cipher, prf):
        profile = LockProfile(
            name="peer",
            scheme=oids.PBES2,
            cipher=OPENSSL_CIPHERS[cipher],
            prf=OPENSSL_PRFS[prf],
            iterations=2048,
            salt_size=16,
        )
        locked = PrivateKey.load(bare_pkcs8).lock(PASSWORD, profile)
        opened = openssl(
            *("pkcs8", "-inform", "DER", "-outform", "DER", "-passin", f"pass:{PASSWORD}"),
            *PROVIDERS,
            data=locked.der,
        )
        expected = serialization.load_der_private_key(bare_pkcs8, None).private_numbers()
        assert serialization.load_der_private_key(opened, None).private_numbers() == expected

    def test_we_open_its_keys(self, bare_pkcs8, cipher, prf):
        locked = openssl(
            *("pkcs8", "-topk8", "-inform", "DER", "-outform", "DER", "-v2", cipher),
            *("-v2prf", prf, "-passout", f"pass:{PASSWORD}"),
            *PROVIDERS,
            data=bare_pkcs8,
        )
        key = EncryptedKey.load(locked)
        assert key.scheme == "PBES2"
        assert key.cipher == CIPHERS[OPENSSL_CIPHERS[cipher]].name
        assert key.prf == oids.name_of(OPENSSL_PRFS[prf])
        assert key.unlock(PASSWORD).reveal_pkcs8() == bare_pkcs8


OLD_LOCKS = [
    ("des-cbc", "hmacWithSHA256"),
    ("rc2-cbc", "hmacWithSHA1"),
    ("bf-cbc", "hmacWithSHA256"),
    ("cast5-cbc", "hmacWithSHA256"),
    ("aes-256-cbc", "hmacWithMD5"),
]
# Ciphers that kcert has only where OpenSSL offers them.
BORROWED = {"bf-cbc", "cast5-cbc"}


@pytest.mark.peer("openssl")
@pytest.mark.parametrize(("cipher", "prf"), OLD_LOCKS)
def test_old_locks_of_openssl_open_and_are_replaced_by_a_new_one(bare_pkcs8, cipher, prf):
    locked = openssl(
        *("pkcs8", "-topk8", "-inform", "DER", "-outform", "DER", "-v2", cipher),
        *("-v2prf", prf, "-passout", f"pass:{PASSWORD}"),
        *PROVIDERS,
        data=bare_pkcs8,
    )
    key = EncryptedKey.load(locked)
    assert key.needs_relock()
    assert key.similar_profile() == MODERN
    if cipher in BORROWED and os.environ.get("CRYPTOGRAPHY_OPENSSL_NO_LEGACY"):
        with pytest.raises(UnsupportedAlgorithmError, match="OpenSSL"):
            key.unlock(PASSWORD)
    else:
        with key.unlock(PASSWORD) as opened:
            assert opened.reveal_pkcs8() == bare_pkcs8


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("rounds", [1, 100, 128, 2048, 300_000])
def test_we_open_openssl_keys_of_any_number_of_rounds(bare_pkcs8, rounds):
    locked = openssl(
        *("pkcs8", "-topk8", "-inform", "DER", "-outform", "DER", "-v2", "aes-256-cbc"),
        *("-iter", str(rounds), "-passout", f"pass:{PASSWORD}"),
        data=bare_pkcs8,
    )
    key = EncryptedKey.load(locked)
    assert key.iterations == rounds
    assert key.unlock(PASSWORD).reveal_pkcs8() == bare_pkcs8


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("padding", [Padding.PKCS1V15, Padding.PSS])
def test_openssl_verifies_our_signatures(tmp_path, fake_key, pkcs8, digest, padding):
    data = "서명할 내용".encode()
    (tmp_path / "public.der").write_bytes(fake_key.public_key_info)
    (tmp_path / "signature").write_bytes(
        PrivateKey.load(pkcs8).sign(data, padding=padding, digest=digest)
    )
    (tmp_path / "hash").write_bytes(hashlib.new(digest, data).digest())
    options = ["rsa_padding_mode:pss", "rsa_pss_saltlen:digest"]
    if padding is Padding.PKCS1V15:
        options = ["rsa_padding_mode:pkcs1"]
    openssl(
        *("pkeyutl", "-verify", "-pubin", "-keyform", "DER"),
        *("-inkey", str(tmp_path / "public.der"), "-in", str(tmp_path / "hash")),
        *("-sigfile", str(tmp_path / "signature"), "-pkeyopt", f"digest:{digest}"),
        *(part for option in options for part in ("-pkeyopt", option)),
    )


@pytest.mark.parametrize(
    "profile",
    [
        profiles.MODERN,
        LockProfile(
            name="3DES",
            scheme=oids.PBES2,
            cipher=oids.DES_EDE3_CBC,
            prf=oids.HMAC_SHA1,
            iterations=5,
        ),
    ],
    ids=lambda profile: profile.name,
)
def test_cryptography_opens_our_pbes2_keys(pkcs8, profile):
    locked = PrivateKey.load(pkcs8).lock(PASSWORD, profile)
    opened = serialization.load_der_private_key(locked.der, PASSWORD.encode())
    expected = serialization.load_der_private_key(pkcs8, None)
    assert opened.private_numbers() == expected.private_numbers()


@pytest.fixture
def pypinksign():
    return pytest.importorskip("pypinksign", reason="peer 'pypinksign' is not installed")


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue("홍길동", password=PASSWORD, profile=profiles.NPKI)


class TestPyPinkSign:
    @pytest.mark.parametrize(
        "profile", [profiles.NPKI, profiles.NPKI_PBES2, profiles.CHEAPEST], ids=lambda p: p.name
    )
    def test_it_opens_our_keys_and_verifies_our_signatures(self, pypinksign, credential, profile):
        credential = credential.change_password(PASSWORD, "Other-1!", profile)
        pink = pypinksign.PinkSign()
        pink.load_pubkey(pubkey_data=credential.certificate.der)
        pink.load_prikey(prikey_data=credential.key.der, prikey_password=b"Other-1!")
        with credential.unlock("Other-1!") as unlocked:
            assert pink._rand_num.asOctets() == unlocked.random.reveal()
            signature = unlocked.sign(b"TEST_MSG")
        assert pink.sign(b"TEST_MSG") == signature
        pink.verify(signature, b"TEST_MSG")

    def test_we_open_what_it_locks(self, pypinksign, pkcs8, random):
        text = base64.b64encode(pkcs8).decode()
        locked = pypinksign.encrypt_decrypted_prikey(text, PASSWORD.encode())
        key = EncryptedKey.load(base64.b64decode(locked))
        assert (key.scheme_oid, key.iterations) == ("1.2.410.200004.1.15", 2048)
        with key.unlock(PASSWORD) as opened:
            assert opened.reveal_pkcs8() == pkcs8
            assert opened.random.reveal() == random
