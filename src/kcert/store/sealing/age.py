# SPDX-License-Identifier: Apache-2.0
"""The age format, by pyrage, without its exceptions. Source: C2SP "age" version 1."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from kcert.errors import FormatError, LimitError, MissingExtraError, UnlockError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__all__ = [
    "new_identity",
    "recipient_of",
    "require_recipient",
    "seal",
    "seal_with_passphrase",
    "unseal",
    "unseal_with_passphrase",
]

#: Largest scrypt work factor that is tried, as a power of two: some 4 GB and ten seconds.
MAX_WORK_FACTOR: Final = 22
# Every stanza ends in a line of less than 64 characters, which pyrage does not ask for. Armor is
# not what a vault holds.
_HEADER: Final = re.compile(
    rb"age-encryption\.org/v1\n"
    rb"(?:-> [^\n]+\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+--- "
)
_SCRYPT: Final = re.compile(rb"age-encryption\.org/v1\n-> scrypt [A-Za-z0-9+/]{22} ([0-9]{1,10})\n")

# What pyrage says where it takes opening for too much work, and how often it is asked again.
_EXCESSIVE: Final = "Excessive work parameter"
_OPENINGS: Final = 40
_PAUSE: Final = 0.05
# What any computer of today chooses when it is not busy: 64 MB, a fraction of a second.
_USUAL_WORK_FACTOR: Final = 16
_SEALINGS: Final = 4


def _pyrage() -> ModuleType:
    try:
        import pyrage
    except ImportError:
        raise MissingExtraError("cloud", "sealing") from None
    module: ModuleType = pyrage
    return module


def new_identity() -> str:
    """Draw an X25519 identity: ``AGE-SECRET-KEY-1…``."""
    return str(_pyrage().x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """The public side of an identity: ``age1…``.

    Raises:
        FormatError: If it is not an X25519 identity.
    """
    pyrage = _pyrage()
    try:
        return str(pyrage.x25519.Identity.from_str(identity).to_public())
    except pyrage.IdentityError:
        failure = FormatError("age identity", "not an X25519 identity")
    finally:
        del identity
    raise failure


def require_recipient(recipient: str) -> str:
    """Return an X25519 recipient, or refuse it.

    Raises:
        FormatError: If it is none.
    """
    pyrage = _pyrage()
    try:
        return str(pyrage.x25519.Recipient.from_str(recipient))
    except (pyrage.RecipientError, TypeError):
        raise FormatError("age recipient", "not an X25519 recipient (age1…)") from None


def seal(data: bytes, recipients: Sequence[str]) -> bytes:
    """Seal to every one of the recipients."""
    pyrage = _pyrage()
    keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    return bytes(pyrage.encrypt(data, keys))


def unseal(sealed: bytes, identities: Sequence[str]) -> bytes:
    """Open with any of the identities; nothing comes out before all of it was authenticated.

    Raises:
        FormatError: If it is damaged, or sealed to none of them.
    """
    pyrage = _pyrage()
    if _HEADER.match(sealed):
        try:
            keys = [pyrage.x25519.Identity.from_str(identity) for identity in identities]
            return bytes(pyrage.decrypt(sealed, keys))
        except (pyrage.DecryptError, pyrage.IdentityError, OSError, ValueError):
            pass
    raise FormatError(
        "sealed data",
        "damaged, or sealed to somebody else",
        reason_ko="손상되었거나 다른 사람에게 봉인되었습니다",
    )


def seal_with_passphrase(data: bytes, passphrase: bytes | bytearray) -> bytes:
    """Seal under a passphrase; takes a second or two on purpose.

    pyrage times a short computation to choose the work factor, and takes a busy computer for a slow
    one: what comes out weak is sealed again, and the strongest is kept.
    """
    strongest = b""
    for _ in range(_SEALINGS):
        sealed = bytes(_pyrage().passphrase.encrypt(data, _text(passphrase)))
        strongest = max(strongest, sealed, key=_work_factor)
        if _work_factor(strongest) >= _USUAL_WORK_FACTOR:
            break
    return strongest


def unseal_with_passphrase(sealed: bytes, passphrase: bytes | bytearray) -> bytes:
    """Open what was sealed under a passphrase.

    Raises:
        FormatError: If it is not sealed under a passphrase.
        LimitError: If it asks for more work than the cap.
        UnlockError: If the passphrase is wrong or the data are damaged.
    """
    pyrage = _pyrage()
    found = _SCRYPT.match(sealed)
    if found is None:
        raise FormatError("vault identity", "not sealed under a passphrase")
    if int(found[1]) > MAX_WORK_FACTOR:
        raise LimitError("scrypt work factor", int(found[1]), MAX_WORK_FACTOR)
    failure = UnlockError("vault identity")
    for _ in range(_OPENINGS):
        try:
            return bytes(pyrage.passphrase.decrypt(sealed, _text(passphrase)))
        except (pyrage.DecryptError, OSError, ValueError) as error:
            if not str(error).startswith(_EXCESSIVE):
                break
        # It was timed while the computer was busy. The cap on the work is the one above.
        time.sleep(_PAUSE)
    else:
        failure = UnlockError(
            "vault identity",
            reason="this computer is too busy or too slow for its work factor; try again",
            reason_ko="컴퓨터가 너무 바쁘거나 느립니다; 다시 시도하십시오",
        )
    raise failure


def _work_factor(sealed: bytes) -> int:
    found = _SCRYPT.match(sealed)
    return int(found[1]) if found else 0


def _text(passphrase: bytes | bytearray) -> str:
    try:
        return passphrase.decode("utf-8")
    except UnicodeDecodeError:
        failure = FormatError("passphrase", "not UTF-8", reason_ko="UTF-8이 아닙니다")
    finally:
        del passphrase
    raise failure
