# SPDX-License-Identifier: Apache-2.0
"""What every object that holds a secret has in common."""

from __future__ import annotations

from typing import NoReturn, Self

__all__ = ["Secret"]


class Secret:
    """Base of the classes that hold secrets: no printing, pickling, copying or comparing.

    A subclass gives `close`, which forgets the secret; leaving a ``with`` block calls it. Python
    cannot promise that no copy stays in memory: what kcert holds itself is overwritten, what
    Python's integers, strings and the operating system's swap hold is beyond reach.
    """

    __slots__ = ("__weakref__",)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the secret. May be called again; any other use afterwards is an error."""
        raise TypeError(f"{type(self).__name__} cannot be closed")

    def _refuse(self, what: str) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} holds a secret and cannot be {what}; "
            "pass the locked credential on and unlock it where it is used"
        )

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        self._refuse("pickled or copied")

    def __getstate__(self) -> NoReturn:
        self._refuse("pickled or copied")

    def __copy__(self) -> NoReturn:
        self._refuse("copied")

    def __deepcopy__(self, _memo: object) -> NoReturn:
        self._refuse("copied")

    def __eq__(self, _other: object) -> bool:
        self._refuse("compared")

    __hash__ = None  # type: ignore[assignment]  # mypy wants a method; None is how Python says unhashable
