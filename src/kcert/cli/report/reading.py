# SPDX-License-Identifier: Apache-2.0
"""From certificates to what the page says of them. No password, and no network unless asked for."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

import kcert
from kcert import Credential, Severity
from kcert.cli import views
from kcert.cli.report.model import Card, Copy, Label, Remark, Span, State
from kcert.cli.report.paths import chain_of, said_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kcert import Certificate, KcertError, Report
    from kcert.cli.believing import Belief
    from kcert.cli.voice import Voice

__all__ = ["Reader", "Source"]

_SOON = 30
_ORDER = tuple(State)


@frozen
class Source:
    """A certificate in a place, or what is left of one.

    Attributes:
        id: What `kcert list` shows.
        place: Where it lies; may name its holder.
        subject: The credential, or the certificate where there is no more; ``None`` where that
            cannot be read.
        problem: What is wrong with it.
    """

    id: str
    place: str = field(repr=False)
    subject: Certificate | Credential | None
    problem: KcertError | None = None

    @property
    def certificate(self) -> Certificate | None:
        """The certificate, where it can be read."""
        subject = self.subject
        return subject.certificate if isinstance(subject, Credential) else subject

    @property
    def is_broken(self) -> bool:
        """Whether it cannot be used."""
        return self.problem is not None and not isinstance(self.subject, Credential)


@frozen
class Reader:
    """Makes cards.

    Attributes:
        voice: Whose language the cards speak.
        at: The moment for which to judge.
        belief: Whom to believe.
        names: Whether to tell who the holders are and where the certificates lie.
    """

    voice: Voice
    at: datetime
    belief: Belief
    names: bool

    def cards(self, sources: Iterable[Source]) -> tuple[Card, ...]:
        """One card for each certificate, wherever it lies; what needs attention first."""
        groups: dict[str, list[Source]] = {}
        for source in sources:
            certificate = source.certificate
            key = source.id + source.place if certificate is None else certificate.fingerprint()
            groups.setdefault(key, []).append(source)
        cards = [self._card(group) for group in groups.values()]
        return tuple(sorted(cards, key=_rank))

    def _card(self, sources: list[Source]) -> Card:
        # The copy that tells most: with keys, and without a problem.
        best = min(sources, key=lambda each: (each.is_broken, each.problem is not None))
        copies = tuple(map(self._copy, sources))
        problems = [
            self._problem(each.problem, is_broken=each.is_broken)
            for each in sources
            if each.problem is not None
        ]
        if best.subject is None:
            name = PurePath(best.place).name if self.names else best.id[:8]
            title = self.voice.pick(f"unreadable: {name}", f"읽을 수 없음: {name}")
            return Card(
                title, State.DAMAGED, "none", "-", "-", "-", "", None, (), None,
                tuple(dict.fromkeys(problems)), copies,
            )  # fmt: skip
        report = kcert.inspect(
            best.subject,
            self.at,
            trust=self.belief.store,
            revocation=self.belief.revocation,
        )
        card = self._known(best.subject, report, damaged=all(each.is_broken for each in sources))
        remarks = sorted(
            dict.fromkeys((*problems, *card.remarks)),
            key=lambda each: list(Severity).index(each.severity),
        )
        return evolve(card, remarks=tuple(remarks), copies=copies)

    def _known(self, subject: Certificate | Credential, report: Report, *, damaged: bool) -> Card:
        voice, certificate = self.voice, report.certificate
        # Who vouches for itself is named in the place of an authority, too.
        tells_issuer = self.names or not certificate.is_self_issued
        authority = views.authority_name(voice, certificate) if tells_issuer else "-"
        title = f"{authority} {certificate.fingerprint()[:8]}"
        if self.names:
            title = certificate.holder_name or title
        above = subject.ca_certificates if isinstance(subject, Credential) else ()
        # What a path that holds says is on the picture; and of what has ended, that is enough.
        silent = (
            {"trusted"} if certificate.validity.contains(self.at) else {"trusted", "not-trusted"}
        )
        remarks = (
            Remark(each.severity, each.code, said_of(certificate, each, voice.pick))
            for each in report.findings
            if each.code not in silent
        )
        return Card(
            title=title,
            state=State.DAMAGED if damaged else self._state(report),
            kind=certificate.kind.value,
            kind_name=views.kind_name(voice, certificate),
            authority=authority,
            use=views.policy_name(voice, certificate),
            fingerprint=certificate.fingerprint(),
            span=self._span(certificate),
            labels=self._labels(subject, certificate),
            chain=chain_of(report, above, title, self.belief.store, voice.pick),
            remarks=tuple(remarks),
            copies=(),
        )

    def _state(self, report: Report) -> State:
        validity, window = report.certificate.validity, report.certificate.renewal_window
        if any(each.code == "revoked" for each in report.findings):
            return State.REVOKED
        if self.at > validity.not_after:
            return State.EXPIRED
        if self.at < validity.not_before:
            return State.UPCOMING
        if any(each.code == "not-trusted" for each in report.findings):
            return State.UNTRUSTED
        if window is not None and window.contains(self.at):
            return State.RENEWABLE
        return State.EXPIRING if validity.days_left(self.at) <= _SOON else State.VALID

    def _span(self, certificate: Certificate) -> Span:
        validity, window = certificate.validity, certificate.renewal_window
        return Span(
            validity.not_before,
            validity.not_after,
            None if window is None else window.opens,
            validity.last_day.isoformat(),
            validity.days_left(self.at),
        )

    def _labels(
        self, subject: Certificate | Credential, certificate: Certificate
    ) -> tuple[Label, ...]:
        pick, window = self.voice.pick, certificate.renewal_window
        rows = [
            (pick("valid from", "시작일"), views.korean_day(certificate.validity.not_before)),
            (pick("valid until", "만료일"), certificate.validity.last_day.isoformat()),
        ]
        if window is not None:
            rows.append((pick("renewable from", "갱신 시작"), views.korean_day(window.opens)))
        rows.append((pick("key", "키"), _key(certificate)))
        rows.append((pick("signed with", "서명 방식"), certificate.signature_algorithm.name or ""))
        if isinstance(subject, Credential):
            lock = subject.key
            parts = (lock.scheme, lock.cipher, lock.iterations)
            rows.append((pick("key lock", "키 잠금"), ", ".join(str(p) for p in parts if p)))
            pair = pick("there", "있음") if subject.key_management else pick("missing", "없음")
            rows.append((pick("encryption pair", "암호용 쌍"), pair))
        rows.append((pick("serial number", "일련번호"), str(certificate.serial_number)))
        if self.names:
            registered = certificate.registration_authority or ""
            rows.append((pick("registered by", "등록기관"), registered))
            rows.append((pick("subject", "주체"), certificate.subject.rfc4514()))
            rows.append((pick("issuer", "발급자"), certificate.issuer.rfc4514()))
        return tuple(Label(name, value) for name, value in rows if value)

    def _copy(self, source: Source) -> Copy:
        place = source.place if self.names else f"id {source.id[:8]}"
        return Copy(place, "" if source.problem is None else self.voice.error(source.problem))

    def _problem(self, error: KcertError, *, is_broken: bool) -> Remark:
        severity = Severity.ERROR if is_broken else Severity.WARNING
        return Remark(severity, error.code, self.voice.error(error))


def _key(certificate: Certificate) -> str:
    try:
        kind, size = certificate.key_type, certificate.key_size
    except kcert.KcertError:
        return ""  # the findings say what is wrong with it
    return kind if size is None else f"{kind} {size}"


def _rank(card: Card) -> tuple[int, int, str, str]:
    days = 0 if card.span is None else card.span.days_left
    return _ORDER.index(card.state), days, card.title, card.fingerprint
