# SPDX-License-Identifier: Apache-2.0
"""A server's PEM text with chain: PBES2, PBKDF2 with HMAC-SHA256, 10,000 rounds, AES-256."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.serialization import load_der_private_key

from kcert import pem
from kcert.keys.profiles import MODERN
from kcert.testing import FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Table

PASSWORD = "benchmark 1!"
# Fewer than MODERN has, so that what kcert adds shows.
PROFILE = evolve(MODERN, iterations=10_000)
ROUNDS = 200


@pytest.fixture(scope="module")
def text() -> bytes:
    credential = FakeAuthority("yessign").issue(
        "홍길동", password=PASSWORD, profile=PROFILE, chain=True
    )
    return pem.dump(credential)


def test_raw_primitives(measure: Callable[..., None], text: bytes) -> None:
    # The floor does no parsing: the parameters are cut out of the DER beforehand.
    der = pem.load(text).key.der
    salt = der[der.index(bytes.fromhex("0410")) + 2 :][:16]
    iv = der[der.rindex(bytes.fromhex("0410"), 0, 140) + 2 :][:16]
    encrypted = der[der.index(bytes.fromhex("0482"), 100) + 4 :]
    password = PASSWORD.encode()

    def floor() -> None:
        key = hashlib.pbkdf2_hmac("sha256", password, salt, 10_000, 32)
        decryptor = Cipher(AES(key), modes.CBC(iv)).decryptor()
        plain = decryptor.update(encrypted) + decryptor.finalize()
        load_der_private_key(plain[: -plain[-1]], None, unsafe_skip_rsa_key_validation=True)

    measure("raw primitives of PEM", floor, rounds=ROUNDS)


def test_kcert(measure: Callable[..., None], text: bytes, table: Table) -> None:
    def unlock() -> None:
        with pem.load(text).unlock(PASSWORD) as unlocked:
            unlocked.to_cryptography()

    measure("load PEM and unlock", unlock, rounds=ROUNDS)
    table.ratio("load PEM and unlock", "raw primitives of PEM", at_most=1.3)
