# SPDX-License-Identifier: Apache-2.0
"""What a server finds in an encrypted identity message."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final, Protocol

from kcert.errors import (
    FormatError,
    IdentityMismatchError,
    LimitError,
    UnlockError,
)
from kcert.keys import Padding, VidRandom
from kcert.keys.secret import Secret
from kcert.vid.checking import compute, verify
from kcert.vid.digits import bare_digits, not_a_number

if TYPE_CHECKING:
    from kcert.certificate import VID, Certificate

__all__ = ["Decrypter", "ReceivedIdentity", "check_size", "does_not_open"]

_MAX_SIZE: Final = 16_384


class Decrypter(Protocol):
    """An open key pair, for example the key-management pair of the server."""

    @property
    def certificate(self) -> Certificate:
        """The certificate that was encrypted to."""
        ...

    def decrypt(
        self, ciphertext: bytes, *, padding: Padding = Padding.PKCS1V15, digest: str = "sha256"
    ) -> bytes:
        """See `kcert.keys.PrivateKey.decrypt`."""
        ...

    def unwrap(self, encrypted_key: bytes, size: int) -> bytes:
        """See `kcert.keys.PrivateKey.unwrap`."""
        ...


class ReceivedIdentity(Secret):
    """What was in an encrypted identity message. It answers yes or no and shows no number."""

    __slots__ = ("_digits", "_random", "_vid")

    def __init__(self, random: bytes, *, digits: bytes = b"", vid: VID | None = None) -> None:
        self._random = VidRandom(random)
        self._digits = bytearray(digits)
        self._vid = vid
        del random, digits

    @property
    def random(self) -> VidRandom:
        """R. Secret: with it the number can be found from the certificate by trying."""
        return self._random

    @property
    def vid(self) -> VID | None:
        """The VID that came along, in an EncryptedVID."""
        return self._vid

    @property
    def has_id_number(self) -> bool:
        """Whether the sender put an identity number into it."""
        return bool(self._digits)

    def verify(self, certificate: Certificate, id_number: str | None = None) -> None:
        """Check that the number is that of the holder of a certificate.

        Args:
            certificate: The certificate that signed.
            id_number: The number the service knows; default the one in the message. Where both
                are given they must be the same.

        Raises:
            IdentityMismatchError: It is not.
            FormatError: There is no number, or the certificate has no VID.
        """
        try:
            if id_number is None:
                id_number = self._digits.decode("ascii")
            elif self._digits and not hmac.compare_digest(_octets(id_number), self._digits):
                raise IdentityMismatchError
            if self._vid is not None:
                self._verify_vid(id_number)
            verify(certificate, id_number, self._random.reveal())
        finally:
            del id_number

    def verify_id_number(self, id_number: str) -> None:
        """Check a number against the VID that came along; for an authority that is to issue.

        Raises:
            IdentityMismatchError: It is another one.
            FormatError: No VID came along, or it is not a number.
        """
        try:
            self._verify_vid(id_number)
        finally:
            del id_number

    def _verify_vid(self, id_number: str) -> None:
        try:
            if self._vid is None:
                raise FormatError("vidMsg", "holds no VID; verify against a certificate")
            computed = compute(id_number, self._random.reveal(), self._vid.hash_algorithm)
        finally:
            del id_number
        matches = hmac.compare_digest(computed, self._vid.digest)
        del computed
        if not matches:
            raise IdentityMismatchError

    def close(self) -> None:
        """Overwrite the number and R."""
        self._digits[:] = bytes(len(self._digits))
        del self._digits[:]
        self._random.close()


def _octets(id_number: str) -> bytes:
    try:
        digits = bare_digits(id_number)
    finally:
        del id_number
    if digits is None:
        raise not_a_number()
    return digits.encode("ascii")


def does_not_open() -> UnlockError:
    """The one answer to every fault (RFC 3218)."""
    return UnlockError(
        "identity message",
        "본인확인 메시지",
        reason="it was not encrypted to this certificate, or was changed or damaged",
        reason_ko="이 인증서로 암호화된 값이 아니거나, 변경 또는 손상되었습니다",
    )


def check_size(size: int) -> None:
    """Refuse what no identity message needs.

    Raises:
        LimitError: Over 16 KiB.
    """
    if size > _MAX_SIZE:
        raise LimitError("size", size, _MAX_SIZE, where="identity message")
