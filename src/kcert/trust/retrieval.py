# SPDX-License-Identifier: Apache-2.0
"""Lists and responses from the cache and the network: what goes wrong is noted, not raised."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kcert.errors import KcertError, UnavailableError
from kcert.trust.crl import CertificateRevocationList
from kcert.trust.ocsp import OcspResponse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kcert.trust.budget import FetchTime
    from kcert.trust.cache import RevocationCache
    from kcert.trust.fetching import Fetcher
    from kcert.trust.ocsp import OcspRequest
    from kcert.trust.revocation import Revocable, RevocationEvidence

__all__ = ["Retrieval"]

_OCSP_REQUEST = "application/ocsp-request"
# Reading a list of 10,000 entries takes some milliseconds; the same few come over and over.
_MAX_KEPT = 4 << 20
_load_known = lru_cache(maxsize=16)(CertificateRevocationList.load)


def _load(data: bytes) -> CertificateRevocationList:
    known = len(data) <= _MAX_KEPT
    return _load_known(data) if known else CertificateRevocationList.load(data)


class Retrieval:
    """One look for the status of one certificate.

    Args:
        cache: Where fetched things are kept, or ``None``.
        fetcher: What fetches, or ``None``.
        at: The moment in question.
        problems: Where problems are noted, in English.
        time: What fetching may take.
    """

    def __init__(
        self,
        cache: RevocationCache | None,
        fetcher: Fetcher | None,
        at: datetime,
        problems: list[str],
        time: FetchTime,
    ) -> None:
        self._cache = cache
        self._fetcher = fetcher
        self._at = at
        self._problems = problems
        self._time = time

    def _read(self, values: Iterable[bytes], url: str) -> list[CertificateRevocationList]:
        lists: list[CertificateRevocationList] = []
        for value in values:
            try:
                lists.append(_load(value))
            except KcertError as error:
                self._problems.append(f"{url}: {error}")
        return lists

    def cached_lists(self, url: str) -> list[CertificateRevocationList]:
        """Lists from this URL that have not run out."""
        if self._cache is None:
            return []
        return self._read(self._cache.get(url, self._at), url)

    def fetched_lists(self, url: str) -> list[CertificateRevocationList]:
        """Fetch the lists at this URL."""
        if self._fetcher is None:
            return []
        try:
            with self._time.spent():
                values = self._fetcher.get(url)
        except KcertError as error:
            self._problems.append(f"{url}: {_why(error)}")
            return []
        return self._read(values, url)

    def keep_lists(self, url: str, lists: list[CertificateRevocationList]) -> None:
        """Put lists into the cache, until the first of them runs out."""
        expires = min((crl.next_update for crl in lists if crl.next_update), default=None)
        if self._cache is not None and expires is not None and expires > self._at:
            self._cache.put(url, [crl.der for crl in lists], expires)

    def cached_responses(self, url: str, certificate: Revocable) -> list[OcspResponse]:
        """Responses of this responder about this certificate that have not run out."""
        if self._cache is None:
            return []
        found: list[OcspResponse] = []
        for value in self._cache.get(_response_key(url, certificate), self._at):
            try:
                found.append(OcspResponse.load(value))
            except KcertError as error:
                self._problems.append(f"{url}: {error}")
        return found

    def asked(self, url: str, request: OcspRequest) -> OcspResponse | None:
        """Ask a responder."""
        if self._fetcher is None:
            return None
        try:
            with self._time.spent():
                answer = self._fetcher.post(url, request.der, content_type=_OCSP_REQUEST)
            return OcspResponse.load(answer)
        except KcertError as error:
            self._problems.append(f"{url}: {_why(error)}")
            return None

    def keep_response(self, url: str, certificate: Revocable, evidence: RevocationEvidence) -> None:
        """Put a good response into the cache, until it runs out."""
        expires = evidence.next_update
        if self._cache is not None and expires is not None and expires > self._at:
            self._cache.put(_response_key(url, certificate), [evidence.der], expires)


def _why(error: KcertError) -> str:
    return error.reason if isinstance(error, UnavailableError) else str(error)


def _response_key(url: str, certificate: Revocable) -> str:
    return f"{url}#{certificate.fingerprint()}"
