# SPDX-License-Identifier: Apache-2.0
"""Open keys: what they read, check, sign, decrypt and forget."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert._asn1 import encode, oids
from kcert.errors import (
    FormatError,
    KcertError,
    LimitError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.keys import Padding, PrivateKey, profiles
from kcert.testing.assertions import clear_error
from kcert.testing.keypool import shared_keys
from kcert.testing.strategies import mutations

HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
RSA = encode.sequence(encode.oid(oids.RSA_ENCRYPTION), encode.null())


def info(private_key: bytes, *rest: bytes, version: int = 0, algorithm: bytes = RSA) -> bytes:
    return encode.sequence(
        encode.integer(version), algorithm, encode.octet_string(private_key), *rest
    )


def rsa_key(fake_key, **changed: int) -> bytes:
    numbers = fake_key.private_key.private_numbers()
    fields = {
        "version": 0,
        "n": numbers.public_numbers.n,
        "e": numbers.public_numbers.e,
        "d": numbers.d,
        "p": numbers.p,
        "q": numbers.q,
        "dp": numbers.dmp1,
        "dq": numbers.dmq1,
        "qi": numbers.iqmp,
        **changed,
    }
    return encode.sequence(*(encode.integer(number) for number in fields.values()))


@pytest.fixture
def key(pkcs8):
    with PrivateKey.load(pkcs8) as opened:
        yield opened


@pytest.fixture(scope="module")
def public_key(fake_key):
    return fake_key.private_key.public_key()


class TestReading:
    def test_the_octets_stay_as_they_came(self, pkcs8):
        for given_as in (pkcs8, bytearray(pkcs8), memoryview(pkcs8)):
            assert PrivateKey.load(given_as).reveal_pkcs8() == pkcs8

    def test_size_and_public_numbers_are_read(self, key, public_key):
        numbers = public_key.public_numbers()
        assert key.public_numbers == (numbers.n, numbers.e)
        assert key.key_size == 2048

    def test_r_is_read_from_the_attributes(self, key, random):
        assert key.random.reveal() == random
        assert key.random is key.random
        assert [attribute.oid for attribute in key.attributes] == ["1.2.410.200004.10.1.1.3"]

    @pytest.mark.parametrize("size", [1, 16, 20, 32, 500])
    def test_r_of_any_length_is_read(self, fake_key, size):
        assert PrivateKey.load(fake_key.pkcs8(random=bytes(size))).random.reveal() == bytes(size)

    def test_a_key_without_r_says_so(self, fake_key):
        key = PrivateKey.load(fake_key.pkcs8())
        assert key.random is None
        assert key.attributes == ()

    def test_other_attributes_are_kept(self, fake_key):
        name = encode.sequence(
            encode.oid("1.2.840.113549.1.9.20"), encode.set_of([encode.bmp_string("홍길동")])
        )
        usage = encode.sequence(encode.oid("2.5.29.15"), encode.set_of([encode.null(), name]))
        pkcs8 = info(rsa_key(fake_key), encode.context(0, name + usage))
        key = PrivateKey.load(pkcs8)
        assert [attribute.oid for attribute in key.attributes] == [
            "1.2.840.113549.1.9.20",
            "2.5.29.15",
        ]
        assert len(key.attributes[1].values) == 2
        assert key.random is None
        assert key.lock("pw", profiles.CHEAPEST).unlock("pw").reveal_pkcs8() == pkcs8

    @pytest.mark.parametrize(
        "values",
        [
            [],
            [encode.bit_string(b"a" * 20), encode.bit_string(b"b" * 20)],
            [encode.bit_string(b"a" * 19 + b"\x80", 4)],
            [encode.bit_string(b"")],
            [encode.octet_string(b"a" * 20)],
            [encode.bit_string(b"a" * 20) + encode.null()],
        ],
    )
    def test_an_r_that_is_none_is_a_format_error_when_asked_for(self, fake_key, values):
        attribute = encode.sequence(encode.oid(oids.RANDOM_NUM), encode.set_of(values))
        key = PrivateKey.load(info(rsa_key(fake_key), encode.context(0, attribute)))
        assert key.sign(b"still signs")
        with clear_error(FormatError):
            _ = key.random

    def test_two_rs_are_a_format_error(self, fake_key):
        value = encode.set_of([encode.bit_string(b"a" * 20)])
        attribute = encode.sequence(encode.oid(oids.RANDOM_NUM), value)
        key = PrivateKey.load(info(rsa_key(fake_key), encode.context(0, attribute * 2)))
        with clear_error(FormatError):
            _ = key.random

    def test_version_1_with_a_public_key_is_read(self, fake_key):
        public = encode.context(1, b"\x00" + bytes(5), constructed=False)
        assert PrivateKey.load(info(rsa_key(fake_key), public, version=1)).sign(b"data")

    def test_absent_parameters_are_read_as_null(self, fake_key):
        algorithm = encode.sequence(encode.oid(oids.RSA_ENCRYPTION))
        assert PrivateKey.load(info(rsa_key(fake_key), algorithm=algorithm)).sign(b"data")

    @pytest.mark.parametrize("version", [-1, 2, 2**70])
    def test_another_version_is_a_format_error(self, fake_key, version):
        with clear_error(FormatError):
            PrivateKey.load(info(rsa_key(fake_key), version=version))

    def test_every_cut_is_a_format_error(self, pkcs8):
        for size in range(len(pkcs8)):
            with clear_error(FormatError):
                PrivateKey.load(pkcs8[:size])

    def test_octets_after_the_end_are_a_format_error(self, pkcs8):
        with clear_error(FormatError):
            PrivateKey.load(pkcs8 + b"\x00")

    def test_a_large_file_is_a_limit_error(self):
        with clear_error(LimitError):
            PrivateKey.load(bytes((1 << 20) + 1))

    @settings(max_examples=300)
    @given(data=st.data())
    def test_a_changed_key_is_a_value_or_a_clear_error(self, small_pkcs8, data):
        changed = data.draw(mutations(small_pkcs8))
        try:
            PrivateKey.load(changed).sign(b"data")
        except KcertError as error:
            assert len(str(error)) <= 300

    @settings(max_examples=200)
    @given(data=st.binary(max_size=200))
    def test_arbitrary_octets_are_refused_clearly(self, data):
        with clear_error(KcertError):
            PrivateKey.load(data)


class TestNumbers:
    @pytest.mark.parametrize("name", ["n", "e", "d", "p", "q", "dp", "dq", "qi"])
    @pytest.mark.parametrize("value", [0, -1, 1, 2])
    def test_a_number_out_of_place_is_a_format_error(self, fake_key, name, value):
        with clear_error(FormatError):
            PrivateKey.load(info(rsa_key(fake_key, **{name: value})))

    @pytest.mark.parametrize("name", ["n", "e", "d", "p", "q", "dp", "dq", "qi"])
    @pytest.mark.parametrize("by", [-2, -1, 1, 2])
    def test_a_number_that_is_off_is_a_format_error(self, fake_key, name, by):
        numbers = fake_key.private_key.private_numbers()
        value = {
            "n": numbers.public_numbers.n,
            "e": numbers.public_numbers.e,
            "d": numbers.d,
            "p": numbers.p,
            "q": numbers.q,
            "dp": numbers.dmp1,
            "dq": numbers.dmq1,
            "qi": numbers.iqmp,
        }[name]
        with clear_error(FormatError):
            PrivateKey.load(info(rsa_key(fake_key, **{name: value + by})))

    def test_an_even_modulus_is_a_format_error(self, fake_key):
        numbers = fake_key.private_key.private_numbers()
        with clear_error(FormatError):
            PrivateKey.load(info(rsa_key(fake_key, n=2 * numbers.p, q=2)))

    def test_equal_primes_are_a_format_error(self, fake_key):
        p = fake_key.private_key.private_numbers().p
        with clear_error(FormatError):
            PrivateKey.load(info(rsa_key(fake_key, n=p * p, q=p, qi=1)))

    def test_the_largest_modulus_is_capped_before_any_arithmetic(self, fake_key):
        with clear_error(LimitError) as caught:
            PrivateKey.load(info(rsa_key(fake_key, n=1 << 16_384)))
        assert caught.error.value == 16_385

    def test_numbers_above_the_modulus_are_refused_before_any_arithmetic(self, fake_key):
        with clear_error(FormatError):
            PrivateKey.load(info(rsa_key(fake_key, d=(1 << 4_000_000) + 1)))

    def test_a_key_of_three_primes_is_a_format_error(self, fake_key):
        with clear_error(FormatError):
            PrivateKey.load(info(rsa_key(fake_key, version=1)))

    def test_an_exponent_modulo_the_smaller_group_passes(self, fake_key):
        # d may be taken modulo lcm(p-1, q-1) or modulo (p-1)(q-1).
        numbers = fake_key.private_key.private_numbers()
        phi = (numbers.p - 1) * (numbers.q - 1)
        d = pow(numbers.public_numbers.e, -1, phi)
        assert PrivateKey.load(info(rsa_key(fake_key, d=d))).sign(b"data")

    def test_a_composite_prime_passes_by_arithmetic_and_not_the_full_check(self, fake_key):
        # Numbers that fit together over a "prime" of two factors: e·d = 1 and CRT values hold.
        numbers = fake_key.private_key.private_numbers()
        e, p = 65537, numbers.p
        q = next(
            3 * candidate
            for candidate in range((1 << 1000) + 1, (1 << 1000) + 100_000, 2)
            if (3 * candidate - 1) % e
        )
        d = pow(e, -1, (p - 1) * (q - 1))
        made = rsa_key(
            fake_key, n=p * q, d=d, q=q, dp=d % (p - 1), dq=d % (q - 1), qi=pow(q, -1, p)
        )
        assert PrivateKey.load(info(made))
        with clear_error(FormatError):
            PrivateKey.load(info(made), full_check=True)


class TestMatching:
    def test_the_own_public_key_matches(self, key, fake_key):
        assert key.matches(fake_key.public_key_info)

    def test_absent_parameters_in_the_certificate_match_too(self, key, public_key):
        numbers = public_key.public_numbers()
        bits = encode.sequence(encode.integer(numbers.n), encode.integer(numbers.e))
        algorithm = encode.sequence(encode.oid(oids.RSA_ENCRYPTION))
        assert key.matches(encode.sequence(algorithm, encode.bit_string(bits)))

    def test_another_key_does_not_match(self, key):
        assert not key.matches(shared_keys.key("another", 2048).public_key_info)

    def test_a_key_of_another_kind_does_not_match(self, key):
        encoded = (
            ec.generate_private_key(ec.SECP256R1())
            .public_key()
            .public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        assert not key.matches(encoded)

    def test_what_is_no_public_key_is_a_format_error(self, key):
        with clear_error(FormatError):
            key.matches(b"\x30\x00")


class TestSigning:
    @pytest.mark.parametrize("digest", HASHES)
    @pytest.mark.parametrize("scheme", [Padding.PKCS1V15, Padding.PSS])
    @pytest.mark.parametrize("prehashed", [False, True])
    def test_signatures_verify_elsewhere(self, key, public_key, digest, scheme, prehashed):
        data = "서명할 내용".encode()
        given = hashlib.new(digest, data).digest() if prehashed else data
        signature = key.sign(given, padding=scheme, digest=digest, prehashed=prehashed)
        algorithm = HASHES[digest]
        expected = (
            padding.PKCS1v15()
            if scheme is Padding.PKCS1V15
            else padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
        )
        public_key.verify(signature, data, expected, algorithm)

    def test_pkcs1_v15_with_sha256_is_the_default(self, key, public_key):
        digest = hashlib.sha256(b"data").digest()
        signature = key.sign(bytearray(b"data"))
        public_key.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        assert key.sign(b"data") == key.sign(memoryview(b"data")) == signature

    @pytest.mark.parametrize("digest", ["sha1", "sha224", "md5", "SHA256", "", "has160"])
    def test_other_hashes_are_not_offered(self, key, digest):
        with clear_error(UnsupportedAlgorithmError):
            key.sign(b"data", digest=digest)

    def test_a_hash_of_another_length_is_a_value_error(self, key):
        with pytest.raises(ValueError, match="32 octets"):
            key.sign(b"data", prehashed=True)

    def test_oaep_does_not_sign(self, key):
        with pytest.raises(ValueError, match="signature"):
            key.sign(b"data", padding=Padding.OAEP)

    def test_a_key_too_short_for_the_hash_is_a_clear_error(self, small_pkcs8):
        with clear_error(UnsupportedAlgorithmError):
            PrivateKey.load(small_pkcs8).sign(b"data", padding=Padding.PSS, digest="sha512")


class TestDecrypting:
    def test_pkcs1_v15_is_the_default(self, key, public_key):
        encrypted = public_key.encrypt(b"session key", padding.PKCS1v15())
        assert key.decrypt(encrypted) == b"session key"

    @pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
    def test_oaep_decrypts(self, key, public_key, digest):
        algorithm = getattr(hashes, digest.upper())()
        scheme = padding.OAEP(padding.MGF1(algorithm), algorithm, None)
        encrypted = public_key.encrypt(b"session key", scheme)
        assert key.decrypt(encrypted, padding=Padding.OAEP, digest=digest) == b"session key"

    def test_a_wrong_pkcs1_v15_padding_gives_octets_that_say_nothing(self, key):
        # Implicit rejection: the same ciphertext gives the same made-up octets each time.
        ciphertext = b"\x00" + bytes(range(255))
        assert key.decrypt(ciphertext) == key.decrypt(ciphertext)

    def test_every_fault_is_the_same_error(self, key, public_key):
        good = public_key.encrypt(b"x", padding.PKCS1v15())
        messages = set()
        for bad in (b"", good[:-1], good + b"\x00", b"\xff" * 256):
            with clear_error(UnlockError) as caught:
                key.decrypt(bad)
            messages.add(str(caught.error))
        for bad in (b"", good, good[:-1], b"\xff" * 256, bytes(256)):
            with clear_error(UnlockError) as caught:
                key.decrypt(bad, padding=Padding.OAEP)
            assert caught.error.__context__ is None
            messages.add(str(caught.error))
        assert len(messages) == 1

    def test_pss_does_not_decrypt(self, key):
        with pytest.raises(ValueError, match="decryption"):
            key.decrypt(bytes(256), padding=Padding.PSS)


class TestForgetting:
    def test_closing_overwrites_key_and_r(self, pkcs8):
        key = PrivateKey.load(pkcs8)
        octets, random = key._der, key.random._octets
        key.close()
        assert set(octets) == {0}
        assert set(random) <= {0}

    @pytest.mark.parametrize(
        "use",
        [
            lambda key: key.sign(b"data"),
            lambda key: key.decrypt(bytes(256)),
            lambda key: key.lock("pw", profiles.CHEAPEST),
            lambda key: key.reveal_pkcs8(),
            lambda key: key.to_cryptography(),
            lambda key: key.random,
            lambda key: key.attributes,
        ],
    )
    def test_a_closed_key_says_so(self, pkcs8, use):
        with PrivateKey.load(pkcs8) as key:
            key.sign(b"data")
        with pytest.raises(ValueError, match="closed"):
            use(key)

    def test_a_closed_r_says_so(self, pkcs8):
        with PrivateKey.load(pkcs8) as key:
            random = key.random
        with pytest.raises(ValueError, match="closed"):
            random.reveal()

    def test_closing_twice_is_fine(self, key):
        key.close()
        key.close()

    def test_what_is_public_stays_after_closing(self, key, fake_key):
        key.close()
        assert key.matches(fake_key.public_key_info)
        assert repr(key) == "<PrivateKey RSA-2048>"

    def test_a_key_is_made_by_its_named_doors_only(self):
        with pytest.raises(TypeError, match=r"PrivateKey\.load"):
            PrivateKey()


def test_to_cryptography_hands_the_key_to_others(key, public_key):
    handed = key.to_cryptography()
    assert handed is key.to_cryptography()
    signature = handed.sign(b"data", padding.PKCS1v15(), hashes.SHA256())
    public_key.verify(signature, b"data", padding.PKCS1v15(), hashes.SHA256())
