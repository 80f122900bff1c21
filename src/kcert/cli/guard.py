# SPDX-License-Identifier: Apache-2.0
"""Run a command so that nothing but lines for people and an exit status comes out of it."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import kcert
from kcert.cli.failures import Refusal, Status, Stopped, advice_on, explain, status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.cli.session import Session
    from kcert.cli.voice import Text

__all__ = ["guarded", "refuse"]

_REPORT = (
    "run `kcert doctor` and report it with what you typed, without passwords",
    "`kcert doctor`를 실행하고 입력한 명령(비밀번호 제외)과 함께 알려 주십시오",
)
_MEDIUM = (
    "check the path, the permissions and the room on the medium",
    "경로와 권한, 매체의 남은 공간을 확인하십시오",
)
_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def _of_system(error: OSError) -> tuple[Text, Text, Status]:
    """What is said, what to do next, and the status; the usual ones in the language of the user."""
    match error:
        case FileNotFoundError():
            return (
                ("there is no such file or folder", "그런 파일이나 폴더가 없습니다"),
                ("check the path", "경로를 확인하십시오"),
                Status.NOT_FOUND,
            )
        case PermissionError():
            return (
                ("it may not be read or written by you", "읽거나 쓸 권한이 없습니다"),
                (
                    "check the permissions, or choose another place",
                    "권한을 확인하거나 다른 위치를 고르십시오",
                ),
                Status.MEDIUM,
            )
        case IsADirectoryError():
            return (
                ("it is a folder, not a file", "파일이 아니라 폴더입니다"),
                ("name a file in it", "그 안의 파일을 지정하십시오"),
                Status.MEDIUM,
            )
        case OSError(errno=number) if number in _ROOM:
            return (
                ("there is no room left on the medium", "매체에 남은 공간이 없습니다"),
                ("make room, then run it again", "공간을 비우고 다시 실행하십시오"),
                Status.MEDIUM,
            )
    reason = error.strerror or type(error).__name__
    what = (f"the system refused: {reason}", f"시스템이 거부했습니다: {reason}")
    return what, _MEDIUM, Status.MEDIUM


def guarded(session: Session, action: Callable[[], int]) -> int:
    """Run an action; whatever it raises becomes lines and a status. Never a traceback."""
    try:
        return action()
    except kcert.KcertError as error:
        what = (str(error), error.message_ko)
        status = status_of(error)
        advice = session.advice if status is Status.NOT_OPENED else None
        _explain(session, what, advice or advice_on(error), error.code)
        return status
    except Refusal as refusal:
        return refuse(session, refusal)
    except BrokenPipeError:
        # Whoever read has gone (`| head`): nothing is left to say, nor when the interpreter ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Status.MEDIUM
    except OSError as error:
        # Its path may name a person.
        what, advice, status = _of_system(error)
        _explain(session, what, advice, "system")
        return status
    except (KeyboardInterrupt, EOFError, Stopped):
        session.complaints.say(
            "kcert: stopped; nothing more is done",
            "kcert: 중단했습니다. 더는 아무것도 하지 않습니다",
        )
        return Status.STOPPED
    except MemoryError:
        what = ("there is not enough memory for this", "메모리가 부족합니다")
        _explain(session, what, _MEDIUM, "memory")
        return Status.MEDIUM
    except Exception as error:  # noqa: BLE001 - a defect of kcert: its name, and no secrets
        name = type(error).__name__
        what = (f"a defect in kcert ({name})", f"kcert의 결함입니다({name})")
        _explain(session, what, _REPORT, "defect")
        return Status.MEDIUM


def refuse(session: Session, refusal: Refusal) -> int:
    """Say why a command was not run, or not further."""
    _explain(session, refusal.what, refusal.advice, refusal.status.name.lower().replace("_", "-"))
    return refusal.status


def _explain(session: Session, what: tuple[str, str], advice: tuple[str, str], code: str) -> None:
    explain(session.complaints, what, session.where, advice, code=code, as_json=session.as_json)
