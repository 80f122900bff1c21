# SPDX-License-Identifier: Apache-2.0
"""Ciphers of the OpenSSL that the interpreter itself has loaded.

Nothing is searched for and nothing is loaded: the library is the one that Python's own module
``_hashlib`` stands on, or there is none. A process that has other copies of OpenSSL in it, as the
one inside `cryptography`, does not confuse the two. Only what OpenSSL 3 offers is used, and
nothing of the process-wide settings of the library is touched.

Every call is checked, sizes are checked before it, and a context lives no longer than one call.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Final

__all__ = ["Cipher", "fetch"]

_MAX_SIZE: Final = 1 << 30
"""Octets of one call: well inside of OpenSSL's int."""

# The library file of OpenSSL 3 beside python.exe, for 64-bit Intel, ARM and 32-bit Windows.
_WINDOWS_NAMES: Final = ("libcrypto-3-x64.dll", "libcrypto-3-arm64.dll", "libcrypto-3.dll")

# argument and result types by function; every pointer is void, as we look into none.
_FUNCTIONS: Final = {
    "EVP_CIPHER_fetch": (
        ctypes.c_void_p,
        (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p),
    ),
    "EVP_CIPHER_get_key_length": (ctypes.c_int, (ctypes.c_void_p,)),
    "EVP_CIPHER_get_block_size": (ctypes.c_int, (ctypes.c_void_p,)),
    "EVP_CIPHER_CTX_new": (ctypes.c_void_p, ()),
    "EVP_CIPHER_CTX_free": (None, (ctypes.c_void_p,)),
    "EVP_CIPHER_CTX_set_padding": (ctypes.c_int, (ctypes.c_void_p, ctypes.c_int)),
    "EVP_CipherInit_ex": (
        ctypes.c_int,
        (
            *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p),
            *(ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int),
        ),
    ),
    "EVP_CipherUpdate": (
        ctypes.c_int,
        (
            *(ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int)),
            *(ctypes.c_void_p, ctypes.c_int),
        ),
    ),
    "EVP_CipherFinal_ex": (
        ctypes.c_int,
        (ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int)),
    ),
    "ERR_set_mark": (ctypes.c_int, ()),
    "ERR_pop_to_mark": (ctypes.c_int, ()),
}


def _loaded() -> ctypes.CDLL | None:
    """The library, if it is in the process already and can be told from others."""
    try:
        import _hashlib
    except ImportError:
        return None
    if sys.platform == "win32":
        find = ctypes.WinDLL("kernel32").GetModuleHandleW
        find.argtypes, find.restype = (ctypes.c_wchar_p,), ctypes.c_void_p
        for name in _WINDOWS_NAMES:
            handle = find(name)
            if handle:
                return ctypes.CDLL(name, handle=handle)
        return None
    # A handle to the module finds the symbols of what the module is linked with (dlsym(3)). Where
    # the module is part of the interpreter, OpenSSL is too, and its symbols are not for others.
    path = getattr(_hashlib, "__file__", None)
    return ctypes.CDLL(path) if path else None


@cache
def _library() -> ctypes.CDLL | None:
    """The library with the types of its functions set; ``None`` where one is missing."""
    try:
        library = _loaded()
        if library is not None:
            for name, (result, arguments) in _FUNCTIONS.items():
                function = getattr(library, name)
                function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError):
        return None
    return library


class Cipher:
    """One cipher of the library, in CBC mode. Made by `fetch`."""

    __slots__ = ("_cipher", "_library", "block_size", "key_size")

    def __init__(self, library: ctypes.CDLL, cipher: int) -> None:
        self._library = library
        self._cipher = cipher
        self.key_size: int = library.EVP_CIPHER_get_key_length(cipher)
        self.block_size: int = library.EVP_CIPHER_get_block_size(cipher)

    def cbc(
        self, encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray
    ) -> bytearray | None:
        """Whole blocks through the cipher; ``None`` where the library did not do it.

        Args:
            encrypting: Encrypt, or decrypt.
            key: As long as the cipher's.
            iv: One block.
            data: Whole blocks; padding is the caller's.

        Raises:
            ValueError: A size does not fit.
        """
        size = len(data)
        if (
            len(key) != self.key_size
            or len(iv) != self.block_size
            or size % self.block_size
            or size > _MAX_SIZE
        ):
            raise ValueError("key, vector or data have a size that is not the cipher's")
        out = bytearray(size)
        # An error of ours must not be found later by Python's ssl module, nor one of its be lost.
        self._library.ERR_set_mark()
        context = self._library.EVP_CIPHER_CTX_new()
        try:
            done = (
                bool(context)
                and self._start(context, encrypting, key, iv)
                and self._run(context, data, out)
            )
        finally:
            self._library.EVP_CIPHER_CTX_free(context)
            self._library.ERR_pop_to_mark()
        return out if done else None

    def _start(self, context: int, encrypting: bool, key: bytes, iv: bytes) -> bool:
        start, cipher = self._library.EVP_CipherInit_ex, self._cipher
        if not start(context, cipher, None, key, iv, int(encrypting)):
            return False
        return bool(self._library.EVP_CIPHER_CTX_set_padding(context, 0))

    def _run(self, context: int, data: bytes | bytearray, out: bytearray) -> bool:
        library, size = self._library, len(out)
        array = ctypes.c_char * size
        # A buffer that is ours to write is read in place: no copy of the plain text is left.
        source = array.from_buffer(data) if isinstance(data, bytearray) else data
        target = array.from_buffer(out)
        written, rest = ctypes.c_int(), ctypes.c_int()
        return bool(
            library.EVP_CipherUpdate(context, target, ctypes.byref(written), source, size)
            and written.value == size
            and library.EVP_CipherFinal_ex(context, None, ctypes.byref(rest))
            and rest.value == 0
        )


@cache
def fetch(name: str) -> Cipher | None:
    """A cipher by OpenSSL's name, for example ``"ARIA-256-CBC"``; ``None`` where it is not there.

    Kept for the life of the process, so that looking it up costs nothing the second time.
    """
    library = _library()
    if library is None:
        return None
    library.ERR_set_mark()
    found = library.EVP_CIPHER_fetch(None, name.encode("ascii"), None)
    library.ERR_pop_to_mark()
    return Cipher(library, found) if found else None
