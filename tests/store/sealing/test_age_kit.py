# SPDX-License-Identifier: Apache-2.0
"""The age format's own test kit (C2SP/CCTV): every file of it, with the verdict it asks for."""

from __future__ import annotations

import hashlib
import zlib
from types import SimpleNamespace

import pytest

from kcert.errors import FormatError, KcertError, UnlockError

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


@pytest.fixture
def sealed_at():
    """Stand-ins for what pyrage seals, by work factor."""
    return lambda factor: b"age-encryption.org/v1\n-> scrypt " + b"A" * 22 + b" %d\n" % factor


def busy(monkeypatch, **verbs):
    """pyrage on a computer that is busy: the verbs in place of its own."""
    real = pytest.importorskip("pyrage")
    stand_in = SimpleNamespace(DecryptError=real.DecryptError, passphrase=SimpleNamespace(**verbs))
    monkeypatch.setattr(age, "_pyrage", lambda: stand_in)
    monkeypatch.setattr(age, "_PAUSE", 0)
    return real.DecryptError("Excessive work parameter for passphrase.\nIt would take long.")


def test_a_busy_computer_does_not_make_a_right_passphrase_wrong(monkeypatch, sealed_at):
    answers = iter([True, True, False])

    def decrypt(_sealed, _passphrase):
        if next(answers):
            raise too_much
        return b"opened"

    too_much = busy(monkeypatch, decrypt=decrypt)
    assert age.unseal_with_passphrase(sealed_at(19), b"words") == b"opened"


def test_a_computer_that_stays_too_slow_is_told_from_a_wrong_passphrase(monkeypatch, sealed_at):
    def decrypt(_sealed, _passphrase):
        raise too_much

    too_much = busy(monkeypatch, decrypt=decrypt)
    with pytest.raises(UnlockError, match="too busy or too slow"):
        age.unseal_with_passphrase(sealed_at(19), b"words")


def test_a_busy_computer_does_not_make_a_weak_lock(monkeypatch, sealed_at):
    factors = iter([12, 14, 18, 19])
    busy(monkeypatch, encrypt=lambda _data, _passphrase: sealed_at(next(factors)))
    assert age.seal_with_passphrase(b"x", b"words") == sealed_at(18)


def test_a_slow_computer_keeps_the_strongest_lock_that_it_made(monkeypatch, sealed_at):
    factors = iter([12, 15, 14, 13])
    busy(monkeypatch, encrypt=lambda _data, _passphrase: sealed_at(next(factors)))
    assert age.seal_with_passphrase(b"x", b"words") == sealed_at(15)
