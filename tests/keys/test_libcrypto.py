# SPDX-License-Identifier: Apache-2.0
"""The way to the OpenSSL of the interpreter: safe, or not at all."""

from __future__ import annotations

import ssl
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from kcert.keys import libcrypto

reachable = pytest.mark.skipif(
    libcrypto.fetch("ARIA-128-CBC") is None,
    reason="the OpenSSL of this Python is out of reach or has no ARIA",
)


@pytest.fixture(autouse=True)
def _forget_the_library():
    libcrypto._library.cache_clear()
    libcrypto.fetch.cache_clear()
    yield
    libcrypto._library.cache_clear()
    libcrypto.fetch.cache_clear()


@reachable
def test_a_cipher_says_its_sizes():
    cipher = libcrypto.fetch("ARIA-192-CBC")
    assert (cipher.key_size, cipher.block_size) == (24, 16)


@pytest.mark.parametrize("name", ["NO-SUCH-CIPHER", ""])
def test_a_cipher_that_is_not_there_is_none(name):
    assert libcrypto.fetch(name) is None


@reachable
@pytest.mark.parametrize(
    ("key", "iv", "data"),
    [
        (bytes(15), bytes(16), bytes(16)),
        (bytes(17), bytes(16), bytes(16)),
        (bytes(16), bytes(15), bytes(16)),
        (bytes(16), bytes(17), bytes(16)),
        (bytes(16), b"", bytes(16)),
        (bytes(16), bytes(16), bytes(15)),
    ],
)
def test_sizes_are_checked_before_the_library_sees_them(monkeypatch, key, iv, data):
    cipher = libcrypto.fetch("ARIA-128-CBC")
    monkeypatch.setattr(cipher, "_library", None)
    with pytest.raises(ValueError, match="size"):
        cipher.cbc(True, key, iv, data)


@reachable
def test_more_data_than_its_int_can_say_is_refused_at_once(monkeypatch):
    monkeypatch.setattr(libcrypto, "_MAX_SIZE", 32)
    with pytest.raises(ValueError, match="size"):
        libcrypto.fetch("ARIA-128-CBC").cbc(True, bytes(16), bytes(16), bytes(48))


@reachable
def test_the_buffers_are_free_again_after_a_call():
    data = bytearray(32)
    out = libcrypto.fetch("ARIA-128-CBC").cbc(True, bytes(16), bytes(16), data)
    # An exported buffer would not let itself be resized.
    del data[:16]
    del out[:16]
    assert len(data) == len(out) == 16


@reachable
@pytest.mark.parametrize(
    "failing",
    ["EVP_CIPHER_CTX_new", "EVP_CipherInit_ex", "EVP_CIPHER_CTX_set_padding", "EVP_CipherUpdate"],
)
def test_a_call_that_fails_gives_nothing_and_frees_the_context(monkeypatch, failing):
    cipher = libcrypto.fetch("ARIA-128-CBC")
    real = cipher._library
    freed = []
    double = SimpleNamespace(
        **{name: getattr(real, name) for name in libcrypto._FUNCTIONS if name != failing},
        **{failing: lambda *_: 0},
    )
    free = double.EVP_CIPHER_CTX_free
    double.EVP_CIPHER_CTX_free = lambda context: (freed.append(context), free(context))
    monkeypatch.setattr(cipher, "_library", double)
    assert cipher.cbc(True, bytes(16), bytes(16), bytes(16)) is None
    assert len(freed) == 1


@reachable
def test_no_error_is_left_in_the_queue_that_python_reads():
    assert libcrypto.fetch("NO-SUCH-CIPHER") is None
    peek = libcrypto._library().ERR_peek_error
    peek.restype = libcrypto.ctypes.c_ulong
    assert peek() == 0


@reachable
def test_threads_do_not_disturb_one_another():
    cipher = libcrypto.fetch("ARIA-256-CBC")
    jobs = {bytes([number]) * 32: bytes([number]) * 4096 for number in range(8)}
    right = {key: cipher.cbc(True, key, bytes(16), plain) for key, plain in jobs.items()}
    wrong = []

    def work(key):
        for _ in range(50):
            if cipher.cbc(False, key, bytes(16), right[key]) != jobs[key]:
                wrong.append(key)

    threads = [threading.Thread(target=work, args=(key,)) for key in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_without_hashlib_s_module_there_is_no_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "_hashlib", None)
    assert libcrypto.fetch("ARIA-128-CBC") is None


def test_in_an_interpreter_with_the_module_built_in_there_is_no_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "_hashlib", SimpleNamespace())
    assert libcrypto.fetch("ARIA-128-CBC") is None


def test_a_library_without_a_function_is_not_used(monkeypatch):
    # As OpenSSL 1.1.1, which has no EVP_CIPHER_fetch.
    monkeypatch.setitem(libcrypto._FUNCTIONS, "EVP_no_such_function", (None, ()))
    assert libcrypto.fetch("ARIA-128-CBC") is None


@reachable
def test_it_is_the_library_of_python_s_own_modules():
    version = libcrypto._library().OpenSSL_version
    version.restype, version.argtypes = libcrypto.ctypes.c_char_p, (libcrypto.ctypes.c_int,)
    assert version(0).decode() == ssl.OPENSSL_VERSION


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process map of Linux")
def test_no_library_enters_the_process_that_hashlib_had_not_brought():
    program = """
import hashlib, pathlib
maps = pathlib.Path("/proc/self/maps")
def libraries():
    lines = [line for line in maps.read_text().splitlines() if ".so" in line]
    return {line.split()[-1] for line in lines if "lib-dynload" not in line}
import ctypes
before = libraries()
from kcert.keys import libcrypto
libcrypto.fetch("ARIA-256-CBC")
print(sorted(libraries() - before))
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
