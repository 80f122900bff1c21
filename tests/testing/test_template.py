# SPDX-License-Identifier: Apache-2.0
"""Certificates field by field, and the extensions octet by octet."""

from __future__ import annotations

import subprocess
import sys

import pytest
from attrs import evolve

import kcert.testing
from kcert._asn1 import der, encode
from kcert.certificate import Certificate
from kcert.testing import FakeRoot, extensions, name, rdn
from kcert.testing.keypool import KeyPool

# Values of published certificates: yessign test (2020), KICA test (2020), KISA RootCA 4's children.
PUBLISHED = {
    "sign usage": (extensions.key_usage("digitalSignature", "nonRepudiation"), "030206c0"),
    "km usage": (extensions.key_usage("keyEncipherment"), "03020520"),
    "CA usage": (extensions.key_usage("keyCertSign", "cRLSign"), "03020106"),
    "nine bits": (extensions.key_usage("decipherOnly"), "0303070080"),
    "CA": (extensions.basic_constraints(), "30030101ff"),
    "CA, path 0": (extensions.basic_constraints(0), "30060101ff020100"),
    "explicit policy": (extensions.policy_constraints(), "3003800100"),
    "policy alone": (
        extensions.certificate_policies("1.2.410.200004.2.202"),
        "300d300b06092a831a8c9a4402814a",
    ),
    "name of an authority": (
        extensions.identify_data("금융결제원"),
        "3022a02006092a831a8c9a440a0101a01330110c0feab888ec9cb5eab2b0ec a09cec9b90",
    ),
    "OCSP": (
        extensions.authority_information_access("http://a"),
        "3016301406082b060105050730018608" + b"http://a".hex(),
    ),
}


@pytest.mark.parametrize(("extension", "octets"), PUBLISHED.values(), ids=PUBLISHED)
def test_extensions_are_written_as_published(extension, octets):
    assert extension.value == bytes.fromhex(octets)


def test_a_vid_is_written_as_published():
    digest = bytes.fromhex("8ad4f673412f825da4d1fb4d4216946bbc7f8194a0af01f86622ee23c7ee0de7")
    published = "3031300b0609608648016503040201a0220420" + digest.hex()
    assert extensions.vid(digest, "sha256").hex() == published
    assert encode.null() in extensions.vid(digest, "sha256", null_parameters=True)


def test_the_country_is_printable_and_the_rest_utf8():
    assert rdn("C", "KR").hex() == "310b300906035504061302" + b"KR".hex()
    assert rdn("CN", "가").hex() == "310c300a06035504030c03eab080"


def test_a_name_can_hold_octets_that_are_no_text():
    assert b"\x0c\x02\xff\xfe" in name(("CN", b"\xff\xfe"))
    assert b"\x14\x02\xc8\xab" in name(("CN", "홍", der.TELETEX_STRING))


def test_an_attribute_can_be_any_object_identifier():
    assert encode.oid("1.2.3.4") in rdn("1.2.3.4", "x")


def test_the_two_signature_algorithms_can_differ():
    root = FakeRoot()
    inner = encode.sequence(encode.oid("1.2.840.113549.1.1.11"), encode.null())
    outer = encode.sequence(encode.oid("1.2.840.113549.1.1.5"), encode.null())
    encoded = evolve(root.template, outer_signature_algorithm=outer).sign(root.key)
    assert encoded.count(inner) == 1
    assert encoded.count(outer) == 1
    declared = evolve(root.template, signature_algorithm=outer).sign(root.key)
    assert declared.count(outer) == 2


def test_a_certificate_of_version_1_names_no_version():
    root = FakeRoot()
    template = evolve(root.template, version=1, extensions=())
    assert Certificate.load(template.sign(root.key)).extensions == ()
    assert not template.tbs()[4:].startswith(b"\xa0")


def test_templates_and_keys_print_no_names_and_no_secrets():
    root = FakeRoot()
    assert "KISA" not in repr(root.template)
    assert repr(root.key).startswith("<FakeKey RSA-2048 ")
    assert len(repr(root.key)) < 40


def test_a_pool_hands_its_keys_out_in_turn():
    pool = KeyPool(ring=2)
    first, second, third = (pool.key("a", 1024) for _ in range(3))
    assert first is third
    assert first is not second
    assert pool.key("b", 1024) not in (first, second)
    assert pool.key("a", 1032, ring=1) is pool.key("a", 1032, ring=1)


def test_the_package_names_what_it_exports():
    assert dir(kcert.testing) == sorted(kcert.testing.__all__)
    for exported in kcert.testing.__all__:
        assert getattr(kcert.testing, exported) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = kcert.testing.nothing


def test_importing_the_package_loads_neither_cryptography_nor_hypothesis():
    code = (
        "import sys, kcert.testing\n"
        "print(*(m for m in ('cryptography', 'hypothesis', 'pyasn1') if m in sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert result.stdout.strip() == ""
