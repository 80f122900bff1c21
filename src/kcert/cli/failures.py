# SPDX-License-Identifier: Apache-2.0
"""From an error to what a person reads, and to the exit status: one table for all commands."""

from __future__ import annotations

import enum
import json
import re
from typing import TYPE_CHECKING

import kcert

if TYPE_CHECKING:
    from kcert.cli.voice import Text, Voice

__all__ = ["Refusal", "Status", "Stopped", "advice_on", "explain", "status_of"]


class Status(enum.IntEnum):
    """What the exit status of a command says."""

    FINE = 0
    """Done; where a question was asked, the answer is yes."""
    NO = 1
    """The question was understood, and the answer is no: problems found, does not verify."""
    USAGE = 2
    """The command was not understood, or lacks something that it needs."""
    NOT_FOUND = 3
    """There is no such thing, or several where one was meant."""
    NOT_OPENED = 4
    """It cannot be opened: a wrong password, damaged, or of a kind that is not supported."""
    MEDIUM = 5
    """The medium, the system or the network refused; what is there was not overwritten."""
    NOT_INSTALLED = 6
    """A part of kcert is needed that is not installed."""
    STOPPED = 130
    """Stopped by the user, or a question was answered with no."""


class Refusal(Exception):  # noqa: N818 - it is said to a person, never caught by a program
    """The command itself says no: what, and what to do next, in both languages."""

    def __init__(self, what: Text, advice: Text, status: Status = Status.USAGE) -> None:
        super().__init__(what[0])
        self.what = what
        self.advice = advice
        self.status = status


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """A question was answered with no."""


# The first row that an error is one of counts.
_TABLE: tuple[tuple[type[kcert.KcertError], Status, Text], ...] = (
    (
        kcert.MissingExtraError,
        Status.NOT_INSTALLED,
        ("install it as the message says", "메시지에 적힌 명령으로 설치하십시오"),
    ),
    (
        kcert.NotFoundError,
        Status.NOT_FOUND,
        (
            "check the path, or look at what is there with `kcert list`",
            "경로를 확인하거나 `kcert list`로 무엇이 있는지 보십시오",
        ),
    ),
    (
        kcert.AmbiguousError,
        Status.NOT_FOUND,
        (
            "name one by the id that `kcert list` shows, and its place with --store",
            "`kcert list`가 보여 주는 id로 하나를 고르고, --store로 위치를 지정하십시오",
        ),
    ),
    (
        kcert.AlreadyExistsError,
        Status.MEDIUM,
        (
            "choose another name or place; nothing is overwritten",
            "다른 이름이나 위치를 고르십시오. 덮어쓰지 않습니다",
        ),
    ),
    (
        kcert.ConflictError,
        Status.MEDIUM,
        (
            "another program changed it meanwhile; run the command again",
            "다른 프로그램이 그사이 바꾸었습니다. 명령을 다시 실행하십시오",
        ),
    ),
    (
        kcert.StorageError,
        Status.MEDIUM,
        (
            "check the address, and that the medium is plugged in, writable and has room",
            "주소가 맞는지, 매체가 연결되어 있고 쓸 수 있으며 공간이 있는지 확인하십시오",
        ),
    ),
    (
        kcert.UnlockError,
        Status.NOT_OPENED,
        (
            "type the password again (upper and lower case differ), or use another copy",
            "비밀번호를 다시 입력하거나(대소문자 구분) 다른 사본을 쓰십시오",
        ),
    ),
    (
        kcert.KeyMismatchError,
        Status.NOT_OPENED,
        (
            "take the certificate and the key from the same folder",
            "같은 폴더에 있던 인증서와 키를 쓰십시오",
        ),
    ),
    (
        kcert.CertificateProblem,
        Status.NO,
        ("see the findings with `kcert check`", "`kcert check`로 점검 결과를 보십시오"),
    ),
    (
        kcert.IdentityMismatchError,
        Status.NO,
        (
            "check the number, and that it is the one the certificate was issued for",
            "번호가 맞는지, 인증서를 발급받을 때의 번호인지 확인하십시오",
        ),
    ),
    (
        kcert.SignatureError,
        Status.NO,
        (
            "do not rely on it; ask the sender for the file again",
            "이 파일을 믿지 말고 보낸 사람에게 다시 요청하십시오",
        ),
    ),
    (
        kcert.TrustError,
        Status.NO,
        (
            "do not rely on it, unless you know why and say so (--anchor, --at)",
            "이유를 알고 지정(--anchor, --at)하지 않는 한 믿지 마십시오",
        ),
    ),
    (
        kcert.RenewalError,
        Status.NO,
        ("see when with `kcert remind`", "`kcert remind`로 언제 할 수 있는지 보십시오"),
    ),
    (
        kcert.IdentityRefusedError,
        Status.NO,
        (
            "have the holder identified again by the bank, broker or office",
            "은행, 증권사나 인증기관에서 본인확인을 다시 받으십시오",
        ),
    ),
    (
        kcert.UnfinishedError,
        Status.MEDIUM,
        (
            "nothing is lost; run the same command again, after an issue with --settle",
            "잃은 것은 없습니다. 같은 명령을 다시 실행하십시오. 발급이었으면 --settle을 주십시오",
        ),
    ),
    (
        kcert.AuthorityError,
        Status.MEDIUM,
        ("try again later, or ask the authority", "잠시 뒤에 다시 하거나 인증기관에 문의하십시오"),
    ),
    (
        kcert.KcertError,
        Status.NOT_OPENED,
        (
            "check that it is the file you mean and that it was copied whole",
            "맞는 파일인지, 전체가 복사되었는지 확인하십시오",
        ),
    ),
)

