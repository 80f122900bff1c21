# SPDX-License-Identifier: Apache-2.0
"""What stays in the memory of the process after a key is closed. Linux only: it reads itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kcert.keys import PrivateKey, profiles

PASSWORD = b"KCERT-CANARY-pw-7f3a"
# The needles come masked, so that looking for them does not put them into memory.
PROGRAM = """
import gc, sys
from pathlib import Path
from kcert.keys import EncryptedKey, profiles

MASK = 0x5A

def unmask(text):
    return bytearray(int(part) ^ MASK for part in text.split(","))

# One buffer, wiped after each look: what the search itself reads must not be found again.
WINDOW, OVERLAP = 1 << 20, 64
buffer = bytearray(WINDOW + OVERLAP)

def copies(masked):
    needle = unmask(masked)
    size = len(needle)
    count = 0
    with open("/proc/self/maps") as maps:
        areas = [line.split() for line in maps]
    with open("/proc/self/mem", "rb", 0) as memory:
        for area, rights, *_ in areas:
            start, end = (int(part, 16) for part in area.split("-"))
            if "rw" not in rights or end > 1 << 63:
                continue
            for at in range(start, end, WINDOW):
                memory.seek(at)
                view = memoryview(buffer)[: min(WINDOW + size - 1, end - at)]
                memory.readinto(view)
                view.release()
                count += buffer.count(needle)
                buffer[:] = bytes(len(buffer))
    needle[:] = bytes(size)
    return count - 1  # the needle itself

file, password, *needles = sys.argv[1:]
given = unmask(password)
with EncryptedKey.load(Path(file).read_bytes()).unlock(given) as key:
    key.sign(b"data")
    key.lock(given, profiles.NPKI)
    key.random
    print([copies(needle) for needle in (password, *needles)])
given[:] = bytes(len(given))
del key
gc.collect()
print([copies(needle) for needle in (password, *needles)])
"""


def masked(octets: bytes) -> str:
    return ",".join(str(octet ^ 0x5A) for octet in octets)


@pytest.mark.skipif(
    not Path("/proc/self/mem").exists(), reason="there is no /proc/self/mem on this system"
)
@pytest.mark.parametrize("legacy", ["", "1"], ids=["platform SEED", "own SEED"])
@pytest.mark.parametrize("profile", [profiles.NPKI, profiles.NPKI_PBES2], ids=lambda p: p.name)
def test_password_key_and_r_are_gone_after_closing(tmp_path, pkcs8, random, profile, legacy):
    file = tmp_path / "key"
    file.write_bytes(PrivateKey.load(pkcs8).lock(PASSWORD, profile).der)
    # Parts of the private exponent, of a prime, and R.
    needles = [pkcs8[320:345], pkcs8[620:645], random]
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(file), *map(masked, [PASSWORD, *needles])],
        env={**os.environ, "CRYPTOGRAPHY_OPENSSL_NO_LEGACY": legacy},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    during, after = run.stdout.splitlines()
    # The search finds them while the key is open, so it would find what is left of them.
    assert all(count > 0 for count in json.loads(during))
    assert after == "[0, 0, 0, 0]"
