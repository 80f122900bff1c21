# SPDX-License-Identifier: Apache-2.0
"""The result of ``FinCert.Sdk.sign`` as the browser passes it on."""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from kcert import vid
from kcert.certificate import Certificate
from kcert.errors import FormatError, LimitError

if TYPE_CHECKING:
    from kcert.keys import VidRandom

__all__ = ["SignResult"]

_FORMAT: Final = "FinCert result"
_MAX_SIZE: Final = 16 << 20
_MAX_VALUES: Final = 100
_TO_STANDARD: Final = str.maketrans("-_", "+/")


@frozen
class SignResult:
    """What the SDK's ``success`` function received.

    Attributes:
        signed_values: One message (type CMS) or raw signature (type PKCS1) for each text.
        certificate: The signer's certificate; only type PKCS1 passes it by itself.
        random: R, where ``includeR`` was asked for; secret.
        certificate_sequence_number: The KFTC's ``certSeqNum``.
    """

    signed_values: tuple[bytes, ...] = field(repr=False)
    certificate: Certificate | None = None
    random: VidRandom | None = field(default=None, eq=False)
    certificate_sequence_number: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, result: Mapping[str, Any] | str | bytes) -> SignResult:
        """Read a result.

        Args:
            result: The object that the SDK gave, or its JSON.

        Raises:
            FormatError: It is not such a result.
            LimitError: More than 16 MiB of JSON, or over 100 values.
        """
        try:
            fields = result if isinstance(result, Mapping) else _from_json(result)
            return cls(
                _signed_values(fields.get("signedVals")),
                _certificate(fields.get("certificate")),
                _random(fields.get("rValue")),
                _sequence_number(fields.get("certSeqNum")),
            )
        finally:
            # R may be in it.
            result = fields = {}


def _fail(name: str, reason: str) -> FormatError:
    return FormatError(_FORMAT, reason, where=name)


def _from_json(text: str | bytes) -> Mapping[str, Any]:
    size = len(text)
    if size > _MAX_SIZE:
        del text
        raise LimitError("size", size, _MAX_SIZE, where=_FORMAT)
    found = None
    # Neither the parser's message nor the text may be in the error.
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
    del text
    if isinstance(found, dict):
        return found
    del found
    raise FormatError(_FORMAT, "it is not a JSON object", reason_ko="JSON 객체가 아닙니다")


def _signed_values(found: object) -> tuple[bytes, ...]:
    if not isinstance(found, list | tuple) or not found:
        raise _fail("signedVals", "there are no signed values")
    if len(found) > _MAX_VALUES:
        raise LimitError("number of signed values", len(found), _MAX_VALUES, where=_FORMAT)
    return tuple(_base64url(value, f"signedVals[{at}]") for at, value in enumerate(found))


def _base64url(value: object, name: str) -> bytes:
    if not isinstance(value, str) or len(value) > _MAX_SIZE:
        raise _fail(name, "it is not text of a sensible length")
    octets = b""
    text = "".join(value.split()).rstrip("=").translate(_TO_STANDARD)
    with suppress(ValueError):
        octets = binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    if not octets:
        raise _fail(name, "it is not base64url")
    return octets


def _certificate(found: object) -> Certificate | None:
    if not found:
        return None
    if isinstance(found, str) and "-----BEGIN" in found:
        return Certificate.load(found)
    return Certificate.load(_base64url(found, "certificate"))


def _random(found: object) -> VidRandom | None:
    try:
        if not found:
            return None
        if isinstance(found, str):
            return vid.read_random(found)
    finally:
        del found
    raise _fail("rValue", "it is not text")


def _sequence_number(found: object) -> str | None:
    if found is None:
        return None
    if isinstance(found, int | str) and not isinstance(found, bool):
        with suppress(ValueError):
            text = str(found)
            if len(text) <= 64 and text.isalnum():
                return text
    raise _fail("certSeqNum", "it is not a number")
