# SPDX-License-Identifier: Apache-2.0
"""A server's PEM text: PBES2, PBKDF2 with HMAC-SHA256, AES-256, at the rounds that programs write.

kcert writes 600,000 rounds (what it adds is lost in the noise there), OpenSSL 2,048. The floor is
the key derivation, AES and loading the key, with no parsing at all: not of the text, of the
certificates, or of the key. At 2,048 rounds it takes 0.46 ms, of which 1.3 leaves 0.14 ms. The
certificate and the key are read anew each time; those of the authorities were seen before, as they
are in every customer's file.
"""

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
# What it is, rounds of the key derivation, whether with a chain, rounds of the measurement.
CASES = (
    ("load PEM and unlock", 10_000, True, 200),
    ("load PEM of OpenSSL and unlock", 2_048, False, 400),
    ("load PEM of OpenSSL with chain and unlock", 2_048, True, 400),
)


def texts(iterations: int, chain: bool) -> bytes:
    credential = FakeAuthority("yessign").issue(
        "홍길동", password=PASSWORD, profile=evolve(MODERN, iterations=iterations), chain=chain
    )
    return pem.dump(credential)


def floor_of(text: bytes, iterations: int) -> Callable[[], None]:
    # The parameters are cut out of the DER beforehand.
    der = pem.load(text).key.der
    salt = der[der.index(bytes.fromhex("0410")) + 2 :][:16]
    iv = der[der.rindex(bytes.fromhex("0410"), 0, 140) + 2 :][:16]
    encrypted = der[der.index(bytes.fromhex("0482"), 100) + 4 :]
    password = PASSWORD.encode()

    def floor() -> None:
        key = hashlib.pbkdf2_hmac("sha256", password, salt, iterations, 32)
        decryptor = Cipher(AES(key), modes.CBC(iv)).decryptor()
        plain = decryptor.update(encrypted) + decryptor.finalize()
        load_der_private_key(plain[: -plain[-1]], None, unsafe_skip_rsa_key_validation=True)

    return floor


@pytest.mark.parametrize(("what", "iterations", "chain", "rounds"), CASES)
def test_load_and_unlock(
    measure: Callable[..., None],
    table: Table,
    what: str,
    iterations: int,
    chain: bool,
    rounds: int,
) -> None:
    text = texts(iterations, chain)

    def unlock() -> None:
        with pem.load(text).unlock(PASSWORD) as unlocked:
            unlocked.to_cryptography()

    below = f"{iterations:,} rounds, raw{' (chain)' if chain else ''}"
    table.time(below, floor_of(text, iterations), rounds=rounds)
    measure(what, unlock, rounds=rounds)
    table.ratio(what, below, at_most=1.3)
