# SPDX-License-Identifier: Apache-2.0
"""What a clear error is, as an assertion for negative tests.

A clear error is one of kcert's own; its message is one line of at most 300 characters in English
and in Korean; it has a stable code; and neither it nor what it was raised from holds a secret.
"""

from __future__ import annotations

import base64
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote_from_bytes

from kcert.errors import KcertError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Caught", "assert_clear_error", "clear_error", "forms_of"]

_MAX_MESSAGE = 300
_MIN_CANARY = 4

E = TypeVar("E", bound=KcertError)


class Caught(Generic[E]):
    """What `clear_error` caught: ``.error`` once the block has ended."""

    error: E


def forms_of(secret: str | bytes) -> frozenset[bytes]:
    """How a secret may show up in text or bytes, lower case where case says nothing.

    Raw, hexadecimal, Base64 at each of its three phases, UTF-16, percent form, the escapes of
    ``repr``, and decimal for what is a number of the same octets.

    Args:
        secret: A password, R, an identity number, a part of a key; at least four octets.

    Raises:
        ValueError: The secret is so short that it would be found anywhere.
    """
    raw = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else bytes(secret)
    if len(raw) < _MIN_CANARY:
        raise ValueError(f"a canary needs at least {_MIN_CANARY} octets")
    forms = {raw, raw.hex().encode(), repr(raw)[2:-1].encode(), quote_from_bytes(raw).encode()}
    for phase in range(3):
        # Only the characters that depend on the secret alone.
        encoded = base64.b64encode(bytes(phase) + raw).rstrip(b"=")
        start = -(-8 * phase // 6)
        forms.add(encoded[start : (8 * (phase + len(raw))) // 6])
    text = raw.decode("utf-8", "replace")
    forms |= {text.encode("utf-16-le"), text.encode("utf-16-be"), ascii(text)[1:-1].encode()}
    if len(raw) >= 8:
        forms.add(str(int.from_bytes(raw, "big")).encode())
    return frozenset(forms)


def _related(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it was raised from or while handling."""
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        item = pending.pop()
        if item is not None and id(item) not in seen:
            seen.add(id(item))
            yield item
            pending += [item.__cause__, item.__context__]


def _texts(error: BaseException) -> Iterator[bytes]:
    notes: list[str] = getattr(error, "__notes__", [])
    facts: list[Any] = [*error.args, *vars(error).values(), *notes]
    for item in [str(error), repr(error), *facts]:
        if isinstance(item, bytes | bytearray):
            yield bytes(item)
        yield str(item).encode("utf-8", "surrogatepass")
        yield repr(item).encode("utf-8", "surrogatepass")


def _require(condition: object, complaint: str) -> None:
    # Not an assert statement: those vanish under -O.
    if not condition:
        raise AssertionError(complaint)


def _check_line(label: str, line: object) -> None:
    _require(isinstance(line, str) and line, f"{label} is empty")
    _require(len(str(line)) <= _MAX_MESSAGE, f"{label} is longer than {_MAX_MESSAGE}: {line}")
    _require(len(str(line).splitlines()) == 1, f"{label} is not one line: {line!r}")
    _require(str(line).isprintable(), f"{label} has control characters: {line!r}")


def assert_clear_error(
    error: BaseException,
    kind: type[KcertError] | tuple[type[KcertError], ...] = KcertError,
    *,
    canaries: Iterable[str | bytes] = (),
) -> None:
    """Insist that an error is clear.

    Args:
        error: What was raised.
        kind: Which of kcert's errors it has to be.
        canaries: Secrets that were at hand when it was raised; none of their `forms_of` may be in
            the message, the arguments, the facts or the notes of the error, nor in those of what
            it was raised from.

    Raises:
        AssertionError: It is not clear; the message says why, without the secret.
    """
    _require(isinstance(error, KcertError), f"{type(error).__name__} is not one of kcert's errors")
    _require(isinstance(error, kind), f"{type(error).__name__} is another kind of error: {error}")
    if isinstance(error, KcertError):
        _require(type(error) is not KcertError, "KcertError itself is never raised")
        _require(
            error.code and error.code != KcertError.code, f"{type(error).__name__} has no code"
        )
        _check_line("the message", str(error))
        _check_line("the Korean message", error.message_ko)
        _require(
            any("가" <= letter <= "힣" for letter in error.message_ko),
            f"the Korean message has no Korean: {error.message_ko}",
        )
    for number, canary in enumerate(canaries):
        forms = forms_of(canary)
        for item in _related(error):
            for text in _texts(item):
                lowered = text.lower()
                _require(
                    not any(form in text or form.lower() in lowered for form in forms),
                    f"canary {number} is in {type(item).__name__}",
                )


@contextmanager
def clear_error(kind: type[E], *, canaries: Iterable[str | bytes] = ()) -> Iterator[Caught[E]]:
    """Insist that the block raises a clear error, and catch it.

    Args:
        kind: Which of kcert's errors.
        canaries: As in `assert_clear_error`.

    Yields:
        The place where the error is to be found after the block.

    Raises:
        AssertionError: Nothing was raised, or something unclear.
    """
    caught: Caught[E] = Caught()
    try:
        yield caught
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        assert_clear_error(error, kind, canaries=canaries)
        if isinstance(error, kind):
            caught.error = error
    else:
        raise AssertionError(f"no {kind.__name__} was raised")
