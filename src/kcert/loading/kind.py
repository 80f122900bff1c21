# SPDX-License-Identifier: Apache-2.0
"""One row of the table of kinds: how it looks, what it is called, and what opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from kcert.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.credential import Credential
    from kcert.keys.limits import Limits

    # Makes a credential of content, of a password where one is needed to look in, and of caps.
    _Opener = Callable[[bytes, str | bytes | None, Limits], Credential]

__all__ = ["Kind"]


@frozen(kw_only=True)
class Kind:
    """One kind of content.

    Attributes:
        code: Stable name for programs, such as ``"certificate"``.
        name: What it is, as in "this is …".
        name_ko: The same in Korean.
        looks: Whether octets look like it. Cheap, and never raises.
        open: The format that opens it; ``None`` where it holds no whole credential.
        decode: Takes the armour off text that stands for octets, ``None`` where it is none after
            all; what comes out is looked at again, once.
        advice: What to do with it instead, as a clause.
        advice_ko: The same in Korean.
    """

    code: str
    name: str
    name_ko: str
    looks: Callable[[bytes], bool]
    open: _Opener | None = None
    decode: Callable[[bytes], bytes | None] | None = None
    advice: str = "give the folder with signCert.der and signPri.key, or both files as a pair"
    advice_ko: str = "signCert.der와 signPri.key가 있는 폴더나 두 파일을 함께 지정하십시오"

    def refusal(self) -> FormatError:
        """The error that says what this is and what would be needed."""
        return FormatError(
            "kcert.load",
            f"this is {self.name}; {self.advice}",
            reason_ko=f"{self.name_ko}입니다; {self.advice_ko}",
        )
