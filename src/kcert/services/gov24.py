# SPDX-License-Identifier: Apache-2.0
"""The log-in of Government24 (정부24) with a certificate: the values that its form posts.

Pure functions: the caller fetches the site's certificate and sends the form. What is known of the
form is read from one program that works against the site; the service does not publish it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert import cms, vid
from kcert.services._holder import random_of

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.credential import UnlockedKeyPair

__all__ = ["TEXT", "LoginForm", "login"]

TEXT: Final = "공동인증서로그인"
"""What is signed, in CP949."""


@frozen
class LoginForm:
    """The values of the form.

    Attributes:
        signed: The signed message in hexadecimal, for ``xml`` and ``pkcs1Msg``.
        vid_message: Identity number and R, encrypted to the site, for ``vidMsg``.
    """

    signed: str = field(repr=False)
    vid_message: str = field(repr=False)

    def fields(self) -> dict[str, str]:
        """Names and values to post."""
        return {"pkcs1Msg": self.signed, "vidMsg": self.vid_message, "xml": self.signed}


def login(
    unlocked: UnlockedKeyPair,
    site: Certificate,
    *,
    id_number: str = "",
    at: datetime | None = None,
) -> LoginForm:
    """Make the values of the log-in form.

    Args:
        unlocked: The open credential.
        site: The site's key-management certificate, to which identity number and R are encrypted.
        id_number: The holder's number; the site takes the one it knows where it is left out.
        at: Signing time, aware; default now.

    Raises:
        FormatError: The key has no R, or the number is not digits.
        UnsupportedAlgorithmError: The site's key is not RSA.
        ValueError: ``at`` has no time zone.
    """
    try:
        random = random_of(unlocked)
        message = vid.build_message(site, random.reveal(), id_number)
    finally:
        del id_number
    signed = cms.sign(TEXT, unlocked, profile=cms.Profile.XECUREWEB, signing_time=at)
    return LoginForm(signed.hex(), message)
