# SPDX-License-Identifier: Apache-2.0
"""What an `OSError` means for someone who keeps certificates, and whether trying again helps."""

from __future__ import annotations

import errno
import functools
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from kcert.errors import (
    AlreadyExistsError,
    KcertError,
    LimitError,
    NotFoundError,
    StorageError,
    UnavailableError,
)
from kcert.storage.reading import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["explain", "explained"]

F = TypeVar("F", bound="Callable[..., Any]")


def _numbers(names: str) -> frozenset[int]:
    # Not every system knows every number.
    return frozenset(n for n in (getattr(errno, name, None) for name in names.split()) if n)


_ABSENT: Final = _numbers("ENOENT")
_TAKEN: Final = _numbers("EEXIST ENOTEMPTY")
_FULL: Final = _numbers("ENOSPC EDQUOT EFBIG")
_READ_ONLY: Final = _numbers("EROFS")
_REFUSED: Final = _numbers("EACCES EPERM")
_GONE: Final = _numbers("EIO ENXIO ENODEV ENOTCONN ESTALE ENOMEDIUM EREMOTEIO")
_BUSY: Final = _numbers("EAGAIN EBUSY ETXTBSY EDEADLK EMFILE ENFILE ENOMEM ETIMEDOUT EINTR")
_STRANGE: Final = _numbers("ELOOP ENOTDIR EISDIR EMLINK")
_NAME: Final = _numbers("ENAMETOOLONG EINVAL EILSEQ")

_KNOWN: Final[Iterable[tuple[frozenset[int], type[StorageError], str, str, bool]]] = (
    (
        _ABSENT,
        NotFoundError,
        "there is nothing under that name",
        "그 이름으로 저장된 것이 없습니다",
        False,
    ),
    (
        _TAKEN,
        AlreadyExistsError,
        "something is there already; nothing was overwritten",
        "이미 있습니다; 덮어쓰지 않았습니다",
        False,
    ),
    (
        _FULL,
        UnavailableError,
        "the medium or the quota is full; free some space",
        "저장 공간이나 할당량이 가득 찼습니다; 공간을 확보하십시오",
        False,
    ),
    (
        _READ_ONLY,
        UnavailableError,
        "the medium is read-only; remove its write protection",
        "읽기 전용 매체입니다; 쓰기 방지를 해제하십시오",
        False,
    ),
    (
        _REFUSED,
        UnavailableError,
        "no permission; use a folder that belongs to you",
        "권한이 없습니다; 본인 소유의 폴더를 사용하십시오",
        False,
    ),
    (
        _GONE,
        UnavailableError,
        "the medium failed or is gone; plug it in again and retry",
        "매체에 오류가 있거나 연결이 끊겼습니다; 다시 연결한 뒤 시도하십시오",
        True,
    ),
    (
        _BUSY,
        UnavailableError,
        "the system is busy or out of resources; try again",
        "시스템이 바쁘거나 자원이 부족합니다; 다시 시도하십시오",
        True,
    ),
    (
        _STRANGE,
        StorageError,
        "a link, or not the kind of file it should be; it is not followed",
        "링크이거나 예상과 다른 종류의 파일입니다; 따라가지 않습니다",
        False,
    ),
    (
        _NAME,
        StorageError,
        "the file system does not take this name",
        "파일 시스템이 이 이름을 받아들이지 않습니다",
        False,
    ),
)


def explain(error: OSError, *, name: str | None = None) -> StorageError:
    """Return the storage error that says what ``error`` means.

    Args:
        error: What the operating system said.
        name: Name within the store, kept as a fact of the error.
    """
    for numbers, kind, reason, reason_ko, retryable in _KNOWN:
        if error.errno in numbers:
            return kind(reason, reason_ko, backend="file", name=name, retryable=retryable)
    label = errno.errorcode.get(error.errno or 0, "unknown error")
    return UnavailableError(
        f"the system refused ({label})",
        f"시스템이 거부했습니다 ({label})",
        backend="file",
        name=name,
        retryable=False,
    )


def explained(method: F) -> F:
    """Let a method whose first argument is a name raise storage errors where it raises `OSError`.

    The new error does not refer to the old one: that carries the path, and so a person's name.
    """

    @functools.wraps(method)
    def wrapper(self: object, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the method's own
        failure: KcertError
        try:
            return method(self, *args, **kwargs)
        except OSError as error:
            failure = explain(error, name=args[0] if args else None)
        except TooLargeError as error:
            failure = LimitError("size in bytes", error.size, error.maximum, where="file storage")
        except StorageError as error:
            failure = error
        failure.__context__ = None
        raise failure

    return cast("F", wrapper)
