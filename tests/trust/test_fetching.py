# SPDX-License-Identifier: Apache-2.0
"""Fetching on loopback: good, revoked, stale, replayed, delayed, endless, redirected answers."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from kcert import (
    FormatError,
    KcertError,
    LimitError,
    MissingExtraError,
    RevocationUnknownError,
    RevokedError,
    TrustStore,
    UnavailableError,
)
from kcert.testing import Answer, FakeAuthority, FakeRoot, LoopbackServer, assert_clear_error
from kcert.trust import (
    EvidenceKind,
    NetworkFetcher,
    PathLimits,
    ResponderRule,
    Revocation,
    RevocationCache,
    RevocationSources,
)
from kcert.trust.points import LdapUrl, with_attribute

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def server():
    with LoopbackServer() as running:
        yield running


class World:
    """A certificate whose list and responder are on loopback."""

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server
        self.authority = FakeAuthority(
            at=AT, crl_url=server.url("/crl"), ocsp_url=server.url("/ocsp")
        )
        self.root = self.authority.root
        self.certificate = self.authority.issue().certificate
        self.arl = self.root.crl(at=AT)

    def verify(self, *, at=AT, deadline=5.0, max_size=1 << 20, **options: object):
        fetcher = NetworkFetcher(deadline=deadline, max_size=max_size, allow_private=True)
        sources = RevocationSources(crls=[self.arl], **{"fetcher": fetcher, **options})
        return (
            TrustStore([self.root.certificate])
            .verify(
                self.certificate,
                at,
                intermediates=[self.authority.certificate],
                revocation=Revocation.REQUIRE,
                checker=sources,
            )
            .revocation[0]
            .evidence
        )

    def unknown(self, match: str, **options: object) -> None:
        with pytest.raises(RevocationUnknownError, match=match) as caught:
            self.verify(**options)
        assert_clear_error(caught.value, RevocationUnknownError)

    def answer(self, **options: object):
        return lambda body: self.authority.ocsp_response(
            self.certificate, request=body, **{"at": AT, **options}
        )


@pytest.fixture
def world(server):
    return World(server)


def test_a_list_is_fetched_from_the_point_in_the_certificate(world):
    world.server.routes["/crl"] = world.authority.crl(at=AT)
    evidence = world.verify()
    assert (evidence.kind, evidence.location) == (EvidenceKind.CRL, world.server.url("/crl"))
    assert world.server.requests == [("GET", "/crl", b"")]


def test_nothing_is_fetched_unless_a_fetcher_is_given(world):
    world.server.routes["/crl"] = world.authority.crl(at=AT)
    world.unknown("nothing at hand", fetcher=None)
    assert world.server.requests == []


def test_a_revoked_certificate_is_found_in_a_fetched_list(world):
    world.server.routes["/crl"] = world.authority.crl([world.certificate], at=AT)
    with pytest.raises(RevokedError):
        world.verify()


def test_ocsp_is_asked_where_no_list_helps(world):
    world.server.routes["/ocsp"] = world.answer()
    evidence = world.verify()
    assert (evidence.kind, evidence.location) == (EvidenceKind.OCSP, world.server.url("/ocsp"))
    assert [path for _, path, _ in world.server.requests] == ["/crl", "/ocsp"]


def test_an_ocsp_answer_may_say_revoked_held_or_nothing(world):
    for reason in ("keyCompromise", "certificateHold"):
        world.server.routes["/ocsp"] = world.answer(status="revoked", reason=reason)
        with pytest.raises(RevokedError) as caught:
            world.verify()
        assert caught.value.revocation_reason == reason
    world.server.routes["/ocsp"] = world.answer(status="unknown")
    world.unknown("does not know")


def test_a_stale_list_and_a_stale_answer_say_nothing(world):
    world.server.routes["/crl"] = world.authority.crl(at=AT - 9 * DAY)
    world.server.routes["/ocsp"] = world.answer(at=AT - 9 * DAY)
    world.unknown("out of date")


def test_a_wrong_signer_says_nothing(world):
    stranger = FakeRoot("kcert Test RootCA 8", fresh_key=True)
    world.server.routes["/crl"] = world.authority.crl(at=AT, key=stranger.key)
    world.server.routes["/ocsp"] = world.answer(responder=stranger.ocsp_responder())
    world.unknown("not signed", responder_rule=ResponderRule.ROOT)


def test_a_replayed_answer_is_refused_by_its_nonce(world):
    recorded = world.authority.ocsp_response(world.certificate, at=AT, nonce=bytes(32))
    world.server.routes["/ocsp"] = lambda body: recorded
    world.unknown("another nonce")
    signed_in_advance = world.authority.ocsp_response(world.certificate, at=AT)
    world.server.routes["/ocsp"] = lambda body: signed_in_advance
    assert world.verify()
    world.unknown("does not repeat the nonce", require_nonce=True)


def test_an_answer_without_end_counts_only_when_it_was_made_just_now(world):
    world.server.routes["/ocsp"] = world.answer(without_next_update=True)
    assert world.verify()
    world.server.routes["/ocsp"] = world.answer(without_next_update=True, at=AT - DAY)
    world.unknown("out of date")


def test_a_responders_clock_may_be_a_little_ahead(world):
    world.server.routes["/ocsp"] = world.answer(at=AT + timedelta(minutes=4))
    assert world.verify()
    world.server.routes["/ocsp"] = world.answer(at=AT + timedelta(minutes=6))
    world.unknown("after the moment")


def test_a_delayed_answer_ends_at_the_deadline(world):
    def delayed(body: bytes) -> bytes:
        time.sleep(1.0)
        return b""

    world.server.routes["/crl"] = world.server.routes["/ocsp"] = delayed
    world.unknown("no complete answer within 0.2 seconds", deadline=0.2)


class SlowFetcher:
    """Never answers, and takes twenty seconds for that, by the clock that it moves."""

    def __init__(self, monkeypatch) -> None:
        self.now, self.asked = 0.0, []
        monkeypatch.setattr("kcert.trust.budget.time.monotonic", lambda: self.now)

    def get(self, url: str) -> tuple[bytes, ...]:
        self.asked.append(url)
        self.now += 20
        raise UnavailableError("nothing came", "응답이 없습니다", backend="test", retryable=True)

    def post(self, url: str, body: bytes, *, content_type: str) -> bytes:
        assert body
        assert content_type
        return self.get(url)[0]


def test_the_time_for_fetching_is_that_of_the_whole_verification(world, monkeypatch):
    for seconds, calls in ((5, 1), (20, 1), (30, 2), (1000, 3)):
        fetcher = SlowFetcher(monkeypatch)
        store = TrustStore([world.root.certificate], limits=PathLimits(fetch_seconds=seconds))
        verify = partial(
            store.verify,
            world.certificate,
            AT,
            intermediates=[world.authority.certificate],
            checker=RevocationSources(fetcher=fetcher),
        )
        with pytest.raises(RevocationUnknownError):
            verify(revocation=Revocation.REQUIRE)
        fetcher.asked.clear()
        path = verify(revocation=Revocation.CHECK_IF_AVAILABLE)
        # The list of the authority, the list and the responder of the certificate.
        assert len(fetcher.asked) == calls
        told = f"{seconds} seconds of fetching are over"
        assert (told in path.revocation[0].unknown) is (calls < 3)


def test_a_trickling_answer_ends_at_the_deadline(world):
    def trickle():
        for _ in range(200):
            time.sleep(0.02)
            yield b"0"

    world.server.routes["/crl"] = lambda body: Answer(trickle())
    world.unknown("no complete answer", deadline=0.3)


def test_an_endless_answer_ends_at_the_size_limit(world):
    world.server.routes["/crl"] = lambda body: Answer(itertools.repeat(bytes(1 << 16)))
    world.unknown("answer size")


def test_an_answer_that_says_it_is_too_large_is_not_read(world):
    fetcher = NetworkFetcher(allow_private=True, max_size=100)
    world.server.routes["/crl"] = bytes(101)
    with pytest.raises(LimitError):
        fetcher.get(world.server.url("/crl"))


def test_a_cut_answer_is_no_answer(world):
    world.server.routes["/crl"] = Answer([b"abc"], headers={"Content-Length": "10"})
    with pytest.raises(UnavailableError):
        NetworkFetcher(allow_private=True).get(world.server.url("/crl"))


def test_redirects_are_followed_a_few_times_and_only_to_what_is_allowed(world):
    routes = world.server.routes
    routes["/crl"] = Answer(status=302, headers={"Location": "/b"})
    routes["/b"] = Answer(status=301, headers={"Location": world.server.url("/c")})
    routes["/c"] = world.authority.crl(at=AT)
    assert world.verify()
    routes["/c"] = Answer(status=302, headers={"Location": "/crl"})
    world.unknown("too many redirects")
    for target in ("file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "ldap://x/"):
        routes["/crl"] = Answer(status=302, headers={"Location": target})
        world.unknown("not one of http")


@pytest.mark.parametrize("status", [404, 500, 204])
def test_an_http_error_is_no_answer(world, status):
    world.server.routes["/crl"] = Answer(status=status)
    world.unknown(f"answered {status}")


# Where it never connects to


PRIVATE = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://[::1]/",
    "http://0.0.0.0/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[fec0::1]/",
    "http://[::7f00:1]/",
    "http://[::ffff:0:7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://224.0.0.1/",
    "http://100.64.0.1/",
    "https://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "ldap://127.0.0.1/cn=x?certificateRevocationList",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_private_and_special_addresses_are_refused(url, monkeypatch):
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("it connected")

    if url.startswith("ldap"):
        pytest.importorskip("ldap3")
    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(UnavailableError, match="not allowed") as caught:
        NetworkFetcher().get(url)
    assert not caught.value.retryable
    assert_clear_error(caught.value, UnavailableError)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://x/",
        "http:///x",
        "http://user:secret@host/",
        "http://a b/",
        "http://host\r\nX: y/",
        "http://host:99999/",
        "http://" + "x" * 5000,
        "ldaps://host/cn=x?certificateRevocationList",
        "",
    ],
)
def test_other_urls_are_refused(url):
    with pytest.raises(KcertError) as caught:
        NetworkFetcher(allow_private=True).get(url)
    assert_clear_error(caught.value, KcertError)


def test_the_connection_goes_to_the_address_that_was_checked(server, monkeypatch):
    """A name that resolves to a public address first and to loopback later gains nothing."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    connected = []

    def resolve(host, port, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in next(answers)]

    def connect(address, timeout):
        connected.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(UnavailableError, match="does not answer"):
        NetworkFetcher().get(f"http://rebinding.invalid:{server.port}/")
    assert connected == [("93.184.215.14", server.port)]
    with pytest.raises(UnavailableError, match="not allowed"):
        NetworkFetcher().get(f"http://rebinding.invalid:{server.port}/")


