# SPDX-License-Identifier: Apache-2.0
"""Unlocking a key file of a usual kind: 1.2.410.200004.1.15, 2,048 rounds, RSA-2048 with R."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.serialization import load_der_private_key

from kcert.keys.profiles import NPKI
from kcert.testing import FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Table
    from kcert import Credential

PASSWORD = "benchmark 1!"
ROUNDS = 300


@pytest.fixture(scope="module")
def credential() -> Credential:
    return FakeAuthority("yessign").issue("홍길동", password=PASSWORD, profile=NPKI)


def pbkdf1(password: bytes, salt: bytes, rounds: int) -> bytes:
    sha1 = hashlib.sha1
    derived = password + salt
    for _ in range(rounds):
        derived = sha1(derived).digest()
    return derived


def test_raw_primitives(measure: Callable[..., None], credential: Credential) -> None:
    # The file is SEQUENCE { SEQUENCE { OID, SEQUENCE { salt, rounds } }, OCTET STRING }: the floor
    # does no parsing, so its parameters are cut out beforehand.
    der = credential.key.der
    salt = der[der.index(bytes.fromhex("0408")) + 2 :][:8]
    encrypted = der[der.index(bytes.fromhex("0482"), 30) + 4 :]
    password = PASSWORD.encode()

    def floor() -> None:
        derived = pbkdf1(password, salt, 2048)
        iv = hashlib.sha1(derived[16:20]).digest()[:16]
        decryptor = Cipher(SEED(derived[:16]), modes.CBC(iv)).decryptor()
        plain = decryptor.update(encrypted) + decryptor.finalize()
        load_der_private_key(plain[: -plain[-1]], None, unsafe_skip_rsa_key_validation=True)

    measure("raw primitives", floor, rounds=ROUNDS)


def test_kcert(measure: Callable[..., None], credential: Credential, table: Table) -> None:
    def unlock() -> None:
        with credential.unlock(PASSWORD) as unlocked:
            unlocked.to_cryptography()

    measure("unlock", unlock, rounds=ROUNDS)
    table.ratio("unlock", "raw primitives", at_most=1.3)


def test_pypinksign(
    measure: Callable[..., None], credential: Credential, table: Table, tmp_path: Path
) -> None:
    pypinksign = pytest.importorskip("pypinksign", reason="PyPinkSign is not installed")
    certificate, key = tmp_path / "signCert.der", tmp_path / "signPri.key"
    certificate.write_bytes(credential.certificate.der)
    key.write_bytes(credential.key.der)
    public, private = certificate.read_bytes(), key.read_bytes()

    def unlock() -> None:
        sign = pypinksign.PinkSign(
            pubkey_data=public, prikey_data=private, prikey_password=PASSWORD.encode()
        )
        sign.load_prikey()

    measure("unlock by PyPinkSign", unlock, rounds=ROUNDS // 10)
    table.ratio("unlock by PyPinkSign", "unlock", at_least=25)
