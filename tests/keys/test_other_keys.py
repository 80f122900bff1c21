# SPDX-License-Identifier: Apache-2.0
"""Keys that are not RSA, and RSA keys for RSASSA-PSS only: kept, compared, locked and used."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import (
    dsa,
    ec,
    ed448,
    ed25519,
    padding,
    x448,
    x25519,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert._asn1 import encode, oids
from kcert.certificate.public_keys import same_public_key
from kcert.errors import (
    FormatError,
    KcertError,
    LimitError,
    SignatureError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.keys import EncryptedKey, Padding, PrivateKey, profiles
from kcert.testing import clear_error
from kcert.testing.strategies import mutations

PASSWORD = "KCERT-CANARY-pw-7f3a"
MAKERS = {
    "EC-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EC-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "DSA-1024": lambda: dsa.generate_private_key(1024),
    "Ed25519-255": ed25519.Ed25519PrivateKey.generate,
    "Ed448-456": ed448.Ed448PrivateKey.generate,
    "X25519-255": x25519.X25519PrivateKey.generate,
    "X448-448": x448.X448PrivateKey.generate,
}
DH = "1.2.840.113549.1.3.1"
SIGNING = ("EC-256", "EC-521", "DSA-1024", "Ed25519-255", "Ed448-456")
HASHED = ("EC-256", "EC-521", "DSA-1024")


def pkcs8_of(key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def spki_of(key) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.fixture(scope="module")
def keys():
    return {name: make() for name, make in MAKERS.items()}


@pytest.mark.parametrize("name", MAKERS)
def test_a_key_says_what_it_is_and_is_handed_on(keys, name):
    with PrivateKey.load(pkcs8_of(keys[name])) as key:
        assert repr(key) == f"<PrivateKey {name}>"
        assert (key.key_type, str(key.key_size)) == tuple(name.split("-"))
        assert key.public_numbers is None
        assert key.public_key_info == spki_of(keys[name])
        assert pkcs8_of(key.to_cryptography()) == pkcs8_of(keys[name])
        assert key.reveal_pkcs8() == pkcs8_of(keys[name])
        assert key.random is None
    assert PrivateKey.load(pkcs8_of(keys[name]), full_check=True).key_type == key.key_type


@pytest.mark.parametrize("name", MAKERS)
def test_a_key_knows_its_public_half(keys, name, fake_key):
    with PrivateKey.load(pkcs8_of(keys[name])) as key:
        for other, its in keys.items():
            assert key.matches(spki_of(its)) is (other == name)
        assert not key.matches(fake_key.public_key_info)
        assert not key.matches(spki_of(MAKERS[name]()))


def test_a_public_key_is_the_same_however_its_point_is_written(keys):
    key = keys["EC-256"]
    numbers = key.public_key().public_numbers()
    point = bytes((2 + (numbers.y & 1),)) + numbers.x.to_bytes(32, "big")
    curve = encode.oid("1.2.840.10045.3.1.7")
    algorithm = encode.sequence(encode.oid(oids.EC_PUBLIC_KEY), curve)
    compressed = encode.sequence(algorithm, encode.bit_string(point))
    assert compressed != spki_of(key)
    assert same_public_key(compressed, spki_of(key))
    with PrivateKey.load(pkcs8_of(key)) as opened:
        assert opened.matches(compressed)


def test_public_keys_that_nobody_reads_are_the_same_only_where_they_look_so():
    def kcdsa(point: bytes) -> bytes:
        algorithm = encode.sequence(encode.oid(oids.KCDSA))
        return encode.sequence(algorithm, encode.bit_string(point))

    assert same_public_key(kcdsa(b"\x01"), kcdsa(b"\x01"))
    assert not same_public_key(kcdsa(b"\x01"), kcdsa(b"\x02"))


@pytest.mark.parametrize("name", MAKERS)
def test_a_key_is_locked_and_unlocked_with_its_attributes(keys, name, random):
    attribute = encode.sequence(
        encode.oid(oids.RANDOM_NUM), encode.set_of([encode.bit_string(random)])
    )
    plain = pkcs8_of(keys[name])
    header = 2 if plain[1] < 128 else 2 + (plain[1] & 0x7F)
    with_attribute = encode.sequence(plain[header:], encode.context(0, attribute))
    with PrivateKey.load(with_attribute) as key:
        assert key.random is not None
        locked = key.lock(PASSWORD, profiles.NPKI)
    with locked.unlock(PASSWORD) as again:
        assert again.reveal_pkcs8() == with_attribute
        assert again.random.reveal() == random
        assert again.matches(spki_of(keys[name]))
    with clear_error(UnlockError, canaries=["wrong-password"]):
        locked.unlock("wrong-password")


@pytest.mark.parametrize("name", SIGNING)
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_what_a_key_signs_verifies(keys, name, digest):
    with PrivateKey.load(pkcs8_of(keys[name])) as key:
        signature = key.sign(b"data", digest=digest)
        key.verify(signature, b"data", digest=digest)
        for wrong in (b"other", b""):
            with clear_error(SignatureError):
                key.verify(signature, wrong, digest=digest)
    public_key, algorithm = keys[name].public_key(), getattr(hashes, digest.upper())()
    match keys[name]:
        case ec.EllipticCurvePrivateKey():
            public_key.verify(signature, b"data", ec.ECDSA(algorithm))
        case dsa.DSAPrivateKey():
            public_key.verify(signature, b"data", algorithm)
        case _:
            public_key.verify(signature, b"data")
            with pytest.raises(InvalidSignature):
                public_key.verify(signature, b"other")


@pytest.mark.parametrize("name", HASHED)
def test_a_hash_is_signed_as_what_it_is_the_hash_of(keys, name):
    with PrivateKey.load(pkcs8_of(keys[name])) as key:
        hashed = hashlib.sha256(b"data").digest()
        key.verify(key.sign(hashed, prehashed=True), b"data")
        key.verify(key.sign(b"data"), hashed, prehashed=True)
        with pytest.raises(ValueError, match="32 octets"):
            key.sign(b"short", prehashed=True)
        with clear_error(UnsupportedAlgorithmError):
            key.sign(b"data", digest="sha1")


@pytest.mark.parametrize("name", MAKERS)
def test_what_a_key_cannot_do_is_refused_by_its_name(keys, name):
    kind = name.split("-", maxsplit=1)[0]
    with PrivateKey.load(pkcs8_of(keys[name])) as key:
        refused = [
            lambda: key.decrypt(bytes(128)),
            lambda: key.unwrap(bytes(128), 16),
            lambda: key.sign(b"data", padding=Padding.PSS),
            lambda: key.verify(b"", b"data", padding=Padding.PSS),
        ]
        if name not in SIGNING:
            refused += [lambda: key.sign(b"data"), lambda: key.verify(b"", b"data")]
        if name not in HASHED:
            refused.append(lambda: key.sign(bytes(32), prehashed=True))
            refused.append(lambda: key.verify(b"", bytes(32), prehashed=True))
        for use in refused:
            with clear_error(UnsupportedAlgorithmError) as caught:
                use()
            assert kind in str(caught.error)
            assert caught.error.oid


@pytest.mark.parametrize("name", MAKERS)
def test_a_closed_key_is_closed(keys, name):
    key = PrivateKey.load(pkcs8_of(keys[name]))
    key.close()
    key.close()
    uses = (
        key.to_cryptography,
        lambda: key.sign(b""),
        lambda: key.verify(b"", b""),
        lambda: key.matches(spki_of(keys[name])),
        lambda: key.public_key_info,
        key.reveal_pkcs8,
    )
    for use in uses:
        with pytest.raises(ValueError, match="closed"):
            use()
    assert repr(key) == f"<PrivateKey {name}>"


@pytest.mark.parametrize(
    "oid", [oids.KCDSA, oids.KCDSA1, DH, "1.2.410.200004.1.100.2.1", "1.2.3.4"]
)
def test_a_key_that_nobody_has_is_named(oid):
    algorithm = encode.sequence(encode.oid(oid))
    plain = encode.sequence(encode.integer(0), algorithm, encode.octet_string(b"\x02\x01\x01"))
    with clear_error(UnsupportedAlgorithmError) as caught:
        PrivateKey.load(plain)
    assert caught.error.oid == oid


def test_a_curve_that_nobody_has_is_named(keys):
    plain = pkcs8_of(keys["EC-256"])
    unknown = plain.replace(encode.oid("1.2.840.10045.3.1.7"), encode.oid("1.2.840.10045.3.1.9"))
    assert unknown != plain
    with clear_error(UnsupportedAlgorithmError) as caught:
        PrivateKey.load(unknown)
    assert caught.error.oid == "1.2.840.10045.3.1.9"


def test_numbers_too_large_to_work_with_are_refused_before_any_work():
    def dsa_key(p: int, x: int) -> bytes:
        domain = encode.sequence(*map(encode.integer, (p, 5, 3)))
        algorithm = encode.sequence(encode.oid(oids.DSA), domain)
        octets = encode.octet_string(encode.integer(x))
        return encode.sequence(encode.integer(0), algorithm, octets)

    for p, x in ((1 << 100_000 | 1, 3), (1 << 2047 | 1, 1 << 100_000)):
        with clear_error(LimitError):
            PrivateKey.load(dsa_key(p, x))


@settings(max_examples=200)
@given(name=st.sampled_from(sorted(MAKERS)), data=st.data())
def test_a_changed_key_is_a_value_or_a_clear_error(keys, name, data):
    changed = data.draw(mutations(pkcs8_of(keys[name])))
    try:
        with PrivateKey.load(changed) as key:
            key.to_cryptography()
    except KcertError as error:
        assert error.code


class TestPss:
    """Keys whose algorithm is id-RSASSA-PSS (RFC 4055 section 3.1)."""

    @staticmethod
    def pss_key(fake_key, parameters: bytes = b"") -> bytes:
        inner = fake_key.private_key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        algorithm = encode.sequence(encode.oid(oids.RSASSA_PSS), parameters)
        return encode.sequence(encode.integer(0), algorithm, encode.octet_string(inner))

    @staticmethod
    def restricted(digest_oid: str) -> bytes:
        digest = encode.sequence(encode.oid(digest_oid), encode.null())
        mask = encode.sequence(encode.oid(oids.MGF1), digest)
        return encode.sequence(encode.context(0, digest), encode.context(1, mask))

    def test_it_signs_with_pss(self, fake_key):
        with PrivateKey.load(self.pss_key(fake_key)) as key:
            for digest in ("sha256", "sha512"):
                signature = key.sign(b"data", padding=Padding.PSS, digest=digest)
                key.verify(signature, b"data", padding=Padding.PSS, digest=digest)
            algorithm = hashes.SHA512()
            scheme = padding.PSS(padding.MGF1(algorithm), 64)
            fake_key.private_key.public_key().verify(signature, b"data", scheme, algorithm)
            assert key.matches(fake_key.public_key_info)
            assert key.matches(key.public_key_info)

    def test_it_does_nothing_else(self, fake_key):
        with PrivateKey.load(self.pss_key(fake_key)) as key:
            for use in (
                lambda: key.sign(b"data"),
                lambda: key.decrypt(bytes(256)),
                lambda: key.unwrap(bytes(256), 16),
            ):
                with clear_error(UnsupportedAlgorithmError) as caught:
                    use()
                assert caught.error.oid == oids.RSASSA_PSS

    def test_it_keeps_to_the_hash_that_it_names(self, fake_key):
        with PrivateKey.load(self.pss_key(fake_key, self.restricted(oids.SHA384))) as key:
            key.sign(b"data", padding=Padding.PSS, digest="sha384")
            with clear_error(UnsupportedAlgorithmError) as caught:
                key.sign(b"data", padding=Padding.PSS, digest="sha256")
            assert "sha384" in str(caught.error)

    def test_parameters_of_another_shape_are_a_format_error(self, fake_key):
        with (
            PrivateKey.load(self.pss_key(fake_key, encode.integer(1))) as key,
            clear_error(FormatError),
        ):
            key.sign(b"data", padding=Padding.PSS)


@pytest.mark.peer("openssl")
@pytest.mark.parametrize(
    "options",
    [
        ("EC", "-pkeyopt", "ec_paramgen_curve:secp384r1"),
        ("EC", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"),
        ("ED25519",),
        ("ED448",),
        ("RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"),
    ],
    ids=lambda options: options[-1],
)
def test_what_openssl_locks_is_unlocked_and_the_other_way_round(options):
    def openssl(*arguments: str, data: bytes = b"") -> bytes:
        command = ["openssl", *arguments]
        run = subprocess.run(command, input=data, capture_output=True, timeout=60)
        assert run.returncode == 0, run.stderr.decode()
        return run.stdout

    secret = f"pass:{PASSWORD}"
    plain = openssl("genpkey", "-algorithm", *options, "-outform", "DER")
    locked = openssl(
        "pkcs8", "-topk8", "-inform", "DER", "-outform", "DER", "-passout", secret, data=plain
    )
    with EncryptedKey.load(locked).unlock(PASSWORD) as key:
        written = key.lock(PASSWORD, profiles.MODERN)
        public = openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", data=plain)
        assert key.matches(public)
    arguments = ("pkey", "-inform", "DER", "-passin", secret, "-pubout", "-outform", "DER")
    assert openssl(*arguments, data=written.der) == public