def test_a_name_that_stands_for_a_public_and_a_private_address_is_refused(monkeypatch):
    def resolve(host, port, **options):
        return [(socket.AF_INET, 1, 6, "", (a, port)) for a in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(UnavailableError, match="not allowed"):
        NetworkFetcher().get("http://both.invalid/")


def test_a_name_that_does_not_resolve_in_time_ends_at_the_deadline(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1) or [])
    with pytest.raises(UnavailableError, match="no complete answer"):
        NetworkFetcher(deadline=0.1).get("http://slow.invalid/")


# LDAP URLs


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            (
                "ldap://ds.yessign.or.kr:389/ou=dp5p22874,ou=AccreditedCA,o=yessign,c=kr"
                "?certificateRevocationList"
            ),
            ("ds.yessign.or.kr", 389, "ou=dp5p22874,ou=AccreditedCA,o=yessign,c=kr"),
        ),
        (
            (
                "ldap://cen.dir.go.kr:389/cn=crl1p1dp8335,cn=CA131100001,ou=GPKI,"
                "o=Government of Korea,c=KR?certificateRevocationList;binary"
            ),
            (
                "cen.dir.go.kr",
                389,
                "cn=crl1p1dp8335,cn=CA131100001,ou=GPKI,o=Government of Korea,c=KR",
            ),
        ),
        ("LDAP://Host/cn=%ED%99%8D%20x", ("host", 389, "cn=홍 x")),
        ("ldap://[::1]:3890/cn=홍길동", ("::1", 3890, "cn=홍길동")),
        ("ldap://host", ("host", 389, "")),
    ],
)
def test_ldap_urls_are_read_as_they_stand_in_certificates(url, expected):
    found = LdapUrl.read(url)
    assert (found.host, found.port, found.name) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://host/",
        "ldap:///cn=x",
        "ldap://host:0/",
        "ldap://host:x/",
        "ldap://host/cn=x?a?sub",
        "ldap://host/cn=x?a?base?(cn=*)",
        "ldap://host/cn=x\n",
        "ldap://host/" + "x" * 5000,
    ],
)
def test_ldap_urls_that_are_not_one_entry_are_refused(url):
    with pytest.raises(FormatError):
        LdapUrl.read(url)


