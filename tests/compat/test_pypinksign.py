# SPDX-License-Identifier: Apache-2.0
"""What the shim keeps of PyPinkSign, and what it refuses or warns of."""

from __future__ import annotations

import base64
import copy
import os
import pickle
import traceback

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PSS
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.der import decoder

import kcert
from kcert.compat import pypinksign
from kcert.compat.pypinksign import PinkSign, UnsafeUseWarning, choose_cert
from kcert.errors import (
    AmbiguousError,
    FormatError,
    KcertError,
    KeyMismatchError,
    LimitError,
    NotFoundError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.formats import npki, pkcs12
from kcert.keys import profiles
from kcert.testing import FakeAuthority
from kcert.testing.assertions import forms_of

PASSWORD = b"kcert-canary-Pw-1!"
R = b"kcert-canary-random!"
MESSAGE = "동의합니다".encode()


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue("홍길동", password=PASSWORD, random=R)


@pytest.fixture(scope="module")
def other(authority):
    """Another person's, under the password "x", with a key of its own."""
    return authority.issue("홍길순", password="x", profile=profiles.CHEAPEST, fresh_key=True)


@pytest.fixture(scope="module")
def pfx(credential):
    with credential.unlock(PASSWORD) as unlocked:
        return pkcs12.dump(unlocked, PASSWORD, profile=profiles.PKCS12_KOREAN)


@pytest.fixture
def folder(tmp_path, credential):
    where = tmp_path / "NPKI" / "yessign" / "USER" / "cn=hong"
    npki.write_folder(credential, where)
    return where


@pytest.fixture
def opened(credential):
    with PinkSign(pubkey_data=credential.certificate.der) as pink:
        pink.load_prikey(prikey_data=credential.key.der, prikey_password=PASSWORD)
        yield pink


@pytest.fixture(scope="module")
def peer():
    return pytest.importorskip("pypinksign", reason="peer 'pypinksign' is not installed")


class TestLikePyPinkSign:
    """The same calls with the same answers, against the package itself."""

    def test_every_name_is_offered(self, peer):
        assert set(peer.__all__) <= set(pypinksign.__all__)
        public = {name for name in vars(peer.PinkSign) if not name.startswith("_")}
        assert public <= set(dir(PinkSign))

    @pytest.mark.parametrize(
        "fact", ["cn", "issuer", "cert_class", "cert_type_oid", "valid_date", "serialnum"]
    )
    def test_a_certificate_says_the_same(self, peer, credential, fact):
        theirs = peer.PinkSign(pubkey_data=credential.certificate.der)
        ours = PinkSign(pubkey_data=credential.certificate.der)
        assert getattr(ours, fact)() == getattr(theirs, fact)()

    def test_signatures_and_messages_are_the_same_octets(self, peer, credential, opened):
        # By octets: PyPinkSign leaves its files open.
        theirs = peer.PinkSign(
            pubkey_data=credential.certificate.der,
            prikey_data=credential.key.der,
            prikey_password=PASSWORD,
        )
        theirs.load_prikey()
        assert opened.sign(MESSAGE) == theirs.sign(MESSAGE)
        assert opened.pkcs7_signed_msg(MESSAGE) == theirs.pkcs7_signed_msg(MESSAGE)
        assert theirs.verify(opened.sign(MESSAGE), MESSAGE)
        assert theirs.decrypt(opened.encrypt(MESSAGE)) == MESSAGE
        assert theirs.prikey.private_numbers() == opened.prikey.private_numbers()

    @given(st.binary(max_size=100))
    def test_what_one_encrypts_the_other_decrypts(self, peer, plaintext):
        key, iv = os.urandom(16), os.urandom(16)
        ciphertext = peer.seed_cbc_128_encrypt(key, plaintext, iv)
        assert pypinksign.seed_cbc_128_encrypt(key, plaintext, iv) == ciphertext
        assert pypinksign.seed_cbc_128_decrypt_pure(key, ciphertext, iv) == plaintext

    def test_a_missing_file_or_key_is_the_same_kind_of_error(self, peer):
        for library in (peer, pypinksign):
            pink = library.PinkSign()
            for call in (pink.cn, pink.issuer, pink.load_pubkey, pink.load_prikey):
                with pytest.raises(ValueError):
                    call()
            for call in (pink.sign, pink.decrypt, pink.encrypt, pink.pkcs7_signed_msg):
                with pytest.raises(ValueError):
                    call(b"x")
            with pytest.raises(FileNotFoundError):
                library.PinkSign(pubkey_path="no/such/file")


class TestLoading:
    def test_paths_octets_and_pfx_open_the_same_key(self, folder, credential, pfx, tmp_path):
        (tmp_path / "phone.pfx").write_bytes(pfx)
        by_path = PinkSign(folder / "signCert.der", None, folder / "signPri.key", None, PASSWORD)
        by_file = PinkSign(p12_path=str(tmp_path / "phone.pfx"), prikey_password=PASSWORD.decode())
        by_data = PinkSign(p12_data=pfx, prikey_password=PASSWORD)
        later = PinkSign(pubkey_data=credential.certificate.der, prikey_data=credential.key.der)
        later.load_prikey(prikey_password=PASSWORD)
        signatures = {pink.sign(MESSAGE) for pink in (by_path, by_file, by_data, later)}
        assert len(signatures) == 1
        assert by_data.pub_data == credential.certificate.der

    def test_what_is_given_last_counts(self, folder, other):
        pink = PinkSign(folder / "signCert.der", None, folder / "signPri.key")
        pink.load_pubkey(pubkey_data=other.certificate.der)
        pink.load_prikey(prikey_data=other.key.der, prikey_password="x")
        assert pink.verify(pink.sign(MESSAGE), MESSAGE)
        pink.load_prikey(prikey_password="x")
        assert pink.verify(pink.sign(MESSAGE), MESSAGE)

    def test_another_certificate_closes_the_key(self, opened, other):
        opened.load_pubkey(pubkey_data=other.certificate.der)
        assert opened.prikey is None

    def test_every_lock_that_kcert_opens_opens(self, credential):
        with credential.unlock(PASSWORD) as unlocked:
            modern = unlocked.lock("x", profile=profiles.MODERN)
        pink = PinkSign(pubkey_data=modern.certificate.der, prikey_data=modern.key.der)
        pink.load_prikey(prikey_password="x")
        assert pink.rand_num.reveal() == R

    def test_opening_again_without_arguments_changes_nothing(self, opened):
        opened.load_prikey()
        assert opened.sign(MESSAGE)

    def test_random_survives_a_pfx(self, pfx):
        pink = PinkSign(p12_data=pfx, prikey_password=PASSWORD)
        assert pink.rand_num.reveal() == R
        assert not hasattr(pink, "_rand_num")

    def test_a_closed_object_signs_no_more(self, opened):
        opened.close()
        with pytest.raises(ValueError, match="before signing"):
            opened.sign(MESSAGE)
        assert opened.cn()


class TestRefusals:
    def test_a_wrong_password_is_an_unlock_error_and_a_value_error(self, credential, pfx):
        pink = PinkSign(pubkey_data=credential.certificate.der, prikey_data=credential.key.der)
        with pytest.raises(UnlockError) as caught:
            pink.load_prikey(prikey_password=b"wrong")
        assert isinstance(caught.value, ValueError)
        assert "비밀번호" in caught.value.message_ko
        assert pickle.loads(pickle.dumps(caught.value)).what == caught.value.what
        with pytest.raises(ValueError):
            PinkSign(p12_data=pfx, prikey_password=b"wrong")

    def test_an_unknown_scheme_is_named(self, credential):
        unknown = credential.key.der.replace(
            bytes.fromhex("2a831a8c9a44010f"), bytes.fromhex("2a831a8c9a44017e")
        )
        pink = PinkSign(pubkey_data=credential.certificate.der)
        with pytest.raises(UnsupportedAlgorithmError, match=r"1\.2\.410\.200004\.1\.126") as caught:
            pink.load_prikey(prikey_data=unknown, prikey_password=PASSWORD)
        assert isinstance(caught.value, ValueError)

    @given(st.binary(max_size=200), st.sampled_from(["pubkey", "prikey", "p12"]))
    def test_any_bytes_are_a_clear_error(self, credential, rubbish, what):
        pink = PinkSign(pubkey_data=credential.certificate.der)
        pink.prikey_password = PASSWORD
        with pytest.raises(KcertError):
            getattr(pink, f"load_{what}")(**{f"{what}_data": rubbish})

    def test_a_pfx_that_does_not_open_changes_nothing(self, opened, other):
        with other.unlock("x") as unlocked:
            pfx = pkcs12.dump(unlocked, "another", profile=profiles.PKCS12_KOREAN)
        opened.prikey_password = b"wrong"
        with pytest.raises(UnlockError):
            opened.load_p12(pfx)
        assert opened.verify(opened.sign(MESSAGE), MESSAGE)

    def test_another_certificates_key_does_not_sign(self, credential, other):
        pink = PinkSign(pubkey_data=credential.certificate.der)
        with pytest.raises(KeyMismatchError):
            pink.load_prikey(prikey_data=other.key.der, prikey_password="x")

    def test_rounds_without_end_are_refused_before_any_work(self, credential):
        der = credential.key.der.replace(bytes.fromhex("02020800"), bytes.fromhex("02027fff"))
        many = der.replace(bytes.fromhex("02027fff"), bytes.fromhex("02047fffffff"))
        # The lengths of the two sequences around the count, and of the whole.
        many = many.replace(bytes.fromhex("300e04"), bytes.fromhex("301004"))
        many = many.replace(bytes.fromhex("301a06"), bytes.fromhex("301c06"), 1)
        size = int.from_bytes(many[2:4], "big") + 2
        many = many[:2] + size.to_bytes(2, "big") + many[4:]
        pink = PinkSign(pubkey_data=credential.certificate.der)
        with pytest.raises(LimitError):
            pink.load_prikey(prikey_data=many, prikey_password=PASSWORD)

    def test_a_file_without_end_is_not_read_to_it(self, tmp_path):
        (tmp_path / "large").write_bytes(bytes(2 << 20))
        with pytest.raises(LimitError):
            PinkSign(pubkey_path=tmp_path / "large")

    @pytest.mark.parametrize("weak", [hashes.SHA1(), hashes.MD5(), Prehashed(hashes.SHA1())])
    def test_nothing_is_signed_with_a_short_hash(self, opened, weak):
        with pytest.raises(UnsupportedAlgorithmError, match="SHA-256"):
            opened.sign(bytes(20), weak)

    def test_a_short_hash_verifies_with_a_warning(self, opened):
        signature = opened.sign(MESSAGE, hashes.SHA512())
        assert opened.verify(signature, MESSAGE, hashes.SHA512())
        with pytest.warns(UnsafeUseWarning):
            assert not opened.verify(signature, MESSAGE, hashes.SHA1())

    def test_other_paddings_pass(self, opened):
        pss = PSS(MGF1(hashes.SHA256()), 32)
        assert opened.verify(opened.sign(MESSAGE, padding_=pss), MESSAGE, padding_=pss)
        oaep = OAEP(MGF1(hashes.SHA256()), hashes.SHA256(), None)
        assert opened.decrypt(opened.encrypt(MESSAGE, oaep), oaep) == MESSAGE
        with pytest.raises(UnlockError):
            opened.decrypt(bytes(256), oaep)

    def test_encrypting_without_a_vector_is_refused(self):
        with pytest.raises(ValueError, match="random"):
            pypinksign.seed_cbc_128_encrypt(bytes(16), b"x")

    def test_decrypting_without_a_vector_warns(self):
        old = pypinksign.seed_cbc_128_encrypt(bytes(16), b"x", b"0123456789012345")
        with pytest.warns(UnsafeUseWarning, match="constant"):
            assert pypinksign.seed_cbc_128_decrypt(bytes(16), old) == b"x"

    @given(st.binary(max_size=40))
    def test_a_damaged_ciphertext_is_a_format_error(self, rubbish):
        good = pypinksign.seed_cbc_128_encrypt(bytes(16), b"x", bytes(16))
        for call in (pypinksign.seed_cbc_128_decrypt, pypinksign.seed_cbc_128_decrypt_pure):
            try:
                call(bytes(16), good + rubbish, bytes(16))
            except FormatError:
                continue
            assert len(rubbish) % 16 == 0

    @pytest.mark.parametrize("size", [0, 15, 17])
    def test_keys_vectors_and_blocks_have_their_sizes(self, size):
        wrong = bytes(size)
        for call in (
            lambda: pypinksign.seed_cbc_128_encrypt(wrong, b"", bytes(16)),
            lambda: pypinksign.seed_cbc_128_decrypt(bytes(16), bytes(16), wrong),
            lambda: pypinksign.process_block(True, bytes(16), wrong),
            lambda: pypinksign.process_block(True, wrong, bytes(16)),
            lambda: pypinksign.set_key(wrong),
        ):
            with pytest.raises(ValueError, match="16 octets"):
                call()

    def test_random_octets_have_no_zero_and_are_never_the_same(self):
        drawn = pypinksign.seed_generator(10_000)
        assert 0 not in drawn
        assert set(drawn) == set(range(1, 256))
        assert drawn != pypinksign.seed_generator(10_000)


class TestSecrets:
    def test_nothing_prints_the_password_or_random(self, credential, opened):
        waiting = PinkSign(prikey_password=PASSWORD)
        for pink in (waiting, opened):
            shown = repr(pink) + str(pink) + format(pink)
            assert not any(form in shown for form in forms_of(PASSWORD) if isinstance(form, str))
            assert "홍길동" not in shown
            assert not hasattr(pink, "__dict__")

    def test_the_password_is_not_given_back_and_is_overwritten_after_use(self, credential):
        pink = PinkSign(
            pubkey_data=credential.certificate.der,
            prikey_data=credential.key.der,
            prikey_password=PASSWORD,
        )
        octets = pink._password.octets
        with pytest.raises(AttributeError):
            _ = pink.prikey_password
        pink.load_prikey()
        assert not any(octets)
        assert pink._password is None

    def test_it_cannot_be_pickled_or_copied(self, opened):
        for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="secret"):
                attempt(opened)

    def test_two_are_equal_when_they_are_the_same(self, opened, credential):
        assert opened == opened
        assert opened != PinkSign(pubkey_data=credential.certificate.der)
        assert len({opened, opened}) == 1

    def test_no_traceback_shows_the_password(self, credential, pfx):
        wrong = b"kcert-canary-wrong-password"
        pink = PinkSign(pubkey_data=credential.certificate.der, prikey_data=credential.key.der)
        for attempt in (
            lambda: pink.load_prikey(prikey_password=wrong),
            lambda: PinkSign(p12_data=pfx, prikey_password=wrong),
        ):
            with pytest.raises(UnlockError) as caught:
                attempt()
            shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
            lines = [
                "".join(frame.locals.values())
                for frame in shown.stack
                if frame.locals and "kcert/compat" in frame.filename.replace("\\", "/")
            ]
            assert not any("canary-wrong" in line for line in lines)