_ANEW = (
    "have a new one issued, as with `kcert issue`",
    "`kcert issue`처럼 새로 발급받으십시오",
)
_RENEWAL: dict[str, Text] = {
    "too-early": (
        "wait until then; `kcert remind --calendar` puts it into your calendar",
        "그때까지 기다리십시오. `kcert remind --calendar`로 달력에 넣을 수 있습니다",
    ),
    "suspended": (
        "have it resumed first, with `kcert resume`",
        "`kcert resume`으로 먼저 효력을 회복하십시오",
    ),
    "expired": _ANEW,
    "revoked": _ANEW,
    "not-offered": _ANEW,
}
_HANDOUT = (
    "check the reference number and the authorization code",
    "참조번호와 인가코드를 확인하십시오",
)
_NETWORK = {"http", "https", "tcp"}
_CONNECTION = (
    "check the network and the address, then run it again",
    "네트워크와 주소를 확인하고 다시 실행하십시오",
)

_HOLDER = re.compile(r"(?i)\bcn=[^/\\,]+")


def _row(error: kcert.KcertError) -> tuple[Status, Text]:
    return next((status, advice) for kind, status, advice in _TABLE if isinstance(error, kind))


def status_of(error: kcert.KcertError) -> Status:
    """The exit status for an error."""
    return _row(error)[0]


def advice_on(error: kcert.KcertError) -> Text:
    """What to do next."""
    match error:
        case kcert.RenewalError():
            return _RENEWAL.get(error.why, _ANEW)
        case kcert.AuthorityError() if "badMessageCheck" in error.failure:
            return _HANDOUT
        case kcert.StorageError() if error.backend in _NETWORK:
            return _CONNECTION
    return _row(error)[1]


def explain(
    voice: Voice, what: Text, where: str | None, advice: Text, *, code: str, as_json: bool
) -> None:
    """Say what went wrong, where, and what to do next.

    Args:
        voice: What to speak with, on standard error.
        what: The message.
        where: What the user named; a holder's name in a path is left out, since logs keep this.
        advice: What to do next.
        code: Stable name of the kind of error.
        as_json: One line of JSON instead.
    """
    place = None if where is None else _HOLDER.sub("cn=…", where)
    if as_json:
        fields = {
            "schema": "kcert/error/1",
            "code": code,
            "message": what[0],
            "message_ko": what[1],
            "where": place,
            "next": advice[0],
            "next_ko": advice[1],
        }
        voice.put(json.dumps(fields, ensure_ascii=False))
        return
    voice.say(f"kcert: {what[0]}", f"kcert: {what[1]}", colour="red")
    if place is not None:
        voice.put(voice.pick(f"  where: {place}", f"  위치: {place}"))
    voice.say(f"  next: {advice[0]}", f"  다음: {advice[1]}")