def test_an_ldap_url_without_attribute_gets_the_usual_one():
    url = "ldap://dir.signkorea.com:389/ou=dp6p7098,o=SignKorea,C=KR"
    assert with_attribute(url, authority=False) == url + "?certificateRevocationList"
    assert with_attribute(url, authority=True) == url + "?authorityRevocationList"
    assert with_attribute(url + "?x", authority=True) == url + "?x"
    assert with_attribute("http://x/y", authority=True) == "http://x/y"


def test_ldap_names_its_extra_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "ldap3", None)
    with pytest.raises(MissingExtraError, match="ldap"):
        NetworkFetcher().get("ldap://host.invalid/cn=x?certificateRevocationList")


# The cache


def test_a_fetched_list_is_kept_and_used_until_it_runs_out(world, tmp_path):
    world.server.routes["/crl"] = world.authority.crl(at=AT)
    cache = RevocationCache(tmp_path / "cache")
    world.verify(cache=cache)
    assert world.verify(cache=cache).location == world.server.url("/crl")
    assert world.verify(cache=cache, fetcher=None)
    assert len(world.server.requests) == 1
    world.arl = world.root.crl(at=AT, next_update=AT + 30 * DAY)
    world.unknown("404|out of date", cache=cache, at=AT + 8 * DAY)
    assert len(world.server.requests) == 3


