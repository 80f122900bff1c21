# SPDX-License-Identifier: Apache-2.0
"""SignedData, read by kcert and by pyasn1."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from pyasn1.codec.der import decoder, encoder
from pyasn1_modules import rfc5652

from kcert import cms, profiles
from kcert._asn1 import der, encode, oids
from kcert._asn1.cms import encode_attribute, read_attributes, read_lenient
from kcert._asn1.signed_data import FORMAT, read_signed_data, read_signer_info
from kcert.errors import FormatError, KcertError
from kcert.testing import TEST_PASSWORD, FakeAuthority, clear_error
from kcert.testing.strategies import der_values


@pytest.fixture(scope="module")
def signers():
    return [
        FakeAuthority(name).issue(profile=profiles.CHEAPEST).unlock(TEST_PASSWORD)
        for name in ("yessign", "KICA")
    ]


@pytest.fixture(scope="module")
def blobs(signers):
    one, other = signers
    return [
        cms.sign(b"data", one),
        cms.sign(b"data", one, detached=True, attributes=False),
        cms.sign(b"data", [one, (other, cms.Profile(key_identifier=True, random=True))]),
        cms.countersign(cms.sign(b"data", one), other),
    ]


def read(blob):
    return read_lenient(blob, FORMAT, read_signed_data)


def test_pyasn1_reads_the_same_parts(blobs):
    for blob in blobs:
        info, rest = decoder.decode(blob, asn1Spec=rfc5652.ContentInfo())
        assert not rest
        theirs, rest = decoder.decode(bytes(info["content"]), asn1Spec=rfc5652.SignedData())
        assert not rest
        ours = read(blob)

        assert ours.version == int(theirs["version"])
        content = theirs["encapContentInfo"]["eContent"]
        assert ours.content == (bytes(content) if content.isValue else None)
        assert len(ours.certificates) == len(theirs["certificates"])
        assert len(ours.signers) == len(theirs["signerInfos"])
        for mine, other in zip(ours.signers, theirs["signerInfos"], strict=True):
            assert mine.encoded == encoder.encode(other)
            assert mine.signature == bytes(other["signature"])
            assert mine.digest_algorithm.oid == str(other["digestAlgorithm"]["algorithm"])
            signed = other["signedAttrs"]
            assert (mine.signed_attributes is not None) == signed.isValue
            if mine.signed_attributes:
                attributes = read_attributes(der.Reader(mine.signed_attributes, "test"))
                assert [one.oid for one in attributes] == [str(one["attrType"]) for one in signed]
            assert len(mine.unsigned_attributes) == (
                len(other["unsignedAttrs"]) if other["unsignedAttrs"].isValue else 0
            )


def test_an_unsigned_attribute_is_added_in_order_and_nothing_else_changes(blobs):
    for blob in blobs:
        before = read(blob).signers[0]
        for oid in ("1.2.3", "1.2"):
            added = encode_attribute(oid, encode.null())
            after = read_signer_info(der.Reader(before.with_unsigned_attribute(added), "test"))

            assert after._replace(encoded=b"", unsigned_attributes=()) == before._replace(
                encoded=b"", unsigned_attributes=()
            )
            assert (oid, (encode.null(),)) in after.unsigned_attributes
            encoded = [encode_attribute(o, *values) for o, values in after.unsigned_attributes]
            assert encoded == sorted(encoded)


def test_attributes_without_values_or_too_many_are_refused():
    empty = encode.sequence(encode.oid(oids.CONTENT_TYPE), encode.set_of([]))
    many = encode_attribute("1.2.3", encode.null()) * 257
    for wrong in (empty, many, encode.null(), empty[:-1]):
        with clear_error(FormatError):
            read_attributes(der.Reader(wrong, "test"))


def test_versions_are_read_and_bounded(blobs):
    for version, good in ((0, True), (5, True), (6, False), (-1, False)):
        changed = blobs[0].replace(
            b"\x02\x01\x01\x31", b"\x02\x01" + (version % 256).to_bytes(1, "big") + b"\x31", 1
        )
        if good:
            assert read(changed).version == version
        else:
            with clear_error(FormatError):
                read(changed)


@settings(max_examples=200)
@given(der_values())
def test_any_value_is_a_message_or_a_clear_error(value):
    for reader in (read_signed_data, read_signer_info):
        with pytest.raises(KcertError):
            read_lenient(value, FORMAT, reader)
