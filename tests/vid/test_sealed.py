# SPDX-License-Identifier: Apache-2.0
"""Building VIDs, and sending them and R to a server."""

from __future__ import annotations

import base64
import traceback

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.asymmetric import padding as paddings
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert import vid
from kcert._asn1 import encode, oids
from kcert._asn1.vid import RawEncryptedVid
from kcert.certificate import IdentifyData
from kcert.errors import (
    FormatError,
    IdentityMismatchError,
    KcertError,
    LimitError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.keys import VidRandom, profiles
from kcert.keys.ciphers import CIPHERS
from kcert.testing import FakeAuthority
from kcert.testing.assertions import clear_error, forms_of

# KCAC.TS.SIVID as an issuing client computes it; recomputed by hand.
ID_NUMBER = "1234561234567"
R = bytes.fromhex("79ea7568a2d3776604e18bcd3a1b1b85b7da0872")
VID = "17692c8dd00ead33791de0a64a937c60799634c64ac56fa57570c0e05252ab35"
# No such day.
CANARY = "9902301234567"
CANARY_R = b"kcert-canary-random!"


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def holder(authority):
    return authority.issue("홍길동", id_number=ID_NUMBER, random=R).certificate


@pytest.fixture(scope="module")
def canary_holder(authority):
    return authority.issue("홍길동", id_number=CANARY, random=CANARY_R).certificate


@pytest.fixture(scope="module")
def server(authority):
    credential = authority.issue("서버", password="x", km=True, profile=profiles.CHEAPEST)
    with credential.unlock("x") as opened:
        yield opened.key_management


@pytest.fixture(scope="module")
def other_server(authority):
    credential = authority.issue(
        "서버", password="x", km=True, fresh_key=True, profile=profiles.CHEAPEST
    )
    with credential.unlock("x") as opened:
        yield opened.key_management


class TestBuilding:
    def test_the_published_vector_holds(self):
        built = vid.build("홍길동", ID_NUMBER, R)
        assert built.vid.digest.hex() == VID
        assert built.vid.hash_parameters is None

    def test_the_encoding_is_that_of_certificates(self):
        # The frame is that of a yessign test certificate of 2020, with another name and digest.
        encoded = vid.encode(vid.build("HKD", ID_NUMBER, R))
        assert encoded.hex() == (
            "30480c03484b443041303f060a2a831a8c9a440a010101"
            "3031300b0609608648016503040201a0220420" + VID
        )

    @pytest.mark.parametrize("name", ["sha1", "sha256", "sha384", "sha512"])
    @pytest.mark.parametrize("null_parameters", [False, True])
    def test_every_hash_and_both_parameter_forms_come_back(self, name, null_parameters):
        built = vid.build("홍길동", ID_NUMBER, R, name, null_parameters=null_parameters)
        read = IdentifyData.load(vid.encode(built))
        assert read == built
        assert read.vid.hash_algorithm == name
        assert read.vid.digest == vid.compute(ID_NUMBER, R, name)

    def test_a_name_without_a_vid_is_what_authorities_have(self):
        assert IdentifyData.load(vid.encode(IdentifyData("금융결제원", None))).vid is None

    @pytest.mark.parametrize("name", ["", "가" * 1025])
    def test_impossible_names(self, name):
        with clear_error(FormatError, canaries=[ID_NUMBER, R]):
            vid.build(name, ID_NUMBER, R)

    def test_a_hash_without_an_object_identifier_here(self):
        with clear_error(UnsupportedAlgorithmError, canaries=[ID_NUMBER, R]):
            vid.build("홍길동", ID_NUMBER, R, "sha3_256")


class TestEncryptedVid:
    @pytest.mark.parametrize("name", ["sha1", "sha256", "sha384", "sha512"])
    @pytest.mark.parametrize("null_parameters", [False, True])
    def test_what_was_built_opens(self, server, name, null_parameters):
        built = vid.build_encrypted(
            server.certificate, ID_NUMBER, R, name, null_parameters=null_parameters
        )
        with vid.open_encrypted(built, server) as received:
            assert received.random.reveal() == R
            assert received.vid.hash_algorithm == name
            received.verify_id_number("123456-1234567")
            with clear_error(IdentityMismatchError, canaries=[R]):
                received.verify_id_number("1234561234568")

    def test_it_is_laid_out_as_specified(self, server):
        built = vid.build_encrypted(server.certificate, ID_NUMBER, R)
        raw = RawEncryptedVid.load(built)
        assert raw.encode() == built
        assert raw.hash_algorithm.oid == oids.SHA256
        assert raw.encryption_algorithm.oid == oids.RSA_ENCRYPTION
        assert raw.certificate_id.issuer == server.certificate.issuer.der
        assert raw.certificate_id.serial_number == server.certificate.serial_number
        key = server.to_cryptography()
        content = key.decrypt(raw.encrypted, paddings.PKCS1v15())
        expected = encode.sequence(
            encode.sequence(
                encode.sequence(encode.oid(oids.SHA256)),
                encode.context(0, encode.octet_string(bytes.fromhex(VID))),
            ),
            encode.bit_string(R),
        )
        assert content == expected

    def test_it_verifies_the_holder_of_a_certificate(self, server, holder):
        with vid.open_encrypted(
            vid.build_encrypted(server.certificate, ID_NUMBER, R), server
        ) as received:
            received.verify(holder, ID_NUMBER)
            with clear_error(IdentityMismatchError):
                received.verify(holder, "1")
            assert not received.has_id_number
            with clear_error(FormatError):
                received.verify(holder)

    def test_every_fault_is_the_same_error(self, server, other_server):
        built = RawEncryptedVid.load(vid.build_encrypted(server.certificate, ID_NUMBER, R))
        public = server.certificate.public_key()
        wrong = [
            b"\x17" * 256, b"", built.encrypted[:-1], b"\xff" * 256,
            public.encrypt(b"", paddings.PKCS1v15()),
            public.encrypt(b"\x30\x00", paddings.PKCS1v15()),
            public.encrypt(
                encode.sequence(encode.sequence(), encode.bit_string(R)), paddings.PKCS1v15()
            ),
        ]  # fmt: skip
        messages = set()
        for encrypted in wrong:
            with clear_error(UnlockError, canaries=[R]) as caught:
                vid.open_encrypted(built._replace(encrypted=encrypted).encode(), server)
            messages.add(str(caught.error))
        with clear_error(UnlockError, canaries=[R]) as caught:
            vid.open_encrypted(built.encode(), other_server)
        messages.add(str(caught.error))
        other_hash = evolve(built.hash_algorithm, oid=oids.SHA1)
        with clear_error(UnlockError, canaries=[R]) as caught:
            vid.open_encrypted(built._replace(hash_algorithm=other_hash).encode(), server)
        messages.add(str(caught.error))
        assert len(messages) == 1

    def test_another_way_to_encrypt_is_named(self, server):
        built = RawEncryptedVid.load(vid.build_encrypted(server.certificate, ID_NUMBER, R))
        algorithm = evolve(built.encryption_algorithm, oid=oids.RSAES_OAEP)
        with clear_error(UnsupportedAlgorithmError):
            vid.open_encrypted(built._replace(encryption_algorithm=algorithm).encode(), server)

    @settings(max_examples=100)
    @given(st.data())
    def test_changes_are_clear_errors(self, server, data):
        built = bytearray(vid.build_encrypted(server.certificate, ID_NUMBER, R))
        at = data.draw(st.integers(0, len(built) - 1))
        built[at] ^= data.draw(st.integers(1, 255))
        try:
            vid.open_encrypted(bytes(built), server)
        except KcertError:
            return

    def test_too_much_is_refused_before_work(self, server):
        with clear_error(LimitError):
            vid.open_encrypted(bytes(20_000), server)
        with clear_error(LimitError):
            vid.open_message("00" * 20_000, server)


class TestMessage:
    @pytest.mark.parametrize("number", ["", ID_NUMBER, "123456-1234567"])
    def test_what_was_built_opens(self, server, holder, number):
        text = vid.build_message(server.certificate, R, number)
        assert text == text.lower()
        for written in (text, text.upper(), text.encode()):
            with vid.open_message(written, server) as received:
                assert received.random.reveal() == R
                assert received.has_id_number is bool(number)
                assert received.vid is None
                received.verify(holder, ID_NUMBER)

    def test_it_is_laid_out_as_browser_programs_do(self, server):
        octets = bytes.fromhex(vid.build_message(server.certificate, R))
        key = server.to_cryptography().decrypt(octets[:256], paddings.PKCS1v15())
        assert len(key) == 16
        content = CIPHERS[oids.SEED_CBC].decrypt(key, bytes(16), octets[256:])
        assert content.hex() == "30191300031500" + R.hex()

    def test_keys_are_fresh(self, server):
        built = {vid.build_message(server.certificate, R) for _ in range(4)}
        assert len({text[512:] for text in built}) == 4

    def test_the_number_inside_is_taken_where_the_server_knows_none(self, server, holder):
        with vid.open_message(
            vid.build_message(server.certificate, R, ID_NUMBER), server
        ) as received:
            received.verify(holder)
            received.verify(holder, ID_NUMBER)
            with clear_error(IdentityMismatchError, canaries=[ID_NUMBER, R]):
                received.verify(holder, "1234561234568")
        with vid.open_message(vid.build_message(server.certificate, R), server) as received:
            with clear_error(FormatError):
                received.verify(holder)
            with clear_error(FormatError):
                received.verify_id_number(ID_NUMBER)

    def test_a_wrong_number_and_a_wrong_r_are_the_same_answer(self, server, holder):
        messages = set()
        for random, number in ((bytes(20), ID_NUMBER), (R, "1234561234568")):
            text = vid.build_message(server.certificate, random, number)
            with (
                vid.open_message(text, server) as received,
                clear_error(IdentityMismatchError, canaries=[ID_NUMBER, R]) as caught,
            ):
                received.verify(holder)
            messages.add(str(caught.error))
        assert len(messages) == 1

    def test_every_fault_is_the_same_error(self, server, other_server):
        octets = bytes.fromhex(vid.build_message(server.certificate, R, ID_NUMBER))
        public = server.certificate.public_key()

        def sealed(content: bytes, key: bytes = bytes(range(16))) -> bytes:
            encrypted = public.encrypt(key, paddings.PKCS1v15())
            return encrypted + CIPHERS[oids.SEED_CBC].encrypt(
                key[:16].ljust(16), bytes(16), content
            )

        letters = encode.sequence(encode.printable_string("abc"), encode.bit_string(R))
        wrong = {
            "bad RSA padding": b"\x17" * 256 + octets[256:],
            "wrong key length": public.encrypt(b"short", paddings.PKCS1v15()) + octets[256:],
            "wrong key": public.encrypt(bytes(16), paddings.PKCS1v15()) + octets[256:],
            "altered last block": octets[:-1] + bytes([octets[-1] ^ 1]),
            "block missing": octets[:-16],
            "not a HashContent": sealed(b"something else"),
            "letters": sealed(letters),
            "R too long": sealed(encode.sequence(encode.printable_string(""),
                                                 encode.bit_string(bytes(1025)))),
        }  # fmt: skip
        messages = set()
        for blob in wrong.values():
            with clear_error(UnlockError, canaries=[R, ID_NUMBER]) as caught:
                vid.open_message(blob.hex(), server)
            messages.add((str(caught.error), caught.error.message_ko))
        with clear_error(UnlockError, canaries=[R, ID_NUMBER]) as caught:
            vid.open_message(octets.hex(), other_server)
        messages.add((str(caught.error), caught.error.message_ko))
        assert len(messages) == 1

    @pytest.mark.parametrize("wrong", ["", "zz", "0", "00" * 256, "00" * 257, "가", b"\xff\xfe"])
    def test_what_is_no_vid_msg(self, server, wrong):
        with clear_error(FormatError):
            vid.open_message(wrong, server)

    @pytest.mark.parametrize(("number", "random"), [("abc", R), ("1", b""), ("1", bytes(1025))])
    def test_what_cannot_be_sent(self, server, number, random):
        with clear_error(FormatError):
            vid.build_message(server.certificate, random, number)

    def test_a_key_that_is_too_short_is_named(self):
        with clear_error(UnsupportedAlgorithmError):
            vid.build_message(_Weak(), R)


class _Weak:
    """A certificate with a key that nothing fits under."""

    key_type, key_size = "EC", 256

    def public_key(self):
        return None


class TestTransport:
    @pytest.mark.parametrize(
        "written",
        [
            base64.b64encode(R).decode(),
            base64.b64encode(R).decode().rstrip("="),
            base64.urlsafe_b64encode(R).decode(),
            f" {base64.b64encode(R).decode()}\n",
            R.hex(),
            R.hex().upper(),
            R,
            base64.b64encode(bytes.fromhex("031500") + R).decode(),
            bytes.fromhex("031500") + R,
            (bytes.fromhex("031500") + R).hex(),
        ],
    )
    def test_every_form_of_r_is_read(self, written):
        read = vid.read_random(written)
        assert isinstance(read, VidRandom)
        assert read.reveal() == R

    @pytest.mark.parametrize(
        "wrong", ["", "  ", "?" * 28, "가", "z" * 40, b"", bytes(1025), "A" * 5]
    )
    def test_what_is_no_r(self, wrong):
        with clear_error(FormatError):
            vid.read_random(wrong)

    @given(st.binary(min_size=1, max_size=64))
    def test_base64_comes_back(self, octets):
        text = base64.b64encode(octets).decode()
        if len(text) not in (40, 46):
            read = vid.read_random(text).reveal()
            assert read in (octets, octets[3:])


class TestPrivacy:
    """P2, P4, P5, S1, S2, S4."""

    def test_nothing_shows_number_or_r(self, server):
        text = vid.build_message(server.certificate, CANARY_R, CANARY)
        received = vid.open_message(text, server)
        forms = forms_of(CANARY) | forms_of(CANARY_R)
        shown = f"{received!r} {received} {received.random!r}".encode()
        assert not [form for form in forms if form in shown]
        received.close()
        with pytest.raises(ValueError, match="closed"):
            received.random.reveal()

    def test_no_local_variable_of_a_traceback_shows_them(
        self, server, other_server, holder, canary_holder
    ):
        text = vid.build_message(server.certificate, CANARY_R, CANARY)
        cut = text[:-2] + f"{int(text[-2:], 16) ^ 1:02x}"
        encrypted = vid.build_encrypted(server.certificate, CANARY, CANARY_R)
        opened = vid.open_message(text, server)
        cases = [
            lambda: opened.verify(holder),
            lambda: opened.verify(holder, CANARY),
            lambda: opened.verify(canary_holder, "9902301234568"),
            lambda: vid.open_message(cut, server),
            lambda: vid.open_message(text, other_server),
            lambda: vid.open_encrypted(encrypted, other_server),
            lambda: vid.open_encrypted(encrypted, server).verify_id_number("990230-1234568"),
            lambda: vid.open_encrypted(encrypted, server).verify(holder, CANARY),
            lambda: vid.build_message(_Weak(), CANARY_R, CANARY),
            lambda: vid.build_message(server.certificate, CANARY_R, CANARY + "x"),
            lambda: vid.build_encrypted(_Weak(), CANARY, CANARY_R),
            lambda: vid.build("", CANARY, CANARY_R),
            lambda: vid.build("홍", CANARY, CANARY_R, "sha3_256"),
            lambda: vid.build("홍", CANARY + "x", CANARY_R),
            lambda: vid.read_random(CANARY_R * 60),
            lambda: vid.read_random(CANARY_R.decode()),
        ]
        forms = forms_of(CANARY) | forms_of(CANARY_R)
        for number, case in enumerate(cases):
            try:
                case()
            except KcertError as error:
                inner = error.__traceback__.tb_next.tb_next
                report = traceback.TracebackException(
                    type(error), error, inner, capture_locals=True
                )
                text_shown = "".join(report.format()).encode()
                assert not [form for form in forms if form in text_shown], number
            else:
                pytest.fail(f"no error in case {number}")


def test_what_goes_on_the_wire_does_not_show_them(server):
    text = vid.build_message(server.certificate, CANARY_R, CANARY)
    encrypted = vid.build_encrypted(server.certificate, CANARY, CANARY_R)
    for form in forms_of(CANARY) | forms_of(CANARY_R):
        assert form not in text.encode()
        assert form not in bytes.fromhex(text)
        assert form not in encrypted
