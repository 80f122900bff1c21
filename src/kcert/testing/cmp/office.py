# SPDX-License-Identifier: Apache-2.0
"""The office of a test authority over HTTP, for integration tests in other languages.

``POST /office/enrol`` with a JSON object of the arguments of `CmpServer.enrol` (``replaces`` is a
serial number in hexadecimal) answers with a reference number and an authorization code.
``POST /office/fault`` with the arguments of `Faults.next` (``fault`` is the name of a `Fault`) has
something go wrong. What will not do is answered with status 400 and an ``error``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kcert.errors import KcertError
from kcert.testing.cmp.faults import Fault
from kcert.testing.server import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.lifecycle.authority import Enrolment
    from kcert.testing.cmp.faults import Faults
    from kcert.testing.cmp.registry import Registry

__all__ = ["enrol_answer", "fault_answer"]

_TYPE: Final = {"Content-Type": "application/json"}
_ENROLMENT: Final[dict[str, type]] = {
    "holder": str,
    "policy": str,
    "id_number": str,
    "english_name": str,
    "bank": str,
    "replaces": str,
    "key_management": bool,
    "key_size": int,
}
_FAULT: Final[dict[str, type | tuple[type, ...]]] = {
    "fault": str,
    "verb": str,
    "times": int,
    "seconds": (int, float),
    "status": str,
    "failure": list,
    "text": str,
    "polls": int,
}


def _asked(body: bytes, fields: dict[str, Any]) -> dict[str, Any]:
    """The members of a JSON object, each of which has to be known and of its type."""
    asked = json.loads(body or b"{}")
    if not isinstance(asked, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - one error for all that will not do
    for name, value in asked.items():
        if name not in fields or not isinstance(value, fields[name]):
            raise ValueError(f"{name[:40]!r} is not known, or of another type")
    return asked


def _answer(status: int, **facts: object) -> Answer:
    return Answer(json.dumps(facts).encode(), status, _TYPE)


def enrol_answer(body: bytes, registry: Registry, enrol: Callable[..., Enrolment]) -> Answer:
    """Answer ``/office/enrol``.

    Args:
        body: The request.
        registry: Where a certificate to replace is found.
        enrol: `CmpServer.enrol`.
    """
    try:
        asked = _asked(body, _ENROLMENT)
        if "replaces" in asked:
            issue = registry.issues.get(int(asked["replaces"], 16))
            asked["replaces"] = issue.certificate
        with enrol(**asked) as enrolment:
            return _answer(
                200,
                reference_number=enrolment.reference_number,
                authorization_code=bytes(enrolment.authorization_code.octets).decode(),
            )
    except (ValueError, KcertError) as error:
        return _answer(400, error=str(error))


def fault_answer(body: bytes, faults: Faults) -> Answer:
    """Answer ``/office/fault``.

    Args:
        body: The request.
        faults: Where the fault is put.
    """
    try:
        asked = _asked(body, _FAULT)
        if asked.get("fault") not in Fault.__members__:
            raise ValueError("there is no such fault")  # noqa: TRY301 - one answer for all of them
        faults.next(Fault[asked.pop("fault")], **asked)
    except (ValueError, TypeError) as error:
        return _answer(400, error=str(error))
    return _answer(200)
