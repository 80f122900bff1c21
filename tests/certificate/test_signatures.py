# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert.certificate import Certificate
from kcert.certificate.signatures import signature_algorithm

PSS = "1.2.840.113549.1.1.10"


@pytest.mark.parametrize(
    ("oid", "name", "digest"),
    [
        ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", "sha1"),
        ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", "sha256"),
        ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", "sha256"),
        ("1.2.410.200004.1.20", "rsaWithHAS160", "has160"),
        ("1.3.101.112", None, None),
        ("1.2.3.4", None, None),
    ],
)
def test_the_digest_follows_from_the_algorithm(oid, name, digest):
    found = signature_algorithm(AlgorithmIdentifier(oid))
    assert (found.oid, found.digest) == (oid, digest)
    assert name is None or found.name == name


def test_pss_states_its_digest_in_its_parameters(build):
    encode = build.encode
    sha512 = encode.sequence(encode.oid("2.16.840.1.101.3.4.2.3"))
    for parameters, digest in [
        (encode.sequence(encode.context(0, sha512)), "sha512"),
        (encode.sequence(), "sha1"),
        (encode.null(), None),
        (None, None),
    ]:
        assert signature_algorithm(AlgorithmIdentifier(PSS, parameters)).digest == digest


def test_the_two_copies_of_the_algorithm_are_read_apart(build):
    der = build.certificate()
    oid = build.encode.oid("1.2.840.113549.1.1.11")
    at = der.rindex(oid)
    other = der[:at] + build.encode.oid("1.2.840.113549.1.1.12") + der[at + len(oid) :]
    cert = Certificate.load(other)
    assert cert.signature_hash == "sha384"
    assert cert.tbs_signature_algorithm.digest == "sha256"
