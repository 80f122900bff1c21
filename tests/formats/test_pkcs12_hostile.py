# SPDX-License-Identifier: Apache-2.0
"""PKCS#12 files put together wrongly: other libraries' flaws, and keys of other certificates."""

from __future__ import annotations

import itertools

import pytest
from attrs import evolve

from kcert import inspect, pkcs12, profiles
from kcert._asn1 import encode, oids
from kcert._asn1.pkcs12 import (
    PFX,
    BagAttribute,
    encode_safe_bag,
    plain_content,
    read_authenticated_safe,
    read_safe_contents,
    safe_contents,
)
from kcert.errors import FormatError, KcertError, KeyMismatchError, UnlockError
from kcert.keys import PrivateKey
from kcert.testing import FakeAuthority, assert_clear_error, clear_error
from kcert.testing.template import Extension

PASSWORD = "KCERT-CANARY-pw-7f3a"
CANARIES = [PASSWORD]
KEY_USAGE = "2.5.29.15"


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue(password=PASSWORD, km=True, chain=True, profile=profiles.CHEAPEST)


@pytest.fixture(scope="module")
def other(authority):
    return authority.issue("홍길남", password=PASSWORD, profile=profiles.CHEAPEST, fresh_key=True)


@pytest.fixture(scope="module")
def pfx(credential):
    with credential.unlock(PASSWORD) as opened:
        return pkcs12.dump(opened, PASSWORD, profile=profiles.PKCS12_KOREAN)


def certificate_bag(certificate, *attributes):
    value = encode.sequence(
        encode.oid(oids.X509_CERTIFICATE), encode.context(0, encode.octet_string(certificate.der))
    )
    return encode_safe_bag(oids.CERT_BAG, value, attributes)


def key_bag(key, *attributes):
    return encode_safe_bag(oids.SHROUDED_KEY_BAG, key.der, attributes)


def local_key_id(octets):
    return BagAttribute(oids.LOCAL_KEY_ID, (encode.octet_string(octets),))


def without_mac(*bags):
    return PFX(safe_contents([plain_content(safe_contents(bags))]), None).encode()


def opened_parts(data):
    with pkcs12.load(data, PASSWORD).unlock(PASSWORD) as opened:
        second = opened.key_management
        return opened.certificate, None if second is None else second.certificate


# Pairs.


def test_a_key_of_another_certificate_is_a_mismatch(credential, other):
    data = without_mac(certificate_bag(other.certificate), key_bag(credential.key))
    with clear_error(KeyMismatchError, canaries=CANARIES):
        pkcs12.load(data, PASSWORD)


def test_a_local_key_id_that_lies_is_a_mismatch_before_anything_is_signed(credential, other):
    """CVE-2024-26130."""
    mark = local_key_id(b"\1")
    data = without_mac(certificate_bag(other.certificate, mark), key_bag(credential.key, mark))
    with clear_error(KeyMismatchError, canaries=CANARIES):
        pkcs12.load(data, PASSWORD).unlock(PASSWORD)


def open_key_bag(credential, mark):
    with credential.unlock(PASSWORD) as opened:
        return encode_safe_bag(oids.KEY_BAG, opened.reveal_pkcs8(), [mark])


def test_a_local_key_id_that_lies_about_an_open_key_is_a_mismatch_on_loading(credential, other):
    mark = local_key_id(b"1")
    data = without_mac(certificate_bag(credential.certificate, mark), open_key_bag(other, mark))

    with clear_error(KeyMismatchError, canaries=CANARIES):
        pkcs12.load(data, PASSWORD)
    with clear_error(KeyMismatchError, canaries=CANARIES):
        pkcs12.load_unencrypted(data)


