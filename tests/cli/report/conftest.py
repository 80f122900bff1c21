# SPDX-License-Identifier: Apache-2.0
"""A page that is always the same, made without certificates, so that pictures of it can be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kcert import Severity
from kcert.cli.report.model import (
    Card,
    Chain,
    Copy,
    Label,
    Mark,
    Page,
    Remark,
    Span,
    State,
    Step,
)

AT = datetime(2026, 5, 1, tzinfo=UTC)


def span(begins, ends, *, renewable=True):
    """Dates, counted in days from the moment of the page."""
    end = AT + timedelta(days=ends)
    opens = end - timedelta(days=30) if renewable else None
    return Span(AT + timedelta(days=begins), end, opens, end.date().isoformat(), ends)


def make_page(language, *, has_names=True):
    def pick(english, korean):
        return korean if language == "ko" else english

    joint, financial = pick("joint", "공동인증서"), pick("financial", "금융인증서")
    certificate, authority = pick("certificate", "인증서"), pick("issuing authority", "발급기관")
    root = Step("KISA RootCA 4", pick("root, believed", "최상위, 신뢰함"), Mark.SOUND)
    leads = pick("Leads to KISA RootCA 4", "KISA RootCA 4까지 이어집니다")
    weak_lock = Remark(
        Severity.INFO,
        "weak-lock",
        pick("the signing key is locked with an old scheme", "서명용 키의 잠금이 약합니다"),
    )

    def path(name, issuer, mark=Mark.SOUND, note="", verdict=leads):
        steps = (Step(name, certificate, mark), Step(issuer, authority + note, Mark.SOUND), root)
        return Chain(steps, verdict, mark)

    def card(number, title, state, dates, chain, *remarks, kind=joint, use=("-", "-"), problem=""):
        labels = (
            Label(pick("valid until", "만료일"), dates.last_day),
            Label(pick("key", "키"), "RSA 2048"),
        )
        place = f"/home/hong/NPKI/{number}"
        return Card(
            title=title,
            state=state,
            kind="joint" if kind is joint else "financial",
            kind_name=kind,
            authority="yessign",
            use=pick(*use),
            fingerprint=f"{number}" * 64,
            span=dates,
            labels=labels,
            chain=chain,
            remarks=remarks,
            copies=(Copy(place, problem), Copy("/media/stick/NPKI")),
        )

    missing = pick(
        "signPri.key is missing; copy the folder again",
        "signPri.key가 없습니다; 폴더를 다시 복사하십시오",
    )
    expired = pick(
        "the certificate expired; a new one must be issued",
        "인증서가 만료되었습니다; 새로 발급받아야 합니다",
    )
    renew = pick(
        "the certificate can be renewed now; 12 days are left", "지금 갱신할 수 있습니다(12일 남음)"
    )
    sha1 = pick(
        "it rests on sha1 (signature), which is too weak",
        "약한 알고리즘(sha1, signature)에 기대고 있습니다",
    )
    unknown = Chain(
        (
            Step("홍길북", certificate, Mark.REFUSED),
            Step("Nobody CA", pick("its certificate is not here", "인증서가 없음"), Mark.UNKNOWN),
        ),
        pick(
            "no path leads to an authority that is believed",
            "신뢰하는 인증기관에 이르는 경로가 없습니다",
        ),
        Mark.REFUSED,
    )
    note = authority + pick(", weak: signature sha1", ", 약함: signature sha1")
    old = Step("yessignCA Class 1", note, Mark.WEAK)
    universal = ("Universal, individual", "개인 범용")
    cards = (
        card(1, "홍길순", State.DAMAGED, span(-3, 362), path("홍길순", "yessignCA Class 2"),
             Remark(Severity.ERROR, "format", missing), use=universal, problem=missing),
        card(2, "주식회사 가나다라", State.EXPIRED, span(-405, -40),
             path("주식회사 가나다라", "yessignCA Class 2", Mark.REFUSED, verdict=expired),
             Remark(Severity.ERROR, "expired", expired), weak_lock,
             use=("Universal, corporate", "법인 범용")),
        card(3, "홍길북", State.UNTRUSTED, span(-10, 700, renewable=False), unknown,
             Remark(Severity.ERROR, "not-trusted", unknown.verdict)),
        card(4, "홍길서", State.RENEWABLE, span(-353, 12), path("홍길서", "signGATE CA5"),
             Remark(Severity.WARNING, "renewal-window", renew), weak_lock, use=universal),
        card(5, "홍길동", State.VALID, span(-100, 265),
             Chain((Step("홍길동", certificate, Mark.SOUND), old, root), sha1, Mark.WEAK),
             weak_lock,
             use=("Banking, individual", "은행/신용카드/보험용")),
        card(6, "홍길남", State.VALID, span(-30, 1065), path("홍길남", "yessignCA Class 3"),
             kind=financial, use=("Financial certificate, individual", "금융인증서 (개인)")),
    )  # fmt: skip
    return Page(
        language=language,
        at=AT,
        cards=cards,
        places=("/home/hong/NPKI", "usb:"),
        has_names=has_names,
        revocation=pick(
            "Whether any was revoked was not asked.", "폐지 여부는 확인하지 않았습니다."
        ),
        version="0.1.0",
    )


@pytest.fixture(scope="session")
def page_in():
    """The page, in a language."""
    return make_page
