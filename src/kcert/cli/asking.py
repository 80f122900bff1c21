# SPDX-License-Identifier: Apache-2.0
"""Where passwords come from: a prompt, standard input, a file descriptor, or the key ring.

Never an argument, which every user of the computer sees, and never the environment, which child
processes inherit.
"""

from __future__ import annotations

import getpass
import os
import sys
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import define, field

import kcert
from kcert.cli.failures import Refusal

if TYPE_CHECKING:
    from kcert import Certificate
    from kcert.cli.session import Session
    from kcert.cli.voice import Text

__all__ = ["KEYRING_SERVICE", "Passwords"]

KEYRING_SERVICE = "kcert"
"""Service under which the key ring has passwords.

The user is the certificate's fingerprint, or the address of a vault.
"""

_LONGEST = 1 << 20


@define(repr=False)
class Passwords:
    """What a command asks passwords from.

    Attributes:
        session: Whose terminal is asked.
        from_stdin: Read lines of standard input, one for each password.
        descriptor: Read lines of this file descriptor.
        from_keyring: Ask the system's key ring.
    """

    session: Session
    from_stdin: bool = False
    descriptor: int | None = None
    from_keyring: bool = False
    _asked: int = field(default=0, init=False)
    _current: str | bytes | None = field(default=None, init=False)

    def check(self) -> None:
        """Refuse two sources at once.

        Raises:
            Refusal: There are two.
        """
        if self.from_stdin + (self.descriptor is not None) + self.from_keyring > 1:
            raise Refusal(
                ("passwords come from one place", "비밀번호는 한 곳에서만 읽습니다"),
                (
                    "give one of --password-stdin, --password-fd and --keyring",
                    "--password-stdin, --password-fd, --keyring 가운데 하나만 주십시오",
                ),
            )

    def current(self, certificate: Certificate | None = None) -> str | bytes:
        """The password that opens something now; asked once until `forget`.

        Args:
            certificate: Whose, for the key ring.
        """
        if self._current is None:
            prompt = ("Password (not shown): ", "비밀번호(보이지 않음): ")
            user = "" if certificate is None else certificate.fingerprint()
            self._current = self._of_keyring(user) if self.from_keyring else self._next(prompt)
        return self._current

    def forget(self) -> None:
        """Ask again next time: something else is to be opened."""
        self._current = None

    def new(self) -> str | bytes:
        """A new password, typed twice; with what speaks against it on standard error.

        Raises:
            Refusal: The two differ.
        """
        password = self._twice(("New password (not shown): ", "새 비밀번호(보이지 않음): "))
        if isinstance(password, str):
            for finding in kcert.passwords.check(password):
                self.session.complaints.say(
                    f"kcert: note: {finding.message}",
                    f"kcert: 참고: {finding.message_ko}",
                    colour="yellow",
                )
        return password

    def vault(self, address: str) -> str | bytes:
        """The passphrase of a vault; in the key ring its user is the address.

        Raises:
            Refusal: It is empty.
        """
        if self.from_keyring:
            return self._of_keyring(address)
        prompt = ("Passphrase of the vault (not shown): ", "금고의 암호(보이지 않음): ")
        return _not_empty(self._next(prompt))

    def new_vault(self) -> str | bytes:
        """A new passphrase of a vault, typed twice.

        Raises:
            Refusal: The two differ, or it is empty.
        """
        prompt = ("New passphrase (not shown): ", "새 금고 암호(보이지 않음): ")
        return _not_empty(self._twice(prompt))

    def secret(self, prompt: Text) -> str:
        """Another secret line, an identity number for example.

        Raises:
            Refusal: It is not text.
        """
        line = self._next(prompt)
        if isinstance(line, bytes):
            raise Refusal(
                ("what was given is not text", "입력한 값이 글자가 아닙니다"),
                ("give it in UTF-8", "UTF-8로 주십시오"),
            )
        return line

    @property
    def _is_given(self) -> bool:
        return self.from_stdin or self.descriptor is not None

    def _twice(self, prompt: Text) -> str | bytes:
        password = self._next(prompt)
        if not self._is_given and password != self._next(("The same again: ", "한 번 더: ")):
            raise Refusal(
                (
                    "the two passwords differ; nothing was changed",
                    "두 비밀번호가 다릅니다. 바꾸지 않았습니다",
                ),
                ("run it again", "다시 실행하십시오"),
            )
        return password

    def _next(self, prompt: Text) -> str | bytes:
        if not self._is_given:
            return self._prompt(prompt)
        line = self._line()
        self._asked += 1
        if line is None:
            raise Refusal(
                (
                    f"there is no line {self._asked} to take a password from",
                    f"비밀번호를 읽을 {self._asked}번째 줄이 없습니다",
                ),
                (
                    "give one line for each password, in the order of the prompts",
                    "묻는 순서대로 한 줄에 하나씩 주십시오",
                ),
            )
        try:
            return line.decode()
        except UnicodeDecodeError:
            return line

    def _prompt(self, prompt: Text) -> str:
        if not sys.stdin.isatty():
            raise Refusal(
                (
                    "a password is needed and there is no terminal to ask on",
                    "비밀번호가 필요하지만 물어볼 터미널이 없습니다",
                ),
                (
                    "use --password-stdin, --password-fd N or --keyring in scripts",
                    "스크립트에서는 --password-stdin, --password-fd N, --keyring을 쓰십시오",
                ),
            )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", getpass.GetPassWarning)
                return getpass.getpass(self.session.complaints.pick(*prompt))
        except getpass.GetPassWarning:
            pass
        except KeyboardInterrupt:
            self.session.complaints.put("")  # what is said of it has a line of its own
            raise
        raise Refusal(
            ("this terminal would show the password", "이 터미널은 비밀번호를 가릴 수 없습니다"),
            (
                "use --password-stdin or --password-fd N",
                "--password-stdin이나 --password-fd N을 쓰십시오",
            ),
        )

    def _line(self) -> bytes | None:
        """The next line, without its end; ``None`` at the end of the input."""
        if self.descriptor is None:
            line = sys.stdin.buffer.readline(_LONGEST)
        else:
            line = _line_of(self.descriptor)
        return line.rstrip(b"\n").removesuffix(b"\r") if line else None

    def _of_keyring(self, user: str) -> str:
        try:
            keyring: Any = import_module("keyring")
        except ImportError:
            raise kcert.MissingExtraError("keyring", "--keyring") from None
        try:
            found = keyring.get_password(KEYRING_SERVICE, user) if user else None
        except keyring.errors.KeyringError:
            raise Refusal(
                ("the key ring does not answer", "키링이 응답하지 않습니다"),
                (
                    "unlock the key ring, or use --password-stdin",
                    "키링을 열거나 --password-stdin을 쓰십시오",
                ),
            ) from None
        if not isinstance(found, str):
            command = f"keyring set {KEYRING_SERVICE} {user or 'FINGERPRINT'}"
            raise Refusal(
                (
                    "the key ring has no password for this",
                    "키링에 이것의 비밀번호가 없습니다",
                ),
                (f"keep it there with `{command}`", f"`{command}` 명령으로 넣어 두십시오"),
            )
        return found


def _not_empty(passphrase: str | bytes) -> str | bytes:
    if not passphrase:
        raise Refusal(
            ("a passphrase is not empty", "암호는 비워 둘 수 없습니다"),
            ("take several words that nobody guesses", "아무도 짐작하지 못할 여러 단어를 쓰십시오"),
        )
    return passphrase


def _line_of(descriptor: int) -> bytes:
    """One line, octet by octet: what follows is left for the next password."""
    line = bytearray()
    try:
        while len(line) < _LONGEST and (octet := os.read(descriptor, 1)):
            line += octet
            if octet == b"\n":
                break
    except OSError:
        raise Refusal(
            (
                f"file descriptor {descriptor} cannot be read",
                f"파일 서술자({descriptor})를 읽을 수 없습니다",
            ),
            ("open it for the command, as in `3<file`", "`3<파일`처럼 명령에 열어 주십시오"),
        ) from None
    return bytes(line)
