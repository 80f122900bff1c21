# SPDX-License-Identifier: Apache-2.0
"""`RevocationSources`: where to look whether a certificate was revoked, and in which order.

What the caller gave comes first, then the cache, then the CRL of the certificate's own distribution
point, then OCSP. Without a fetcher nothing leaves this computer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from attrs import evolve

from kcert.certificate import Name
from kcert.errors import KcertError, RevocationUnknownError, RevokedError, TrustError
from kcert.trust.crl import CertificateRevocationList
from kcert.trust.crl_search import CrlSearch, LocatedCrl
from kcert.trust.crl_signers import is_of_path
from kcert.trust.ocsp import OcspRequest, OcspResponse
from kcert.trust.ocsp_check import OcspCheck, ResponderRule
from kcert.trust.points import with_attribute
from kcert.trust.retrieval import Retrieval
from kcert.trust.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kcert.certificate import Certificate
    from kcert.trust.cache import RevocationCache
    from kcert.trust.fetching import Fetcher
    from kcert.trust.revocation import CheckContext, Issuer, Revocable, RevocationEvidence

__all__ = ["RevocationSources"]

_MAX_URLS: Final = 8
_MAX_DEPTH: Final = 4


class RevocationSources:
    """Answers `TrustStore.verify` about revocation; give it as ``checker``.

    It can be shared between threads.

    Args:
        crls: Lists that the caller has: CRLs and ARLs, read or as DER or PEM.
        ocsp_responses: Responses that the caller has, read or as DER.
        cache: Where fetched lists and responses are kept until they run out.
        fetcher: What fetches; ``None``, the default, for nothing being fetched.
        directories: LDAP URLs (``ldap://host``) of directories in which to look up issuers whose
            certificates name no URL, only an entry of a directory or nothing.
        responder_rule: Which OCSP responders count. `ResponderRule.ROOT` is what Korean ones need.
        require_nonce: Refuse fetched OCSP answers that do not repeat the nonce, and use none from
            the cache. Many responders sign answers in advance and never repeat it.
        accept_later: Let statements count that were made after the moment in question, as is
            needed for the past: one that says *good* for certificates that had not expired by
            then, one that says *revoked* from its date on.
        ocsp_hash: Hash in OCSP requests, see `OcspRequest.about`.

    Raises:
        FormatError: A list or response is malformed.
        LimitError: One is too large.
    """

    def __init__(
        self,
        *,
        crls: Iterable[CertificateRevocationList | bytes | str] = (),
        ocsp_responses: Iterable[OcspResponse | bytes] = (),
        cache: RevocationCache | None = None,
        fetcher: Fetcher | None = None,
        directories: Iterable[str] = (),
        responder_rule: ResponderRule = ResponderRule.ISSUER,
        require_nonce: bool = False,
        accept_later: bool = False,
        ocsp_hash: str = "sha1",
    ) -> None:
        self._crls = tuple(
            crl
            if isinstance(crl, CertificateRevocationList)
            else CertificateRevocationList.load(crl)
            for crl in crls
        )
        self._responses = tuple(
            response if isinstance(response, OcspResponse) else OcspResponse.load(response)
            for response in ocsp_responses
        )
        self._cache = cache
        self._fetcher = fetcher
        self._directories = tuple(url.rstrip("/") for url in directories)
        self._responder_rule = responder_rule
        self._require_nonce = require_nonce
        self._accept_later = accept_later
        self._ocsp_hash = ocsp_hash

    def __repr__(self) -> str:
        return (
            f"<RevocationSources {len(self._crls)} CRLs, {len(self._responses)} OCSP responses, "
            f"{'with' if self._fetcher is not None else 'without'} fetching>"
        )

    def check(
        self, certificate: Revocable, issuer: Issuer, context: CheckContext
    ) -> RevocationEvidence:
        """Find out whether a certificate was revoked; called by path validation.

        Raises:
            RevokedError: It was revoked or suspended.
            RevocationUnknownError: Nothing conclusive could be had; the message says what was
                tried.
        """
        return self._check(certificate, issuer, context, frozenset())

    def _check(
        self,
        certificate: Revocable,
        issuer: Issuer,
        context: CheckContext,
        pending: frozenset[str],
    ) -> RevocationEvidence:
        fingerprint = certificate.fingerprint()
        if fingerprint in pending or len(pending) >= _MAX_DEPTH:
            raise RevocationUnknownError(
                "its status rests on itself: who signed about it is what is asked about",
                "폐지 정보의 서명자가 바로 그 인증서여서 판단할 수 없습니다",
                fingerprint=fingerprint,
            )
        pending |= {fingerprint}
        problems: list[str] = []
        timing = Timing(context.at, self._accept_later)

        def vouch(signer: Certificate, appointed: bool) -> None:
            """Raise unless a separate CRL signer's certificate is good itself."""
            self._vouch(signer, issuer, context, pending, appointed=appointed)

        def vouch_responder(responder: Certificate, authority: Issuer) -> None:
            """Raise unless an OCSP responder's certificate still counts."""
            self._check(responder, authority, evolve(context, issuers=()), pending)

        ocsp = OcspCheck(
            certificate, issuer, context, timing, self._responder_rule, vouch_responder
        )
        search = CrlSearch(certificate, issuer, context, timing, vouch)
        for evidence in self._evidence(ocsp, search, problems):
            if evidence is not None:
                return evidence
        told = (
            "; ".join(dict.fromkeys([*problems, *search.problems]))
            or "nothing at hand speaks for it"
        )
        raise RevocationUnknownError(
            f"whether the certificate was revoked is not known: {told}",
            f"인증서의 폐지 여부를 알 수 없습니다: {told}",
            fingerprint=fingerprint,
            denied=bool(ocsp.denials),
        )

    def _vouch(
        self,
        signer: Certificate,
        issuer: Issuer,
        context: CheckContext,
        pending: frozenset[str],
        *,
        appointed: bool,
    ) -> None:
        """Raise unless a separate CRL signer's certificate is good itself."""
        path = context.validate(signer)
        if appointed and signer.fingerprint() in pending:
            # Its own certificate names it as the issuer of the list that tells its status.
            return
        if not appointed and not is_of_path(path, issuer, context):
            raise TrustError(
                "an authority outside the path certified it",
                "인증 경로 밖의 인증기관이 발급한 서명자입니다",
                fingerprint=signer.fingerprint(),
            )
        anchor, chain = path.anchor, path.certificates
        if anchor.root is not None and anchor != context.anchor:
            # Known by its figures, and nobody has asked about it yet.
            beside = evolve(context, issuers=(), anchor=anchor)
            self._check(anchor, anchor.root, beside, pending)
        above: Issuer = anchor
        for number in range(len(chain) - 1, -1, -1):
            if chain[number] not in context.issuers and not anchor.is_of(chain[number]):
                below = evolve(context, issuers=chain[number + 1 :], anchor=anchor)
                self._check(chain[number], above, below, pending)
            above = chain[number]

    def _evidence(
        self, ocsp: OcspCheck, search: CrlSearch, problems: list[str]
    ) -> Iterator[RevocationEvidence | None]:
        """What one source after the other says; nothing is fetched before it is asked for."""
        certificate = ocsp.certificate
        for response in self._responses:
            yield _judged(ocsp, response, problems)
        yield search.offer(LocatedCrl(crl) for crl in self._crls)
        if self._cache is None and self._fetcher is None:
            return
        places = _list_places(certificate, search, self._directories)
        responders = certificate.ocsp_urls[:_MAX_URLS]
        retrieval = Retrieval(
            self._cache, self._fetcher, ocsp.timing.at, problems, ocsp.context.fetching
        )
        for url, point in places:
            lists = retrieval.cached_lists(url)
            yield search.offer(LocatedCrl(crl, url, point) for crl in lists)
        # Another process may have kept an answer that repeats no nonce.
        for url in () if self._require_nonce else responders:
            for response in retrieval.cached_responses(url, certificate):
                yield _judged(ocsp, response, problems, location=url)
        if self._fetcher is None:
            return
        for url, point in places:
            yield self._fetched(url, search, retrieval, point)
        for url in responders:
            yield self._asked(url, ocsp, retrieval, problems)

    @staticmethod
    def _fetched(
        url: str, search: CrlSearch, retrieval: Retrieval, point: str | None
    ) -> RevocationEvidence | None:
        lists = retrieval.fetched_lists(url)
        try:
            found = search.offer(LocatedCrl(crl, url, point, fetched=True) for crl in lists)
        except RevokedError:
            retrieval.keep_lists(url, lists)
            raise
        # What said nothing is not kept: on plain http and ldap it may be anybody's.
        if found is not None:
            retrieval.keep_lists(url, lists)
        return found

    def _asked(
        self, url: str, ocsp: OcspCheck, retrieval: Retrieval, problems: list[str]
    ) -> RevocationEvidence | None:
        request = OcspRequest.about(ocsp.certificate, ocsp.issuer, hash_algorithm=self._ocsp_hash)
        response = retrieval.asked(url, request)
        if response is None:
            return None
        found = _judged(
            ocsp,
            response,
            problems,
            request=request,
            require_nonce=self._require_nonce,
            location=url,
            fetched=True,
        )
        if found is not None:
            retrieval.keep_response(url, ocsp.certificate, found)
        return found


def _judged(
    ocsp: OcspCheck,
    response: OcspResponse,
    problems: list[str],
    *,
    request: OcspRequest | None = None,
    require_nonce: bool = False,
    location: str | None = None,
    fetched: bool = False,
) -> RevocationEvidence | None:
    """What a response says, or ``None`` and a problem noted."""
    try:
        return ocsp.judge(
            response,
            request=request,
            require_nonce=require_nonce,
            location=location,
            fetched=fetched,
        )
    except RevokedError:
        raise
    except KcertError as error:
        problems.append(str(error))
        return None


def _list_places(
    certificate: Revocable, search: CrlSearch, directories: tuple[str, ...]
) -> list[tuple[str, str | None]]:
    """URLs of the lists to look at, each with the URI of the certificate's point it stands for."""
    authority = certificate.is_ca
    places: list[tuple[str, str | None]] = []
    names: list[bytes] = []
    for point in search.points:
        names += point.crl_issuers
        if point.name is not None:
            names += point.name.directory_names
            places += ((with_attribute(uri, authority=authority), uri) for uri in point.name.uris)
    if not places:
        for directory in directories:
            for name in dict.fromkeys([*names, certificate.issuer.der]):
                entry = quote(Name.load(name).rfc4514(), safe="=,+")
                url = with_attribute(f"{directory}/{entry}", authority=authority)
                places.append((url, None))
    return places[:_MAX_URLS]
