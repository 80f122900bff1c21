# SPDX-License-Identifier: Apache-2.0
"""Credentials in use."""

from __future__ import annotations

import copy
import pickle
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kcert.credential import Credential, Signer, UnlockedCredential
from kcert.errors import (
    FormatError,
    IdentityMismatchError,
    KcertError,
    KeyMismatchError,
    SignatureError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.keys import Padding, profiles
from kcert.testing.assertions import clear_error, forms_of

PASSWORD = "kcert-Test-1!"
ID_NUMBER = "1234561234567"


class TestSigning:
    @pytest.mark.parametrize("scheme", [Padding.PKCS1V15, Padding.PSS])
    @pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
    def test_what_it_signs_it_verifies(self, unlocked, scheme, digest):
        signature = unlocked.sign(b"data", padding=scheme, digest=digest)
        unlocked.verify(signature, b"data", padding=scheme, digest=digest)

    def test_the_certificate_verifies_it_elsewhere(self, unlocked):
        public_key = unlocked.certificate.public_key()
        signature = unlocked.sign(b"data")
        public_key.verify(signature, b"data", padding.PKCS1v15(), hashes.SHA256())

    def test_a_hash_may_be_signed_and_verified(self, unlocked):
        signature = unlocked.sign(b"h" * 32, prehashed=True)
        unlocked.verify(signature, b"h" * 32, prehashed=True)
        with pytest.raises(ValueError, match="32 octets"):
            unlocked.verify(signature, b"h", prehashed=True)

    @pytest.mark.parametrize(
        ("change", "options"),
        [
            (lambda signature: signature, {"data": b"other"}),
            (lambda signature: signature, {"digest": "sha512"}),
            (lambda signature: signature, {"padding": Padding.PSS}),
            (lambda signature: signature[:-1], {}),
            (lambda signature: b"\x00" + signature, {}),
            (lambda signature: bytes(1_000) + signature, {}),
            (lambda signature: bytes(256), {}),
            (lambda signature: b"\xff" * 256, {}),
            (lambda signature: b"", {}),
        ],
    )
    def test_anything_else_is_a_signature_error(self, unlocked, change, options):
        signature = change(unlocked.sign(b"data"))
        with clear_error(SignatureError):
            unlocked.verify(signature, **{"data": b"data", **options})

    def test_other_hashes_are_not_offered(self, unlocked):
        with clear_error(UnsupportedAlgorithmError):
            unlocked.sign(b"data", digest="sha1")
        with clear_error(UnsupportedAlgorithmError):
            unlocked.verify(bytes(256), b"data", digest="sha1")

    def test_it_is_a_signer(self, unlocked):
        def through_the_protocol(signer: Signer) -> bytes:
            assert signer.certificate
            return signer.sign(b"data")

        assert through_the_protocol(unlocked) == unlocked.sign(b"data")


class TestDecrypting:
    def test_each_pair_decrypts_what_is_meant_for_it(self, unlocked):
        for pair in (unlocked, unlocked.key_management):
            encrypted = pair.certificate.public_key().encrypt(b"secret", padding.PKCS1v15())
            assert pair.decrypt(encrypted) == b"secret"

    def test_oaep_is_named(self, unlocked):
        scheme = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        encrypted = unlocked.certificate.public_key().encrypt(b"secret", scheme)
        assert unlocked.decrypt(encrypted, padding=Padding.OAEP) == b"secret"
        with clear_error(UnlockError):
            unlocked.decrypt(encrypted[:-1], padding=Padding.OAEP)


class TestIdentity:
    @pytest.mark.parametrize("number", [ID_NUMBER, "123456-1234567", "123456 1234567"])
    def test_the_holders_number_passes(self, unlocked, number):
        unlocked.verify_identity(number)

    def test_another_number_is_an_identity_mismatch(self, unlocked):
        with clear_error(IdentityMismatchError, canaries=["9902301234567"]):
            unlocked.verify_identity("9902301234567")

    def test_r_is_revealed_on_purpose_only(self, unlocked):
        assert unlocked.random.reveal().hex() == "79ea7568a2d3776604e18bcd3a1b1b85b7da0872"
        assert repr(unlocked.random) == "<VidRandom 160 bits>"

    def test_a_key_that_lost_r_is_told_as_such(self, authority):
        lost = authority.issue(
            "홍길동", password=PASSWORD, without_random=True, profile=profiles.CHEAPEST
        )
        with lost.unlock(PASSWORD) as unlocked:
            assert unlocked.random is None
            with clear_error(FormatError) as caught:
                unlocked.verify_identity(ID_NUMBER)
        assert "VID" in str(caught.error)


class TestLocking:
    @pytest.mark.parametrize("profile", [profiles.NPKI, profiles.CHEAPEST])
    def test_locking_and_unlocking_gives_the_same_keys(self, unlocked, profile):
        locked = unlocked.lock("다른 비밀번호", profile=profile)
        assert isinstance(locked, Credential)
        assert locked.ca_certificates == unlocked.ca_certificates
        with locked.unlock("다른 비밀번호") as again:
            assert again.reveal_pkcs8() == unlocked.reveal_pkcs8()
            assert again.key_management.reveal_pkcs8() == unlocked.key_management.reveal_pkcs8()

    def test_korean_programs_open_what_is_locked_by_default(self, unlocked):
        locked = unlocked.lock("pw")
        assert (locked.key.scheme_oid, locked.key.iterations) == ("1.2.410.200004.1.15", 2048)

    def test_each_lock_has_salts_of_its_own(self, unlocked):
        first = unlocked.lock("pw", profile=profiles.CHEAPEST)
        second = unlocked.lock("pw", profile=profiles.CHEAPEST)
        ders = {
            key.der for locked in (first, second) for key in (locked.key, locked.key_management.key)
        }
        assert len(ders) == 4


class TestFromParts:
    def test_parts_make_an_open_credential(self, unlocked):
        with UnlockedCredential.from_parts(
            unlocked.certificate,
            unlocked.reveal_pkcs8(),
            key_management=(
                unlocked.key_management.certificate,
                bytearray(unlocked.key_management.reveal_pkcs8()),
            ),
            ca_certificates=unlocked.ca_certificates,
            friendly_name="내 인증서",
        ) as made:
            assert made.sign(b"data") == unlocked.sign(b"data")
            assert made.random.reveal() == unlocked.random.reveal()
            assert made.friendly_name == "내 인증서"
            locked = made.lock("pw", profile=profiles.CHEAPEST)
        assert locked.friendly_name == "내 인증서"
        assert locked.unlock("pw").key_management

    def test_the_key_of_another_certificate_is_a_key_mismatch(self, unlocked):
        other = unlocked.key_management
        with clear_error(KeyMismatchError):
            UnlockedCredential.from_parts(other.certificate, unlocked.reveal_pkcs8())
        with clear_error(KeyMismatchError):
            UnlockedCredential.from_parts(
                unlocked.certificate,
                unlocked.reveal_pkcs8(),
                key_management=(unlocked.certificate, other.reveal_pkcs8()),
            )

    def test_what_is_no_key_is_a_format_error(self, unlocked):
        with clear_error(FormatError):
            UnlockedCredential.from_parts(unlocked.certificate, b"no key")


class TestSecrets:
    @pytest.mark.parametrize("protocol", range(6))
    def test_it_refuses_to_be_pickled_and_copied(self, unlocked, protocol):
        for item in (unlocked, unlocked.key_management):
            with pytest.raises(TypeError, match="pass the locked credential on"):
                pickle.dumps(item, protocol)
            for way in (copy.copy, copy.deepcopy):
                with pytest.raises(TypeError, match="copied"):
                    way(item)

    def test_it_refuses_to_be_compared(self, unlocked):
        with pytest.raises(TypeError, match="compared"):
            _ = unlocked == unlocked.key_management

    def test_printing_shows_neither_secret_nor_name(self, unlocked):
        forms = forms_of(unlocked.random.reveal()) | forms_of("홍길동")
        for item in (unlocked, unlocked.key_management):
            text = f"{item!r} {item}".encode()
            assert text.startswith(b"<Unlocked")
            assert not [form for form in forms if form in text]
            with pytest.raises(TypeError):
                vars(item)

    def test_no_local_variable_of_a_traceback_shows_a_secret(self, credential, unlocked):
        canary = "KCERT-CANARY-pw-7f3a"
        pkcs8 = unlocked.reveal_pkcs8()
        other = unlocked.key_management.certificate
        forms = forms_of(canary) | forms_of("9902301234567")
        forms |= forms_of(pkcs8[300:320]) | forms_of(unlocked.random.reveal())
        uses = [
            lambda: credential.unlock(canary),
            lambda: credential.change_password(canary, PASSWORD),
            lambda: credential.change_password(PASSWORD, canary + "\ud800"),
            lambda: unlocked.lock(canary + "\ud800"),
            lambda: unlocked.verify_identity("9902301234567"),
            lambda: unlocked.verify_identity("9902301234567x"),
            lambda: UnlockedCredential.from_parts(other, pkcs8),
            lambda: UnlockedCredential.from_parts(other, pkcs8 + b"\x00"),
            lambda: UnlockedCredential.from_parts(
                unlocked.certificate, pkcs8, key_management=(unlocked.certificate, pkcs8[:-1])
            ),
        ]
        for use in uses:
            try:
                use()
            except KcertError as error:
                inner = error.__traceback__
                while "tests" in inner.tb_frame.f_code.co_filename:
                    inner = inner.tb_next
                whole = traceback.TracebackException(type(error), error, inner, capture_locals=True)
                text = "".join(whole.format()).encode()
                assert not [form for form in forms if form in text]
                assert error.__context__ is None
            else:
                pytest.fail("no error")


class TestClosing:
    def test_leaving_the_block_closes_both_keys(self, credential):
        with credential.unlock(PASSWORD) as unlocked:
            pair = unlocked.key_management
        for use in (
            lambda: unlocked.sign(b"data"),
            unlocked.reveal_pkcs8,
            unlocked.to_cryptography,
            lambda: unlocked.lock("pw"),
            lambda: unlocked.random,
            lambda: unlocked.verify_identity(ID_NUMBER),
            lambda: pair.decrypt(bytes(256)),
        ):
            with pytest.raises(ValueError, match="closed"):
                use()
        unlocked.close()

    def test_an_error_while_opening_the_second_key_closes_the_first(self, credential, monkeypatch):
        closed = []
        first = credential.key.unlock(PASSWORD)
        monkeypatch.setattr(
            type(first), "close", lambda self: closed.append(self.key_size), raising=True
        )
        broken = credential.change_password(PASSWORD, "a")
        mixed = Credential(credential.certificate, credential.key, broken.key_management)
        closed.clear()
        with clear_error(UnlockError):
            mixed.unlock(PASSWORD)
        assert closed


def test_the_key_can_be_handed_to_other_libraries(unlocked):
    key = unlocked.to_cryptography()
    assert key.sign(b"data", padding.PKCS1v15(), hashes.SHA256()) == unlocked.sign(b"data")


def test_threads_may_share_an_open_credential(credential):
    def work(number: int) -> None:
        data = f"message {number}".encode()
        unlocked.verify(unlocked.sign(data), data)
        unlocked.verify_identity(ID_NUMBER)

    with credential.unlock(PASSWORD) as unlocked, ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(work, range(64)))) == 64
