# SPDX-License-Identifier: Apache-2.0
"""Fuzzed, cut and changed files: a value or a clear error, in bounds of time and memory."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import sys

import pytest
from attrs import evolve
from cryptography.hazmat.primitives import serialization

import kcert
from kcert import archive, npki, pem, pkcs12, profiles
from kcert.errors import KcertError
from kcert.keys import EncryptedKey, PrivateKey
from kcert.keys.limits import Limits
from kcert.testing import FakeAuthority, assert_clear_error

FULL = bool(os.environ.get("KCERT_TEST_FULL"))
PASSWORD = "KCERT-CANARY-pw-7f3a"
FUZZED = (
    *(f"gnutls/fuzz-{name}.zip" for name in ("pkcs12_key_parser", "pkcs8_key_parser")),
    *(f"gnutls/fuzz-{name}.zip" for name in ("private_key_parser", "base64_decoder")),
    *(f"openssl-fuzz-corpora/{name}.zip" for name in ("pem", "decoder")),
)
# Runs in a process of its own: one bad input must not take the tests with it.
CHILD = """
import json, resource, sys, time, zipfile

megabyte = 1 << 20
resource.setrlimit(resource.RLIMIT_AS, (768 * megabyte, 768 * megabyte))
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))

import kcert
from kcert import pem, pkcs12
from kcert.errors import KcertError
from kcert.keys import EncryptedKey, PrivateKey
from kcert.testing import FakeAuthority, assert_clear_error

password = "KCERT-CANARY-pw-7f3a"
loaders = {
    "load": lambda data: kcert.load(data, password),
    "pkcs12": lambda data: pkcs12.load(data, password),
    "pkcs12, null password": lambda data: pkcs12.load(data),
    "pem": lambda data: pem.load(data, password),
    "locked key": lambda data: EncryptedKey.load(data).unlock(password),
    "open key": PrivateKey.load,
}
# Everything that is imported late is in memory before memory is measured.
with FakeAuthority().issue(password=password).unlock(password) as opened:
    opened.sign(b"")
    pkcs12.load(pkcs12.dump(opened, password, profile=kcert.profiles.PKCS12_KOREAN), password)
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
complaints, inputs = [], 0
with zipfile.ZipFile(sys.argv[1]) as archive:
    for name in sorted(archive.namelist()):
        data = archive.read(name)
        inputs += 1
        for loader, load in loaders.items():
            before = time.process_time()
            try:
                load(data)
            except KcertError as error:
                try:
                    assert_clear_error(error, canaries=[password])
                except AssertionError as unclear:
                    complaints.append([name, loader, str(unclear)])
            except BaseException as error:
                complaints.append([name, loader, repr(error)[:200]])
            used = time.process_time() - before
            if used > 1:
                complaints.append([name, loader, f"{used:.1f} s"])
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) // 1024
if grown > 64:
    complaints.append(["all", "memory", f"{grown} MiB"])
print(json.dumps({"inputs": inputs, "complaints": complaints}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on processes on this system")
@pytest.mark.parametrize("archive", FUZZED)
def test_fuzzed_files_give_a_value_or_a_clear_error_in_a_second(shared_data, archive):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHILD, shared_data / "vectors" / archive],
        capture_output=True,
        timeout=200,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    assert result["inputs"] > 10
    assert result["complaints"] == []


# Cut and changed files.

# Rounds that a changed byte asks for are refused at once.
LIMITS = Limits(max_iterations=20_000)
UNDER_A_MAC = ("PFX", "PFX in BER", "PFX of two pairs")
SLOW = ("traditional PEM",)
# Sound in themselves when the rest is cut off.
SEVERAL_BLOCKS = ("PEM", "unlocked PEM", "traditional PEM")
# A text says the same without the end of its last line, and without the padding of base64.
QUIET_ENDS = (*SEVERAL_BLOCKS, "base64 of a PFX", "hexadecimal of a PFX")
NAMES = (
    *("certificate", "government certificate", "CA certificate", "CaPubs"),
    *("signPri.key", "kmPri.key", "PBES2 key", "open key"),
    *("PFX", "PFX in BER", "PFX of two pairs", "zip"),
    *("PEM", "unlocked PEM", "traditional PEM", "base64 of a PFX", "hexadecimal of a PFX"),
)


def unlock(credential):
    with credential.unlock(PASSWORD, limits=LIMITS):
        return credential


def unlock_key(data):
    EncryptedKey.load(data).unlock(PASSWORD, limits=LIMITS).close()
    return data


def open_key(data):
    PrivateKey.load(data).close()
    return data


def load_any(data):
    return unlock(kcert.load(data, PASSWORD, limits=LIMITS))


def load_pfx(data):
    return unlock(pkcs12.load(data, PASSWORD, limits=LIMITS))


def load_pem(data):
    return unlock(pem.load(data, PASSWORD, limits=LIMITS))


def load_open_pem(data):
    with pem.load_unencrypted(data) as opened:
        return opened.certificate


def dump_traditional(credential, key):
    """The key as OpenSSL wrote it before PKCS#8."""
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.BestAvailableEncryption(PASSWORD.encode()),
    )
    return credential.certificate.to_pem().encode() + locked


