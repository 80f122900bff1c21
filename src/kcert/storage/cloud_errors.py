# SPDX-License-Identifier: Apache-2.0
"""What a cloud service answered, sorted into what may help: try again, ask again, give up.

The texts of opendal's errors hold addresses and names, so none of it gets into a message of ours;
only the HTTP status, the word for a passing failure and ``Retry-After`` are read from them.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert.errors import NotFoundError, StorageError, UnavailableError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["NO_CONTAINER", "Failure", "Meaning", "explain", "failures_of", "judge"]

_STATUS: Final = re.compile(r"\bstatus: (\d{3})\b")
_RETRY_AFTER: Final = re.compile(r'"retry-after": "(\d{1,6})"')
_TEMPORARY: Final = re.compile(r"^\s*\w+ \(temporary\)")
_NAMES_CONTAINER: Final = re.compile(
    r"NoSuchBucket|ContainerNotFound|specified bucket does not exist"
)
_MAX_TEXT: Final = 20_000
_PASSING: Final = frozenset({408, 409, 423, 425, 429, 500, 502, 503, 504})


class Meaning(enum.Enum):
    """What follows from a failure."""

    REFUSED = "refused"  # a condition did not hold: nothing was written by this request
    ABSENT = "absent"
    PASSING = "passing"
    FINAL = "final"


@frozen
class Failure:
    """One failed request.

    Attributes:
        meaning: What follows from it.
        status: HTTP status, 0 where there was no answer.
        retry_after: Seconds the service asks one to wait, where it does.
        no_container: The bucket itself is not there.
    """

    meaning: Meaning
    status: int = 0
    retry_after: int | None = None
    no_container: bool = False


#: The bucket or container itself is not there.
NO_CONTAINER: Final = Failure(Meaning.FINAL, no_container=True)


def failures_of(opendal: ModuleType) -> tuple[type[Exception], ...]:
    """Every exception a call of opendal ends in; files it opened raise `OSError`."""
    exceptions = vars(opendal.exceptions).values()
    return (
        OSError,
        *(kind for kind in exceptions if isinstance(kind, type) and issubclass(kind, Exception)),
    )


def judge(error: Exception) -> Failure:
    """Sort a failure of opendal."""
    text = str(error)[:_MAX_TEXT]
    kind = type(error).__name__
    found = _STATUS.search(text)
    status = int(found[1]) if found else 0
    waiting = _RETRY_AFTER.search(text)
    retry_after = int(waiting[1]) if waiting else None
    if kind in {"ConditionNotMatch", "AlreadyExists"} or status == 412:
        return Failure(Meaning.REFUSED, status)
    if _NAMES_CONTAINER.search(text):
        return Failure(Meaning.FINAL, status, no_container=True)
    if kind in {"NotFound", "FileNotFoundError"} or text.startswith("NotFound "):
        return Failure(Meaning.ABSENT, status)
    if kind == "RateLimited" or status in _PASSING or (not status and _TEMPORARY.match(text)):
        return Failure(Meaning.PASSING, status, retry_after)
    return Failure(Meaning.FINAL, 403 if kind == "PermissionDenied" and not status else status)


def explain(failure: Failure, *, kind: str, name: str | None) -> StorageError:
    """The error that people see."""
    if failure.meaning is Meaning.ABSENT:
        return NotFoundError(
            "there is nothing under that name",
            "그 이름으로 저장된 것이 없습니다",
            backend=kind,
            name=name,
        )
    if failure.no_container:
        return NotFoundError(
            "there is no such bucket or container; make it first",
            "그런 버킷(컨테이너)이 없습니다; 먼저 만드십시오",
            backend=kind,
        )
    if failure.meaning is Meaning.PASSING:
        return UnavailableError(
            f"the service does not answer{_shown(failure)}; try again later",
            f"서비스가 응답하지 않습니다{_shown(failure)}; 나중에 다시 시도하십시오",
            backend=kind,
            name=name,
            retryable=True,
        )
    english, korean = _FINAL.get(failure.status, _OTHER)
    error = UnavailableError if failure.status == 507 else StorageError
    return error(
        f"{english}{_shown(failure)}", f"{korean}{_shown(failure)}", backend=kind, name=name
    )


def _shown(failure: Failure) -> str:
    return f" (HTTP {failure.status})" if failure.status else ""


_FINAL: Final = {
    401: (
        "the service does not know these credentials; check key, token and clock",
        "서비스가 자격 증명을 받아들이지 않습니다; 키와 토큰, 시계를 확인하십시오",
    ),
    403: (
        "these credentials may not do this; check their rights to the bucket, and the clock",
        "이 자격 증명에는 권한이 없습니다; 버킷 권한과 컴퓨터의 시계를 확인하십시오",
    ),
    413: ("the service takes no object of this size", "서비스가 이 크기의 파일을 받지 않습니다"),
    507: ("the space at the service is used up", "서비스의 저장 공간이 가득 찼습니다"),
}
_OTHER: Final = (
    "the service answered in a way that is not understood; is it the right address?",
    "서비스의 응답을 이해할 수 없습니다; 주소가 맞는지 확인하십시오",
)
