# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.identify import (
    RawIdentifyData,
    RawVid,
    encode_identify_data,
    read_identify_data,
)
from kcert.certificate import Certificate, IdentifyData
from kcert.errors import FormatError, KcertError

SHA256 = "2.16.840.1.101.3.4.2.1"
# The otherName value of yessign's published test certificate of 2020.
YESSIGN = bytes.fromhex(
    "30480c03484b443041303f060a2a831a8c9a440a0101013031300b0609608648016503040201a0220420"
    "8ad4f673412f825da4d1fb4d4216946bbc7f8194a0af01f86622ee23c7ee0de7"
)


def test_a_real_value_reads_and_writes_back():
    data = IdentifyData.load(YESSIGN)
    assert data.real_name == "HKD"
    assert (data.vid.hash_algorithm, data.vid.hash_oid) == ("sha256", SHA256)
    assert data.vid.hash_parameters is None
    assert data.vid.digest == YESSIGN[-32:]
    assert encode_identify_data(read_identify_data(YESSIGN)) == YESSIGN


def test_absent_and_null_parameters_are_told_apart():
    raw = read_identify_data(YESSIGN)
    algorithm = AlgorithmIdentifier(SHA256, b"\x05\x00")
    with_null = encode_identify_data(RawIdentifyData("HKD", RawVid(algorithm, raw.vid.digest)))
    vid = IdentifyData.load(with_null).vid
    assert vid.hash_parameters == b"\x05\x00"
    assert vid.digest == raw.vid.digest
    assert vid.hash_algorithm == "sha256"


@pytest.mark.parametrize(
    ("oid", "name"),
    [
        ("1.3.14.3.2.26", "sha1"),
        ("2.16.840.1.101.3.4.2.3", "sha512"),
        ("1.2.410.200004.1.2", "has160"),
        ("1.2.3.4", "1.2.3.4"),
        ("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.11"),
    ],
)
def test_the_hash_is_named_or_its_oid_given(oid, name):
    raw = RawIdentifyData("홍길동", RawVid(AlgorithmIdentifier(oid), bytes(20)))
    vid = IdentifyData.load(encode_identify_data(raw)).vid
    assert (vid.hash_algorithm, vid.hash_oid) == (name, oid)


def test_an_authority_has_a_real_name_and_no_vid():
    data = IdentifyData.load(encode_identify_data(RawIdentifyData("금융결제원", None)))
    assert (data.real_name, data.vid) == ("금융결제원", None)


def test_other_attributes_are_passed_over(build):
    encode = build.encode
    other = encode.sequence(encode.oid("1.2.3"), encode.null())
    ours = YESSIGN[YESSIGN.index(bytes.fromhex("303f")) :]
    data = encode.sequence(encode.utf8_string("HKD"), encode.sequence(other, ours))
    assert IdentifyData.load(data).vid.digest == YESSIGN[-32:]
    twice = encode.sequence(encode.utf8_string("HKD"), encode.sequence(ours, ours))
    with pytest.raises(FormatError):
        IdentifyData.load(twice)


def test_the_repr_names_nobody():
    shown = repr(IdentifyData.load(YESSIGN))
    assert "HKD" not in shown
    assert "8ad4" not in shown
    assert str(YESSIGN[-32:])[2:-1] not in shown


def test_a_certificate_finds_it_among_other_names(build):
    encode = build.encode
    foreign = encode.context(0, encode.oid("1.2.3") + encode.context(0, encode.null()))
    mail = encode.context(1, b"hong@example.com", constructed=False)
    ours = encode.context(0, encode.oid("1.2.410.200004.10.1.1") + encode.context(0, YESSIGN))
    san = build.extension("2.5.29.17", encode.sequence(mail, foreign, ours), critical=True)
    cert = Certificate.load(build.certificate(extensions=(san,)))
    assert cert.identity == IdentifyData.load(YESSIGN)
    without = build.extension("2.5.29.17", encode.sequence(mail, foreign))
    assert Certificate.load(build.certificate(extensions=(without,))).identity is None
    assert Certificate.load(build.certificate()).identity is None


def test_a_malformed_identity_costs_only_itself(build):
    extension = build.identity(YESSIGN[:-1] + b"\0\0")
    der = build.certificate(policy="1.2.410.200005.1.1.4", extensions=(extension,))
    cert = Certificate.load(der)
    assert cert.holder_name == "홍길동"
    assert cert.policy.name_en.startswith("Banking")
    with pytest.raises(FormatError):
        _ = cert.identity


@given(st.binary(max_size=80), st.integers(0, len(YESSIGN) - 1))
def test_arbitrary_and_mutated_bytes_give_only_kcert_errors(data, at):
    for hostile in (data, YESSIGN[:at] + data[:2] + YESSIGN[at + 2 :], YESSIGN[:at]):
        with contextlib.suppress(KcertError):
            IdentifyData.load(hostile)
