# SPDX-License-Identifier: Apache-2.0
"""Certificates of authorities from where certificates say that they lie (caIssuers)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert import TrustStore, UnavailableError, UntrustedIssuerError
from kcert._asn1 import encode
from kcert.testing import LoopbackServer
from kcert.trust import NetworkFetcher, fetch_intermediates

CA_ISSUERS = "1.3.6.1.5.5.7.48.2"
FETCHER = NetworkFetcher(allow_private=True, deadline=5)


@pytest.fixture
def server():
    with LoopbackServer() as running:
        yield running


class Answers:
    """A fetcher that has everything at hand."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def get(self, url):
        self.asked.append(url)
        if url not in self.answers:
            raise UnavailableError("it is not there", backend="http")
        return self.answers[url]

    def post(self, url, body, *, content_type):
        raise AssertionError("nothing is sent")


def lies_at(make, *urls):
    places = (encode.context(6, url.encode(), constructed=False) for url in urls)
    members = (encode.sequence(encode.oid(CA_ISSUERS), place) for place in places)
    return make.Extension("1.3.6.1.5.5.7.1.1", encode.sequence(*members))


def certificates_only(*certificates):
    """A degenerate SignedData (RFC 5652 section 5.2)."""
    signed = encode.sequence(
        encode.integer(1),
        encode.set_of(()),
        encode.sequence(encode.oid("1.2.840.113549.1.7.1")),
        encode.context(0, b"".join(one.der for one in certificates)),
        encode.set_of(()),
    )
    return encode.sequence(encode.oid("1.2.840.113549.1.7.2"), encode.context(0, signed))


def chain(make, place, number=2):
    """A root, authorities below it, and a leaf; each says where the one above it lies."""
    entities = [make.issue("Fetched root")]
    for level in range(number):
        where = lies_at(make, place(level - 1)) if level else None
        more = () if where is None else (where,)
        entities.append(make.issue(f"Fetched {level}", entities[-1], extensions=more))
    where = (lies_at(make, place(number - 1)),)
    leaf = make.issue("Fetched leaf", entities[-1], ca=False, extensions=where)
    return [entity.certificate for entity in entities], leaf.certificate


def test_a_path_is_completed_over_http_when_that_is_asked_for(make, server):
    (root, upper, lower), leaf = chain(make, lambda level: server.url(f"/{level}"))
    server.routes["/0"] = certificates_only(root, upper)
    server.routes["/1"] = lower.der
    trust = TrustStore([root])

    with pytest.raises(UntrustedIssuerError):
        trust.verify(leaf, make.AT)
    assert server.requests == []
    found = fetch_intermediates(leaf, FETCHER)
    assert found == (lower, upper)
    assert trust.verify(leaf, make.AT, intermediates=found).certificates == (leaf, lower, upper)


def test_private_addresses_are_refused_as_everywhere(make, server):
    (_, _, lower), leaf = chain(make, lambda level: server.url(f"/{level}"))
    server.routes["/1"] = lower.der

    assert fetch_intermediates(leaf, NetworkFetcher()) == ()
    assert server.requests == []


def test_another_address_is_asked_where_the_first_has_nothing(make):
    root = make.issue("Fetched root")
    authority = make.issue("Fetched 0", root)
    where = (lies_at(make, "http://a", "http://b", "ldap://c/c=KR?cACertificate"),)
    leaf = make.issue("Leaf", authority, ca=False, extensions=where).certificate
    fetcher = Answers(
        {"http://b": (b"<html>",), "ldap://c/c=KR?cACertificate": (b"", authority.certificate.der)}
    )

    assert fetch_intermediates(leaf, fetcher) == (authority.certificate,)
    assert len(fetcher.asked) == 3


def test_what_has_another_name_than_the_issuer_is_not_kept(make):
    (_, _, _), leaf = chain(make, lambda level: f"http://{level}")
    stranger = make.issue("Stranger").certificate

    assert fetch_intermediates(leaf, Answers({"http://1": (stranger.der,)})) == ()


def test_a_circle_of_authorities_ends(make):
    where = (lies_at(make, "http://other"),)
    one = make.issue("One", make.issue("Other"), extensions=where).certificate
    other = make.issue("Other", make.issue("One"), extensions=(lies_at(make, "http://one"),))
    fetcher = Answers({"http://other": (other.certificate.der,), "http://one": (one.der,)})

    assert set(fetch_intermediates(one, fetcher)) == {one, other.certificate}
    assert fetcher.asked == ["http://other", "http://one"]


def test_an_endless_chain_ends_after_eight_addresses(make):
    certificates, leaf = chain(make, lambda level: f"http://{level}", number=12)
    answers = {f"http://{level}": (one.der,) for level, one in enumerate(certificates[1:])}
    fetcher = Answers(answers)

    assert len(fetch_intermediates(leaf, fetcher)) == 8
    assert len(fetcher.asked) == 8


def test_the_time_for_fetching_is_limited_altogether(make):
    _, leaf = chain(make, lambda level: f"http://{level}")
    fetcher = Answers({})

    assert fetch_intermediates(leaf, fetcher, seconds=0) == ()
    assert fetcher.asked == []


@given(st.binary())
def test_anything_that_comes_is_read_or_left_out(make, data):
    _, leaf = chain(make, lambda level: f"http://{level}")

    assert fetch_intermediates(leaf, Answers({"http://1": (data,)})) == ()