def test_open_keys_with_each_others_local_key_id_are_paired_by_key(credential, other):
    one, two = local_key_id(b"1"), local_key_id(b"2")
    data = without_mac(
        certificate_bag(credential.certificate, one),
        certificate_bag(other.certificate, two),
        open_key_bag(credential, two),
        open_key_bag(other, one),
    )

    found = pkcs12.load_all(data, PASSWORD)

    assert [each.certificate for each in found] == [credential.certificate, other.certificate]
    for each in found:
        each.unlock(PASSWORD).close()


@pytest.mark.parametrize("usage", ["03020106", "030100"], ids=["of an authority", "none"])
def test_a_pair_that_does_not_decrypt_is_nobodys_key_management(authority, usage):
    def adjust(template):
        kept = [one for one in template.extensions if one.oid != KEY_USAGE]
        extension = Extension(KEY_USAGE, bytes.fromhex(usage), critical=True)
        return evolve(template, extensions=(*kept, extension))

    about = {"password": PASSWORD, "profile": profiles.CHEAPEST, "common_name": "one"}
    first = authority.issue(**about)
    second = authority.issue(**about, fresh_key=True, adjust=adjust)
    data = without_mac(
        *(certificate_bag(each.certificate) for each in (first, second)),
        *(key_bag(each.key) for each in (first, second)),
    )

    found = pkcs12.load_all(data, PASSWORD)

    assert [each.certificate for each in found] == [first.certificate, second.certificate]
    assert [each.key_management for each in found] == [None, None]


def test_a_mismatch_cannot_be_put_together_for_writing(credential, other):
    with credential.unlock(PASSWORD) as opened:
        pkcs8 = opened.private_key.reveal_pkcs8()
        with clear_error(KeyMismatchError):
            type(opened).from_parts(other.certificate, pkcs8)


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_two_pairs_are_matched_by_key_in_any_order(credential, order, marked):
    second = credential.key_management
    marks = [[local_key_id(b"\1")], [local_key_id(b"\2")]] if marked else [[], []]
    bags = [
        certificate_bag(credential.certificate, *marks[0]),
        key_bag(credential.key, *marks[0]),
        certificate_bag(second.certificate, *marks[1]),
        key_bag(second.key, *marks[1]),
    ]
    found = opened_parts(without_mac(*(bags[at] for at in order)))
    assert found == (credential.certificate, second.certificate)


def test_one_mark_for_everything_does_not_confuse(credential):
    second, mark = credential.key_management, local_key_id(b"\1")
    data = without_mac(
        key_bag(second.key, mark),
        certificate_bag(credential.certificate, mark),
        key_bag(credential.key, mark),
        certificate_bag(second.certificate, mark),
    )
    assert opened_parts(data) == (credential.certificate, second.certificate)


def test_only_certificates_or_only_a_key_is_said_and_can_be_listed(credential):
    certificates = without_mac(*map(certificate_bag, credential.ca_certificates))
    with clear_error(FormatError):
        pkcs12.load(certificates, PASSWORD)
    listed = pkcs12.read(certificates, PASSWORD)
    assert tuple(c.certificate for c in listed.certificates) == credential.ca_certificates
    key = without_mac(key_bag(credential.key))
    with clear_error(FormatError):
        pkcs12.load(key, PASSWORD)
    (found,) = pkcs12.read(key, PASSWORD).keys
    assert found.key == credential.key


# Integrity.


def parts(pfx):
    """Version, content and MAC of a PFX, each encoded."""
    found = PFX.read(pfx)
    content = plain_content(found.auth_safe)
    return encode.integer(3), content, found.mac_data.encode()


def test_the_parts_make_the_whole(pfx):
    assert encode.sequence(*parts(pfx)) == pfx


