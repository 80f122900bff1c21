# SPDX-License-Identifier: Apache-2.0
"""Signing and verifying messages, against the bare RSA operation and PyPinkSign."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from kcert import cms
from kcert.certificate.public_keys import _read_known as key_facts
from kcert.cms.primitive import _load_known as keys
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Table
    from kcert import UnlockedCredential

PASSWORD = "benchmark 1!"
SMALL = b"12345678"
LARGE = bytes(1 << 20)
ROUNDS = 1_000

# Prints the peak of resident memory in MiB.
STREAM = """
import hashlib, resource, sys
from kcert import cms
from kcert.testing import FakeAuthority

PIECE = bytes(range(256)) * 256

class Pipe:
    def __init__(self): self.tail = []
    def write(self, data): self.tail.append(data if len(data) < 9_000 else None)

def content(size):
    for _ in range(size // len(PIECE)): yield PIECE

size = int(sys.argv[1])
unlocked = FakeAuthority().issue(password="1").unlock("1")
pipe = Pipe()
cms.sign_stream(content(size), unlocked, pipe, size=size)
pieces = (PIECE if part is None else part for part in pipe.tail)
assert cms.verify_stream(pieces).size == size
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@pytest.fixture(scope="module")
def unlocked() -> UnlockedCredential:
    return FakeAuthority("yessign").issue("홍길동", password=PASSWORD).unlock(PASSWORD)


def test_raw_rsa(measure: Callable[..., None], unlocked: UnlockedCredential, table: Table) -> None:
    key = unlocked.to_cryptography()
    public, shape, digest = key.public_key(), padding.PKCS1v15(), hashes.SHA256()
    signature = key.sign(SMALL, shape, digest)

    def digest_and_sign() -> None:
        hashed = hashlib.sha256(LARGE).digest()
        key.sign(hashed, shape, Prehashed(digest))

    measure("RSA signature", lambda: key.sign(SMALL, shape, digest), rounds=ROUNDS)
    table.time(
        "RSA verification", lambda: public.verify(signature, SMALL, shape, digest), rounds=ROUNDS
    )
    table.time("SHA-256 of 1 MiB and RSA signature", digest_and_sign, rounds=ROUNDS // 2)


def test_sign(measure: Callable[..., None], unlocked: UnlockedCredential, table: Table) -> None:
    measure("sign 8 octets", lambda: cms.sign(SMALL, unlocked), rounds=ROUNDS)
    table.time("sign 1 MiB", lambda: cms.sign(LARGE, unlocked), rounds=ROUNDS // 2)
    table.ratio("sign 8 octets", "RSA signature", at_most=1.2)
    table.ratio("sign 1 MiB", "SHA-256 of 1 MiB and RSA signature", at_most=1.3)


def message_of_another(authority: FakeAuthority, name: str) -> bytes:
    credential = authority.issue(name, password=PASSWORD, profile=CHEAPEST)
    with credential.unlock(PASSWORD) as unlocked:
        return cms.sign(SMALL, unlocked)


def test_verify(measure: Callable[..., None], unlocked: UnlockedCredential, table: Table) -> None:
    blob = cms.sign(SMALL, unlocked)

    # The certificate and its key are new; what its authority writes into all of them is not.
    authority = FakeAuthority("yessign")
    unseen = iter(
        [message_of_another(authority, f"홍길동{number}") for number in range(ROUNDS + 1)]
    )

    def first_time() -> None:
        # Test authorities give the same few keys to everyone.
        for known in (keys, key_facts):
            known.cache_clear()
        cms.verify(next(unseen))

    measure("verify, certificate in the message", lambda: cms.verify(blob), rounds=ROUNDS)
    table.time("verify, certificate never seen", first_time, rounds=ROUNDS)
    table.ratio("verify, certificate in the message", "RSA verification", at_most=6)
    table.ratio("verify, certificate never seen", "RSA verification", at_most=6)


def test_pypinksign(
    measure: Callable[..., None], unlocked: UnlockedCredential, table: Table
) -> None:
    pypinksign = pytest.importorskip("pypinksign", reason="PyPinkSign is not installed")
    credential = unlocked.lock(PASSWORD)
    peer = pypinksign.PinkSign(
        pubkey_data=credential.certificate.der,
        prikey_data=credential.key.der,
        prikey_password=PASSWORD.encode(),
    )
    peer.load_prikey()

    measure("sign 1 MiB by PyPinkSign", lambda: peer.pkcs7_signed_msg(LARGE), rounds=2)
    table.ratio("sign 1 MiB by PyPinkSign", "sign 1 MiB", at_least=100)


def test_streams_take_constant_memory(process: Callable[..., str], table: Table) -> None:
    small, large = (
        float(process(STREAM, size)) for size in (1 << 20, 1 << 26 if table.quick else 1 << 30)
    )

    table.figure("memory that 1 GiB takes more than 1 MiB does", large - small, " MiB", at_most=16)