def ber(data: bytes) -> bytes:
    """The outermost value with indefinite length."""
    header = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
    return b"\x30\x80" + data[header:] + b"\0\0"


@pytest.fixture(scope="module")
def files():
    """Good files by name: their octets, and how they are opened, down to the keys."""
    issue = {"password": PASSWORD, "profile": profiles.CHEAPEST}
    one = FakeAuthority("yessign").issue("홍길동", **issue)
    two = evolve(
        FakeAuthority("KICA").issue("홍길동", km=True, chain=True, **issue),
        friendly_name="급여 이체용",
    )
    government = FakeAuthority("GPKI").issue("홍길동", km=True, **issue)
    quick = evolve(profiles.MODERN, iterations=2)
    korean = evolve(
        profiles.PKCS12_KOREAN,
        key=evolve(profiles.PKCS12_KOREAN.key, iterations=2),
        mac_iterations=2,
    )
    modern = evolve(
        profiles.PKCS12_MODERN, key=quick, certificates=quick, mac_iterations=2, pbmac1=True
    )
    with one.unlock(PASSWORD) as opened, two.unlock(PASSWORD) as both:
        pkcs8 = opened.private_key.reveal_pkcs8()
        pfx = pkcs12.dump(opened, PASSWORD, profile=korean)
        text = pem.dump(opened, PASSWORD, profile=quick)
        traditional = dump_traditional(one, opened.to_cryptography())
        return {
            "certificate": (one.certificate.der, kcert.Certificate.load),
            "government certificate": (government.certificate.der, kcert.Certificate.load),
            "CA certificate": (two.ca_certificates[0].der, kcert.Certificate.load),
            "CaPubs": (
                npki.dump_ca_certificates(two.ca_certificates),
                npki.load_ca_certificates,
            ),
            "signPri.key": (one.key.der, unlock_key),
            "kmPri.key": (government.key_management.key.der, unlock_key),
            "PBES2 key": (opened.private_key.lock(PASSWORD, quick).der, unlock_key),
            "open key": (pkcs8, open_key),
            "PFX": (pfx, load_pfx),
            "PFX in BER": (ber(pfx), load_pfx),
            "PFX of two pairs": (pkcs12.dump(both, PASSWORD, profile=modern), load_pfx),
            "PEM": (text, load_pem),
            "unlocked PEM": (pem.dump_unencrypted(both), load_open_pem),
            # Loading it locks the key anew with many rounds, which takes its time.
            "traditional PEM": (traditional, lambda data: pem.load(data, PASSWORD)),
            "zip": (archive.dump(two), load_any),
            "base64 of a PFX": (base64.b64encode(pfx), load_any),
            "hexadecimal of a PFX": (pfx.hex().encode(), load_any),
        }


def test_the_good_files_are_good(files):
    assert files.keys() == set(NAMES)
    for data, load in files.values():
        load(data)


def refused(data, load) -> bool:
    """Whether the octets are refused, and clearly."""
    try:
        load(data)
    except KcertError as error:
        assert_clear_error(error, canaries=[PASSWORD])
        return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_every_beginning_of_a_file_is_refused(files, name):
    data, load = files[name]
    if name in QUIET_ENDS:
        data = data.rstrip(b"=\r\n")
    step = 1 if FULL or len(data) < 1_500 else 7
    sizes = {*range(0, len(data), step), *range(max(0, len(data) - 40), len(data))}
    opened = [size for size in sorted(sizes) if not refused(data[:size], load)]
    if name in SEVERAL_BLOCKS:
        # Whole blocks, the rest of the text cut away: the certificate and its key are there.
        opened = [size for size in opened if data[:size].count(b"-----END") < 2]
    assert opened == []


@pytest.mark.parametrize("name", NAMES)
def test_one_changed_octet_gives_a_value_or_a_clear_error(files, name):
    data, load = files[name]
    original = load(data)
    changes = [
        (position, value)
        for position, octet in enumerate(data)
        for value in sorted({0x00, 0xFF, octet ^ 1, octet ^ 0x80} - {octet})
    ]
    if name in SLOW or not FULL:
        changes = random.Random(name).sample(changes, 300)
    for position, value in changes:
        changed = data[:position] + bytes((value,)) + data[position + 1 :]
        if name in UNDER_A_MAC:
            # Opens only if it says the same.
            try:
                assert load(changed) == original, f"octet {position} as {value:#x}"
            except KcertError as error:
                assert_clear_error(error, canaries=[PASSWORD])
        else:
            refused(changed, load)
