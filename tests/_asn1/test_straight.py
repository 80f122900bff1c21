# SPDX-License-Identifier: Apache-2.0
"""Reading straight ahead: never another answer than `Reader` gives, only sooner."""

from __future__ import annotations

import pytest
from attrs import astuple
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kcert import cms
from kcert._asn1 import cms as attributes_room
from kcert._asn1 import der, encode, oids, straight, straight_lists
from kcert._asn1 import signed_messages as messages
from kcert._asn1 import x509 as certificates
from kcert._asn1.algorithm import AlgorithmIdentifier, load_algorithm
from kcert._asn1.cms import encode_attribute, read_attributes, read_lenient
from kcert._asn1.der import Reader
from kcert._asn1.pkcs5 import PBES2Parameters, PBKDF2Parameters
from kcert._asn1.pkcs8 import EncryptedPrivateKeyInfo, PrivateKeyInfo, RSAPrivateKey
from kcert._asn1.signed_data import FORMAT, read_signed_data
from kcert._asn1.times import read_time
from kcert._asn1.x509 import RawCertificate
from kcert.certificate import public_keys
from kcert.errors import FormatError, KcertError
from kcert.keys.profiles import MODERN, NPKI
from kcert.testing import FakeAuthority
from kcert.testing.spans import replace_value, spans
from kcert.testing.strategies import mutations


def answer(read, *arguments):
    """What comes out, or the class of the error."""
    try:
        return read(*arguments)
    except KcertError as error:
        return type(error)


def agree(ahead, carefully, data: bytes) -> bool:
    """Whether reading straight ahead gave up or found what careful reading finds."""
    try:
        found = ahead(data)
    except (straight.Irregular, KcertError):
        return True
    return found == answer(carefully, data)


def members_by_reader(data: bytes) -> list[tuple[int, int, int]]:
    reader, found = Reader(data, "test"), []
    while not reader.at_end:
        tag, content = reader.read_any()
        found.append((tag, reader.position - len(content), reader.position))
    return found


def attributes_by_reader(data: bytes):
    return read_attributes(Reader(data, "test"))


def signed_by_reader(data: bytes):
    return read_lenient(data, FORMAT, read_signed_data)


def whole(read, data):
    reader = Reader(data, "test")
    found = read(reader)
    reader.finish()
    return found


def comparable(read):
    """What a reader of private keys finds, as octets and numbers."""

    def found(data):
        info = read(memoryview(data))
        if isinstance(info, RSAPrivateKey):
            return astuple(info)
        values = [(oid, [bytes(one) for one in several]) for oid, several in info.attributes]
        return info.algorithm, bytes(info.private_key), values

    return found


def parameters(read):
    return lambda data: read(AlgorithmIdentifier(oids.PBES2, data))


def algorithm_ahead(data):
    return AlgorithmIdentifier.read_straight(data, *straight.only(data, 0, len(data), der.SEQUENCE))


def naturals_by_reader(data):
    reader = Reader(data, "test")
    found = [reader.integer() for _ in range(9)]
    reader.finish()
    return found


def fields_by_reader(data):
    found = members_by_reader(data)
    if [tag for tag, _, _ in found] != [der.SEQUENCE, der.OCTET_STRING]:
        raise FormatError("test", "other fields")
    return [(start, end) for _, start, end in found]


