# SPDX-License-Identifier: Apache-2.0
"""The verdict on every PKCS#8 key file of other projects' test suites, one by one.

What a key holds once it is open is compared in ``tests/keys/test_vectors.py``.
"""

from __future__ import annotations

import json

import pytest

from kcert._asn1.pem import read_blocks
from kcert.errors import FormatError, KcertError, UnlockError, UnsupportedAlgorithmError
from kcert.keys import EncryptedKey, PrivateKey
from kcert.testing import assert_clear_error

SOURCES = ("cryptography", "oscrypto", "gnutls", "keyfile-corpus")
LABELS = {"PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}
EC = "1.2.840.10045.2.1"
# Files that their own project's suite refuses or that have no known password; the error names what
# kcert does not have.
UNSUPPORTED = {
    "bad-encryption-oid.pem": "0.24.97.792.97.792.97.792",
    "bad-oid-dsa-key.pem": "0.37.11229.117.11229.113",
    # Curves of their own, or one that `cryptography` does not have.
    "ec_oid_not_in_reg_private_2.pkcs8.pem": EC,
    "nodompar_private.pkcs8.pem": EC,
    "private.pem": EC,
    "withdompar_private.pkcs8.pem": "1.3.6.1.4.1.8301.3.1.2.9.0.33",
    "enc-unknown-algorithm.pem": "1.2.840.113549.3.7.23.321.3",
    "enc-unknown-kdf.pem": "1.2.840.113549.1.5.12.321.321",
    "enc-unknown-pbkdf2-prf.pem": "1.2.840.113549.2.9.213.321",
    # 258 effective bits of a key of 128.
    "rsa-rc2-cbc-effective-key-length.pem": "1.2.840.113549.3.2",
    "unknown-oid.der": "1.2.840.1004321.3213.321",
}
REFUSED = {
    # No rounds, a public key, a padded INTEGER, half a block, constructed OCTET STRING, lengths.
    "enc-rsa-pkcs8-pbkdf2-0iter.pem": FormatError,
    "rsa_pss_2048_pub.der": FormatError,
    # Curve, number or version do not fit.
    "ec-inconsistent-curve.pem": FormatError,
    "ec-inconsistent-curve2.pem": FormatError,
    "ec-invalid-private-scalar.pem": FormatError,
    "ec-invalid-version.pem": FormatError,
    "invalid-version.der": FormatError,
    **{f"pkcs8-invalid{number}.der": FormatError for number in range(1, 12)},
    # No password is known for it.
    "enc-rsa-pkcs8.pem": UnlockError,
    # Sound outside; what comes out is no PrivateKeyInfo.
    "p8key-illegal.pem": UnlockError,
}
# Sound, too: in a folder of others, and under an empty password.
OPENED = {"unenc-rsa-pkcs8.pem", "test-pkcs8-blank.key", "test-pkcs8-blank-der.key"}


def key_files(shared_data):
    for source in SOURCES:
        folder = shared_data / "vectors" / source
        for row in json.loads((folder / "manifest.json").read_text()):
            path = folder / row["file"]
            data = path.read_bytes()
            if path.suffix not in (".key", ".pem", ".der", ".p8"):
                continue
            label = "PRIVATE KEY"
            if b"-----BEGIN" in data:
                (block,) = read_blocks(data)
                label, data = block.label, block.data
            if label in LABELS:
                known = row.get("opens_with_hex") or [row.get("password_hex")]
                yield path.name, data, known[0], row["expect"]


def verdict(data: bytes, password: bytes):
    """How the file answers, as a locked key and as an open one: the better of the two."""
    errors = []
    for attempt in (
        lambda: EncryptedKey.load(data).unlock(password),
        lambda: PrivateKey.load(data),
    ):
        try:
            attempt().close()
        except KcertError as error:
            assert_clear_error(error, canaries=[password] if len(password) >= 8 else [])
            errors.append(error)
        else:
            return "opens"
    # A locked key that is read as an open one, and the other way round, is a format error.
    telling = [error for error in errors if type(error) is not FormatError] or errors
    if isinstance(telling[0], UnsupportedAlgorithmError):
        return telling[0].oid
    return type(telling[0])


def test_every_key_file_gets_the_right_answer(shared_data):
    got, expected = {}, {}
    for name, data, password_hex, expect in key_files(shared_data):
        got[name] = verdict(data, bytes.fromhex(password_hex or ""))
        expected[name] = UNSUPPORTED.get(name) or REFUSED.get(name) or "opens"
        sound = expect in ("good", "legacy-good") or name in OPENED
        assert (expected[name] == "opens") is sound, name
    assert got == expected
    assert len(got) == 98
    assert {*UNSUPPORTED, *REFUSED, *OPENED} <= got.keys()


@pytest.mark.parametrize("wrong", ["", "another password", b"\0", "비밀번호"])
def test_every_locked_key_refuses_another_password(shared_data, wrong):
    tried = 0
    for name, data, password_hex, _ in key_files(shared_data):
        password = bytes.fromhex(password_hex or "")
        if name in UNSUPPORTED or name in REFUSED or password.rstrip(b"\0") in (b"", wrong):
            continue
        try:
            key = EncryptedKey.load(data)
        except FormatError:
            continue  # one that is not locked
        with pytest.raises(UnlockError) as caught:
            key.unlock(wrong)
        assert_clear_error(caught.value)
        tried += 1
    assert tried >= 24
