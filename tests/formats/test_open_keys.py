# SPDX-License-Identifier: Apache-2.0
"""A private key that lies open where a locked one belongs: refused, and shown nowhere."""

from __future__ import annotations

import traceback

import pytest
from attrs import evolve

import kcert
from kcert import Certificate, archive, gpki, npki, pem, pkcs12
from kcert.errors import KcertError
from kcert.keys.profiles import CHEAPEST, PKCS12_KOREAN
from kcert.testing import FakeAuthority
from kcert.testing.assertions import forms_of

PASSWORD = "KCERT-CANARY-pw-7f3a"


@pytest.fixture(scope="module")
def credential():
    return FakeAuthority("yessign").issue(password=PASSWORD, profile=CHEAPEST)


@pytest.fixture(scope="module")
def open_key(credential):
    with credential.unlock(PASSWORD) as opened:
        return opened.reveal_pkcs8()


def frames_of(error):
    """A traceback with local variables, without the frames of the test."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    whole.stack[:] = [frame for frame in whole.stack if frame.filename != __file__]
    return "".join(whole.format()).encode()


DOORS = {
    "NPKI files": lambda c, key: npki.load(
        {npki.SIGN_CERTIFICATE: c.certificate.der, npki.SIGN_KEY: key}
    ),
    "GPKI files": lambda c, key: gpki.load({"a_sig.cer": c.certificate.der, "a_sig.key": key}),
    "a locked key": lambda c, key: kcert.EncryptedKey.load(key),
    "a certificate": lambda c, key: Certificate.load(key),
    "a pair": lambda c, key: kcert.load((c.certificate.der, key)),
    "octets": lambda c, key: kcert.load(key),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=list(DOORS))
def test_an_open_key_at_the_wrong_door_is_in_no_traceback(credential, open_key, door):
    with pytest.raises(KcertError) as caught:
        door(credential, open_key)

    shown = frames_of(caught.value)
    assert not [form for form in forms_of(open_key[300:340]) if form in shown]


def test_an_open_key_of_a_second_pair_is_in_no_problem(credential, open_key):
    files = npki.dump(credential)
    files |= {npki.KM_CERTIFICATE: credential.certificate.der, npki.KM_KEY: open_key}
    (problem,) = npki.load(files).problems

    shown = frames_of(problem)
    assert not [form for form in forms_of(open_key[300:340]) if form in shown]


def test_a_source_of_the_wrong_type_does_not_show_the_password():
    with pytest.raises(TypeError) as caught:
        kcert.load(5, PASSWORD)

    assert PASSWORD.encode() not in frames_of(caught.value)


@pytest.mark.parametrize("name", ["\ud800", "a\udc00b", "\udc00\ud800"])
def test_a_name_with_half_a_surrogate_pair_can_be_written_everywhere(credential, name):
    odd = pem.load(pem.dump(evolve(credential, friendly_name=name)))
    assert odd.friendly_name == name

    with odd.unlock(PASSWORD) as opened:
        data = pkcs12.dump(opened, PASSWORD, profile=PKCS12_KOREAN)
    found = pkcs12.load(data, PASSWORD)
    assert found.friendly_name is not None
    assert found.certificate == credential.certificate
    assert archive.load(archive.dump(found)).certificate == credential.certificate
    with found.unlock(PASSWORD) as opened:
        again = pkcs12.dump(opened, PASSWORD, profile=PKCS12_KOREAN)
    assert pkcs12.read(again, PASSWORD).certificates == pkcs12.read(data, PASSWORD).certificates
