# SPDX-License-Identifier: Apache-2.0
"""The log-in forms of Hometax and Government24."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from kcert import cms, vid
from kcert.certificate import Certificate
from kcert.errors import FormatError
from kcert.keys import profiles
from kcert.services import gov24, hometax
from kcert.testing import FakeAuthority
from kcert.testing.assertions import clear_error, forms_of

ID_NUMBER = "9902301234567"
R = b"kcert-canary-random!"
NOW = datetime(2026, 6, 1, 15, 4, 5, tzinfo=UTC)
CHALLENGE = "kcert-challenge-0123456789"


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign", at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def holder(authority):
    credential = authority.issue(
        "홍길동", password="x", id_number=ID_NUMBER, random=R, km=True,
        serial_number=0x0ABCDE, profile=profiles.CHEAPEST,
    )  # fmt: skip
    with credential.unlock("x") as opened:
        yield opened


@pytest.fixture(scope="module")
def without_random(authority):
    credential = authority.issue(
        "홍길동", password="x", without_random=True, profile=profiles.CHEAPEST
    )
    with credential.unlock("x") as opened:
        yield opened


@pytest.fixture(scope="module")
def site(authority):
    credential = authority.issue("정부24", password="x", km=True, profile=profiles.CHEAPEST)
    with credential.unlock("x") as opened:
        yield opened.key_management


class TestHometax:
    def test_the_form_has_what_the_site_asks_for(self, holder):
        fields = hometax.login(holder, CHALLENGE, at=NOW).fields()
        assert sorted(fields) == ["cert", "logSgnt", "pkcLgnClCd", "randomEnc"]
        assert fields["pkcLgnClCd"] == "03"
        assert base64.b64decode(fields["randomEnc"]) == R
        assert Certificate.load(fields["cert"]) == holder.certificate
        log = base64.b64decode(fields["logSgnt"]).decode().split("$")
        # 15:04:05 in UTC is four minutes past midnight in Korea.
        assert log[:3] == [CHALLENGE, "abcde", "20260602000405"]
        holder.verify(base64.b64decode(log[3]), CHALLENGE.encode())

    def test_now_is_the_default(self, holder):
        log = base64.b64decode(hometax.login(holder, CHALLENGE).signed_log).decode()
        assert log.split("$")[2] > "20260101000000"

    @pytest.mark.parametrize("wrong", ["", "a$b", "가", "x" * 4097])
    def test_what_the_server_never_gives_is_refused(self, holder, wrong):
        with clear_error(FormatError, canaries=[R]):
            hometax.login(holder, wrong, at=NOW)

    def test_a_key_without_r_is_told(self, without_random):
        with clear_error(FormatError):
            hometax.login(without_random, CHALLENGE, at=NOW)

    def test_a_naive_time_is_refused(self, holder):
        with pytest.raises(ValueError, match="time zone"):
            hometax.login(holder, CHALLENGE, at=NOW.replace(tzinfo=None))

    def test_r_does_not_show(self, holder):
        shown = repr(hometax.login(holder, CHALLENGE, at=NOW)).encode()
        assert not [form for form in forms_of(R) if form in shown]


class TestGov24:
    def test_the_form_has_what_the_site_asks_for(self, holder, site):
        fields = gov24.login(holder, site.certificate, at=NOW).fields()
        assert sorted(fields) == ["pkcs1Msg", "vidMsg", "xml"]
        assert fields["xml"] == fields["pkcs1Msg"]
        message = cms.verify(fields["xml"])
        assert message.content == "공동인증서로그인".encode("cp949")
        assert message.signers[0].certificate == holder.certificate
        assert message.signers[0].signing_time == NOW
        with vid.open_message(fields["vidMsg"], site) as received:
            assert not received.has_id_number
            received.verify(holder.certificate, ID_NUMBER)

    def test_the_number_goes_along_where_it_is_given(self, holder, site):
        form = gov24.login(holder, site.certificate, id_number="990230-1234567", at=NOW)
        with vid.open_message(form.vid_message, site) as received:
            received.verify(holder.certificate)

    def test_a_key_without_r_is_told(self, without_random, site):
        with clear_error(FormatError):
            gov24.login(without_random, site.certificate, at=NOW)

    def test_what_is_not_a_number_is_told(self, holder, site):
        with clear_error(FormatError, canaries=[R]):
            gov24.login(holder, site.certificate, id_number="abc")