class TestPlainKeys:
    def test_a_pfx_comes_apart_with_random_in_the_key(self, pfx, credential):
        with pytest.warns(UnsafeUseWarning, match="without a lock"):
            certificate, key = pypinksign.separate_p12_into_npki(pfx, PASSWORD)
        assert certificate == credential.certificate.der
        with kcert.PrivateKey.load(key) as opened:
            assert opened.random.reveal() == R

    @pytest.mark.parametrize("rounds", [2048, 5000])
    def test_a_locked_key_says_the_rounds_it_was_derived_with(self, credential, rounds):
        with credential.unlock(PASSWORD) as unlocked:
            plain = base64.b64encode(unlocked.reveal_pkcs8()).decode()
        locked = pypinksign.encrypt_decrypted_prikey(plain, b"new", iter_cnt=rounds)
        key = kcert.EncryptedKey.load(base64.b64decode(locked))
        assert key.iterations == rounds
        with key.unlock("new") as opened:
            assert opened.random.reveal() == R

    def test_a_given_salt_and_few_rounds_warn_and_open(self, credential):
        with credential.unlock(PASSWORD) as unlocked:
            plain = base64.b64encode(unlocked.reveal_pkcs8()).decode()
        salt = base64.b64encode(bytes(8)).decode()
        with pytest.warns(UnsafeUseWarning) as caught:
            locked = pypinksign.encrypt_decrypted_prikey(plain, b"new", salt, 100)
        assert len(caught) == 2
        with kcert.EncryptedKey.load(base64.b64decode(locked)).unlock("new") as opened:
            assert opened.random.reveal() == R

    def test_random_is_put_back_into_a_key_that_lost_it(self, authority):
        poor = authority.issue("홍길동", password="x", without_random=True)
        with poor.unlock("x") as unlocked:
            plain = base64.b64encode(unlocked.reveal_pkcs8()).decode()
        with pytest.warns(UnsafeUseWarning):
            mended = pypinksign.inject_rand_in_plain_prikey(plain, R)
        with kcert.PrivateKey.load(base64.b64decode(mended)) as opened:
            assert opened.random.reveal() == R

    @pytest.mark.parametrize("text", ["", "MII=", "no base64!", "A" * (3 << 20)])
    def test_what_is_no_key_is_refused(self, text):
        with pytest.raises((FormatError, LimitError)):
            pypinksign.encrypt_decrypted_prikey(text, b"x")
        with pytest.warns(UnsafeUseWarning), pytest.raises((FormatError, LimitError)):
            pypinksign.inject_rand_in_plain_prikey(text, R)

    @pytest.mark.parametrize("arguments", [(b"x", "AAAA"), (b"x", None, 0), (b"x", None, 1 << 40)])
    @pytest.mark.filterwarnings("ignore::kcert.compat.pypinksign.UnsafeUseWarning")
    def test_rounds_and_salts_out_of_range_are_refused(self, credential, arguments):
        with credential.unlock(PASSWORD) as unlocked:
            plain = base64.b64encode(unlocked.reveal_pkcs8()).decode()
        with pytest.raises(ValueError):
            pypinksign.encrypt_decrypted_prikey(plain, *arguments)

    @pytest.mark.filterwarnings("ignore::kcert.compat.pypinksign.UnsafeUseWarning")
    def test_key_and_vector_follow_the_function_that_the_key_names(self, credential):
        with credential.unlock(PASSWORD) as unlocked:
            modern = unlocked.lock("x", profile=profiles.MODERN)
        pink = PinkSign(prikey_password="x")
        by_octets = pink.get_private_key_decryption_key_for_pbes2(modern.key.der)
        by_value = pink.get_private_key_decryption_key_for_pbes2(decoder.decode(modern.key.der)[0])
        assert by_octets == by_value
        assert [len(part) for part in by_octets] == [32, 16]
        with pytest.raises(FormatError):
            pink.get_private_key_decryption_key_for_seed_cbc(object())
        with pytest.raises(FormatError):
            pink.get_private_key_decryption_key_for_seed_cbc(b"\x30\x00")


