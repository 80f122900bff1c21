# SPDX-License-Identifier: Apache-2.0
"""No error of a format leads back to the frames that knew a key, nor does what it arose from."""

from __future__ import annotations

import base64
import traceback

import pytest

import kcert
from kcert import Certificate, pem, pkcs12
from kcert.errors import KcertError
from kcert.formats import gpki, npki
from kcert.keys import EncryptedKey, PrivateKey
from kcert.testing import FakeAuthority
from kcert.testing.assertions import forms_of


@pytest.fixture(scope="module")
def unlocked():
    with FakeAuthority("yessign").issue(password="1", chain=True).unlock("1") as opened:
        yield opened


def related(error):
    """The error, what it was raised from, and what was being handled at that moment."""
    pending, seen = [error], []
    while pending:
        item = pending.pop()
        if item is not None and item not in seen:
            seen.append(item)
            pending += [item.__cause__, item.__context__]
    return seen


def frames(error) -> str:
    """The traceback with all local variables, without the frames of tests."""
    inner = error.__traceback__
    while inner and "tests" in inner.tb_frame.f_code.co_filename:
        inner = inner.tb_next
    found = traceback.TracebackException(
        type(error), error, inner, capture_locals=True, max_group_depth=1
    )
    return "".join(found.format(chain=False))


def damaged(key: bytes):
    """A key that is not locked, and ways to spoil it."""
    text = base64.b64encode(key).decode()
    head, foot = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
    yield key
    yield key[:-1]
    yield key + b"\0"
    yield b"\x30\x84" + key[2:]
    yield text.encode()
    yield text.encode() + b"!"
    for body in (text, f"{text}!", f"{text[:-5]}=", f"{text}\n{head}"):
        yield f"{head}\n{body}\n{foot}\n".encode()
    yield f"{head}\n{text}\n-----END KEY-----\n".encode()
    yield f"{head}\n{text}\n".encode()
    yield f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n".encode()
    yield f"{head}\nX: Y\n\n{text}?\n{foot}\n".encode("utf-16")
    yield key.hex().encode() + b"z"


LOADERS = {
    "kcert.load": lambda data, _: kcert.load(data, "password"),
    "kcert.load with a certificate": lambda data, own: kcert.load((own.der, data), "password"),
    "pem.load": lambda data, _: pem.load(data, "password"),
    "pem.load_unencrypted": lambda data, _: pem.load_unencrypted(data),
    "pem.load_certificates": lambda data, _: pem.load_certificates(data),
    "pkcs12.load": lambda data, _: pkcs12.load(data, "password"),
    "pkcs12.load_unencrypted": lambda data, _: pkcs12.load_unencrypted(data, "password"),
    "npki.load": lambda data, own: npki.load({"signCert.der": own.der, "signPri.key": data}),
    "npki.load, in the wrong place": lambda data, _: npki.load(
        {"signCert.der": data, "signPri.key": data}
    ),
    "npki.load_ca_certificates": lambda data, _: npki.load_ca_certificates(data),
    "gpki.load": lambda data, own: gpki.load({"x_sig.cer": own.der, "x_sig.key": data}),
    "Certificate.load": lambda data, _: Certificate.load(data),
    "EncryptedKey.load": lambda data, _: EncryptedKey.load(data),
    "PrivateKey.load": lambda data, _: PrivateKey.load(data),
}


@pytest.mark.parametrize("name", LOADERS)
def test_no_error_leads_back_to_a_key(unlocked, name):
    key = unlocked.reveal_pkcs8()
    secrets = [form.decode("latin-1") for form in forms_of(key[600:624])]
    failed = 0
    for data in damaged(key):
        try:
            LOADERS[name](data, unlocked.certificate)
        except KcertError as error:
            failed += 1
            for one in related(error):
                shown = frames(one)
                assert not [form for form in secrets if form in shown], shown
    assert failed >= 3
