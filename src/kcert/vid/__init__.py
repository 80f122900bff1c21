# SPDX-License-Identifier: Apache-2.0
"""The identity check (본인확인): does this identity number belong to this certificate?

A certificate carries a VID: a hash over the holder's identity number and R, a random number that
lies with the private key (KCAC.TS.SIVID). Whoever shows both proves the number. Numbers and R are
never kept longer than the work takes, never printed and never put into an error.
"""

from __future__ import annotations

from kcert.vid.checking import compute, verify

# Type checkers take this for typing.TYPE_CHECKING.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kcert.vid.building import build, encode
    from kcert.vid.digits import digits_of
    from kcert.vid.encrypted import build_encrypted, open_encrypted
    from kcert.vid.message import build_message, open_message
    from kcert.vid.numbers import IdNumberFit, IdNumberKind, fits
    from kcert.vid.received import Decrypter, ReceivedIdentity
    from kcert.vid.transport import read_random

__all__ = [
    "Decrypter",
    "IdNumberFit",
    "IdNumberKind",
    "ReceivedIdentity",
    "build",
    "build_encrypted",
    "build_message",
    "compute",
    "digits_of",
    "encode",
    "fits",
    "open_encrypted",
    "open_message",
    "read_random",
    "verify",
]

# Every process that loads a credential imports this package; few need more than the check.
_HOMES = {
    "building": ("build", "encode"),
    "digits": ("digits_of",),
    "encrypted": ("build_encrypted", "open_encrypted"),
    "message": ("build_message", "open_message"),
    "numbers": ("IdNumberFit", "IdNumberKind", "fits"),
    "received": ("Decrypter", "ReceivedIdentity"),
    "transport": ("read_random",),
}


def __getattr__(name: str) -> object:
    """Import a name on its first use (PEP 562)."""
    for module, names in _HOMES.items():
        if name in names:
            from importlib import import_module

            found: object = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
