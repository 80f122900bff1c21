# SPDX-License-Identifier: Apache-2.0
"""The relying party of 금융인증서."""

from __future__ import annotations

import base64
import json
import secrets
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding as paddings
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert import cms
from kcert.errors import (
    FormatError,
    IdentityMismatchError,
    KcertError,
    LimitError,
    PolicyError,
    SignatureError,
    TrustError,
    UntrustedIssuerError,
)
from kcert.keys import Padding, profiles
from kcert.services import fincert
from kcert.testing import FakeAuthority
from kcert.testing.assertions import clear_error, forms_of

POLICY = "1.2.410.200005.1.1.1.10"
# No such day.
ID_NUMBER = "9902301234567"
R = b"kcert-canary-random!"
NONCE = "n-0123456789abcdef"
TEXT = f"이체 100원 {NONCE}"
NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign", at=datetime(2026, 1, 1, tzinfo=UTC))


def opened(authority, **options):
    options = {"policy": POLICY, "id_number": ID_NUMBER, "random": R} | options
    return authority.issue("홍길동", password="x", profile=profiles.CHEAPEST, **options).unlock("x")


@pytest.fixture(scope="module")
def holder(authority):
    with opened(authority) as unlocked:
        yield unlocked


@pytest.fixture(scope="module")
def other(authority):
    with opened(authority, fresh_key=True) as unlocked:
        yield unlocked


def signed(holder, text=TEXT, *, profile=cms.Profile.FINCERT, at=NOW, encoding="utf-8", **options):
    octets = text.encode(encoding) if isinstance(text, str) else text
    return base64url(cms.sign(octets, holder, profile=profile, signing_time=at, **options))


def result(*values: str, **fields) -> dict:
    return {"certSeqNum": "0000012345", "signedVals": list(values), **fields}


def raw(holder, text=TEXT, scheme=None) -> str:
    key = holder.to_cryptography()
    scheme = scheme or paddings.PKCS1v15()
    return base64url(key.sign(text.encode(), scheme, hashes.SHA256()))


