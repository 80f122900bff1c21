# SPDX-License-Identifier: Apache-2.0
"""Backends of other projects, found by the scheme of an address.

A project offers one through an entry point of the group ``kcert.backends``. Its name is the scheme,
in lower case; its value a callable that takes what follows the colon and returns a `Backend`. It is
imported when an address asks for it, and not before. Schemes that kcert knows cannot be taken over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.errors import AmbiguousError, KcertError, StorageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from kcert.storage.backend import Backend

__all__ = ["GROUP", "open_plugin"]

#: Name of the entry points' group.
GROUP: Final = "kcert.backends"

_VERBS: Final = ("list", "get", "put", "delete")


def open_plugin(scheme: str, rest: str) -> Backend | None:
    """Return the backend that an installed project offers for a scheme; ``None`` without one.

    Args:
        scheme: In lower case.
        rest: What follows the colon of the address.

    Raises:
        AmbiguousError: Several projects offer one; ``choices`` has their names.
        StorageError: It cannot be imported, fails, or returns something else than a backend.
    """
    from importlib.metadata import entry_points

    offers = {
        (point.value, _project(point)): point
        for point in entry_points(group=GROUP)
        if point.name == scheme
    }
    if not offers:
        return None
    if len(offers) > 1:
        raise AmbiguousError(
            "several installed projects offer this scheme; uninstall all but one",
            "설치된 여러 프로젝트가 이 주소 형식을 제공합니다; 하나만 남기십시오",
            backend=scheme,
            choices=sorted(project for _, project in offers),
        )
    [point] = offers.values()
    try:
        backend = point.load()(rest)
    except KcertError:
        raise
    except Exception as error:  # other people's code may raise anything
        raise _failed(scheme, point, type(error).__name__) from error
    if not all(callable(getattr(backend, verb, None)) for verb in _VERBS) or not hasattr(
        backend, "properties"
    ):
        raise _failed(scheme, point, "it did not return a backend")
    found: Backend = backend
    return found


def _project(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.module


def _failed(scheme: str, point: EntryPoint, why: str) -> StorageError:
    project = _project(point)
    return StorageError(
        f"the backend of {project} cannot be opened: {why}",
        f"{project}의 백엔드를 열 수 없습니다: {why}",
        backend=scheme,
    )
