# SPDX-License-Identifier: Apache-2.0
"""A folder as a bank's program writes it: 1.2.410.200004.1.15, 2,048 rounds, read from a disk."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.serialization import load_der_private_key

import kcert
from kcert import npki
from kcert.testing import FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Table

PASSWORD = "benchmark 1!"
ROUNDS = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    credential = FakeAuthority("yessign").issue("홍길동", password=PASSWORD)
    path = tmp_path_factory.mktemp("folder") / "cn=홍길동"
    npki.write_folder(credential, path)
    return path


def test_raw_primitives(measure: Callable[..., None], folder: Path) -> None:
    # The floor parses no key: the parameters are cut out of the DER beforehand.
    der = (folder / npki.SIGN_KEY).read_bytes()
    salt = der[der.index(bytes.fromhex("0408")) + 2 :][:8]
    encrypted = der[der.index(bytes.fromhex("0482"), 30) + 4 :]
    password = PASSWORD.encode()

    def floor() -> None:
        x509.load_der_x509_certificate((folder / npki.SIGN_CERTIFICATE).read_bytes())
        (folder / npki.SIGN_KEY).read_bytes()
        derived = password + salt
        for _ in range(2_048):
            derived = hashlib.sha1(derived).digest()
        iv = hashlib.sha1(derived[16:]).digest()[:16]
        decryptor = Cipher(SEED(derived[:16]), modes.CBC(iv)).decryptor()
        plain = decryptor.update(encrypted) + decryptor.finalize()
        load_der_private_key(plain[: -plain[-1]], None, unsafe_skip_rsa_key_validation=True)

    measure("raw primitives of a folder", floor, rounds=ROUNDS)


def test_kcert(measure: Callable[..., None], folder: Path, table: Table) -> None:
    def unlock() -> None:
        with kcert.load(folder).unlock(PASSWORD) as unlocked:
            unlocked.to_cryptography()

    measure("load a folder and unlock", unlock, rounds=ROUNDS)
    table.ratio("load a folder and unlock", "raw primitives of a folder", at_most=1.3)