# Reading ahead and the reader that has the last word, for each shape.
PAIRS = {
    "members": (lambda data: straight.members(data, 0, len(data)), members_by_reader),
    "integer": (
        lambda data: straight.integer(data, 0, len(data)),
        lambda data: Reader(encode.value(der.INTEGER, data), "test").integer(),
    ),
    "name": (straight_lists.name, certificates._read_name_anew),
    "extensions": (
        lambda data: tuple(straight_lists.extensions(data, 0, len(data))),
        lambda data: certificates.read_extensions(Reader(data, "test")),
    ),
    "attributes": (
        lambda data: tuple(straight_lists.attributes(data, 0, len(data))),
        attributes_by_reader,
    ),
    "UTCTime": (
        lambda data: straight.utc_time(data, 0, len(data)),
        lambda data: whole(read_time, data),
    ),
    "certificate": (RawCertificate._read_straight, RawCertificate._read_anew),
    "public key": (public_keys._read_straight, public_keys._read_carefully),
    "message": (messages._read, signed_by_reader),
    "naturals": (lambda data: straight.naturals(data, 0, len(data), 9), naturals_by_reader),
    "fields": (
        lambda data: straight.fields(data, 0, len(data), (der.SEQUENCE, der.OCTET_STRING)),
        fields_by_reader,
    ),
    "algorithm": (algorithm_ahead, lambda data: whole(AlgorithmIdentifier.read, data)),
    "locked key": (
        EncryptedPrivateKeyInfo._read_straight,
        EncryptedPrivateKeyInfo._read_carefully,
    ),
    "open key": (
        comparable(PrivateKeyInfo._read_straight),
        comparable(PrivateKeyInfo._read_carefully),
    ),
    "RSA key": (
        comparable(RSAPrivateKey._read_straight),
        comparable(RSAPrivateKey._read_carefully),
    ),
    "PBES2": (
        parameters(PBES2Parameters._read_straight),
        parameters(PBES2Parameters._read_carefully),
    ),
    "PBKDF2": (
        parameters(PBKDF2Parameters._read_straight),
        parameters(PBKDF2Parameters._read_carefully),
    ),
}
ARBITRARY = sorted(PAIRS.keys() - {"extensions"})


@pytest.fixture(scope="module")
def samples():
    unlocked = FakeAuthority("yessign").issue(password="1", chain=True).unlock("1")
    certificate = unlocked.certificate
    raw = RawCertificate._read_anew(certificate.der)
    extensions = b"".join(
        encode.sequence(
            encode.oid(oid), encode.boolean(True) if critical else b"", encode.octet_string(value)
        )
        for oid, critical, value in raw.extensions
    )
    blob = cms.sign(b"content", unlocked)
    bare = cms.sign(b"content", unlocked, attributes=False, detached=True)
    (signer,) = signed_by_reader(blob).signers
    return {
        "members": [extensions],
        "integer": [b"\x01", b"\x00\x80", bytes(range(1, 21))],
        "name": [raw.subject, raw.issuer],
        "extensions": [extensions],
        "attributes": [signer.signed_attributes],
        "UTCTime": [b"\x17\x0d260228235959Z", b"\x17\x0d500101000000Z"],
        "certificate": [certificate.der, *(one.der for one in unlocked.ca_certificates)],
        "public key": [certificate.public_key_info],
        "message": [blob, bare, cms.add_signature(blob, unlocked)],
        **key_samples(unlocked),
    }


def key_samples(unlocked):
    """Encodings around a private key, by their shape."""
    key = unlocked.reveal_pkcs8()
    other = encode.value(der.context(0), encode_attribute("1.2", encode.null()))
    info = PrivateKeyInfo.read(memoryview(key))
    rsa_key = bytes(info.private_key)
    parts = (encode.integer(0), info.algorithm.encode(), encode.octet_string(rsa_key))
    bare = encode.sequence(*parts)
    locked = unlocked.private_key.lock("1", MODERN).der
    algorithm = EncryptedPrivateKeyInfo.read(locked).algorithm
    pbkdf2 = PBES2Parameters.read(algorithm).key_derivation
    numbers = rsa_key[straight.only(rsa_key, 0, len(rsa_key), der.SEQUENCE)[0] :]
    begin = straight.only(locked, 0, len(locked), der.SEQUENCE)[0]
    return {
        "naturals": [numbers],
        "fields": [locked[begin:]],
        "algorithm": [algorithm.encode(), pbkdf2.encode(), encode.sequence(encode.oid("1.2.3"))],
        "locked key": [locked, unlocked.lock("1", profile=NPKI).key.der],
        "open key": [
            key,
            bare,
            encode.sequence(bare[straight.only(bare, 0, len(bare), 48)[0] :], other),
        ],
        "RSA key": [rsa_key],
        "PBES2": [algorithm.parameters],
        "PBKDF2": [pbkdf2.parameters],
    }


