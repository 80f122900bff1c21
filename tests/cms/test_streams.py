# SPDX-License-Identifier: Apache-2.0
"""Content of any size."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from kcert import Padding, cms
from kcert._asn1 import encode, oids
from kcert.errors import FormatError, KcertError, LimitError, SignatureError
from kcert.testing import clear_error

LARGE = bytes(range(256)) * 1_000
PROFILES = [
    cms.Profile.STANDARD,
    cms.Profile.FINCERT_BARE,
    cms.Profile.PYPINKSIGN,
    cms.Profile(padding=Padding.PSS, digest="sha512", key_identifier=True, random=True, chain=True),
]


def written(source, signers, **options) -> bytes:
    target = io.BytesIO()
    cms.sign_stream(source, signers, target, **options)
    return target.getvalue()


def passed(blob, pieces: int = 0) -> tuple[bytes, cms.SignedMessage]:
    target = io.BytesIO()
    source = (
        [blob[at : at + pieces] for at in range(0, len(blob), pieces)]
        if pieces
        else io.BytesIO(blob)
    )
    message = cms.verify_stream(source, target)
    return target.getvalue(), message


@pytest.mark.parametrize("profile", PROFILES, ids=range(4))
@pytest.mark.parametrize("content", [b"", b"x", LARGE], ids=["empty", "small", "large"])
def test_with_a_known_size_the_stream_is_the_message(signer, profile, content, moment):
    options = {"profile": profile, "signing_time": moment}

    blob = written(io.BytesIO(content), signer, size=len(content), **options)

    if profile.padding is Padding.PKCS1V15:
        assert blob == cms.sign(content, signer, **options)
    assert cms.verify(blob).content == content


@pytest.mark.parametrize("profile", PROFILES, ids=range(4))
@pytest.mark.parametrize("content", [b"", b"x", LARGE], ids=["empty", "small", "large"])
def test_without_a_size_the_stream_is_ber_and_verifies(signer, profile, content):
    blob = written(io.BytesIO(content), signer, profile=profile)

    assert cms.verify(blob).content == content
    octets, message = passed(blob)
    assert octets == content
    assert message.content is None
    assert message.size == len(content)


@pytest.mark.parametrize("pieces", [0, 1, 2, 7, 4096])
def test_pieces_of_any_size_verify(signer, witness, data, pieces):
    der = cms.sign(data, [signer, (witness, cms.Profile.PYPINKSIGN.but(digest="sha512"))])
    ber = written([data[:5], b"", data[5:]], signer)

    for blob in (der, ber):
        octets, message = passed(blob, pieces)
        assert octets == data
        assert message.signers == cms.verify(blob).signers


def test_the_same_is_asked_of_a_stream(signer, witness, data, trusting, random):
    blob = cms.sign(data, signer, profile=cms.Profile.YESSIGN)

    assert cms.verify_stream([blob], trust=trusting(), id_number="1234561234567")
    with clear_error(SignatureError):
        cms.verify_stream([blob], require_signers=[witness.certificate])
    with clear_error(SignatureError):
        passed(blob.replace(data, data[:-1] + b"!"))


def test_content_that_is_shorter_or_longer_than_announced_is_an_error(signer):
    for size in (2, 4):
        with clear_error(FormatError):
            written([b"abc"], signer, size=size)


def test_a_detached_message_is_no_stream(signer, data):
    """The certificates stand where the content would, under the same tag."""
    for form in (cms.Profile.STANDARD, cms.Profile.FINCERT_BARE):
        with clear_error(FormatError) as caught:
            passed(cms.sign(data, signer, detached=True, profile=form))

        assert "does not hold its content" in caught.error.reason


def test_a_head_of_many_tiny_values_is_work_in_proportion():
    """It took a third of a minute when the sum was taken anew for each of them."""
    start = encode.oid(oids.PKCS7_SIGNED_DATA) + b"\xa0\x80\x30\x80" + encode.integer(1)
    for count, kind in ((30_000, FormatError), (40_000, LimitError)):
        with clear_error(kind):
            cms.verify_stream([b"\x30\x80" + start + b"\x31\x80" + encode.null() * count])


def test_a_stream_without_signers_is_never_verified(by_hand):
    with clear_error(SignatureError):
        passed(by_hand.wrap())


def test_a_hash_that_was_not_announced_is_an_error(by_hand, data):
    announced = [encode.sequence(encode.oid(oids.SHA512))]
    info = by_hand.info(data=data)

    with clear_error(SignatureError):
        passed(by_hand.wrap(info, digests=announced))
    # A message that announces nothing is read; all hashes are computed then.
    assert passed(by_hand.wrap(info, digests=[]))[0] == data
    assert cms.verify(by_hand.wrap(info, digests=announced)).content == data


@pytest.mark.parametrize("indefinite", [False, True])
def test_a_stream_that_is_cut_or_goes_on_is_an_error(signer, data, indefinite):
    blob = written([data], signer, size=None if indefinite else len(data))

    for size in range(len(blob)):
        with pytest.raises(KcertError):
            passed(blob[:size])
    for more in (b"\0", b"\0\0", blob):
        with pytest.raises(KcertError):
            passed(blob + more)


def test_what_stands_around_the_content_is_capped(by_hand, data):
    info = by_hand.info(data=data)
    long = encode.sequence(encode.oid(oids.SHA256), encode.octet_string(bytes(1 << 17)))

    with clear_error(LimitError):
        passed(by_hand.wrap(info, digests=[long]))
    with clear_error(LimitError):
        passed(by_hand.wrap(info, certificates=[encode.octet_string(bytes(1 << 24))]))
    for endless in (b"\x30\x80", b"\x30\x80\x02\x01\x01" + b"\x31\x80" * 1000, b"\x24\x80" * 1000):
        with pytest.raises(KcertError):
            passed(by_hand.wrap(info)[:15] + endless)


def test_nested_pieces_are_read_to_a_cap(by_hand, data):
    for depth, good in ((3, True), (40, False)):
        string = encode.octet_string(data)
        for _ in range(depth):
            string = b"\x24" + encode.octet_string(string)[1:]
        place = encode.octet_string(data)
        info = by_hand.info(data=data)
        blob = by_hand.wrap(info, content=data)
        around = encode.sequence(
            encode.oid(oids.PKCS7_SIGNED_DATA),
            encode.context(
                0,
                encode.sequence(
                    encode.integer(1),
                    encode.set_of([by_hand.digest_algorithm]),
                    encode.sequence(encode.oid(oids.PKCS7_DATA), encode.context(0, string)),
                    encode.context(0, by_hand.certificate.der),
                    encode.set_of([info]),
                ),
            ),
        )
        assert place in blob
        if good:
            assert passed(around)[0] == data
        else:
            with clear_error(LimitError):
                passed(around)


class Zeros(io.RawIOBase):
    """So many zero octets."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        size = min(size, self._left)
        self._left -= size
        return bytes(size)


class Spool(io.RawIOBase):
    """Keeps what is written but the content: a message of zeros takes no memory."""

    def __init__(self) -> None:
        self.parts: list[bytes | int] = []

    def write(self, data) -> int:
        self.parts.append(len(data) if len(data) > 1_000 and not any(data) else bytes(data))
        return len(data)

    def pieces(self):
        for part in self.parts:
            yield bytes(part) if isinstance(part, int) else part


@pytest.mark.parametrize("known", [False, True])
def test_memory_does_not_grow_with_the_content(signer, known):
    peaks = []
    for size in (1 << 20, 1 << 24):
        spool = Spool()
        tracemalloc.start()
        cms.sign_stream(Zeros(size), signer, spool, size=size if known else None)
        assert cms.verify_stream(spool.pieces()).size == size
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] + (1 << 19)
