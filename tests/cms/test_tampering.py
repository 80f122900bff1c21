# SPDX-License-Identifier: Apache-2.0
"""Whatever is changed in a message: never a yes to other content, never another kind of error."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert import Padding, cms, profiles
from kcert.errors import KcertError
from kcert.testing import TEST_PASSWORD, FakeAuthority
from kcert.testing.strategies import mutations

DATA = "서명할 내용".encode()


@pytest.fixture(scope="module")
def messages():
    """Valid messages of every kind, and who signed each; small keys, for speed."""
    one, other = (
        FakeAuthority(name)
        .issue(key_size=1024, profile=profiles.CHEAPEST, fresh_key=True)
        .unlock(TEST_PASSWORD)
        for name in ("yessign", "KICA")
    )
    ber = io.BytesIO()
    cms.sign_stream([DATA[:4], DATA[4:]], one, ber)
    single = cms.sign(DATA, one)
    blobs = [
        single,
        cms.sign(DATA, one, profile=cms.Profile.PYPINKSIGN),
        cms.sign(DATA, one, profile=cms.Profile.YESSIGN.but(content_info=False)),
        cms.sign(DATA, one, padding=Padding.PSS),
        cms.sign(DATA, [one, (other, cms.Profile.KCASE)]),
        cms.countersign(single, other),
        cms.sign(DATA, one, detached=True),
        ber.getvalue(),
    ]
    return blobs, {one.certificate, other.certificate}


def check(blob: bytes, known) -> None:
    """A changed message is refused, or says what was signed, by whom it was signed."""
    target = io.BytesIO()
    for verify in (
        cms.verify,
        lambda data: cms.verify(data, DATA),
        lambda data: cms.verify_stream([data], target),
    ):
        try:
            message = verify(blob)
        except KcertError:
            continue
        assert message.content in (DATA, None)
        assert message.size == len(DATA)
        # Where the certificate itself was changed, its key was not; a trust store refuses it.
        keys = {one.public_key_info for one in known}
        assert {one.certificate.public_key_info for one in message.signers} <= keys


@settings(max_examples=400)
@given(st.data())
def test_any_bit_of_any_message(messages, data):
    blobs, known = messages
    blob = bytearray(data.draw(st.sampled_from(blobs)))
    position = data.draw(st.integers(0, 8 * len(blob) - 1))
    blob[position // 8] ^= 1 << position % 8

    check(bytes(blob), known)


@settings(max_examples=300)
@given(st.data())
def test_any_change_of_structure(messages, data):
    blobs, known = messages

    check(data.draw(mutations(data.draw(st.sampled_from(blobs)))), known)


def test_every_octet_of_one_message(messages):
    blobs, known = messages
    for blob in blobs[:2]:
        for position in range(len(blob)):
            changed = bytearray(blob)
            changed[position] ^= 0x01
            check(bytes(changed), known)


def test_every_prefix_is_refused(messages):
    blobs, _ = messages
    for blob in blobs:
        for size in range(0, len(blob), 3):
            for verify in (cms.verify, lambda data: cms.verify(data, DATA)):
                with pytest.raises(KcertError):
                    verify(blob[:size])


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_octets_are_a_message_or_a_clear_error(octets):
    for blob in (octets, b"\x30" + octets, octets.hex()):
        for verify in (cms.verify, lambda data: cms.verify_time_stamp(data, b"")):
            with pytest.raises(KcertError):
                verify(blob)
