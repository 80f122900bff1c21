# SPDX-License-Identifier: Apache-2.0
"""Encrypting to certificates, and opening what was encrypted."""

from __future__ import annotations

import base64
import os
import secrets
import statistics
import time
from contextlib import suppress
from types import SimpleNamespace

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.asymmetric import padding as paddings
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert import cms
from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.enveloped import EnvelopedData, KeyTransRecipientInfo
from kcert.cms import Cipher
from kcert.cms.recipients import is_addressed_to
from kcert.errors import (
    FormatError,
    KcertError,
    LimitError,
    PolicyError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.keys import Padding, profiles
from kcert.testing import FakeAuthority
from kcert.testing.assertions import clear_error

PASSWORD = "kcert-Test-1!"
CONTENT = "받는 사람만 읽습니다".encode()
WRITTEN = [cipher for cipher in Cipher if not cipher.read_only]


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


def issued(authority, **options):
    credential = authority.issue(
        "홍길동", password=PASSWORD, km=True, profile=profiles.CHEAPEST, **options
    )
    return credential.unlock(PASSWORD)


@pytest.fixture(scope="module")
def unlocked(authority):
    with issued(authority) as opened:
        yield opened


@pytest.fixture(scope="module")
def stranger(authority):
    with issued(authority, fresh_key=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def certificate(unlocked):
    return unlocked.key_management.certificate


@pytest.fixture(scope="module")
def parts(certificate):
    """A message with AES-128-CBC, taken apart."""
    return EnvelopedData.load(cms.encrypt(CONTENT, [certificate], cipher=Cipher.AES_128_CBC))


def rebuilt(parts, **changes) -> bytes:
    return evolve(parts, **changes).encode()


def with_encrypted_key(parts, encrypted_key: bytes) -> bytes:
    return rebuilt(parts, recipients=(evolve(parts.recipients[0], encrypted_key=encrypted_key),))


def rsa_encrypted(certificate, content_key: bytes) -> bytes:
    return certificate.public_key().encrypt(content_key, paddings.PKCS1v15())


def that_fails(make, pair):
    """What ``make`` makes, and does not open.

    Under a wrong content key, one message of 256 has right padding by chance: CBC proves nothing.
    """
    for _ in range(4):
        blob = make()
        with suppress(UnlockError):
            cms.decrypt(blob, pair)
            continue
        return blob
    raise AssertionError("it opens again and again")


@pytest.fixture(scope="module")
def faults(unlocked, stranger, certificate):
    names = list(faulty(stranger, certificate))
    return {
        name: that_fails(lambda name=name: faulty(stranger, certificate)[name], unlocked)
        for name in names
    }


def faulty(stranger, certificate):
    parts = EnvelopedData.load(cms.encrypt(CONTENT, [certificate], cipher=Cipher.AES_128_CBC))
    content = parts.encrypted_content
    key_size = certificate.key_size // 8
    return {
        "wrong key": with_encrypted_key(parts, rsa_encrypted(certificate, bytes(16))),
        "bad RSA padding": with_encrypted_key(parts, b"\x17" * key_size),
        "ciphertext over the modulus": with_encrypted_key(parts, b"\xff" * key_size),
        "ciphertext cut": with_encrypted_key(parts, parts.recipients[0].encrypted_key[:-1]),
        "ciphertext with leading zeros": with_encrypted_key(
            parts, bytes(1000) + parts.recipients[0].encrypted_key
        ),
        "no ciphertext": with_encrypted_key(parts, b""),
        "wrong key length": with_encrypted_key(parts, rsa_encrypted(certificate, bytes(32))),
        "empty key": with_encrypted_key(parts, rsa_encrypted(certificate, b"")),
        "bad content padding": rebuilt(
            parts, encrypted_content=content[:-1] + bytes([content[-1] ^ 1])
        ),
        "content cut": rebuilt(parts, encrypted_content=content[:-1]),
        "block missing": rebuilt(parts, encrypted_content=content[:-16]),
        "content empty": rebuilt(parts, encrypted_content=b""),
        "other recipient": cms.encrypt(CONTENT, [stranger.key_management.certificate]),
    }


@pytest.fixture(scope="module")
def gcm(certificate):
    return EnvelopedData.load(cms.encrypt(CONTENT, [certificate], cipher=Cipher.AES_128_GCM))


class TestRoundTrip:
    @pytest.mark.parametrize("cipher", WRITTEN, ids=lambda c: c.name)
    @pytest.mark.parametrize("padding", [Padding.PKCS1V15, Padding.OAEP], ids=lambda p: p.name)
    def test_what_was_encrypted_opens(self, unlocked, certificate, cipher, padding):
        blob = cms.encrypt(CONTENT, [certificate], cipher=cipher, padding=padding)
        assert CONTENT not in blob
        opened = cms.decrypt(blob, unlocked)
        assert opened.content == CONTENT
        assert opened.content_type == oids.PKCS7_DATA
        assert (opened.cipher, opened.padding, opened.recipients) == (cipher, padding, 1)
        assert opened.certificate == certificate

    @pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
    def test_every_hash_of_oaep_opens(self, unlocked, certificate, digest):
        blob = cms.encrypt(CONTENT, [certificate], padding=Padding.OAEP, digest=digest)
        assert cms.decrypt(blob, unlocked).content == CONTENT

    @settings(max_examples=30)
    @given(content=st.binary(max_size=200), cipher=st.sampled_from(WRITTEN))
    def test_every_content_comes_back(self, unlocked, certificate, content, cipher):
        blob = cms.encrypt(content, [certificate], cipher=cipher)
        assert cms.decrypt(blob, unlocked).content == content

    def test_only_gcm_is_authenticated(self, unlocked, certificate):
        for cipher in WRITTEN:
            opened = cms.decrypt(cms.encrypt(b"", [certificate], cipher=cipher), unlocked)
            assert opened.authenticated is cipher.name.endswith("GCM")

    def test_each_recipient_opens_it(self, unlocked, stranger, certificate):
        both = [stranger.key_management.certificate, certificate]
        blob = cms.encrypt(CONTENT, both)
        for pair in (unlocked, stranger):
            opened = cms.decrypt(blob, pair)
            assert (opened.content, opened.recipients) == (CONTENT, 2)
            assert opened.certificate == pair.key_management.certificate

    def test_recipients_may_be_named_by_key_identifier(self, unlocked, certificate):
        blob = cms.encrypt(CONTENT, [certificate], key_identifier=True)
        (recipient,) = EnvelopedData.load(blob).recipients
        assert recipient.identifier == certificate.subject_key_identifier
        assert cms.decrypt(blob, unlocked).content == CONTENT

    def test_one_open_pair_is_enough(self, unlocked, certificate):
        blob = cms.encrypt(CONTENT, [certificate])
        assert cms.decrypt(blob, unlocked.key_management).content == CONTENT

    def test_the_signature_pair_opens_what_was_encrypted_to_it_all_the_same(self, unlocked):
        blob = cms.encrypt(CONTENT, [unlocked.certificate], any_key_usage=True)
        assert cms.decrypt(blob, unlocked).certificate == unlocked.certificate

    def test_the_key_management_pair_is_asked_first(self, unlocked, certificate):
        blob = cms.encrypt(CONTENT, [unlocked.certificate, certificate], any_key_usage=True)
        assert cms.decrypt(blob, unlocked).certificate == certificate

    def test_two_messages_have_nothing_in_common(self, certificate):
        one, two = (EnvelopedData.load(cms.encrypt(CONTENT, [certificate])) for _ in "ab")
        assert one.algorithm != two.algorithm
        assert one.encrypted_content != two.encrypted_content
        assert one.recipients != two.recipients

    def test_keys_of_triple_des_have_odd_parity(self):
        key = Cipher.TRIPLE_DES_CBC.new_key()
        assert len(key) == 24
        assert all(octet.bit_count() % 2 for octet in key)


class TestWhatOthersWrite:
    def test_a_bare_enveloped_data(self, unlocked, certificate):
        blob = cms.encrypt(CONTENT, [certificate], cipher=Cipher.SEED_CBC, content_info=False)
        assert oids.PKCS7_ENVELOPED_DATA not in str(blob)
        assert cms.decrypt(blob, unlocked).content == CONTENT

    @pytest.mark.parametrize("version", [0, 1, 2, 3, 99])
    def test_any_version_numbers(self, unlocked, parts, version):
        # A product in the field writes EnvelopedData 1 and KeyTransRecipientInfo 1.
        blob = parts.encode(content_info=False)
        first, second = encode.integer(0), encode.integer(version)
        assert blob.count(first) >= 2
        blob = blob.replace(first, second, 2)
        assert cms.decrypt(blob, unlocked).content == CONTENT

    def test_ber(self, unlocked, parts):
        octets = parts.encrypted_content
        pieces = b"".join(
            encode.octet_string(octets[at : at + 7]) for at in range(0, len(octets), 7)
        )
        content = b"\x30\x80" + encode.oid(parts.content_type) + parts.algorithm.encode()
        content += b"\xa0\x80" + pieces + bytes(4)
        inner = b"\x30\x80" + encode.integer(0) + encode.set_of([parts.recipients[0].encode()])
        inner += content + bytes(2)
        blob = b"\x30\x80" + encode.oid(oids.PKCS7_ENVELOPED_DATA) + b"\xa0\x80" + inner + bytes(4)
        assert cms.decrypt(blob, unlocked).content == CONTENT

    def test_text_forms(self, unlocked, parts):
        blob = parts.encode()
        encoded = base64.b64encode(blob).decode()
        pem = f"-----BEGIN CMS-----\n{encoded}\n-----END CMS-----\n"
        url = base64.urlsafe_b64encode(blob).rstrip(b"=").decode()
        for text in (encoded, pem, url, blob.hex(), blob.hex().encode()):
            assert cms.decrypt(text, unlocked).content == CONTENT

    def test_an_issuer_written_in_another_way(self, unlocked, parts):
        # The same name as UTF8String throughout: what counts is what it means.
        identifier = parts.recipients[0].identifier
        other = identifier.issuer.replace(b"\x13\x02kr", b"\x0c\x02KR")
        assert other != identifier.issuer
        recipient = evolve(parts.recipients[0], identifier=evolve(identifier, issuer=other))
        assert cms.decrypt(rebuilt(parts, recipients=(recipient,)), unlocked).content == CONTENT

    def test_other_kinds_of_recipients_are_passed_over(self, unlocked, parts):
        password = encode.context(3, encode.integer(0))
        blob = parts.encode(content_info=False)
        recipient = parts.recipients[0].encode()
        both = encode.set_of([recipient, password])
        blob = encode.sequence(
            encode.integer(3), both, blob[blob.index(recipient) + len(recipient) :]
        )
        opened = cms.decrypt(blob, unlocked)
        assert (opened.content, opened.recipients) == (CONTENT, 2)

    def test_a_key_identifier_of_a_certificate_that_states_none(self, unlocked):
        certificate = unlocked.certificate
        without = SimpleNamespace(
            subject_key_identifier=None, public_key_info=certificate.public_key_info
        )
        info = KeyTransRecipientInfo(
            certificate.subject_key_identifier, AlgorithmIdentifier(oids.RSA_ENCRYPTION), b""
        )
        assert is_addressed_to(info, certificate)
        assert is_addressed_to(info, without)
        assert not is_addressed_to(evolve(info, identifier=b"another"), certificate)


class TestRefusing:
    def test_a_certificate_for_signatures(self, unlocked):
        with clear_error(PolicyError):
            cms.encrypt(CONTENT, [unlocked.certificate])

    def test_nobody(self):
        with pytest.raises(ValueError, match="nobody"):
            cms.encrypt(CONTENT, [])

    def test_too_many(self, certificate):
        with clear_error(LimitError):
            cms.encrypt(CONTENT, [certificate] * 1001)

    def test_gcm_without_a_content_info(self, certificate):
        with pytest.raises(ValueError, match="ContentInfo"):
            cms.encrypt(CONTENT, [certificate], cipher=Cipher.AES_128_GCM, content_info=False)

    def test_a_hash_that_oaep_does_not_have(self, certificate):
        with clear_error(UnsupportedAlgorithmError):
            cms.encrypt(CONTENT, [certificate], padding=Padding.OAEP, digest="md5")

    def test_signature_padding(self, certificate):
        with pytest.raises(ValueError, match="encryption"):
            cms.encrypt(CONTENT, [certificate], padding=Padding.PSS)

    def test_what_is_not_an_enveloped_message(self, unlocked):
        for wrong in (b"", b"\x30\x00", encode.sequence(encode.oid(oids.PKCS7_DATA)), "없음"):
            with clear_error(FormatError):
                cms.decrypt(wrong, unlocked)

    def test_a_message_without_content(self, unlocked, parts):
        with clear_error(FormatError):
            cms.decrypt(rebuilt(parts, encrypted_content=None), unlocked)

    def test_a_message_without_recipients(self, unlocked, parts):
        with clear_error(FormatError):
            cms.decrypt(rebuilt(parts, recipients=()), unlocked)

    def test_a_message_with_too_many_recipients(self, unlocked, parts):
        with clear_error(LimitError):
            cms.decrypt(rebuilt(parts, recipients=parts.recipients * 1001), unlocked)

    def test_a_cipher_that_kcert_does_not_have_is_named(self, unlocked, parts):
        algorithm = AlgorithmIdentifier("1.2.840.113549.3.4", None)
        with clear_error(UnsupportedAlgorithmError) as caught:
            cms.decrypt(rebuilt(parts, algorithm=algorithm), unlocked)
        assert caught.error.oid == "1.2.840.113549.3.4"

    def test_rc2_is_read_only(self, unlocked, certificate, parts):
        with clear_error(UnsupportedAlgorithmError) as caught:
            cms.encrypt(CONTENT, [certificate], cipher=Cipher.RC2_CBC)
        assert caught.error.oid == oids.RC2_CBC
        vector = encode.octet_string(bytes(8))
        for version, error in ((160, UnlockError), (58, UnlockError),
                               (61, UnsupportedAlgorithmError)):  # fmt: skip
            parameters = encode.sequence(encode.integer(version), vector)
            algorithm = AlgorithmIdentifier(oids.RC2_CBC, parameters)
            with clear_error(error):
                cms.decrypt(rebuilt(parts, algorithm=algorithm), unlocked)
        for malformed in (None, vector, encode.sequence(encode.integer(58))):
            with clear_error(FormatError):
                algorithm = AlgorithmIdentifier(oids.RC2_CBC, malformed)
                cms.decrypt(rebuilt(parts, algorithm=algorithm), unlocked)

    def test_a_large_content_under_rc2_is_too_much_work(self, unlocked, parts):
        parameters = encode.sequence(encode.integer(58), encode.octet_string(bytes(8)))
        algorithm = AlgorithmIdentifier(oids.RC2_CBC, parameters)
        large = rebuilt(parts, algorithm=algorithm, encrypted_content=bytes((1 << 20) + 8))
        with clear_error(LimitError):
            cms.decrypt(large, unlocked)

    @pytest.mark.parametrize("iv", [b"", bytes(15), bytes(17)])
    def test_an_initialisation_vector_of_wrong_length(self, unlocked, parts, iv):
        algorithm = evolve(parts.algorithm, parameters=encode.octet_string(iv))
        with clear_error(FormatError):
            cms.decrypt(rebuilt(parts, algorithm=algorithm), unlocked)

    def test_gcm_in_an_enveloped_data(self, unlocked, certificate, parts):
        gcm = EnvelopedData.load(cms.encrypt(CONTENT, [certificate], cipher=Cipher.AES_256_GCM))
        for wrong in (
            rebuilt(gcm, authenticated=False),
            rebuilt(parts, authenticated=True, mac=bytes(16)),
        ):
            with clear_error(FormatError):
                cms.decrypt(wrong, unlocked)

    def test_a_way_to_the_content_key_that_kcert_does_not_have(self, unlocked, parts):
        mask = encode.sequence(encode.context(1, AlgorithmIdentifier("1.2.3").encode()))
        label = encode.sequence(
            encode.context(
                2, AlgorithmIdentifier(oids.P_SPECIFIED, encode.octet_string(b"x")).encode()
            )
        )
        for algorithm in (
            AlgorithmIdentifier("1.2.3.4"),
            AlgorithmIdentifier(oids.RSAES_OAEP, mask),
            AlgorithmIdentifier(oids.RSAES_OAEP, label),
        ):
            recipient = evolve(parts.recipients[0], algorithm=algorithm)
            with clear_error(UnsupportedAlgorithmError):
                cms.decrypt(rebuilt(parts, recipients=(recipient,)), unlocked)


class TestOneAnswerToEveryFault:
    """C8, X6, X23: RFC 3218, CVE-2026-42768, CVE-2026-69247."""

    def answer(self, blob, pair):
        with clear_error(UnlockError, canaries=[CONTENT]) as caught:
            cms.decrypt(blob, pair)
        error = caught.error
        assert error.__cause__ is None
        assert error.__context__ is None
        return type(error), str(error), error.message_ko, tuple(sorted(vars(error).items()))

    def test_every_fault_is_the_same_error(self, unlocked, faults):
        answers = {self.answer(blob, unlocked) for blob in faults.values()}
        assert len(answers) == 1

    def test_oaep_and_gcm_answer_alike(self, unlocked, certificate, faults):
        answers = {self.answer(faults["wrong key"], unlocked)}
        size = certificate.key_size // 8
        for cipher in (Cipher.AES_256_CBC, Cipher.AES_256_GCM):
            for padding in (Padding.PKCS1V15, Padding.OAEP):

                def parts(cipher=cipher, padding=padding):
                    blob = cms.encrypt(CONTENT, [certificate], cipher=cipher, padding=padding)
                    return EnvelopedData.load(blob)

                blob = that_fails(
                    lambda parts=parts: with_encrypted_key(parts(), b"\x17" * size), unlocked
                )
                answers.add(self.answer(blob, unlocked))
                if cipher.authenticated:
                    answers.add(self.answer(rebuilt(parts(), mac=bytes(16)), unlocked))
        assert len(answers) == 1

    def test_what_stands_for_a_wrong_content_key_is_fixed_and_secret(
        self, unlocked, stranger, certificate
    ):
        pair, other = unlocked.key_management, stranger.key_management
        for wrong in (b"\x17" * 256, rsa_encrypted(certificate, b"short"), b"", b"\xff" * 256):
            substitute = pair.unwrap(wrong, 16)
            assert len(substitute) == 16
            assert substitute == pair.unwrap(wrong, 16)
            assert substitute != other.unwrap(wrong, 16)
            assert substitute != bytes(16)
            assert len(pair.unwrap(wrong, 32, padding=Padding.OAEP)) == 32

    def test_a_right_content_key_is_not_replaced(self, unlocked, certificate):
        key = secrets.token_bytes(16)
        assert unlocked.key_management.unwrap(rsa_encrypted(certificate, key), 16) == key

    def test_no_second_entry_is_tried(self, unlocked, certificate):
        # A message that names a recipient twice would give an attacker two tries at once.
        def twice() -> bytes:
            blob = cms.encrypt(CONTENT, [certificate], cipher=Cipher.AES_128_CBC)
            parts = EnvelopedData.load(blob)
            bad = evolve(parts.recipients[0], encrypted_key=b"\x17" * 256)
            good = parts.recipients[0].encode()
            members = encode.value(0x31, bad.encode() + good)
            blob = parts.encode(content_info=False)
            rest = blob[blob.index(good) + len(good) :]
            return encode.sequence(encode.integer(0), members, rest)

        with clear_error(UnlockError):
            cms.decrypt(that_fails(twice, unlocked), unlocked)

    def test_bad_rsa_padding_takes_as_long_as_bad_content_padding(self, unlocked, faults):
        runs = 2_000 if os.environ.get("KCERT_TEST_FULL") else 200
        blobs = [faults["bad RSA padding"], faults["bad content padding"]]

        def measure() -> float:
            times: tuple[list[int], list[int]] = ([], [])
            for _ in range(runs):
                which = secrets.randbelow(2)
                for number in (which, 1 - which):
                    start = time.perf_counter_ns()
                    try:
                        cms.decrypt(blobs[number], unlocked)
                    except UnlockError:
                        times[number].append(time.perf_counter_ns() - start)
            # What the rest of the machine does stands in the longest times (dudect crops them too).
            cropped = [sorted(each)[: runs * 8 // 10] for each in times]
            means = [statistics.fmean(each) for each in cropped]
            spread = sum(statistics.variance(each) / len(each) for each in cropped)
            return abs(means[0] - means[1]) / spread**0.5

        assert any(measure() < 10 for _ in range(3))


class TestAuthenticated:
    """C9, X4: CVE-2026-34182, CVE-2025-15467, CVE-2026-12802."""

    def parameters(self, gcm, nonce: bytes, *sizes: int) -> AlgorithmIdentifier:
        encoded = encode.sequence(encode.octet_string(nonce), *map(encode.integer, sizes))
        return evolve(gcm.algorithm, parameters=encoded)

    @pytest.mark.parametrize("size", [-1, 0, 4, 8, 11, 17, 2**31, 2**63])
    def test_tags_of_unsafe_length_are_refused(self, unlocked, gcm, size):
        algorithm = self.parameters(gcm, bytes(12), size)
        with clear_error(FormatError):
            cms.decrypt(rebuilt(gcm, algorithm=algorithm, mac=gcm.mac[: max(size, 0)]), unlocked)

    @pytest.mark.parametrize("size", [0, 1, 7, 65, 10_000])
    def test_nonces_of_unsafe_length_are_refused(self, unlocked, gcm, size):
        algorithm = self.parameters(gcm, bytes(size), 16)
        with clear_error(FormatError):
            cms.decrypt(rebuilt(gcm, algorithm=algorithm), unlocked)

    @pytest.mark.parametrize("size", [12, 13, 14, 15, 16])
    def test_tags_of_safe_length_open(self, unlocked, gcm, size):
        nonce = gcm.algorithm.parameters[4:16]
        sizes = () if size == 12 else (size,)
        blob = rebuilt(gcm, algorithm=self.parameters(gcm, nonce, *sizes), mac=gcm.mac[:size])
        assert cms.decrypt(blob, unlocked).content == CONTENT

    def test_a_tag_shorter_than_was_said_does_not_open(self, unlocked, gcm):
        for mac in (b"", gcm.mac[:4], gcm.mac[:15], gcm.mac + b"x"):
            with clear_error(UnlockError):
                cms.decrypt(rebuilt(gcm, mac=mac), unlocked)

    def test_every_change_is_noticed(self, unlocked, gcm):
        content = gcm.encrypted_content
        for at in range(len(content)):
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            with clear_error(UnlockError, canaries=[CONTENT]):
                cms.decrypt(rebuilt(gcm, encrypted_content=changed), unlocked)

    def test_attributes_are_covered_by_the_tag(self, unlocked, certificate):
        key, nonce = bytes(range(16)), bytes(12)
        attribute = encode.sequence(
            encode.oid("1.2.840.113549.1.9.3"), encode.set_of([encode.oid(oids.PKCS7_DATA)])
        )
        sealed = AESGCM(key).encrypt(nonce, CONTENT, encode.set_of([attribute]))
        message = EnvelopedData(
            True,
            (
                KeyTransRecipientInfo(
                    certificate.subject_key_identifier,
                    AlgorithmIdentifier(oids.RSA_ENCRYPTION, b"\x05\x00"),
                    rsa_encrypted(certificate, key),
                ),
            ),
            oids.PKCS7_DATA,
            self.parameters(
                EnvelopedData.load(cms.encrypt(b"", [certificate], cipher=Cipher.AES_128_GCM)),
                nonce,
                16,
            ),
            sealed[:-16],
            mac=sealed[-16:],
        )
        with clear_error(UnlockError):
            cms.decrypt(message.encode(), unlocked)
        bare = message.encode(content_info=False)
        mac = encode.octet_string(message.mac)
        body = bare[: -len(mac)] + encode.context(1, attribute) + mac
        inner = encode.sequence(body[4:])
        blob = encode.sequence(encode.oid(oids.CMS_AUTH_ENVELOPED_DATA), encode.context(0, inner))
        assert cms.decrypt(blob, unlocked).content == CONTENT


class TestHostileInput:
    @settings(max_examples=300)
    @given(data=st.data())
    def test_a_changed_message_opens_or_is_a_clear_error(self, unlocked, certificate, parts, data):
        blob = bytearray(parts.encode())
        at = data.draw(st.integers(0, len(blob) - 1))
        blob[at] ^= data.draw(st.integers(1, 255))
        try:
            cms.decrypt(bytes(blob), unlocked)
        except KcertError as error:
            assert len(str(error)) <= 300

    @settings(max_examples=100)
    @given(data=st.data())
    def test_a_cut_message_never_opens(self, unlocked, parts, data):
        blob = parts.encode()
        with clear_error(KcertError):
            cms.decrypt(blob[: data.draw(st.integers(0, len(blob) - 1))], unlocked)

    def test_an_authenticated_message_never_opens_to_something_else(self, unlocked, certificate):
        blob = cms.encrypt(CONTENT, [certificate], cipher=Cipher.AES_128_GCM)
        for at in range(0, len(blob), 1 if os.environ.get("KCERT_TEST_FULL") else 5):
            changed = bytearray(blob)
            changed[at] ^= 0x01
            try:
                assert cms.decrypt(bytes(changed), unlocked).content == CONTENT
            except KcertError:
                continue

    @settings(max_examples=200)
    @given(st.binary(max_size=300))
    def test_anything_is_a_clear_error(self, unlocked, octets):
        with clear_error(KcertError):
            cms.decrypt(b"\x30" + octets, unlocked)


def test_a_decrypted_message_does_not_show_its_content(unlocked, certificate):
    opened = cms.decrypt(cms.encrypt(CONTENT, [certificate]), unlocked)
    assert CONTENT.decode() not in repr(opened)
    assert repr(CONTENT) not in repr(opened)


def test_a_closed_credential_opens_nothing(authority):
    with issued(authority) as opened:
        blob = cms.encrypt(CONTENT, [opened.key_management.certificate])
    with pytest.raises(ValueError, match="closed"):
        cms.decrypt(blob, opened)