class TestAccepting:
    @pytest.mark.parametrize("profile", ["FINCERT", "FINCERT_BARE", "FINCERT_PSS"])
    @pytest.mark.parametrize("detached", [False, True])
    def test_type_cms(self, holder, profile, detached):
        value = signed(holder, profile=getattr(cms.Profile, profile), detached=detached)
        verdict = fincert.verify(result(value), [TEXT], nonce=NONCE, at=NOW)
        assert verdict.certificate == holder.certificate
        assert (verdict.form, verdict.signing_time) == ("CMS", NOW)
        assert verdict.texts == (TEXT.encode(),)
        assert verdict.certificate_sequence_number == "0000012345"
        assert not verdict.identity_checked
        assert verdict.path is None

    @pytest.mark.parametrize("salt", [None, 0, 20, 32, "max"])
    def test_type_pkcs1(self, holder, salt):
        scheme = None
        if salt is not None:
            size = paddings.PSS.MAX_LENGTH if salt == "max" else salt
            scheme = paddings.PSS(paddings.MGF1(hashes.SHA256()), size)
        forms = (
            holder.certificate.to_pem(),
            base64url(holder.certificate.der),
            base64.b64encode(holder.certificate.der).decode(),
        )
        for certificate in forms:
            found = result(raw(holder, scheme=scheme), certificate=certificate)
            verdict = fincert.verify(found, [TEXT], nonce=NONCE, at=NOW)
            assert (verdict.form, verdict.signing_time) == ("PKCS1", None)
            assert verdict.certificate == holder.certificate

    def test_several_texts(self, holder):
        texts = [f"{number} {NONCE}" for number in range(3)]
        values = [
            signed(holder, text, at=NOW + timedelta(seconds=number))
            for number, text in enumerate(texts)
        ]
        verdict = fincert.verify(result(*values), texts, nonce=NONCE, at=NOW)
        assert verdict.texts == tuple(text.encode() for text in texts)
        assert verdict.signing_time == NOW

    def test_euc_kr(self, holder):
        value = signed(holder, encoding="euc-kr")
        fincert.verify(result(value), [TEXT], nonce=NONCE, encoding="euc-kr", at=NOW)
        with clear_error(SignatureError):
            fincert.verify(result(value), [TEXT], at=NOW)

    def test_octets(self, holder):
        octets = bytes(range(256))
        fincert.verify(result(signed(holder, octets)), [octets], at=NOW)

    def test_json(self, holder):
        text = json.dumps(result(signed(holder)))
        for form in (text, text.encode()):
            fincert.verify(form, [TEXT], nonce=NONCE, at=NOW)
        fincert.verify(fincert.SignResult.read(text), [TEXT], at=NOW)

    def test_the_present_is_the_default(self, authority):
        with opened(FakeAuthority("yessign")) as fresh:
            value = signed(fresh, at=datetime.now(UTC))
            fincert.verify(result(value), [TEXT], nonce=NONCE)

    def test_the_serial_number_as_banks_store_it(self, authority):
        with opened(authority, serial_number=4660) as unlocked:
            verdict = fincert.verify(result(signed(unlocked)), [TEXT], at=NOW)
        assert verdict.serial_number_text == "000000004660"

    def test_r_as_a_field_or_in_the_message(self, holder):
        plain = signed(holder)
        for r_value in (base64url(R), base64.b64encode(R).decode(), R.hex()):
            verdict = fincert.verify(
                result(plain, rValue=r_value), [TEXT], at=NOW, id_number="990230-1234567"
            )
            assert verdict.identity_checked
        inside = signed(holder, profile=cms.Profile.YESSIGN)
        assert fincert.verify(result(inside), [TEXT], at=NOW, id_number=ID_NUMBER).identity_checked

    def test_other_policies_if_asked_for(self, authority):
        with opened(authority, policy="1.2.410.200005.1.1.4") as joint:
            value = result(signed(joint))
            with clear_error(PolicyError):
                fincert.verify(value, [TEXT], at=NOW)
            fincert.verify(value, [TEXT], at=NOW, policies={"1.2.410.200005.1.1.4"})


