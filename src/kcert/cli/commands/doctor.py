# SPDX-License-Identifier: Apache-2.0
"""`kcert doctor`: what a report of a defect needs, and what may be wrong with the installation."""

from __future__ import annotations

import locale
import platform
import stat
import sys
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

import kcert
from kcert.cli import options
from kcert.cli.group import command

if TYPE_CHECKING:
    from kcert.cli.session import Session
    from kcert.cli.voice import Text

__all__ = ["PARTS", "doctor_command"]

PARTS = {
    "cryptography": None,
    "pyasn1": None,
    "attrs": None,
    "click": "cli",
    "rich": "cli",
    "keyring": "keyring",
    "lxml": "xml",
    "ldap3": "ldap",
    "opendal": "cloud",
    "pyrage": "cloud",
}
"""Distributions, and the extra of kcert that brings each."""


@command(
    "doctor",
    (
        (
            "Says which versions are there, which optional parts are missing, where certificates lie, and "
            "whether others may read their keys. No name of a person is in it. Exit status: 0 all is "
            "well, 1 something should be mended."
        ),
        (
            "버전과 빠진 추가 구성요소, 인증서가 있는 곳, 다른 사용자가 키를 읽을 수 있는지를 알려 줍니다. 사람 "
            "이름은 나오지 않습니다. 종료 코드: 0 문제없음, 1 고칠 것이 있음."
        ),
    ),
)
@click.pass_obj
@options.as_json
def doctor_command(session: Session) -> int:
    """Look at the installation."""
    parts = {name: _version(name) for name in PARTS}
    found = [one for one in kcert.discover() if one.entry is not None]
    places = Counter(one.place.value for one in found)
    damaged = sum(one.problem is not None for one in found)
    exposed = sum(_is_exposed(one) for one in found)
    if session.as_json:
        session.write_json(
            "doctor/1",
            {
                "kcert": kcert.__version__,
                "python": platform.python_version(),
                "system": platform.system(),
                "encoding": sys.getfilesystemencoding(),
                "parts": parts,
                "places": dict(places),
                "damaged": damaged,
                "exposed": exposed,
            },
        )
        return int(bool(damaged or exposed))
    voice = session.voice
    rows: list[tuple[Text, str]] = [
        (("kcert", "kcert"), kcert.__version__),
        (("Python", "파이썬"), f"{platform.python_version()} ({platform.system()})"),
        (
            ("encodings", "인코딩"),
            f"{sys.getfilesystemencoding()}, {locale.getpreferredencoding()}",
        ),
    ]
    rows += [((name, name), have or _missing(voice.language, name)) for name, have in parts.items()]
    rows += [((f"in {name}", f"위치 {name}"), str(count)) for name, count in sorted(places.items())]
    voice.facts(rows)
    voice.say()
    if damaged:
        voice.say(
            f"{damaged} folders are damaged; see `kcert check`",
            f"손상된 폴더가 {damaged}개 있습니다. `kcert check`를 보십시오",
            colour="yellow",
        )
    if exposed:
        voice.say(
            f"{exposed} keys can be read by other users; take their rights away (chmod 600)",
            f"다른 사용자가 읽을 수 있는 키가 {exposed}개 있습니다. 권한을 없애십시오(chmod 600)",
            colour="yellow",
        )
    if not damaged and not exposed:
        voice.say("all is well", "문제없습니다", colour="green")
    return int(bool(damaged or exposed))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _missing(language: str, name: str) -> str:
    extra = PARTS[name]
    word = "없음" if language == "ko" else "missing"
    return f'{word}: pip install "kcert[{extra}]"' if extra else word


def _is_exposed(found: kcert.Found) -> bool:
    """Whether others may read a key; Windows keeps rights in another way."""
    if sys.platform == "win32" or found.entry is None:
        return False
    folder = found.location if found.location.is_dir() else found.location.parent
    for name in found.entry.files:
        if name.lower().endswith(".key"):
            try:
                if stat.S_IMODE((folder / name).stat().st_mode) & 0o077:
                    return True
            except OSError:
                continue
    return False