@pytest.mark.parametrize("shape", PAIRS)
def test_what_is_usual_is_read_straight_ahead_and_the_same(samples, shape):
    ahead, carefully = PAIRS[shape]
    for sample in samples[shape]:
        assert ahead(sample) == carefully(sample)


@settings(max_examples=1_500)
@given(shape=st.sampled_from(sorted(PAIRS)), data=st.data())
def test_what_was_changed_is_read_the_same_or_not_at_all(samples, shape, data):
    sample = data.draw(st.sampled_from(samples[shape]))
    changed = data.draw(mutations(sample))
    if shape == "extensions":
        # Whether one occurs twice is asked by the caller.
        ahead, carefully = PAIRS["certificate"]
        assert agree(ahead, carefully, samples["certificate"][0].replace(sample, changed))
    else:
        assert agree(*PAIRS[shape], changed)


# What is put in the place of a value: other types, empty and padded ones, times, lengths that are
# not minimal or not there, tags of several octets, and ends of contents.
STRANGERS = [
    bytes.fromhex(digits)
    for line in (
        "0500 010100 0101ff 010101 0102ffff 3000 3100 0200 020100 02020001 0202ff80 020180",
        "0600 06028001 06032a8001 0601aa 0300 030100 03020100 03020800 0400 048100 04820000",
        "0480 a000 a100 a20100 a300 81020000 82020000 170d3530303130313030303030305a",
        "170b303030313031303030305a 180f32303530303233303030303030305a",
        "180f30303030303130313030303030305a 1f2000 1f810000 0000 80 3080 2480040161 0000 ff",
    )
    for digits in line.split()
]


def edits(data: bytes):
    """Each value dropped, repeated, emptied, padded, cut, retagged, wrapped or another."""
    for span in spans(data):
        whole, content = data[span.start : span.end], data[span.content : span.end]
        tag, size = whole[:1], len(content)
        for other in (
            *STRANGERS,
            b"",
            whole * 2,
            tag + b"\x00",
            tag + b"\x83" + size.to_bytes(3, "big") + content,
            tag + b"\x82" + size.to_bytes(2, "big") + content,
            tag + b"\x81" + bytes((size & 0xFF,)) + content,
            tag + b"\x80" + content + b"\x00\x00",
            encode.value(whole[0], b"\x00" + content),
            encode.value(whole[0], b"\xff" + content),
            encode.value(whole[0], content + b"\x00"),
            encode.value(whole[0], content + encode.null()),
            encode.value(whole[0], content[:-1]),
            encode.value(whole[0] ^ 0x20, content),
            encode.value(whole[0] ^ 0x80, content),
            encode.value(whole[0] ^ 0x01, content),
            encode.sequence(whole),
            whole[:1] + bytes((whole[1] + 1 & 0xFF,)) + whole[2:],
            whole[:1] + bytes((whole[1] - 1 & 0xFF,)) + whole[2:],
        ):
            yield replace_value(data, span, other)


BOTH_WAYS = {
    "certificate": (RawCertificate.read, RawCertificate._read_anew),
    "message": (messages.load_signed_data, signed_by_reader),
    "public key": (public_keys.read_public_key, public_keys._read_carefully),
    "name": (certificates.read_name, certificates._read_name_anew),
    "attributes": (
        lambda data: attributes_room.load_attributes(data, "test"),
        attributes_by_reader,
    ),
    "algorithm": (
        lambda data: load_algorithm(data, "test"),
        lambda data: AlgorithmIdentifier.read(Reader(data, "test")),
    ),
    "locked key": (EncryptedPrivateKeyInfo.read, EncryptedPrivateKeyInfo._read_carefully),
    "open key": (comparable(PrivateKeyInfo.read), comparable(PrivateKeyInfo._read_carefully)),
    "RSA key": (comparable(RSAPrivateKey.read), comparable(RSAPrivateKey._read_carefully)),
    "PBES2": (parameters(PBES2Parameters.read), parameters(PBES2Parameters._read_carefully)),
    "PBKDF2": (parameters(PBKDF2Parameters.read), parameters(PBKDF2Parameters._read_carefully)),
}