class TestRefusing:
    def test_another_text(self, holder):
        for detached in (False, True):
            with clear_error(SignatureError):
                fincert.verify(
                    result(signed(holder, "이체 999원", detached=detached)), [TEXT], at=NOW
                )
        found = result(raw(holder, "이체 999원"), certificate=holder.certificate.to_pem())
        with clear_error(SignatureError):
            fincert.verify(found, [TEXT], at=NOW)

    def test_another_session(self, holder):
        with clear_error(SignatureError):
            fincert.verify(result(signed(holder)), [TEXT], nonce="n-other", at=NOW)
        with pytest.raises(ValueError, match="nonce"):
            fincert.verify(result(signed(holder)), [TEXT], nonce="", at=NOW)

    def test_texts_in_another_order_or_number(self, holder):
        one, two = signed(holder, "1"), signed(holder, "2")
        for values, texts in (((two, one), "12"), ((one,), "12"), ((one, two), "1")):
            with clear_error(SignatureError):
                fincert.verify(result(*values), list(texts), at=NOW)

    def test_several_signers(self, holder, other):
        with clear_error(SignatureError):
            fincert.verify(result(signed(holder, "1"), signed(other, "2")), ["1", "2"], at=NOW)
        joint = cms.add_signature(
            cms.sign(TEXT.encode(), holder, signing_time=NOW), other, signing_time=NOW
        )
        with clear_error(SignatureError):
            fincert.verify(result(base64url(joint)), [TEXT], at=NOW)

    @pytest.mark.parametrize("minutes", [-11, 6, -60 * 24 * 365])
    def test_another_time(self, holder, minutes):
        value = result(signed(holder, at=NOW + timedelta(minutes=minutes)))
        with clear_error(SignatureError):
            fincert.verify(value, [TEXT], at=NOW)
        fincert.verify(value, [TEXT], at=NOW, max_age=None)

    @pytest.mark.parametrize("minutes", [-9, 0, 4])
    def test_a_clock_may_be_a_little_off(self, holder, minutes):
        value = result(signed(holder, at=NOW + timedelta(minutes=minutes)))
        fincert.verify(value, [TEXT], at=NOW)

    def test_the_certificate_of_another(self, holder, other):
        found = result(raw(holder), certificate=other.certificate.to_pem())
        with clear_error(SignatureError):
            fincert.verify(found, [TEXT], at=NOW)

    def test_a_certificate_for_encryption(self, authority):
        credential = authority.issue(
            "홍길동", policy=POLICY, password="x", km=True, profile=profiles.CHEAPEST
        )
        with credential.unlock("x") as unlocked:
            pair = unlocked.key_management
            found = result(raw(pair), certificate=pair.certificate.to_pem())
            with clear_error(TrustError):
                fincert.verify(found, [TEXT], at=NOW, policies=pair.certificate.policy_oids)

    def test_a_text_that_the_encoding_does_not_have(self, holder):
        with clear_error(FormatError, canaries=["\U0001f600"]):
            fincert.verify(result(signed(holder)), ["\U0001f600 100원"], at=NOW, encoding="euc-kr")

    def test_a_nonce_alone_does_not_replace_the_text(self, holder):
        with clear_error(SignatureError):
            fincert.verify(result(signed(holder, NONCE)), [TEXT], nonce=NONCE, at=NOW)

    def test_naive_times_and_no_texts(self, holder):
        value = result(signed(holder))
        with pytest.raises(ValueError, match="aware"):
            fincert.verify(value, [TEXT], at=NOW.replace(tzinfo=None))
        for wrong in ([], TEXT, TEXT.encode()):
            with pytest.raises(ValueError, match="sequence"):
                fincert.verify(value, wrong, at=NOW)

    @pytest.mark.parametrize("wrong", [
        {}, {"signedVals": []}, {"signedVals": "x"}, {"signedVals": [1]}, {"signedVals": [""]},
        {"signedVals": ["가"]}, {"signedVals": ["AAAA"], "certificate": "x"},
        {"signedVals": ["AAAA"], "certificate": 7}, {"signedVals": ["AAAA"], "rValue": 7},
        {"signedVals": ["AAAA"], "rValue": "?"}, {"signedVals": ["AAAA"], "certSeqNum": []},
        {"signedVals": ["AAAA"], "certSeqNum": "1 2"}, {"signedVals": ["AAAA"]},
        "", "[]", "{", "null", b"\xff", "[" * 100_000,
    ])  # fmt: skip
    def test_what_is_no_result(self, wrong):
        with clear_error(FormatError):
            fincert.verify(wrong, [TEXT], at=NOW)

    def test_too_much(self):
        with clear_error(LimitError):
            fincert.verify("x" * (17 << 20), [TEXT], at=NOW)
        with clear_error(LimitError):
            fincert.verify({"signedVals": ["AAAA"] * 101}, [TEXT] * 101, at=NOW)

    @settings(max_examples=100)
    @given(st.data())
    def test_changed_values_never_verify_to_something_else(self, holder, data):
        value = bytearray(base64.urlsafe_b64decode(signed(holder) + "=="))
        at = data.draw(st.integers(0, len(value) - 1))
        value[at] ^= data.draw(st.integers(1, 255))
        try:
            verdict = fincert.verify(result(base64url(bytes(value))), [TEXT], at=NOW)
        except KcertError:
            return
        # What the certificate says is held together by the trust store, not by this signature.
        assert verdict.texts == (TEXT.encode(),)
        assert verdict.certificate.public_key_info == holder.certificate.public_key_info


class Trusting:
    def __init__(self, error=None):
        self.error = error
        self.asked = []

    def verify(self, certificate, **options):
        self.asked.append((certificate, options))
        if self.error is not None:
            raise self.error
        return "path"