def test_a_cached_answer_of_a_responder_is_used_for_its_certificate_alone(world, tmp_path):
    world.server.routes["/ocsp"] = world.answer()
    cache = RevocationCache(tmp_path)
    world.verify(cache=cache)
    assert world.verify(cache=cache, fetcher=None).kind is EvidenceKind.OCSP
    world.certificate = world.authority.issue("홍길남").certificate
    world.unknown("nothing at hand", cache=cache, fetcher=None)


def test_where_the_nonce_is_required_no_cached_answer_counts(world, tmp_path):
    world.server.routes["/ocsp"] = world.answer()
    cache = RevocationCache(tmp_path)
    world.verify(cache=cache)
    world.unknown("nothing at hand", cache=cache, fetcher=None, require_nonce=True)
    world.verify(cache=cache, require_nonce=True)
    assert [method for method, *_ in world.server.requests].count("POST") == 2


def test_a_cached_revocation_counts_offline(world, tmp_path):
    world.server.routes["/crl"] = world.authority.crl([world.certificate], at=AT)
    cache = RevocationCache(tmp_path)
    for options in ({}, {"fetcher": None}):
        with pytest.raises(RevokedError):
            world.verify(cache=cache, **options)


def test_what_said_nothing_is_not_kept(world, tmp_path):
    stranger = FakeRoot(fresh_key=True)
    world.server.routes["/crl"] = world.authority.crl(at=AT, key=stranger.key)
    world.unknown("not signed", cache=RevocationCache(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_cache_keeps_values_whole_and_apart(tmp_path):
    cache = RevocationCache(tmp_path / "deep" / "folder")
    values = (b"\x02\x01\x01", b"\x30\x00")
    cache.put("http://x/1", values, AT)
    cache.put("http://x/2", values[:1], AT)
    assert cache.get("http://x/1", AT) == values
    assert cache.get("http://x/2", AT) == values[:1]
    assert cache.get("http://x/3", AT) == ()
    assert cache.get("http://x/1", AT + DAY) == ()
    (folder,) = (tmp_path / "deep").iterdir()
    assert all("x" not in path.stem for path in folder.iterdir())
    assert {path.suffix for path in folder.iterdir()} == {".cached"}


@pytest.mark.parametrize(
    "content", [b"", b"kcert", b"kcert revocation cache 1\nnever\n\n0\0", b"\x00" * 500]
)
def test_a_damaged_file_of_the_cache_is_not_there(tmp_path, content):
    cache = RevocationCache(tmp_path)
    cache.put("key", [b"\x30\x00"], AT)
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    assert cache.get("key", AT) == ()
    cache.put("key", [b"\x30\x00"], AT)
    assert cache.get("key", AT) == (b"\x30\x00",)


def test_the_cache_stays_below_its_size(tmp_path):
    cache = RevocationCache(tmp_path, max_size=10_000)
    value = b"\x04\x82\x03\xe8" + bytes(1000)
    for number in range(50):
        cache.put(f"http://x/{number}", [value], AT)
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 10_000
    assert cache.get("http://x/49", AT) == (value,)


def test_a_medium_that_fails_costs_only_the_cache(tmp_path):
    place = tmp_path / "file"
    place.write_bytes(b"")
    cache = RevocationCache(place)
    cache.put("key", [b"\x30\x00"], AT)
    assert cache.get("key", AT) == ()


WRITER = """
import sys
from datetime import UTC, datetime
from kcert.trust import RevocationCache

cache = RevocationCache(sys.argv[1])
octet = sys.argv[2].encode()
for _ in range(50):
    cache.put("key", [b"\\x04\\x82\\x80\\x00" + octet * 0x8000], datetime(2030, 1, 1, tzinfo=UTC))
"""


def test_several_processes_share_a_cache_and_read_only_whole_values(tmp_path):
    whole = {(b"\x04\x82\x80\x00" + octet * 0x8000,) for octet in (b"a", b"b")}
    cache = RevocationCache(tmp_path)
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, octet]) for octet in "ab"]
    read = set()
    try:
        while any(writer.poll() is None for writer in writers):
            read.add(cache.get("key", AT))
    finally:
        codes = [writer.wait(60) for writer in writers]
    read.add(cache.get("key", AT))

    assert codes == [0, 0]
    assert read - {()} <= whole
    assert cache.get("key", AT) in whole
