# SPDX-License-Identifier: Apache-2.0
"""``vidMsg``: identity number and R for a service, along with a signature."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from kcert._asn1 import oids
from kcert._asn1.identify import encode_hash_content
from kcert.errors import FormatError, KcertError
from kcert.keys import Padding, rsa
from kcert.vid.checking import MAX_RANDOM
from kcert.vid.digits import bare_digits, not_a_number
from kcert.vid.received import ReceivedIdentity, check_size, does_not_open

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.vid.received import Decrypter

__all__ = ["build_message", "open_message"]

_SEED_KEY_SIZE: Final = 16
_ZERO_IV: Final = bytes(16)


def build_message(certificate: Certificate, random: bytes, id_number: str = "") -> str:
    """Build a ``vidMsg``: identity number and R, encrypted to a service's certificate.

    RSAES-PKCS1-v1_5 of a fresh SEED key, then SEED-CBC under an initialisation vector of zeros of
    the HashContent, both in hexadecimal.

    Args:
        certificate: The service's certificate.
        random: R, from the holder's private key.
        id_number: With or without hyphens; may be empty, then the service takes the one it knows.

    Raises:
        FormatError: The number or R is no such thing.
        UnsupportedAlgorithmError: The certificate's key is not RSA.
    """
    from kcert.keys.ciphers import CIPHERS

    key = secrets.token_bytes(_SEED_KEY_SIZE)
    try:
        encrypted_key = rsa.encrypt(certificate, key, Padding.PKCS1V15, "sha256")
        content = _content(id_number, random)
        return (encrypted_key + CIPHERS[oids.SEED_CBC].encrypt(key, _ZERO_IV, content)).hex()
    finally:
        del id_number, random, key


def _content(id_number: str, random: bytes) -> bytes:
    content, is_number, size = None, False, len(random)
    try:
        digits = bare_digits(id_number)
        is_number = digits is not None
        if digits is not None and 0 < size <= MAX_RANDOM:
            content = encode_hash_content(digits, random)
        del digits
    finally:
        del id_number, random
    if content is not None:
        return content
    if not is_number:
        raise not_a_number()
    raise FormatError("VID random", f"has {size} octets; 20 are usual")


def open_message(vid_msg: str | bytes, pair: Decrypter) -> ReceivedIdentity:
    """Open a ``vidMsg``.

    Args:
        vid_msg: Hexadecimal, in either case.
        pair: The pair whose certificate it was encrypted to.

    Raises:
        UnlockError: It was not made for this certificate, or was changed or damaged.
        FormatError: It is not hexadecimal, or too short.
        LimitError: It is larger than 16 KiB.
    """
    from kcert.keys.ciphers import CIPHERS

    check_size(len(vid_msg))
    octets = _from_hexadecimal(vid_msg)
    size = ((pair.certificate.key_size or 0) + 7) // 8
    sealed = octets[size:]
    if not sealed or len(sealed) % len(_ZERO_IV):
        raise FormatError(
            "vidMsg",
            "is not an RSA block and whole blocks of SEED",
            reason_ko="RSA 블록과 SEED 블록으로 이루어져 있지 않습니다",
        )
    key = pair.unwrap(octets[:size], _SEED_KEY_SIZE)
    content = CIPHERS[oids.SEED_CBC].decrypt(key, _ZERO_IV, sealed)
    received = None
    if content is not None:
        with suppress(KcertError):
            received = _read(bytes(content))
    del key, content
    if received is None:
        raise does_not_open()
    return received


def _read(content: bytes) -> ReceivedIdentity | None:
    from kcert._asn1.vid import read_hash_content

    digits, random = read_hash_content(content)
    if len(random) > MAX_RANDOM or (digits and not digits.isdigit()):
        return None
    return ReceivedIdentity(random, digits=digits)


def _from_hexadecimal(text: str | bytes) -> bytes:
    try:
        return bytes.fromhex(text if isinstance(text, str) else text.decode("ascii"))
    except ValueError:
        raise FormatError("vidMsg", "is not hexadecimal", reason_ko="16진수가 아닙니다") from None
