# SPDX-License-Identifier: Apache-2.0
"""Pairing, with numbers for keys: which number a certificate belongs to is known beforehand."""

from __future__ import annotations

import itertools

import pytest

from kcert.errors import FormatError, KeyMismatchError
from kcert.formats.pairing import FoundCertificate, FoundKey, is_key_management, pair
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority, clear_error


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def full(authority):
    return authority.issue(profile=CHEAPEST, km=True, chain=True)


@pytest.fixture(scope="module")
def sign(full):
    return full.certificate


@pytest.fixture(scope="module")
def km(full):
    return full.key_management.certificate


@pytest.fixture
def owner(sign, km):
    return lambda key, certificate: {1: sign, 2: km}.get(key) == certificate


def bundle(*certificates):
    return [FoundCertificate(certificate) for certificate in certificates]


def keys(*numbers):
    return [FoundKey(number) for number in numbers]


def test_a_key_and_the_one_certificate_of_no_authority_are_a_pair(full, sign):
    for order in itertools.permutations([sign, *full.ca_certificates]):
        found = pair(bundle(*order), keys(1), "X", None)
        assert found.signing == (sign, 1)
        assert found.key_management is None
        assert found.others == tuple(each for each in order if each != sign)


def test_an_authority_s_own_pair_is_the_one_that_issued_no_other(full):
    root, issuing = sorted(full.ca_certificates, key=lambda each: not each.is_self_issued)
    assert pair(bundle(root, issuing), keys(1), "X", None).signing == (issuing, 1)
    assert pair(bundle(root), keys(1), "X", None).signing == (root, 1)


def test_two_keys_are_told_apart_by_their_certificates_not_by_their_order(full, sign, km, owner):
    certificates = [sign, km, *full.ca_certificates]
    for order in itertools.permutations(certificates):
        for numbers in ((1, 2), (2, 1)):
            found = pair(bundle(*order), keys(*numbers), "X", owner)
            assert found.signing == (sign, 1)
            assert found.key_management == (km, 2)
            assert set(found.others) == set(full.ca_certificates)


def test_two_keys_are_told_apart_by_marks(sign, km):
    certificates = [FoundCertificate(km, b"k"), FoundCertificate(sign, b"s")]
    for order in itertools.permutations([FoundKey(1, b"s"), FoundKey(2, b"k")]):
        found = pair(certificates, list(order), "X", None)
        assert (found.signing, found.key_management) == ((sign, 1), (km, 2))


def test_a_mark_that_two_keys_have_says_nothing(sign, km, owner):
    certificates = [FoundCertificate(sign, b"s"), FoundCertificate(km, b"s")]
    two = [FoundKey(2, b"s"), FoundKey(1, b"s")]
    with clear_error(FormatError):
        pair(certificates, two, "X", None)
    assert pair(certificates, two, "X", owner).signing == (sign, 1)


def test_what_takes_the_password_says_so(sign, km):
    for certificates, numbers in (((sign, km), (1,)), ((sign, km), (1, 2)), ((sign,), (1, 2))):
        with clear_error(FormatError) as caught:
            pair(bundle(*certificates), keys(*numbers), "X", None)
        assert "give the password" in str(caught.error)


def test_a_key_of_no_certificate_is_a_mismatch(sign, km, owner):
    for certificates, numbers in (((sign,), (3,)), ((sign, km), (1, 3)), ((sign,), (1, 2))):
        with clear_error(KeyMismatchError):
            pair(bundle(*certificates), keys(*numbers), "X", owner)


def test_two_keys_of_one_certificate_are_refused(sign):
    with clear_error(FormatError) as caught:
        pair(bundle(sign), keys(1, 1), "X", lambda _key, _certificate: True)
    assert "two private keys belong to one certificate" in str(caught.error)


def test_of_two_certificates_with_one_key_the_longest_valid_is_taken(authority, sign):
    later = authority.issue(profile=CHEAPEST, not_after=sign.validity.not_after.replace(year=2030))
    for order in itertools.permutations([sign, later.certificate]):
        found = pair(bundle(*order), keys(1), "X", lambda _key, _certificate: True)
        assert found.signing == (later.certificate, 1)
        assert found.others == (sign,)


@pytest.mark.parametrize(("certificates", "numbers"), [(1, 0), (0, 1), (0, 0), (1, 3)])
def test_too_few_and_too_many_are_refused(sign, certificates, numbers):
    with clear_error(FormatError):
        pair(bundle(*[sign] * certificates), keys(*range(numbers)), "X", None)


def test_the_use_of_a_pair_is_its_key_usage(sign, km, full):
    assert is_key_management(km)
    assert not is_key_management(sign)
    assert not any(map(is_key_management, full.ca_certificates))


def test_no_key_is_printed(sign):
    assert "CANARY" not in repr(pair(bundle(sign), keys("CANARY"), "X", None))
    assert "CANARY" not in repr(FoundKey("CANARY"))
