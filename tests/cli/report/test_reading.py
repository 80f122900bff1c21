# SPDX-License-Identifier: Apache-2.0
"""From certificates to what the page says of them."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

import pytest
from attrs import evolve
from hypothesis import given, settings

pytest.importorskip("click", reason='the command needs pip install "kcert[cli]"')

import kcert
from kcert import Revocation, Severity, TrustStore
from kcert.cli.believing import Belief
from kcert.cli.report.model import Mark, State
from kcert.cli.report.reading import Reader, Source
from kcert.cli.voice import Voice
from kcert.errors import FormatError
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority
from kcert.testing.strategies import moments, mutations
from kcert.trust import RevocationSources

AT = datetime(2026, 5, 1, 9, tzinfo=timezone(timedelta(hours=9)))
DAY = timedelta(days=1)
AUTHORITY = FakeAuthority("yessign", at=AT)


def issue(authority=AUTHORITY, **arguments):
    return authority.issue("홍길동", profile=CHEAPEST, **{"chain": True, **arguments})


def source(subject, problem=None, place="NPKI/cn=홍길동"):
    return Source("0123456789abcdef", place, subject, problem)


def read(
    *sources, language="en", names=True, trust=None, revocation=Revocation.SKIP, crls=(), at=AT
):
    store = trust or TrustStore([AUTHORITY.root.certificate])
    belief = Belief(store.checking(RevocationSources(crls=crls)), revocation)
    return Reader(Voice(io.StringIO(), language), at, belief, names=names).cards(sources)


def codes(card):
    return [each.code for each in card.remarks]


def marks(card):
    return [step.mark for step in card.chain.steps]


@pytest.mark.parametrize(
    ("arguments", "state"),
    [
        ({}, State.VALID),
        ({"not_after": AT + 12 * DAY}, State.RENEWABLE),
        ({"not_before": AT - 400 * DAY, "not_after": AT - DAY}, State.EXPIRED),
        ({"not_before": AT + 3 * DAY}, State.UPCOMING),
    ],
)
def test_the_state_follows_the_moment(arguments, state):
    [card] = read(source(issue(**arguments)))

    assert card.state is state


def test_what_ends_soon_and_cannot_be_renewed_is_told_apart():
    other = FakeAuthority("GPKI", at=AT)
    [card] = read(
        source(issue(other, not_after=AT + 12 * DAY)), trust=TrustStore([other.root.certificate])
    )

    assert card.span.opens is None
    assert card.state is State.EXPIRING


def test_a_path_that_holds_leads_from_the_certificate_to_the_root():
    credential = issue()
    [card] = read(source(credential))
    names = [step.name for step in card.chain.steps]

    assert names[0] == "홍길동"
    assert names[1:] == [each.subject.common_name for each in reversed(AUTHORITY.ca_certificates)]
    assert marks(card) == [Mark.SOUND] * 3
    assert card.chain.mark is Mark.SOUND
    assert "trusted" not in codes(card)


def test_without_the_authorities_the_path_is_unknown_and_the_state_says_not_trusted():
    [card] = read(source(issue(chain=False)), language="ko")

    assert card.state is State.UNTRUSTED
    assert marks(card) == [Mark.REFUSED, Mark.UNKNOWN]
    assert card.chain.mark is Mark.REFUSED
    assert card.remarks[0].code == "not-trusted"
    assert card.fingerprint[:16] not in card.chain.verdict


def test_authorities_that_came_along_are_shown_and_not_believed():
    [card] = read(source(issue()), trust=TrustStore())

    assert marks(card) == [Mark.REFUSED, Mark.UNKNOWN, Mark.UNKNOWN]
    assert card.state is State.UNTRUSTED


def test_old_cryptography_is_marked_where_it_is():
    old = FakeAuthority("yessign", at=AT, digest="sha1")
    [card] = read(source(issue(old)), trust=TrustStore([old.root.certificate]))

    assert card.state is State.UNTRUSTED  # it is refused unless allowed by name
    assert card.chain.mark is Mark.REFUSED
    assert marks(card)[0] is Mark.WEAK
    assert "weak: signature sha1" in card.chain.steps[0].note

    short = FakeAuthority("yessign", at=AT, key_size=1024)
    [card] = read(source(issue(short)), trust=TrustStore([short.root.certificate]))

    assert Mark.WEAK in marks(card)[1:]


def test_of_what_has_ended_the_path_is_drawn_as_it_was():
    [card] = read(source(issue(not_before=AT - 400 * DAY, not_after=AT - DAY)))

    assert marks(card) == [Mark.REFUSED, Mark.SOUND, Mark.SOUND]
    assert codes(card)[0] == "expired"
    assert "not-trusted" not in codes(card)  # the one finding is enough


def test_the_step_that_is_at_fault_is_marked():
    old = FakeAuthority("yessign", at=AT, not_after=AT - DAY)
    credential = issue(old, not_before=AT - 30 * DAY, not_after=AT + 30 * DAY)
    [card] = read(source(credential), trust=TrustStore([old.root.certificate]))

    assert marks(card) == [Mark.SOUND, Mark.REFUSED, Mark.SOUND]
    assert card.chain.mark is Mark.REFUSED
    assert "expired" in card.chain.verdict


def test_who_vouches_for_itself_is_not_named_as_its_own_authority():
    root = AUTHORITY.root.certificate
    for trust in (None, TrustStore()):
        [card] = read(source(root), names=False, trust=trust)

        assert root.subject.common_name not in repr(card)
        assert card.authority == "-"
        assert len(card.chain.steps) == 1
        assert (card.chain.verdict == "It is believed itself") is (trust is None)


def test_what_was_revoked_says_so():
    credential = issue()
    crl = AUTHORITY.crl([credential.certificate], at=AT)
    [card] = read(source(credential), revocation=Revocation.CHECK_IF_AVAILABLE, crls=[crl])

    assert card.state is State.REVOKED
    assert card.chain.mark is Mark.REFUSED
    assert codes(card)[0] == "revoked"


def test_where_revocation_is_not_known_the_path_says_so():
    [card] = read(source(issue()), revocation=Revocation.CHECK_IF_AVAILABLE)
    assert card.chain.remark.startswith("whether the certificate was revoked is not known")
    assert card.chain.mark is Mark.SOUND

    [card] = read(source(issue()), revocation=Revocation.REQUIRE)
    assert card.chain.mark is Mark.UNKNOWN
    assert card.state is State.VALID
    assert "revocation-unknown" in codes(card)


def test_the_same_certificate_in_two_places_is_one_card():
    credential = issue()
    [card] = read(source(credential, place="here"), source(credential, place="there"))

    assert [copy.place for copy in card.copies] == ["here", "there"]


def test_a_copy_that_is_damaged_does_not_make_the_certificate_damaged():
    credential = issue()
    broken = FormatError("NPKI folder", "signPri.key is missing")
    [card] = read(source(credential.certificate, broken), source(credential))

    assert card.state is State.VALID
    assert card.copies[0].problem == str(broken)
    assert card.remarks[0].severity is Severity.ERROR

    [card] = read(source(credential.certificate, broken))
    assert card.state is State.DAMAGED


def test_of_what_cannot_be_read_its_problem_is_told():
    broken = FormatError("certificate", "it is damaged", reason_ko="손상되었습니다")
    [card] = read(source(None, broken), language="ko")

    assert card.state is State.DAMAGED
    assert (card.span, card.chain, card.fingerprint) == (None, None, "")
    assert card.title == "읽을 수 없음: cn=홍길동"
    assert card.remarks[0].text == broken.message_ko


def test_without_names_nobody_and_no_place_is_named():
    credential = issue(km=True)
    broken = FormatError("NPKI folder", "signPri.key is missing")
    cards = read(source(credential), source(None, broken), names=False)

    assert "홍길동" not in repr(cards)
    assert "NPKI/" not in repr(cards)
    assert credential.certificate.subject.common_name not in repr(cards)
    assert [card.title for card in cards] == [
        "unreadable: 01234567",
        f"yessign {credential.certificate.fingerprint()[:8]}",
    ]


def test_what_needs_attention_comes_first():
    cards = read(
        source(issue()),
        source(issue(not_after=AT + 12 * DAY)),
        source(issue(not_before=AT - 400 * DAY, not_after=AT - DAY)),
        source(issue(not_after=AT + 3 * DAY)),
    )

    assert [card.state for card in cards] == [
        State.EXPIRED,
        State.RENEWABLE,
        State.RENEWABLE,
        State.VALID,
    ]
    assert [card.span.days_left for card in cards[1:3]] == [3, 12]


def test_a_malformed_key_costs_its_line_alone():
    def spoil(template):
        return evolve(template, public_key_info=bytes.fromhex("300c300a06082a8648ce3d040302"))

    credential = issue()
    damaged = issue(adjust=spoil).certificate
    [sound], [spoilt] = read(source(credential.certificate)), read(source(damaged))

    assert "key" in [label.name for label in sound.labels]
    assert "key" not in [label.name for label in spoilt.labels]
    assert "malformed-part" in codes(spoilt)


CERTIFICATE = issue().certificate


@given(der=mutations(CERTIFICATE.der, max_changes=2), at=moments())
@settings(max_examples=300)
def test_any_certificate_that_can_be_read_gets_a_card(der, at):
    try:
        certificate = kcert.Certificate.load(der)
    except kcert.KcertError:
        return
    [card] = read(source(certificate), at=at)

    assert card.fingerprint == certificate.fingerprint()
    assert card.chain.steps[0].mark is Mark.REFUSED  # nobody vouches for it