class TestTrustAndIdentity:
    def test_the_trust_store_has_its_say(self, holder):
        trust = Trusting()
        verdict = fincert.verify(
            result(signed(holder)), [TEXT], at=NOW, trust=trust, revocation="REQUIRE"
        )
        assert verdict.path == "path"
        ((certificate, options),) = trust.asked
        assert certificate == holder.certificate
        assert options == {"at": NOW, "intermediates": (), "revocation": "REQUIRE"}
        with clear_error(UntrustedIssuerError):
            fincert.verify(
                result(signed(holder)),
                [TEXT],
                at=NOW,
                trust=Trusting(UntrustedIssuerError("nobody", "없음")),
            )

    def test_certificates_in_the_message_are_candidates(self, holder, authority):
        trust = Trusting()
        value = signed(holder, certificates=[authority.certificate])
        fincert.verify(result(value), [TEXT], at=NOW, trust=trust)
        assert trust.asked[0][1]["intermediates"] == (authority.certificate,)

    def test_a_wrong_number_and_a_wrong_r_are_the_same_answer(self, holder):
        messages = set()
        for r_value, number in ((bytes(20), ID_NUMBER), (R, "9902301234568")):
            found = result(signed(holder), rValue=base64url(r_value))
            with clear_error(IdentityMismatchError, canaries=[ID_NUMBER, R]) as caught:
                fincert.verify(found, [TEXT], at=NOW, id_number=number)
            messages.add(str(caught.error))
        assert len(messages) == 1

    def test_without_r_there_is_no_identity_check(self, holder):
        with clear_error(FormatError, canaries=[ID_NUMBER]):
            fincert.verify(result(signed(holder)), [TEXT], at=NOW, id_number=ID_NUMBER)

    def test_nothing_shows_number_r_or_text(self, holder):
        found = fincert.SignResult.read(result(signed(holder), rValue=base64url(R)))
        verdict = fincert.verify(found, [TEXT], at=NOW, id_number=ID_NUMBER)
        shown = f"{found!r} {verdict!r}".encode()
        for secret in (ID_NUMBER, R, TEXT):
            assert not [form for form in forms_of(secret) if form in shown]

    def test_no_local_variable_of_a_traceback_shows_number_or_r(self, holder):
        forms = forms_of(ID_NUMBER) | forms_of(R)
        with_r = result(signed(holder), rValue=base64url(R))
        other_number = "9902301234568"
        cases = [
            lambda: fincert.verify(with_r, ["x"], at=NOW, id_number=ID_NUMBER),
            lambda: fincert.verify(with_r, [TEXT], at=NOW, id_number=other_number),
            lambda: fincert.verify(json.dumps(with_r), ["x"], at=NOW, id_number=ID_NUMBER),
            lambda: fincert.verify(json.dumps(with_r)[:-1], [TEXT], at=NOW, id_number=ID_NUMBER),
            lambda: fincert.verify({"rValue": "x" + R.hex()}, [TEXT], at=NOW),
        ]
        for number, case in enumerate(cases):
            try:
                case()
            except KcertError as error:
                shown = "".join(
                    traceback.TracebackException(
                        type(error), error, error.__traceback__.tb_next.tb_next,
                        capture_locals=True,
                    ).format()
                ).encode()  # fmt: skip
                assert not [form for form in forms if form in shown], number
            else:
                pytest.fail(f"no error in case {number}")


def test_a_fresh_nonce_in_each_session_is_the_protocol(holder):
    nonce = secrets.token_urlsafe(16)
    text = f"로그인 {nonce}"
    once = result(signed(holder, text, padding=Padding.PSS))
    fincert.verify(once, [text], nonce=nonce, at=NOW)
    again = secrets.token_urlsafe(16)
    with clear_error(SignatureError):
        fincert.verify(once, [f"로그인 {again}"], nonce=again, at=NOW)