ARRANGEMENTS = {
    "moved before the content": lambda v, c, m: (v, m, c),
    "moved before the version": lambda v, c, m: (m, v, c),
    "doubled": lambda v, c, m: (v, c, m, m),
    "retagged as a SET": lambda v, c, m: (v, c, b"\x31" + m[1:]),
    "retagged as [0]": lambda v, c, m: (v, c, b"\xa0" + m[1:]),
    "retagged as an OCTET STRING": lambda v, c, m: (v, c, b"\x04" + m[1:]),
    "followed by NULL": lambda v, c, m: (v, c, m, b"\5\0"),
    "empty": lambda v, c, m: (v, c, b"\x30\0"),
    "version 0": lambda v, c, m: (encode.integer(0), c, m),
    "version 4": lambda v, c, m: (encode.integer(4), c, m),
    "content twice": lambda v, c, m: (v, c, c, m),
}


@pytest.mark.parametrize("arrange", ARRANGEMENTS.values(), ids=ARRANGEMENTS)
def test_a_mac_in_the_wrong_place_is_not_passed_over(pfx, arrange):
    """node-forge CVE-2025-12816."""
    with clear_error(FormatError, canaries=CANARIES):
        pkcs12.load(encode.sequence(*arrange(*parts(pfx))), PASSWORD)


def test_octets_after_the_end_are_refused(pfx):
    for extra in (b"\0", b"\0\0", pfx):
        with clear_error(FormatError):
            pkcs12.load(pfx + extra, PASSWORD)


def test_a_changed_content_is_never_opened(pfx):
    """Every part of the content is under the MAC."""
    mac = PFX.read(pfx).mac_data
    (part,) = read_authenticated_safe(PFX.read(pfx).auth_safe)
    bags = read_safe_contents(part)
    for left_out in range(len(bags)):
        kept = [
            encode_safe_bag(bag.oid, bag.value, bag.attributes)
            for at, bag in enumerate(bags)
            if at != left_out
        ]
        content = safe_contents([plain_content(safe_contents(kept))])
        with clear_error(UnlockError, canaries=CANARIES):
            pkcs12.load(PFX(content, mac).encode(), PASSWORD)


@pytest.mark.parametrize("size", [0, 1, 19, 21, 40])
def test_a_mac_of_another_length_is_never_right(pfx, size):
    found = PFX.read(pfx)
    digest = (found.mac_data.digest * 2)[:size]
    changed = PFX(found.auth_safe, evolve(found.mac_data, digest=digest)).encode()
    with pytest.raises((FormatError, UnlockError)) as caught:
        pkcs12.load(changed, PASSWORD)
    assert_clear_error(caught.value, canaries=CANARIES)


def test_a_file_without_a_mac_is_a_finding(credential, pfx):
    found = PFX.read(pfx)
    loaded = pkcs12.load(PFX(found.auth_safe, None).encode(), PASSWORD)
    assert [problem.code for problem in loaded.problems] == ["weak-integrity"]
    codes = {finding.code for finding in inspect(loaded).findings}
    assert any("integrity" in code or "mac" in code for code in codes), codes


def test_a_signed_file_is_not_supported(pfx):
    """Public-key integrity mode."""
    version, content, mac = parts(pfx)
    signed = content.replace(encode.oid(oids.PKCS7_DATA), encode.oid(oids.PKCS7_SIGNED_DATA), 1)
    with clear_error(KcertError) as caught:
        pkcs12.load(encode.sequence(version, signed, mac), PASSWORD)
    assert caught.error.oid == oids.PKCS7_SIGNED_DATA


# Names and attributes.


