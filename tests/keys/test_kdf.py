# SPDX-License-Identifier: Apache-2.0
"""Key derivations against published vectors."""

from __future__ import annotations

import json

import pytest

from kcert.keys.kdf import pbkdf1, pbkdf2


def test_pbkdf1_gives_the_published_key_of_a_korean_key_file():
    # PyPinkSign, test_pinkSign.py: salt C8EA2FA25023C285, 2048 rounds.
    derived = pbkdf1("sha1", b"WTuA8Ev0lWXVFSiI!", bytes.fromhex("c8ea2fa25023c285"), 2048)
    assert derived.hex() == "6240e2686a6abbc48c922ccba906bb91c58eec36"


def test_pbkdf2_gives_the_published_key_of_a_korean_key_file():
    derived = pbkdf2("sha1", b"WTuA8Ev0lWXVFSiI!", bytes.fromhex("28ce9089e2828009"), 1024, 16)
    assert derived.hex() == "01739401d7f3df5319eff4edb0afa66f"


@pytest.mark.parametrize("digest", ["sha1", "sha224", "sha256", "sha384", "sha512"])
def test_the_pbkdf2_vectors_of_wycheproof_hold(shared_data, digest):
    path = shared_data / f"vectors/wycheproof/pbkdf2_hmac{digest}_test.json"
    count = 0
    for group in json.loads(path.read_text())["testGroups"]:
        for test in group["tests"]:
            if test["iterationCount"] > 100_000:
                continue
            derived = pbkdf2(
                digest,
                bytes.fromhex(test["password"]),
                bytes.fromhex(test["salt"]),
                test["iterationCount"],
                test["dkLen"],
            )
            assert (derived.hex() == test["dk"]) is (test["result"] == "valid")
            count += 1
    assert count > 40
