# SPDX-License-Identifier: Apache-2.0
"""The log-in of Hometax (홈택스) with a certificate: the values that its form posts.

Pure functions: the caller fetches the challenge and sends the form. What is known of the form is
read from programs that work against the site; the service does not publish it.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.errors import FormatError
from kcert.services._holder import random_of

if TYPE_CHECKING:
    from kcert.credential import UnlockedKeyPair

__all__ = ["LoginForm", "login"]

_KOREA: Final = timezone(timedelta(hours=9))
_MAX_CHALLENGE: Final = 4_096


@frozen
class LoginForm:
    """The values of the form.

    Attributes:
        certificate: PEM, for the field ``cert``.
        signed_log: For ``logSgnt``: challenge, serial number, time and signature.
        random: For ``randomEnc``: R in Base64, nothing but encoded. Secret: send it over TLS only.
    """

    certificate: str
    signed_log: str = field(repr=False)
    random: str = field(repr=False)

    def fields(self) -> dict[str, str]:
        """Names and values to post. Secret: R is among them."""
        return {
            "cert": self.certificate,
            "logSgnt": self.signed_log,
            "pkcLgnClCd": "03",
            "randomEnc": self.random,
        }


def login(unlocked: UnlockedKeyPair, challenge: str, *, at: datetime | None = None) -> LoginForm:
    """Make the values of the log-in form.

    Args:
        unlocked: The open credential.
        challenge: ``pkcEncSsn``, the text that the server gave for this log-in.
        at: When, aware; default now. Written in Korean time.

    Raises:
        FormatError: The challenge is empty, has over 4,096 characters or ``$`` or characters
            beyond ASCII in it, or the key has no R.
        ValueError: ``at`` has no time zone.
    """
    moment = datetime.now(UTC) if at is None else at
    if moment.tzinfo is None:
        raise ValueError("'at' must have a time zone")
    if not 0 < len(challenge) <= _MAX_CHALLENGE or not challenge.isascii() or "$" in challenge:
        raise FormatError(
            "pkcEncSsn",
            "is not a text that the server gives",
            reason_ko="서버가 준 값이 아닙니다",
        )
    random = random_of(unlocked)
    signature = b64encode(unlocked.sign(challenge.encode("ascii"))).decode()
    serial = f"{unlocked.certificate.serial_number:x}"
    time = f"{moment.astimezone(_KOREA):%Y%m%d%H%M%S}"
    log = f"{challenge}${serial}${time}${signature}"
    return LoginForm(
        unlocked.certificate.to_pem(),
        b64encode(log.encode("ascii")).decode(),
        b64encode(random.reveal()).decode(),
    )