@pytest.mark.parametrize(
    "value",
    [
        encode.value(0x1E, b"\0a\0"),
        encode.value(0x1E, b"\xd8\x3d"),
        encode.value(0x1E, b"\xde\0\xd8\x3d\0a"),
        encode.value(0x1E, b""),
        encode.value(0x1E, b"\0\0" * 50_000),
        encode.value(0x0C, b"\xff\xfe"),
        encode.value(0x04, b"octets"),
        encode.integer(5),
        encode.null(),
        encode.sequence(),
        encode.value(0x1E, "../../etc/passwd".encode("utf-16-be")),
    ],
    ids=lambda value: value[:6].hex(),
)
@pytest.mark.parametrize("attribute", [oids.FRIENDLY_NAME, oids.LOCAL_KEY_ID, "1.2.3.4"])
def test_an_attribute_of_any_form_gives_a_credential_or_an_error(credential, attribute, value):
    """OpenSSL CVE-2025-69419, CVE-2025-69421, CVE-2026-22795."""
    found = BagAttribute(attribute, (value,))
    data = without_mac(
        certificate_bag(credential.certificate, found), key_bag(credential.key, found)
    )
    try:
        loaded = pkcs12.load(data, PASSWORD)
    except KcertError as error:
        assert_clear_error(error, canaries=CANARIES)
        return
    name = loaded.friendly_name
    assert name is None or isinstance(name.encode("utf-8"), bytes)
    with loaded.unlock(PASSWORD) as opened:
        again = pkcs12.dump(opened, PASSWORD, profile=profiles.PKCS12_KOREAN)
    assert pkcs12.load(again, PASSWORD).friendly_name == name


@pytest.mark.parametrize("values", [(), (encode.null(), encode.null())])
def test_an_attribute_of_no_or_two_values_is_no_crash(credential, values):
    for attribute in (oids.FRIENDLY_NAME, oids.LOCAL_KEY_ID):
        found = BagAttribute(attribute, values)
        data = without_mac(
            certificate_bag(credential.certificate, found), key_bag(credential.key, found)
        )
        try:
            pkcs12.load(data, PASSWORD)
        except KcertError as error:
            assert_clear_error(error)


def test_a_thousand_and_one_bags_are_too_many(credential):
    bag = certificate_bag(credential.ca_certificates[0])
    key = (certificate_bag(credential.certificate), key_bag(credential.key))
    pkcs12.load(without_mac(*key, *[bag] * 500), PASSWORD)
    with clear_error(KcertError):
        pkcs12.load(without_mac(*key, *[bag] * 999), PASSWORD)


def test_an_open_key_bag_keeps_r(credential):
    with credential.unlock(PASSWORD) as opened:
        pkcs8 = opened.private_key.reveal_pkcs8()
    bag = encode_safe_bag(oids.KEY_BAG, pkcs8, ())
    data = without_mac(certificate_bag(credential.certificate), bag)
    with pkcs12.load(data, "another password").unlock("another password") as opened:
        assert opened.private_key.reveal_pkcs8() == pkcs8
    with pkcs12.load_unencrypted(data) as opened:
        assert opened.private_key.reveal_pkcs8() == pkcs8


def test_a_password_with_a_zero_in_front_is_not_an_empty_one(credential):
    """pyOpenSSL 20.0.0."""
    with credential.unlock(PASSWORD) as opened:
        data = pkcs12.dump(opened, "\0abc", profile=profiles.PKCS12_KOREAN)
        empty = pkcs12.dump(opened, "", profile=profiles.PKCS12_KOREAN)
    for wrong in ("", None, "\0", "abc"):
        with clear_error(UnlockError):
            pkcs12.load(data, wrong)
    with clear_error(UnlockError):
        pkcs12.load(empty, "\0abc")


def test_thousands_of_loads_do_not_fill_the_memory(pfx):
    """CVE-2018-1000807, CVE-2018-1000808."""

    resource = pytest.importorskip("resource", reason="no measure of memory on this system")

    def load(times):
        for _ in range(times):
            pkcs12.load(pfx, PASSWORD)
            with pytest.raises(UnlockError):
                pkcs12.load(pfx, "another")

    load(100)
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    load(400)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start < 8 * 1024


def test_the_scheme_of_korean_keys_is_taken_in_a_shrouded_bag(credential):
    data = without_mac(certificate_bag(credential.certificate), key_bag(credential.key))
    assert pkcs12.load(data, PASSWORD).key == credential.key
    with PrivateKey.load(credential.key.unlock(PASSWORD).reveal_pkcs8()) as key:
        assert key.matches(credential.certificate.public_key_info)
