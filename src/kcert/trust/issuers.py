# SPDX-License-Identifier: Apache-2.0
"""Certificates of authorities, fetched from where the certificates below them say that they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert._asn1.signed_messages import load_signed_data
from kcert.certificate import Certificate
from kcert.errors import FormatError, KcertError
from kcert.trust.budget import FetchTime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kcert.trust.fetching import Fetcher

__all__ = ["fetch_intermediates"]

_MAX_FETCHES: Final = 8
_MAX_KEPT: Final = 32


def fetch_intermediates(
    certificate: Certificate, fetcher: Fetcher, *, seconds: float = 30.0
) -> tuple[Certificate, ...]:
    """Fetch the certificates of the authorities above one, for `TrustStore.verify` to use.

    Follows caIssuers of authorityInfoAccess (RFC 5280 section 4.2.2.1) upwards: one certificate in
    DER, or a CMS message that holds certificates only. What comes is not believed: it is only kept
    where it has the name of an issuer, and verified as any other intermediate is. At most 8 URLs
    are asked.

    Args:
        certificate: Where to begin.
        fetcher: What fetches; a `NetworkFetcher`, for example.
        seconds: How long fetching may take altogether; what has begun by then goes on to its own
            deadline.

    Returns:
        What was found, the nearest first; what could not be fetched or read is left out, and
        `TrustStore.verify` then says that no path leads to an authority.
    """
    time = FetchTime(seconds)
    found: dict[bytes, Certificate] = {}
    asked: set[str] = set()
    waiting = [certificate]
    while waiting:
        below = waiting.pop(0)
        for url in () if below.is_self_issued else below.ca_issuer_urls:
            if url in asked:
                continue
            if len(asked) == _MAX_FETCHES:
                return tuple(found.values())
            asked.add(url)
            for issuer in _fetched(url, fetcher, time):
                if (
                    issuer.subject.matches(below.issuer)
                    and issuer.der not in found
                    and len(found) < _MAX_KEPT
                ):
                    found[issuer.der] = issuer
                    waiting.append(issuer)
    return tuple(found.values())


def _fetched(url: str, fetcher: Fetcher, time: FetchTime) -> Iterator[Certificate]:
    try:
        with time.spent():
            values = fetcher.get(url)
    except KcertError:
        return
    for value in values:
        try:
            members = _certificates(value)
        except KcertError:
            continue
        yield from members


def _certificates(value: bytes) -> list[Certificate]:
    try:
        return [Certificate.load(value)]
    except FormatError:
        return list(map(Certificate.load, load_signed_data(value).certificates))
