# SPDX-License-Identifier: Apache-2.0
"""From arguments to a command, and from any error to one line and an exit status."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import kcert
from kcert.cli.voice import Voice, system_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kcert.cli.voice import Language

__all__ = ["run"]

_USAGE = """usage: python -m kcert demo [--lang en|ko] [PATH]

Shows the whole way of a certificate on made-up ones; with PATH, your own NPKI folder
up to where a password is needed. Nothing of yours is changed.
"""
_USAGE_KO = """사용법: python -m kcert demo [--lang en|ko] [경로]

만들어 낸 인증서로 전 과정을 보여 줍니다. 경로를 주면 자신의 NPKI 폴더를 비밀번호가
필요한 곳까지 보여 줍니다. 아무것도 바꾸지 않습니다.
"""


class _UsageError(Exception):
    """The arguments are not understood."""


def run(arguments: Sequence[str], out: TextIO, errors: TextIO) -> int:
    """Run a command.

    Args:
        arguments: What follows the command's name.
        out: For results.
        errors: For messages about what went wrong.

    Returns:
        The exit status, as in `kcert.__main__.main`.
    """
    for stream in (out, errors):
        # A console that cannot show Hangul shows question marks instead of a traceback.
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[attr-defined] # text files have it
    language = system_language()
    try:
        language, rest = _language(arguments, language)
        if rest[:1] in (["-h"], ["--help"], ["help"]):
            Voice(out, language).write(_USAGE, _USAGE_KO)
            return 0
        if rest[:1] in (["-V"], ["--version"]):
            out.write(f"kcert {kcert.__version__}\n")
            return 0
        path = _demo_path(rest)
    except _UsageError:
        Voice(errors, language).write(_USAGE, _USAGE_KO)
        return 2
    return _demo(Voice(out, language), Voice(errors, language), path)


def _demo(voice: Voice, complaints: Voice, path: Path | None) -> int:
    from kcert.cli import demo

    try:
        if path is None:
            demo.run_on_sample(voice)
        else:
            demo.run_on_path(voice, path)
    except kcert.KcertError as error:
        complaints.say(f"kcert: {error}", f"kcert: {error.message_ko}")
        return 1
    except BrokenPipeError:
        # Whoever read has gone (`| head`): nothing is left to say, nor when the interpreter ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        # Its path may name a person.
        complaints.say(
            f"kcert: the system refused: {error.strerror}",
            f"kcert: 시스템이 거부했습니다: {error.strerror}",
        )
        return 1
    except (KeyboardInterrupt, EOFError):
        complaints.say("kcert: stopped", "kcert: 중단했습니다")
        return 1
    return 0


def _language(arguments: Sequence[str], default: Language) -> tuple[Language, list[str]]:
    """Take ``--lang`` out of the arguments."""
    rest = list(arguments)
    if "--lang" not in rest:
        return default, rest
    place = rest.index("--lang")
    match rest[place + 1 : place + 2]:
        case ["en"]:
            language: Language = "en"
        case ["ko"]:
            language = "ko"
        case _:
            raise _UsageError
    del rest[place : place + 2]
    return language, rest


def _demo_path(arguments: Sequence[str]) -> Path | None:
    match list(arguments):
        case ["demo"]:
            return None
        case ["demo", path] if not path.startswith("-"):
            return Path(path)
        case _:
            raise _UsageError
