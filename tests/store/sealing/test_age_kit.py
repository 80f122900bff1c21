# SPDX-License-Identifier: Apache-2.0
"""The age format's own test kit (C2SP/CCTV): every file of it, with the verdict it asks for."""

from __future__ import annotations

import hashlib
import zlib

import pytest

from kcert.errors import FormatError, KcertError

pytest.importorskip("pyrage", reason="kcert[cloud] is not installed")

from kcert.store.sealing import age

FILES = 143

_HYBRID = "post-quantum hybrid recipients: a vault has X25519 recipients only"
_ARMOR = "armor, a text form for mail: what a vault holds is binary"
#: Sound files that kcert refuses, and why. It writes nothing of the kind.
NOT_OFFERED = {
    "hybrid": _HYBRID,
    "hybrid_and_x25519": _HYBRID,
    "hybrid_grease": _HYBRID,
    "hybrid_multiple_recipients": _HYBRID,
    "armor_hybrid": _ARMOR,
    "armor_scrypt": _ARMOR,
    "armor_crlf": _ARMOR,
    "armor_full_last_line": _ARMOR,
    "armor_no_eol": _ARMOR,
    "armor_whitespace_outside": _ARMOR,
    "armor_x25519": _ARMOR,
}


def read_vector(path):
    head, _, body = path.read_bytes().partition(b"\n\n")
    facts = {}
    for line in head.decode().splitlines():
        name, _, value = line.partition(": ")
        facts.setdefault(name, []).append(value)
    return facts, zlib.decompress(body) if facts.get("compressed") == ["zlib"] else body


def opened(facts, body):
    """What comes out, all at once or not at all."""
    identities, passphrases = facts.get("identity", []), facts.get("passphrase", [])
    if passphrases and not identities:
        return age.unseal_with_passphrase(body, passphrases[0].encode())
    return age.unseal(body, identities)


@pytest.fixture(scope="module")
def kit(shared_data):
    folder = shared_data / "vectors" / "cctv-age"
    files = {path.name: path for path in folder.iterdir() if path.suffix != ".md"}
    assert len(files) == FILES
    return files


def test_every_file_gets_the_verdict_the_kit_asks_for(kit):
    wrong = {}
    sound = 0
    for name, path in sorted(kit.items()):
        facts, body = read_vector(path)
        try:
            plain = opened(facts, body)
        except KcertError:
            plain = None
        expected = facts["expect"] == ["success"] and name not in NOT_OFFERED
        sound += expected
        if (plain is not None) != expected:
            wrong[name] = facts["expect"][0]
        elif plain is not None:
            assert [hashlib.sha256(plain).hexdigest()] == facts["payload"], name
    assert wrong == {}
    assert sound == 26 - len(NOT_OFFERED)


@pytest.mark.parametrize("name", NOT_OFFERED)
def test_what_is_not_offered_is_sound_and_refused_as_such(kit, name):
    facts, body = read_vector(kit[name])
    assert facts["expect"] == ["success"]
    with pytest.raises(FormatError):
        opened(facts, body)
