# SPDX-License-Identifier: Apache-2.0
"""Loading and unlocking a .pfx as Korean programs write it: triple DES and SHA-1, 1,024 rounds."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from kcert import pkcs12
from kcert._asn1.pkcs12 import PFX
from kcert.keys.profiles import PKCS12_KOREAN
from kcert.testing import FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Table

PASSWORD = "benchmark 1!"
ROUNDS = 300


@pytest.fixture(scope="module")
def file() -> bytes:
    with FakeAuthority("yessign").issue("홍길동", password=PASSWORD).unlock(PASSWORD) as opened:
        return pkcs12.dump(opened, PASSWORD, profile=PKCS12_KOREAN)


def repeated(octets: bytes) -> bytes:
    return (octets * 64)[:64]


def test_raw_derivations(measure: Callable[..., None], file: bytes) -> None:
    # The MAC is one block of SHA-1, the key two, the vector one. The addition between the blocks
    # of the key is left out: the floor is the hashing.
    salt = repeated(PFX.read(file).mac_data.salt)
    octets = repeated(PASSWORD.encode("utf-16-be") + b"\0\0")

    def floor() -> None:
        sha1 = hashlib.sha1
        for purpose in (3, 1, 1, 2):
            derived = bytes((purpose,)) * 64 + salt + octets
            for _ in range(1024):
                derived = sha1(derived).digest()

    measure("raw PKCS#12 derivations", floor, rounds=ROUNDS)


def test_kcert(measure: Callable[..., None], file: bytes, table: Table) -> None:
    def load() -> None:
        with pkcs12.load(file, PASSWORD).unlock(PASSWORD) as unlocked:
            unlocked.to_cryptography()

    measure("load and unlock a .pfx", load, rounds=ROUNDS)
    table.ratio("load and unlock a .pfx", "raw PKCS#12 derivations", at_most=1.5)


def test_pypinksign(measure: Callable[..., None], file: bytes, table: Table) -> None:
    pypinksign = pytest.importorskip("pypinksign", reason="PyPinkSign is not installed")

    def load() -> None:
        sign = pypinksign.PinkSign(prikey_password=PASSWORD.encode())
        sign.load_p12(p12_data=file)

    measure("load a .pfx by PyPinkSign", load, rounds=ROUNDS // 30)
    table.ratio("load a .pfx by PyPinkSign", "load and unlock a .pfx", at_least=15)
