# SPDX-License-Identifier: Apache-2.0
"""RC4 in Python, to read old PKCS#12 files.

OpenSSL has it in its legacy provider only, which is not everywhere.
"""

from __future__ import annotations

__all__ = ["rc4"]


def rc4(key: bytes, data: bytes | bytearray) -> bytearray:
    """Encrypt or decrypt, which is the same.

    Args:
        key: 1 to 256 octets.
        data: Any number of octets.
    """
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out = bytearray(data)
    i = j = 0
    for position, octet in enumerate(data):
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out[position] = octet ^ state[(state[i] + state[j]) & 255]
    return out
