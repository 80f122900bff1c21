# SPDX-License-Identifier: Apache-2.0
"""From arguments to a command. What can be said without click is said here."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import kcert
from kcert.cli.catalogue import COMPLETE_VARIABLE
from kcert.cli.failures import Refusal
from kcert.cli.guard import guarded, refuse
from kcert.cli.helping import overview
from kcert.cli.session import Session
from kcert.cli.voice import system_language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kcert.cli.voice import Language

__all__ = ["run"]


def run(arguments: Sequence[str], out: TextIO, errors: TextIO) -> int:
    """Run a command.

    Args:
        arguments: What follows the command's name.
        out: For results.
        errors: For messages about what went wrong.

    Returns:
        The exit status: `kcert.cli.failures.Status`.
    """
    _keep_memory_off_disk()
    for stream in (out, errors):
        # A console that cannot show Hangul shows question marks instead of a traceback.
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[attr-defined] # text files have it
    try:
        language, rest = _language(arguments)
    except Refusal as refusal:
        return refuse(Session(None, out, errors), refusal)
    session = Session(language, out, errors)
    if COMPLETE_VARIABLE in os.environ and _has_extra():
        return _with_click(session, rest, out, errors)
    if not rest or rest[0] in {"-h", "--help", "help"}:
        voice = session.voice if rest else session.complaints
        return guarded(session, lambda: _say(voice.write, overview(voice), 0 if rest else 2))
    if rest[0] in {"-V", "--version"}:
        text = f"kcert {kcert.__version__}\n"
        return guarded(session, lambda: _say(session.voice.write, text, 0))
    if not _has_extra():
        return guarded(session, lambda: _without_extra(session, rest))
    return _with_click(session, rest, out, errors)


def _has_extra() -> bool:
    """Whether kcert[cli] is installed."""
    return find_spec("click") is not None and find_spec("rich") is not None


def _with_click(session: Session, arguments: Sequence[str], out: TextIO, errors: TextIO) -> int:
    from kcert.cli import group

    with redirect_stdout(out), redirect_stderr(errors):
        return group.run(arguments, session)


def _say(write: Callable[[str, str], None], text: str, status: int) -> int:
    write(text, text)
    return status


def _without_extra(session: Session, arguments: Sequence[str]) -> int:
    """Only the demo runs without click."""
    match list(arguments):
        case ["demo", *paths] if len(paths) < 2 and not any(p.startswith("-") for p in paths):
            from kcert.cli import demo

            demo.run(session.voice, Path(paths[0]) if paths else None)
            return 0
        case ["demo", *_]:
            raise Refusal(
                ("demo takes one path at most", "demo는 경로 하나만 받습니다"),
                ("try `python -m kcert demo`", "`python -m kcert demo`를 실행하십시오"),
            )
        case _:
            raise kcert.MissingExtraError("cli", f"kcert {arguments[0]}")


def _keep_memory_off_disk() -> None:
    """No core dump: it would hold passwords and keys. Windows has none of that kind."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _language(arguments: Sequence[str]) -> tuple[Language, list[str]]:
    """Take ``--lang`` out of the arguments; it may stand anywhere before ``--``."""
    rest: list[str] = []
    language = system_language()
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--lang" or word.startswith("--lang="):
            language = _known(word[7:] if "=" in word else next(words, ""))
        else:
            rest.append(word)
    return language, rest


def _known(word: str) -> Language:
    match word:
        case "en":
            return "en"
        case "ko":
            return "ko"
        case _:
            raise Refusal(
                ("--lang takes en or ko", "--lang에는 en이나 ko를 주십시오"),
                ("see `kcert --help`", "`kcert --help`를 보십시오"),
            )
