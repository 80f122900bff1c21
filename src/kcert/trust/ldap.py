# SPDX-License-Identifier: Apache-2.0
"""One attribute of one LDAP entry, by the extra ``kcert[ldap]``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from kcert.errors import FormatError, KcertError, MissingExtraError
from kcert.trust.addresses import BoundedSocket, Deadline, checked_addresses, unavailable

if TYPE_CHECKING:
    from kcert.trust.points import LdapUrl

__all__ = ["read_attribute"]

_ENVELOPE: Final = 1 << 16
_BINARY: Final = ";binary"


def read_attribute(
    url: LdapUrl, deadline: Deadline, max_size: int, allow_private: bool
) -> tuple[bytes, ...]:
    """All values of the attribute that an LDAP URL names.

    Args:
        url: Which attribute of which entry.
        deadline: By when.
        max_size: Most octets to be received.
        allow_private: Whether loopback and private addresses are allowed.

    Raises:
        UnavailableError: The directory does not answer, or has no such entry or attribute.
        LimitError: The values are larger than the limit.
        FormatError: The URL names no attribute.
        MissingExtraError: ldap3 is not installed.
    """
    try:
        import ldap3
        from ldap3.core.exceptions import LDAPException
    except ImportError:
        raise MissingExtraError("ldap", "LDAP") from None
    if url.attribute is None:
        raise FormatError("LDAP URL", "it names no attribute")
    addresses = checked_addresses(url.host, url.port, deadline, allow_private=allow_private)
    bounded: BoundedSocket | None = None
    base = url.attribute.partition(";")[0]
    try:
        # To an address that was checked, and not by its name again.
        server = ldap3.Server(
            addresses[0], port=url.port, get_info=ldap3.NONE, connect_timeout=deadline.left()
        )
        # The directory is asked as the certificate has it: ldap3 knows fewer spellings of names.
        client = ldap3.Connection(
            server,
            auto_referrals=False,
            raise_exceptions=False,
            read_only=True,
            check_names=False,
        )
        client.open(read_server_info=False)
        client.socket = bounded = BoundedSocket(client.socket, deadline, max_size + _ENVELOPE)
        client.search(
            url.name,
            "(objectClass=*)",
            ldap3.BASE,
            attributes=[base + _BINARY],
            size_limit=1,
        )
        entries = client.response or []
    except KcertError:
        raise
    except (LDAPException, OSError, ValueError, TypeError, LookupError):
        if bounded is not None and bounded.failure is not None:
            raise bounded.failure from None
        raise unavailable(
            "the directory does not answer as LDAP asks",
            "디렉터리 서버가 LDAP 규격대로 응답하지 않습니다",
            scheme="ldap",
        ) from None
    finally:
        if bounded is not None:
            with contextlib.suppress(OSError):
                bounded.close()
    for entry in entries:
        for name, values in entry.get("raw_attributes", {}).items():
            if name.partition(";")[0].casefold() == base.casefold() and values:
                return tuple(bytes(value) for value in values)
    raise unavailable(
        "the directory has no such entry or attribute",
        "디렉터리에 그런 항목이나 속성이 없습니다",
        scheme="ldap",
        retryable=False,
    )
