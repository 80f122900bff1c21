# SPDX-License-Identifier: Apache-2.0
"""PyPinkSign's names over kcert: a program moves by changing one import.

Instead of ``import pypinksign``::

    from kcert.compat import pypinksign

The names, arguments and answers are those of PyPinkSign 0.5.4. What was unsafe there is refused, or
warns with `UnsafeUseWarning`; the guide "Move from PyPinkSign" lists every call with what it does
here and with kcert's own way. New programs take kcert itself.
"""

from __future__ import annotations

from kcert.compat.pypinksign.choosing import choose_cert, get_npki_path
from kcert.compat.pypinksign.errors import (
    UnlockValueError,
    UnsafeUseWarning,
    UnsupportedValueError,
)
from kcert.compat.pypinksign.pinksign import PinkSign
from kcert.compat.pypinksign.plain_keys import (
    encrypt_decrypted_prikey,
    inject_rand_in_plain_prikey,
    separate_p12_into_npki,
)
from kcert.compat.pypinksign.seed import (
    process_block,
    seed_cbc_128_decrypt,
    seed_cbc_128_decrypt_openssl,
    seed_cbc_128_decrypt_pure,
    seed_cbc_128_encrypt,
    seed_cbc_128_encrypt_openssl,
    seed_cbc_128_encrypt_pure,
    seed_generator,
    set_key,
)

__all__ = [
    "PinkSign",
    "UnlockValueError",
    "UnsafeUseWarning",
    "UnsupportedValueError",
    "choose_cert",
    "encrypt_decrypted_prikey",
    "get_npki_path",
    "inject_rand_in_plain_prikey",
    "process_block",
    "seed_cbc_128_decrypt",
    "seed_cbc_128_decrypt_openssl",
    "seed_cbc_128_decrypt_pure",
    "seed_cbc_128_encrypt",
    "seed_cbc_128_encrypt_openssl",
    "seed_cbc_128_encrypt_pure",
    "seed_generator",
    "separate_p12_into_npki",
    "set_key",
]

__version__ = "0.5.4"
"""The release of PyPinkSign whose names these are; kcert has a version of its own."""
