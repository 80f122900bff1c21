# SPDX-License-Identifier: Apache-2.0
"""Time stamps: an authority in the test, and a token that a Korean authority made."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from kcert import cms
from kcert._asn1 import der, encode, oids
from kcert.cms.time_stamps import verify_imprint
from kcert.errors import (
    AuthorityError,
    FormatError,
    KcertError,
    LimitError,
    SignatureError,
    UnsupportedAlgorithmError,
)
from kcert.testing import clear_error
from kcert.testing.template import Extension

POLICY = "1.2.410.200004.2.1"
TIME = "20261122030405"
USAGE = Extension("2.5.29.37", encode.sequence(encode.oid("1.3.6.1.5.5.7.3.8")), critical=True)


class TimeStamper:
    """A time-stamping authority; what it answers can be wrong in every way."""

    def __init__(self, parts) -> None:
        self._parts = parts
        self.requests = []

    def token(
        self,
        imprint: bytes,
        *,
        nonce: bytes = b"",
        time: str = TIME + "Z",
        policy: str = POLICY,
        bound: bool = True,
        extra: bytes = b"",
        content_type: str = oids.TST_INFO,
        signers: int = 1,
        unsigned: tuple[bytes, ...] = (),
    ) -> bytes:
        info = encode.sequence(
            encode.integer(1),
            encode.oid(policy),
            imprint,
            encode.integer(7),
            encode.value(der.GENERALIZED_TIME, time.encode()),
            extra,
            nonce,
        )
        parts = self._parts
        certificate = hashlib.sha256(parts.certificate.der).digest()
        identifier = encode.sequence(
            encode.sequence(encode.sequence(encode.octet_string(certificate)))
        )
        attributes = parts.attributes(hashlib.sha256(info).digest(), content_type)
        if bound:
            attributes.append(parts.attribute(oids.SIGNING_CERTIFICATE_V2, identifier))
        one = parts.info(attributes, unsigned=unsigned)
        return parts.wrap(*[one] * signers, content=info, content_type=content_type)

    def __call__(self, request: bytes, **changes) -> bytes:
        self.requests.append(request)
        fields = der.Reader(request, "request").sequence()
        assert fields.integer() == 1
        imprint = fields.read_encoded()
        policy = fields.oid() if fields.peek() == der.OBJECT_IDENTIFIER else POLICY
        nonce = fields.read_encoded()
        assert fields.boolean() is True
        fields.finish()
        options = {"nonce": nonce, "policy": policy, **changes}
        status = encode.sequence(encode.integer(0))
        return encode.sequence(status, self.token(imprint, **options))

    def with_(self, **changes):
        return lambda request: self(request, **changes)


@pytest.fixture(scope="module")
def stamper(certificate_for, make_parts):
    return TimeStamper(make_parts(certificate_for("yessign", USAGE)))


def test_data_are_stamped(stamper, data):
    stamp = cms.time_stamp(data, stamper)

    assert stamp.time == datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
    assert stamp.policy == POLICY
    assert stamp.serial_number == 7
    assert stamp.digest == "sha256"
    assert stamp.accuracy is None
    assert stamp.path is None
    assert data not in stamper.requests[-1]
    assert cms.verify_time_stamp(stamp.token, data) == stamp
    assert cms.verify_time_stamp(stamp.token.hex(), [data[:3], data[3:]]) == stamp


def test_hash_and_policy_are_asked_for(stamper, data):
    stamp = cms.time_stamp(data, stamper, digest="sha512", policy="1.2.3.4")

    assert (stamp.digest, stamp.policy) == ("sha512", "1.2.3.4")


def test_old_hashes_are_not_asked_with(stamper, data):
    with clear_error(UnsupportedAlgorithmError):
        cms.time_stamp(data, stamper, digest="sha1")


def test_no_two_requests_are_alike(stamper, data):
    for _ in range(2):
        cms.time_stamp(data, stamper)

    assert stamper.requests[-1] != stamper.requests[-2]


def test_fractions_and_accuracy_are_read(stamper, data):
    accuracy = encode.sequence(
        encode.integer(1),
        encode.integer(500, der.context(0, constructed=False)),
        encode.integer(250, der.context(1, constructed=False)),
    )
    stamp = cms.time_stamp(
        data,
        stamper.with_(time=TIME + ".1234567Z", extra=accuracy + encode.boolean(flag=True)),
    )

    assert stamp.time.microsecond == 123456
    assert stamp.accuracy == pytest.approx(1.50025)


def test_the_authority_is_validated(stamper, data, trusting):
    trust = trusting()

    stamp = cms.time_stamp(data, stamper, trust=trust, at=datetime(2027, 1, 1, tzinfo=UTC))

    assert stamp.path == ("path of", stamp.certificate)
    assert trust.asked[0][1].year == 2027


@pytest.mark.parametrize(
    ("answer", "status", "failures"),
    [
        ("3006020102 0301 00", "rejection", ()),
        ("30090201020304060020 00", "rejection", ()),
        ("3003020103", "waiting", ()),
        ("3003020100", "granted", ()),
    ],
)
def test_a_refusal_says_why(data, answer, status, failures):
    fields = bytes.fromhex(answer)
    if fields[:1] != b"\x30" or len(fields) > 5:
        fields = encode.sequence(
            encode.integer(2), encode.sequence(encode.utf8_string("no")), encode.bit_string(b"\x04")
        )
        failures = ("badDataFormat",)
    with clear_error(AuthorityError) as caught:
        cms.time_stamp(data, lambda _: encode.sequence(fields))

    assert caught.error.status == status
    assert caught.error.failure == failures


@pytest.mark.parametrize(
    "answer", [b"", b"\x30\x00", b"hello", bytes(1 << 21), encode.sequence(encode.sequence())]
)
def test_an_answer_that_is_none_is_a_clear_error(data, answer):
    with clear_error(FormatError):
        cms.time_stamp(data, lambda _: answer)


def test_an_answer_to_another_request_is_refused(stamper, data):
    for wrong in ({"nonce": encode.integer(5)}, {"nonce": b""}):
        with clear_error(AuthorityError):
            cms.time_stamp(data, stamper.with_(**wrong))
    with clear_error(AuthorityError):
        cms.time_stamp(data, stamper.with_(policy="1.2.3"), policy="1.2.4")
    other = cms.time_stamp(b"other", stamper).token
    with clear_error(SignatureError):
        cms.time_stamp(data, lambda _: encode.sequence(encode.sequence(encode.integer(0)), other))


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"bound": False}, SignatureError),
        ({"signers": 2}, SignatureError),
        ({"content_type": oids.PKCS7_DATA}, FormatError),
        ({"time": "20261322030405Z"}, FormatError),
        ({"time": "202611220304Z"}, FormatError),
        ({"time": TIME + "+0900"}, FormatError),
        ({"time": TIME + ".Z"}, FormatError),
        ({"extra": encode.sequence(encode.integer(-1))}, FormatError),
        ({"extra": encode.integer(1) * 2}, FormatError),
    ],
)
def test_a_token_that_breaks_the_rules_is_refused(stamper, data, wrong, kind):
    with clear_error(kind):
        cms.time_stamp(data, stamper.with_(**wrong))


@pytest.mark.parametrize(
    "added",
    [
        (),
        (Extension("2.5.29.37", USAGE.value, critical=False),),
        (
            Extension(
                "2.5.29.37",
                encode.sequence(encode.oid("1.3.6.1.5.5.7.3.8"), encode.oid("1.3.6.1.5.5.7.3.4")),
                critical=True,
            ),
        ),
    ],
)
def test_only_authorities_for_time_stamps_make_them(certificate_for, make_parts, data, added):
    other = TimeStamper(make_parts(certificate_for("yessign", *added)))

    with clear_error(SignatureError) as caught:
        cms.time_stamp(data, other)

    assert "extendedKeyUsage" in caught.error.reason


# In a message.


def test_a_signature_is_stamped_and_verified_with_the_message(
    signer, witness, stamper, data, trusting
):
    blob = cms.sign(data, [signer, witness])

    stamped = cms.add_time_stamp(blob, stamper, signer.certificate)

    trust = trusting()
    message = cms.verify(stamped, trust=trust, policies={"1.2.3"})
    found = message.signer(signer.certificate).time_stamp
    assert found.time.year == 2026
    assert message.signer(witness.certificate).time_stamp is None
    # The policies are asked of the signers, not of the authority.
    assert [one[3] for one in trust.asked if one[0] == found.certificate] == [{}]
    assert cms.verify(cms.add_signature(stamped, witness)).signers


def test_a_time_stamp_over_another_signature_is_refused(signer, stamper, by_hand, data):
    token = cms.time_stamp(b"another signature", stamper).token
    attribute = by_hand.attribute(oids.TIME_STAMP_ATTRIBUTE, token)
    blob = by_hand.wrap(by_hand.info(data=data, unsigned=[attribute]))

    with clear_error(SignatureError) as caught:
        cms.verify(blob)

    assert caught.error.signer == 0
    assert "time stamp" in caught.error.reason


def test_two_time_stamps_on_one_signature_are_refused(signer, stamper, data):
    twice = cms.add_time_stamp(cms.add_time_stamp(cms.sign(data, signer), stamper), stamper)

    with clear_error(SignatureError):
        cms.verify(twice)


def test_time_stamps_of_time_stamps_are_capped(stamper, by_hand, parts_of, data):
    """Any depth is written with ease; without a cap it is the stack that ends."""

    def imprint_of(signed: bytes) -> bytes:
        return encode.sequence(
            by_hand.digest_algorithm, encode.octet_string(hashlib.sha256(signed).digest())
        )

    def stamped(depth: int) -> bytes:
        imprints = [imprint_of(by_hand.signer.sign(data))]
        while len(imprints) < depth:
            (signer,) = parts_of(stamper.token(imprints[-1])).signers
            imprints.append(imprint_of(signer.signature))
        unsigned: tuple[bytes, ...] = ()
        for imprint in reversed(imprints):
            token = stamper.token(imprint, unsigned=unsigned)
            unsigned = (by_hand.attribute(oids.TIME_STAMP_ATTRIBUTE, token),)
        return by_hand.wrap(by_hand.info(data=data, unsigned=unsigned))

    assert cms.verify(stamped(4)).signers[0].time_stamp.serial_number == 7
    for depth in (5, 300):
        with clear_error(LimitError):
            cms.verify(stamped(depth))


def test_an_empty_imprint_is_over_nothing(stamper):
    """Of a hash that the caller does not have, nothing must not equal nothing."""
    empty = encode.sequence(encode.sequence(encode.oid(oids.SHA384)), encode.octet_string(b""))

    with clear_error(SignatureError):
        verify_imprint(stamper.token(empty), {"sha256": bytes(32)})
    with clear_error(SignatureError):
        cms.time_stamp(b"data", lambda _: _granted(stamper, empty))


def _granted(stamper, imprint: bytes) -> bytes:
    return encode.sequence(encode.sequence(encode.integer(0)), stamper.token(imprint))


# The real one.


@pytest.fixture(scope="module")
def real_token(shared_data):
    return (shared_data / "ca/lists/yessign_test_tsa_token.ber").read_bytes()


def test_the_token_of_a_korean_authority_holds_as_a_message(real_token):
    message = cms.verify(real_token)

    assert message.content_type == oids.TST_INFO
    assert message.signers[0].certificate.extended_key_usage == ("1.3.6.1.5.5.7.3.8",)


def test_the_token_of_a_korean_authority_is_over_what_it_says(real_token):
    """What it was made for is not published: its own imprint stands in for the data."""
    imprint = bytes.fromhex("53662451ed2c75ec962e23b3b72977b48c1e2cb7a04f9dd559d15315050d6e32")
    assert imprint in real_token

    with clear_error(SignatureError) as caught:
        cms.verify_time_stamp(real_token, b"something else")

    assert "other data" in caught.error.reason


def test_the_facts_of_the_real_token_are_read(real_token):
    imprint = bytes.fromhex("53662451ed2c75ec962e23b3b72977b48c1e2cb7a04f9dd559d15315050d6e32")
    stamp = verify_imprint(real_token, {"sha256": imprint})

    assert stamp.time == datetime(2022, 3, 25, 5, 47, 46, tzinfo=UTC)
    assert stamp.policy == "1.2.410.200004.2.1"
    assert stamp.serial_number == 0x02CE5EC91448C362
    assert stamp.digest == "sha256"
    assert stamp.certificate.authority.code == "KISA"


def test_a_changed_real_token_never_holds(real_token):
    imprint = bytes.fromhex("53662451ed2c75ec962e23b3b72977b48c1e2cb7a04f9dd559d15315050d6e32")
    good = verify_imprint(real_token, {"sha256": imprint})
    for position in range(0, len(real_token), 7):
        changed = bytearray(real_token)
        changed[position] ^= 1
        try:
            found = verify_imprint(bytes(changed), {"sha256": imprint})
        except KcertError:
            continue
        assert (found.time, found.serial_number) == (good.time, good.serial_number)
