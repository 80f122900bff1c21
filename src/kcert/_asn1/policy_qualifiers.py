# SPDX-License-Identifier: Apache-2.0
"""What certificatePolicies says beside identifiers: its qualifiers (RFC 5280 section 4.2.1.4)."""

from __future__ import annotations

from typing import Final, NamedTuple

from kcert._asn1 import der
from kcert._asn1.der import Reader
from kcert._asn1.strings import decode_string

__all__ = ["RawPolicyInformation", "RawUserNotice", "read_policy_information"]

_FORMAT: Final = "certificatePolicies"
_CPS: Final = "1.3.6.1.5.5.7.2.1"
_USER_NOTICE: Final = "1.3.6.1.5.5.7.2.2"
_MAX_NUMBERS: Final = 256


class RawUserNotice(NamedTuple):
    """A UserNotice: its text, and where else to find it."""

    text: str | None
    organization: str | None
    numbers: tuple[int, ...]


class RawPolicyInformation(NamedTuple):
    """One policy: its identifier, practice statements and notices; other qualifiers left out."""

    oid: str
    cps_uris: tuple[str, ...]
    notices: tuple[RawUserNotice, ...]


def read_policy_information(value: bytes) -> tuple[RawPolicyInformation, ...]:
    """Policies with their qualifiers, in order.

    Raises:
        FormatError: They are malformed.
    """
    outer = Reader(value, _FORMAT)
    members = outer.sequence()
    outer.finish()
    found: list[RawPolicyInformation] = []
    while not members.at_end:
        information = members.sequence()
        oid = information.oid()
        uris: list[str] = []
        notices: list[RawUserNotice] = []
        qualifiers = information.enter_optional(der.SEQUENCE)
        information.finish()
        while qualifiers is not None and not qualifiers.at_end:
            qualifier = qualifiers.sequence()
            kind = qualifier.oid()
            if kind == _CPS:
                uris.append(decode_string(*qualifier.read_any())[0])
            elif kind == _USER_NOTICE:
                notices.append(_read_notice(qualifier.sequence()))
        found.append(RawPolicyInformation(oid, tuple(uris), tuple(notices)))
    return tuple(found)


def _read_notice(fields: Reader) -> RawUserNotice:
    organization, numbers = None, []
    reference = fields.enter_optional(der.SEQUENCE)
    if reference is not None:
        organization = decode_string(*reference.read_any())[0]
        listed = reference.sequence()
        reference.finish()
        while not listed.at_end:
            numbers.append(listed.integer())
            if len(numbers) > _MAX_NUMBERS:
                raise listed.fail(f"a notice has over {_MAX_NUMBERS} numbers")
    text = None if fields.at_end else decode_string(*fields.read_any())[0]
    fields.finish()
    return RawUserNotice(text, organization, tuple(numbers))
