# SPDX-License-Identifier: Apache-2.0
"""Key files of other projects' test suites: the right key, or the right kind of error."""

from __future__ import annotations

import json
import os
import zipfile

import pytest
from cryptography.hazmat.primitives import serialization

from kcert._asn1 import oids
from kcert.errors import FormatError, KcertError, UnlockError, UnsupportedAlgorithmError
from kcert.keys import EncryptedKey, PrivateKey
from kcert.keys.schemes import PBE_SCHEMES
from kcert.testing.assertions import assert_clear_error, clear_error

# PBES2 files whose cipher or derivation is not kcert's.
UNSUPPORTED = {
    "rsa-rc2-cbc-effective-key-length.pem": "1.2.840.113549.3.2",
    "enc-unknown-algorithm.pem": "1.2.840.113549.3.7.23.321.3",
    "enc-unknown-kdf.pem": "1.2.840.113549.1.5.12.321.321",
    "enc-unknown-pbkdf2-prf.pem": "1.2.840.113549.2.9.213.321",
}
# PBES1 with SHA-1 and DES.
UNKNOWN_TO_CRYPTOGRAPHY = "der-key-PBE-SHA1-DES.p8"


def rows(shared_data):
    """Path and right password, or ``None``, of every key file of the collections."""
    for source in ("cryptography", "oscrypto", "gnutls", "keyfile-corpus"):
        folder = shared_data / "vectors" / source
        for row in json.loads((folder / "manifest.json").read_text()):
            path = folder / row["file"]
            if path.suffix in (".key", ".pem", ".der", ".p8"):
                known = row.get("opens_with_hex") or [row.get("password_hex")]
                yield path, known[0]


def reference(data, password):
    """What `cryptography` makes of it; ``None`` where it misses the legacy provider."""
    try:
        return encoded(
            serialization.load_der_private_key(data, password, unsafe_skip_rsa_key_validation=True)
        )
    except ValueError:
        if password is None or not os.environ.get("CRYPTOGRAPHY_OPENSSL_NO_LEGACY"):
            raise
        return None


def encoded(key):
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _unlock(data):
    return EncryptedKey.load(data).unlock("password")


def test_locked_keys_of_known_password_open_or_are_named(shared_data, read_key_file):
    opened, named = set(), set()
    for path, password_hex in rows(shared_data):
        if password_hex is None:
            continue
        password = bytes.fromhex(password_hex)
        try:
            key = EncryptedKey.load(read_key_file(path)).unlock(password)
        except UnsupportedAlgorithmError as error:
            assert_clear_error(error)
            assert error.oid
            if path.name in UNSUPPORTED:
                assert error.oid == UNSUPPORTED[path.name]
            named.add(path.name)
        except UnlockError as error:
            # Its numbers are wrong on purpose.
            assert path.name == "p8key-illegal.pem"
            assert_clear_error(error)
        except FormatError as error:
            # Traditional PEM encryption, certificates, keys that are not locked, broken files.
            assert_clear_error(error)
        else:
            if path.name != UNKNOWN_TO_CRYPTOGRAPHY:
                assert reference(read_key_file(path), password) in (
                    None,
                    encoded(key.to_cryptography()),
                )
            with clear_error(UnlockError):
                EncryptedKey.load(read_key_file(path)).unlock(password + b"x")
            opened.add(path.name)
    assert opened >= {
        "rsa-aes-192-cbc.pem",
        "rsa_pkcs8_pbes2_pbkdf2_2048_3des_sha224.pem",
        "rsa_pkcs8_pbes2_pbkdf2_2048_3des_sha384.pem",
        "rsa_pkcs8_pbes2_pbkdf2_2048_3des_sha512.pem",
        "test-pkcs8-aes128-der.key",
        "test-pkcs8-aes256.key",
        "test-pkcs8-tripledes.key",
        "pkcs8-pbes2-sha256.pem",
        "openssl-aes128.p8",
        "openssl-aes256.p8",
        "openssl-3des.p8",
        "kc157.key",
        "rsa-rc2-cbc.pem",
        "rsa-pbewithmd5anddescbc.pem",
        UNKNOWN_TO_CRYPTOGRAPHY,
    }
    assert named == set()


def test_locked_keys_of_unknown_password_are_refused_clearly(shared_data, read_key_file):
    for path, password_hex in rows(shared_data):
        if password_hex is None:
            with pytest.raises(KcertError) as caught:
                EncryptedKey.load(read_key_file(path)).unlock("no password of any of them")
            assert_clear_error(caught.value)
            if path.name in UNSUPPORTED and caught.type is UnsupportedAlgorithmError:
                assert caught.value.oid == UNSUPPORTED[path.name]


def test_unlocked_keys_load_and_others_are_refused_clearly(shared_data, read_key_file):
    loaded = set()
    for path, _ in rows(shared_data):
        data = read_key_file(path)
        try:
            key = PrivateKey.load(data)
        except KcertError as error:
            assert_clear_error(error)
        else:
            assert encoded(key.to_cryptography()) == reference(data, None)
            loaded.add(path.name)
    assert loaded >= {"test-pkcs8-der.key", "kc158.key"}


def test_a_key_file_of_no_rounds_is_a_format_error(shared_data, read_key_file):
    path = shared_data / "vectors/cryptography/pkcs8/enc-rsa-pkcs8-pbkdf2-0iter.pem"
    with clear_error(FormatError):
        EncryptedKey.load(read_key_file(path))


@pytest.mark.parametrize("name", ["pkcs8_key_parser", "private_key_parser", "base64_decoder"])
def test_fuzzed_key_files_give_a_value_or_a_clear_error(shared_data, name):
    with zipfile.ZipFile(shared_data / f"vectors/gnutls/fuzz-{name}.zip") as archive:
        inputs = [archive.read(member) for member in archive.namelist()]
    assert len(inputs) > 10
    for data in inputs:
        for read in (_unlock, PrivateKey.load):
            try:
                read(data)
            except KcertError as error:
                assert_clear_error(error)


def test_every_scheme_in_the_table_has_a_name():
    assert all(oids.name_of(oid) for oid in PBE_SCHEMES)