class TestChoosing:
    @pytest.fixture
    def root(self, folder, authority):
        other = authority.issue("홍길순", password="x", profile=profiles.CHEAPEST)
        npki.write_folder(other, folder.parent / "cn=soon")
        (folder.parent / "cn=broken").mkdir()
        (folder.parent / "cn=broken" / "signCert.der").write_bytes(b"rubbish")
        return folder.parents[2]

    def test_a_name_picks_a_certificate_and_opens_its_key(self, root):
        pink = choose_cert(root, cn="홍길동", pw=PASSWORD)
        assert pink.verify(pink.sign(MESSAGE), MESSAGE)
        assert pink.prikey_path.endswith("signPri.key")

    def test_the_key_is_opened_later_with_the_password_alone(self, root):
        pink = choose_cert(str(root), cn="홍길동")
        pink.load_prikey(prikey_password=PASSWORD)
        assert pink.prikey is not None

    def test_the_whole_name_comes_before_a_part(self, root, credential):
        assert choose_cert(root, cn=credential.certificate.subject.common_name).cn()

    def test_two_of_a_name_are_not_chosen_from(self, root):
        with pytest.raises(AmbiguousError) as caught:
            choose_cert(root, cn="홍길")
        assert len(caught.value.choices) == 2
        assert "홍길" not in str(caught.value)

    def test_nobody_is_asked_for_a_name_that_is_not_there(self, root, tmp_path, monkeypatch):
        monkeypatch.setattr("builtins.input", lambda _: pytest.fail("asked"))
        with pytest.raises(NotFoundError):
            choose_cert(root, cn="홍길남")
        with pytest.raises(NotFoundError):
            choose_cert(tmp_path / "nowhere")

    def test_a_person_chooses_by_number(self, root, monkeypatch, capsys):
        monkeypatch.setattr("builtins.input", lambda _: "2")
        second = choose_cert(root)
        assert "[1] 홍길동" in capsys.readouterr().out
        assert second.cn().startswith("홍길순")
        for wrong in ("0", "3", "-1", "two"):
            monkeypatch.setattr("builtins.input", lambda _, wrong=wrong: wrong)
            with pytest.raises(ValueError):
                choose_cert(root)

    def test_the_folder_of_this_computer_is_found(self, root, monkeypatch):
        monkeypatch.setenv("KCERT_NPKI_PATH", str(root))
        assert pypinksign.get_npki_path() == f"{root}{os.sep}"
        assert choose_cert(cn="홍길동").cn()

    def test_on_linux_the_folder_need_not_exist(self, tmp_path, monkeypatch):
        monkeypatch.delenv("KCERT_NPKI_PATH", raising=False)
        for system, place in (
            (kcert.discovery.System.LINUX, f"{tmp_path / 'NPKI'}{os.sep}"),
            (kcert.discovery.System.MACOS, None),
        ):
            computer = kcert.discovery.Platform(system=system, home=tmp_path, root=tmp_path)
            monkeypatch.setattr(kcert.discovery.Platform, "current", lambda c=computer: c)
            if place is None:
                with pytest.raises(ValueError, match="no NPKI folder"):
                    pypinksign.get_npki_path()
            else:
                assert pypinksign.get_npki_path() == place