@pytest.mark.parametrize("shape", BOTH_WAYS)
def test_both_ways_together_answer_every_edit_of_every_value_as_the_careful_one(samples, shape):
    both, carefully = BOTH_WAYS[shape]
    accepted = refused = 0
    for data in edits(samples[shape][0]):
        expected = answer(carefully, data)
        assert answer(both, data) == expected, data.hex()
        accepted += not isinstance(expected, type)
        refused += isinstance(expected, type)
    assert accepted
    assert refused


@pytest.mark.parametrize("content", [b"", encode.null(), encode.oid(oids.PKCS7_DATA) * 2])
def test_a_message_about_no_content_is_a_format_error(content):
    blob = encode.sequence(
        encode.integer(1), encode.set_of([]), encode.sequence(content), encode.set_of([])
    )
    for read in (messages.load_signed_data, cms.verify):
        with pytest.raises(FormatError):
            read(blob)


def test_of_very_many_values_none_are_kept():
    attribute = encode.sequence(encode.oid("1.2"), encode.set_of([encode.null()]))
    for many in (encode.null(), attribute):
        data = many * 1_025
        for read in (straight.members, straight.encoded, straight_lists.attributes):
            with pytest.raises(straight.Irregular):
                read(data, 0, len(data))


@settings(max_examples=500)
@given(shape=st.sampled_from(ARBITRARY), data=st.binary(max_size=60))
@example(shape="members", data=b"\x1f\x20\x00")
@example(shape="members", data=b"\x30\x80")
@example(shape="members", data=b"\x04\x81\x7f" + bytes(127))
@example(shape="members", data=b"\x04\x82\x00\x80" + bytes(128))
@example(shape="members", data=b"\x04\x05")
@example(shape="integer", data=b"\x00\x7f")
@example(shape="integer", data=b"\xff\x80")
@example(shape="integer", data=b"\xff")
@example(shape="UTCTime", data=b"\x17\x0d260229000000Z")
@example(shape="UTCTime", data=b"\x17\x0d260228000060Z")
@example(shape="UTCTime", data=b"\x17\x0d26022800000 Z")
@example(shape="UTCTime", data=b"\x17\x0b2602280000Z")
@example(shape="name", data=b"\x30\x00")
@example(shape="name", data=b"\x30\x02\x31\x00")
@example(shape="attributes", data=b"\x30\x05\x06\x01\x2a\x31\x00")
def test_arbitrary_octets_are_read_the_same_or_not_at_all(shape, data):
    assert agree(*PAIRS[shape], data)


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_lengths_of_every_form_are_the_same(size):
    data = encode.octet_string(bytes(size)) + encode.null()
    ahead, carefully = PAIRS["members"]
    assert agree(ahead, carefully, data)
    assert (size > 65_535) or ahead(data) == carefully(data)


def test_both_ways_together_give_the_answer_of_the_careful_one(samples):
    for data in (samples["certificate"][0], b"", b"\x30\x00", samples["message"][0]):
        assert answer(RawCertificate.read, data) == answer(RawCertificate._read_anew, data)
        assert answer(messages.load_signed_data, data) == answer(signed_by_reader, data)
    two = encode.set_of([encode.integer(1), encode.integer(2)])
    attribute = encode.sequence(encode.oid(oids.SIGNING_TIME), two)
    for data in (attribute, attribute * 300, samples["attributes"][0]):
        assert answer(attributes_room.load_attributes, data, "test") == answer(
            attributes_by_reader, data
        )


def test_every_certificate_at_hand_is_read_the_same(shared_data):
    from kcert._asn1.pem import read_blocks

    read = 0
    for path in sorted(shared_data.rglob("*")):
        if path.suffix not in (".pem", ".crt", ".der", ".cer") or not path.is_file():
            continue
        data = path.read_bytes()
        try:
            encoded = (
                [block.data for block in read_blocks(data)] if b"-----BEGIN" in data else [data]
            )
        except KcertError:
            continue
        for one in encoded:
            assert answer(RawCertificate.read, one) == answer(RawCertificate._read_anew, one), path
            read += not isinstance(answer(RawCertificate.read, one), type)
    assert read >= 300
