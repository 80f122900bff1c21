# SPDX-License-Identifier: Apache-2.0
"""Security tokens, with SoftHSM in the place of one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kcert import cms, vid
from kcert.errors import (
    MissingExtraError,
    NotFoundError,
    UnavailableError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.keys import Padding, profiles, rsa
from kcert.testing import FakeAuthority
from kcert.testing.assertions import clear_error
from kcert.token import Token

pkcs11 = pytest.importorskip("pkcs11", reason="kcert[token] is not installed")

pytestmark = pytest.mark.peer("softhsm2-util")

DRIVERS = [
    Path(folder, "libsofthsm2.so")
    for folder in (
        "/usr/lib/softhsm",
        "/usr/lib/x86_64-linux-gnu/softhsm",
        "/usr/local/lib/softhsm",
    )
]
PIN = "kcert-PIN-7f3a"
ID_NUMBER = "1234567891"
R = b"kcert-canary-random!"


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue(
        "홍길동", password="x", id_number=ID_NUMBER, random=R, profile=profiles.CHEAPEST
    )


@pytest.fixture(scope="module")
def driver(tmp_path_factory, credential, authority):
    """A token with a key, its certificate, R, and things that do not belong together."""
    from pkcs11 import Attribute, ObjectClass
    from pkcs11.util.rsa import decode_rsa_private_key
    from pkcs11.util.x509 import decode_x509_certificate

    found = [path for path in DRIVERS if path.exists()]
    if not found:
        pytest.skip("SoftHSM's driver is not installed")
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(config))
        pins = ("--pin", PIN, "--so-pin", "kcert-SO")
        for label in ("NPKI", "other"):
            subprocess.run(
                ["softhsm2-util", "--init-token", "--free", "--label", label, *pins],
                check=True,
                capture_output=True,
                timeout=60,
            )
        token = pkcs11.lib(str(found[0])).get_token(token_label="NPKI")
        identifier = credential.certificate.subject_key_identifier
        with credential.unlock("x") as opened, token.open(rw=True, user_pin=PIN) as session:
            from cryptography.hazmat.primitives import serialization

            pkcs1 = opened.to_cryptography().private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
            key = decode_rsa_private_key(pkcs1) | {Attribute.TOKEN: True}
            other = authority.issue("홍길순", fresh_key=True).certificate
            for number in (identifier, b"mismatched"):
                session.create_object(key | {Attribute.ID: number})
            for one, number in (
                (credential.certificate, identifier),
                (other, b"mismatched"),
                (other, b"without a key"),
            ):
                session.create_object(
                    decode_x509_certificate(one.der) | {Attribute.ID: number, Attribute.TOKEN: True}
                )
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.DATA,
                    Attribute.TOKEN: True,
                    Attribute.PRIVATE: True,
                    Attribute.LABEL: f"R4VID={identifier.hex()}",
                    Attribute.VALUE: R,
                }
            )
        yield found[0]


@pytest.fixture
def token(driver):
    with Token(driver, PIN, label="NPKI") as opened:
        yield opened


def test_certificates_with_their_keys_are_signers(token, credential):
    (signer,) = token.signers()
    assert signer.certificate == credential.certificate


@pytest.mark.parametrize("padding", [Padding.PKCS1V15, Padding.PSS])
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_its_signatures_verify(token, credential, padding, digest):
    (signer,) = token.signers()
    signature = signer.sign(b"data", padding=padding, digest=digest)
    key = credential.certificate.public_key()
    rsa.verify(key, signature, b"data", padding, digest, prehashed=False)


def test_it_signs_messages_as_an_open_credential_does(token, credential):
    (signer,) = token.signers()
    assert cms.verify(cms.sign("서명", signer)).signers[0].certificate == credential.certificate
    with credential.unlock("x") as opened:
        assert signer.sign(b"data") == opened.sign(b"data")


def test_r_proves_the_identity(token):
    (signer,) = token.signers()
    vid.verify(signer.certificate, ID_NUMBER, signer.random.reveal())


def test_a_wrong_pin_is_an_unlock_error(driver):
    with clear_error(UnlockError, canaries=["kcert-wrong-PIN"]):
        Token(driver, "kcert-wrong-PIN", label="NPKI")


def test_a_token_must_be_named_where_there_are_several(driver):
    with clear_error(NotFoundError):
        Token(driver, PIN, label="no such token")
    with clear_error(NotFoundError):
        Token(driver, PIN)


def test_a_driver_that_cannot_be_loaded(tmp_path):
    with clear_error(UnavailableError):
        Token(tmp_path / "none.so", PIN)


def test_other_hashes_and_paddings_are_refused(token):
    (signer,) = token.signers()
    with clear_error(UnsupportedAlgorithmError):
        signer.sign(b"data", digest="md5")
    with pytest.raises(ValueError, match="octets"):
        signer.sign(b"data", prehashed=True)
    with pytest.raises(ValueError, match="padding"):
        signer.sign(b"data", padding=Padding.OAEP)


def test_a_closed_token_does_nothing(driver):
    with Token(driver, PIN, label="NPKI") as opened:
        (signer,) = opened.signers()
    opened.close()
    with pytest.raises(ValueError, match="closed"):
        opened.signers()
    with clear_error(UnavailableError):
        signer.sign(b"data")


def test_nothing_shows_the_pin(token):
    (signer,) = token.signers()
    assert PIN not in f"{token!r} {signer!r} {signer.random!r}"


def test_without_python_pkcs11_the_extra_is_named(monkeypatch, driver):
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with clear_error(MissingExtraError):
        Token(driver, PIN)
