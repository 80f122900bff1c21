# SPDX-License-Identifier: Apache-2.0
"""Keys open and lock where OpenSSL offers no SEED: the own one steps in."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys

import pytest

from kcert.keys import EncryptedKey, PrivateKey, ciphers, profiles

PROGRAM = """
import sys
from pathlib import Path
from kcert.keys import EncryptedKey, ciphers, profiles
assert not ciphers.platform_has_seed()
folder = Path(sys.argv[1])
for path in folder.glob("*.key"):
    with EncryptedKey.load(path.read_bytes()).unlock("비밀번호 1!") as key:
        assert key.reveal_pkcs8() == (folder / "pkcs8").read_bytes()
        for profile in (profiles.NPKI, profiles.NPKI_PBES2):
            locked = key.lock("new", profile)
            (folder / f"{path.stem}-{profile.name}.own").write_bytes(locked.der)
"""


@pytest.fixture(autouse=True)
def _forget_what_the_platform_has():
    ciphers.platform_has_seed.cache_clear()
    yield
    ciphers.platform_has_seed.cache_clear()


def test_without_the_legacy_provider_the_own_seed_gives_the_same_keys(tmp_path, pkcs8):
    (tmp_path / "pkcs8").write_bytes(pkcs8)
    for profile in (profiles.NPKI, profiles.NPKI_PBES2):
        locked = PrivateKey.load(pkcs8).lock("비밀번호 1!", profile)
        (tmp_path / f"{profile.name}.key").write_bytes(locked.der)
    environment = {**os.environ, "CRYPTOGRAPHY_OPENSSL_NO_LEGACY": "1"}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    made = list(tmp_path.glob("*.own"))
    assert len(made) == 4
    for path in made:
        assert EncryptedKey.load(path.read_bytes()).unlock("new").reveal_pkcs8() == pkcs8


def test_without_the_decrepit_module_the_own_seed_steps_in(monkeypatch, pkcs8):
    locked = PrivateKey.load(pkcs8).lock("pw", profiles.CHEAPEST)
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if "decrepit" in name:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    ciphers.platform_has_seed.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    assert not ciphers.platform_has_seed()
    assert locked.unlock("pw").reveal_pkcs8() == pkcs8


def test_a_platform_seed_that_answers_wrongly_is_not_used(monkeypatch):
    monkeypatch.setattr(ciphers, "_through_cryptography", lambda *_: bytearray(16))
    assert not ciphers.platform_has_seed()
