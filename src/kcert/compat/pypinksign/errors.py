# SPDX-License-Identifier: Apache-2.0
"""What PyPinkSign's callers catch, and what warns them."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kcert.errors import KcertError, UnlockError, UnsupportedAlgorithmError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "UnlockValueError",
    "UnsafeUseWarning",
    "UnsupportedValueError",
    "value_errors",
    "warn_unsafe",
]


class UnsafeUseWarning(UserWarning):
    """A call did what PyPinkSign promises, and that is unsafe. The text says what to do instead."""


class UnlockValueError(UnlockError, ValueError):
    """A wrong password or a damaged key; a ``ValueError``, which PyPinkSign's callers catch."""


class UnsupportedValueError(UnsupportedAlgorithmError, ValueError):
    """An algorithm that is not had or refused; a ``ValueError``, as PyPinkSign raises."""


@contextmanager
def value_errors() -> Iterator[None]:
    """Turn the two errors for which PyPinkSign raises ``ValueError`` into ones that are both."""
    failure: KcertError
    try:
        yield
    except UnlockError as error:
        failure = _with_facts_of(error, UnlockValueError)
    except UnsupportedAlgorithmError as error:
        failure = _with_facts_of(error, UnsupportedValueError)
    else:
        return
    raise failure


def _with_facts_of(error: KcertError, kind: type[KcertError]) -> KcertError:
    made = kind.__new__(kind)
    made.args = error.args
    vars(made).update(vars(error))
    return made


def warn_unsafe(message: str) -> None:
    """Warn the caller of the public function that calls this."""
    warnings.warn(message, UnsafeUseWarning, stacklevel=3)
