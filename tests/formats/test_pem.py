# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import inspect
import itertools
import re
import traceback

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import kcert
from kcert import pem, pkcs12, profiles
from kcert._asn1 import oids
from kcert._asn1.pem import encode_pem, read_blocks
from kcert._asn1.pkcs8 import PrivateKeyInfo
from kcert.credential import BagAttribute
from kcert.errors import (
    FormatError,
    KcertError,
    KeyMismatchError,
    LimitError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.formats.pem_blocks import MAX_BLOCKS
from kcert.keys.profiles import CHEAPEST, MODERN, MODERN_ARIA, NPKI, NPKI_PBES2
from kcert.testing import FakeAuthority, assert_clear_error, clear_error
from kcert.testing.strategies import credentials, mutations

PASSWORD = "KCERT-CANARY-pw-7f3a"
QUICK = evolve(MODERN, iterations=2048)


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("KICA")


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue(password=PASSWORD, profile=CHEAPEST, chain=True)


@pytest.fixture(scope="module")
def full(authority):
    return authority.issue(password=PASSWORD, profile=CHEAPEST, km=True, chain=True)


@pytest.fixture(scope="module")
def other(authority):
    """Another person's."""
    return authority.issue(password=PASSWORD, profile=CHEAPEST, fresh_key=True)


@pytest.fixture(scope="module")
def pkcs8(credential):
    with credential.unlock(PASSWORD) as unlocked:
        return unlocked.reveal_pkcs8()


@pytest.fixture(scope="module")
def open_text(full):
    with full.unlock(PASSWORD) as unlocked:
        return pem.dump_unencrypted(unlocked)


def block(label, data):
    return encode_pem(label, data).encode()


def blocks_of(text):
    return [block(found.label, found.data) for found in read_blocks(text)]


def bare(text):
    """Without the text around the blocks."""
    return b"".join(blocks_of(text))


def same(unlocked, credential):
    with credential.unlock(PASSWORD) as original:
        assert unlocked.certificate == credential.certificate
        assert unlocked.reveal_pkcs8() == original.reveal_pkcs8()
        assert unlocked.ca_certificates == credential.ca_certificates
        assert unlocked.friendly_name == credential.friendly_name
        mine, theirs = unlocked.key_management, original.key_management
        assert (mine is None) == (theirs is None)
        if mine is not None:
            assert mine.certificate == theirs.certificate
            assert mine.reveal_pkcs8() == theirs.reveal_pkcs8()
        if original.random is not None:
            assert unlocked.random.reveal() == original.random.reveal()


# What is written


def test_a_locked_credential_comes_back_equal(credential, full):
    assert pem.load(pem.dump(credential)) == credential
    assert pem.load(pem.dump(full)) == full


@pytest.mark.parametrize("profile", [QUICK, MODERN_ARIA, NPKI, NPKI_PBES2], ids=lambda p: p.name)
def test_an_open_credential_is_locked_anew_with_r_and_all(full, profile):
    with full.unlock(PASSWORD) as unlocked:
        text = pem.dump(unlocked, "새 비밀번호", profile=profile)
    loaded = pem.load(text)
    assert loaded.key != full.key
    assert loaded.key.needs_relock(profile) is False
    with loaded.unlock("새 비밀번호") as unlocked:
        same(unlocked, full)


def test_the_lock_is_modern_unless_told_otherwise():
    assert inspect.signature(pem.dump).parameters["profile"].default is MODERN


def test_keys_in_the_clear_come_back_open(full, open_text):
    with pem.load_unencrypted(open_text) as unlocked:
        same(unlocked, full)


def test_the_certificate_comes_first_and_then_its_chain_as_servers_want_it(full, open_text):
    found = read_blocks(pem.dump(full))
    chain = [block.data for block in found if block.label == "CERTIFICATE"]
    km = full.key_management.certificate.der
    issuers = [certificate.der for certificate in full.ca_certificates]
    assert chain == [full.certificate.der, *issuers, km]
    assert [block.label for block in read_blocks(open_text) if "KEY" in block.label] == [
        "PRIVATE KEY",
        "PRIVATE KEY",
    ]


def test_a_pair_with_its_chain_has_no_text_around_it(credential):
    assert pem.dump(credential) == bare(pem.dump(credential))


@pytest.mark.parametrize("name", ["홍길동의 인증서", "", "a\r\nb", " x ", "-----BEGIN", "\ud800"])
def test_a_friendly_name_is_kept(credential, name):
    named = evolve(credential, friendly_name=name)
    assert pem.load(pem.dump(named)) == named


def test_attributes_of_a_pfx_are_kept(full):
    own, second, issuer, *_ = (
        full.certificate,
        full.key_management.certificate,
        *full.ca_certificates,
    )
    attributes = (
        BagAttribute(own.fingerprint(), False, "1.2.3.4", (bytes.fromhex("0400"), b"\x05\0")),
        BagAttribute(own.fingerprint(), True, "1.3.6.1.4.1.311.17.1", (b"\x1e\x02\xd6\x4d",)),
        BagAttribute(second.fingerprint(), False, "1.2.3", ()),
        BagAttribute(issuer.fingerprint(), False, oids.FRIENDLY_NAME, (b"\x1e\x02\0A",)),
    )
    rich = evolve(full, friendly_name="홍길동", bag_attributes=attributes)
    assert pem.load(pem.dump(rich)) == rich
    with rich.unlock(PASSWORD) as unlocked:
        text = pem.dump_unencrypted(unlocked)
    with pem.load_unencrypted(text) as unlocked:
        assert unlocked.bag_attributes == attributes
        assert unlocked.friendly_name == "홍길동"


def test_pfx_to_pem_and_back_loses_nothing(full):
    named = evolve(full, friendly_name="홍길동의 인증서")
    with named.unlock(PASSWORD) as unlocked:
        pfx = pkcs12.dump(unlocked, PASSWORD, profile=profiles.PKCS12_KOREAN)
    from_pfx = pkcs12.load(pfx, PASSWORD)
    assert pem.load(pem.dump(from_pfx)) == from_pfx


def test_names_beside_authorities_and_keys_are_attributes(full):
    first, *rest = blocks_of(pem.dump(evolve(full, key_management=None)))
    text = first + b"Bag Attributes\n    friendlyName: of it\n".join([b"", *rest])
    loaded = pem.load(text)
    assert loaded.friendly_name == "of it"
    assert {(each.of_key, each.oid) for each in loaded.bag_attributes} == {
        (False, oids.FRIENDLY_NAME)
    }
    assert len(loaded.bag_attributes) == len(full.ca_certificates)


def test_a_chain_with_a_certificate_of_no_authority_comes_back(credential, other):
    mixed = evolve(credential, ca_certificates=(other.certificate, *credential.ca_certificates))
    assert pem.load(pem.dump(mixed)) == mixed


def test_certificates_alone_are_written_and_read(credential):
    text = pem.dump_certificates(credential.ca_certificates)
    assert pem.load_certificates(text) == credential.ca_certificates
    assert pem.load_certificates(pem.dump(credential)) == (
        credential.certificate,
        *credential.ca_certificates,
    )


def test_a_password_is_asked_for_where_it_is_needed_and_only_there(credential):
    with credential.unlock(PASSWORD) as unlocked, pytest.raises(TypeError):
        pem.dump(unlocked)
    with pytest.raises(TypeError):
        pem.dump(credential, "new")


def test_a_pair_left_locked_is_not_lost_by_accident(full):
    with full.unlock(PASSWORD, key_management=False) as unlocked:
        with pytest.raises(ValueError, match="left locked"):
            pem.dump_unencrypted(unlocked)
        with pytest.raises(ValueError, match="left locked"):
            pem.dump(unlocked, "new")


def test_a_closed_credential_is_not_written(full):
    unlocked = full.unlock(PASSWORD)
    unlocked.close()
    with pytest.raises(ValueError, match="closed"):
        pem.dump_unencrypted(unlocked)


# What is read


def test_blocks_come_in_any_order(credential):
    blocks = blocks_of(pem.dump(credential))
    for order in itertools.permutations(blocks):
        loaded = pem.load(b"".join(order))
        assert (loaded.certificate, loaded.key) == (credential.certificate, credential.key)
        assert set(loaded.ca_certificates) == set(credential.ca_certificates)


def test_two_pairs_without_marks_are_matched_by_the_keys_in_any_order(full, open_text):
    text = pem.dump(evolve(full, ca_certificates=()))
    for order in itertools.permutations(blocks_of(text)):
        assert pem.load(b"".join(order), PASSWORD) == evolve(full, ca_certificates=())
    for order in itertools.permutations(blocks_of(open_text)[-4:]):
        with clear_error(FormatError):
            pem.load(b"".join(order))


def test_open_pairs_are_matched_by_the_keys_in_any_order(full):
    with evolve(full, ca_certificates=()).unlock(PASSWORD) as unlocked:
        blocks = blocks_of(pem.dump_unencrypted(unlocked))
    for order in itertools.permutations(blocks):
        with pem.load_unencrypted(b"".join(order)) as opened:
            same(opened, evolve(full, ca_certificates=()))


def test_two_pairs_without_marks_take_the_password(full):
    with clear_error(FormatError) as caught:
        pem.load(bare(pem.dump(full)))
    assert "give the password" in str(caught.error)
    with clear_error(UnlockError):
        pem.load(bare(pem.dump(full)), "wrong")


def test_the_password_is_not_used_where_it_is_not_needed(credential, full):
    assert pem.load(pem.dump(credential), "another") == credential
    assert pem.load(pem.dump(full), "another") == full


def test_a_leaf_is_chosen_by_its_key(credential, other):
    text = block("CERTIFICATE", other.certificate.der) + bare(pem.dump(credential))
    with clear_error(FormatError):
        pem.load(text)
    loaded = pem.load(text, PASSWORD)
    assert loaded.certificate == credential.certificate
    assert loaded.ca_certificates == (other.certificate, *credential.ca_certificates)


def test_repeated_blocks_count_once(full):
    assert pem.load(pem.dump(full) * 2) == full


def wide(text):
    """The base64 of each block on one line of up to 76 columns, on lines of one, or on one."""

    def fold(columns):
        def again(found):
            packed = found[2].replace(b"\n", b"")
            lines = [packed[at : at + columns] for at in range(0, len(packed), columns)]
            return found[1] + b"\n".join(lines) + b"\n" + found[3]

        return re.sub(rb"(-----BEGIN [^\n]*\n)([^-]*)(-----END)", again, text)

    return [fold(76), fold(1), fold(1 << 20)]


def test_the_form_of_the_text_does_not_matter(full):
    text = pem.dump(full)
    forms = [
        text.replace(b"\n", b"\r\n"),
        text.replace(b"\n", b"\r"),
        text.rstrip(b"\n"),
        b"\xef\xbb\xbf" + text,
        b"some words before\n\n" + text + b"and after\n",
        text.replace(b"-----BEGIN", b"subject=C = KR\nissuer=C = KR\n-----BEGIN"),
        text.decode().encode("utf-16"),
        b"\xfe\xff" + text.decode().encode("utf-16-be"),
        text.replace(b"BEGIN CERTIFICATE", b"BEGIN X509 CERTIFICATE").replace(
            b"END CERTIFICATE", b"END X509 CERTIFICATE"
        ),
        *wide(text),
    ]
    for form in forms:
        assert pem.load(form) == full
    assert pem.load(text.decode()) == full
    assert pem.load(bytearray(text)) == full
    assert pem.load("\ufeff" + text.decode()) == full


def test_blocks_of_other_kinds_are_passed_over(credential):
    others = b"".join(block(label, b"x") for label in ("X509 CRL", "DH PARAMETERS", "PUBLIC KEY"))
    assert pem.load(others + pem.dump(credential) + others) == credential


def test_openssl_s_trusted_certificates_are_read(credential):
    # The certificate and what OpenSSL puts after it.
    trusted = block("TRUSTED CERTIFICATE", credential.certificate.der + bytes.fromhex("3000"))
    text = trusted + block("ENCRYPTED PRIVATE KEY", credential.key.der)
    assert pem.load(text).certificate == credential.certificate


def test_the_traditional_form_of_an_open_key_is_read(credential, pkcs8):
    rsa = bytes(PrivateKeyInfo.read(memoryview(pkcs8)).private_key)
    text = block("RSA PRIVATE KEY", rsa) + block("CERTIFICATE", credential.certificate.der)
    with pem.load_unencrypted(text) as unlocked:
        unlocked.verify(unlocked.sign(b"data"), b"data")
        assert unlocked.random is None


def traditional(pkcs8, password, cipher="AES-256-CBC", size=32):
    """What ``openssl rsa -traditional -aes256`` writes."""
    import hashlib

    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    rsa = bytes(PrivateKeyInfo.read(memoryview(pkcs8)).private_key)
    iv, key = bytes(range(16)), b""
    while len(key) < size:
        key += hashlib.md5(key[-16:] + password.encode() + iv[:8]).digest()
    padding = 16 - len(rsa) % 16
    encryptor = Cipher(algorithms.AES(key[:size]), modes.CBC(iv)).encryptor()
    data = encryptor.update(rsa + bytes([padding]) * padding)
    body = base64.encodebytes(data).decode()
    return (
        f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
        f"DEK-Info: {cipher},{iv.hex().upper()}\n\n{body}-----END RSA PRIVATE KEY-----\n"
    ).encode()


def test_a_key_in_the_traditional_encryption_is_locked_anew_at_once(credential, pkcs8):
    text = pem.dump_certificates([credential.certificate]) + traditional(pkcs8, PASSWORD)
    loaded = pem.load(text, PASSWORD)
    assert not loaded.key.needs_relock(MODERN)
    with loaded.unlock(PASSWORD) as unlocked:
        unlocked.verify(unlocked.sign(b"data"), b"data")


def test_a_key_in_the_traditional_encryption_takes_its_password(credential, pkcs8):
    text = pem.dump_certificates([credential.certificate]) + traditional(pkcs8, PASSWORD)
    with clear_error(UnlockError) as caught:
        pem.load(text)
    assert "give the password" in str(caught.error)
    for number in range(300):
        # Now and then the padding fits by chance.
        with clear_error(UnlockError, canaries=[PASSWORD]):
            pem.load(text, f"wrong {number}")
    with clear_error(FormatError):
        pem.load_unencrypted(text)


# What is refused


def test_each_door_names_the_other(credential, open_text):
    with clear_error(FormatError) as caught:
        pem.load(open_text)
    assert "kcert.pem.load_unencrypted" in str(caught.error)
    with clear_error(FormatError) as caught:
        pem.load_unencrypted(pem.dump(credential))
    assert "use kcert.pem.load" in str(caught.error)


def test_a_key_of_another_certificate_is_a_mismatch(credential, other, open_text):
    locked = block("ENCRYPTED PRIVATE KEY", credential.key.der)
    text = block("CERTIFICATE", other.certificate.der) + locked
    with clear_error(KeyMismatchError):
        pem.load(text).unlock(PASSWORD)
    (open_key, *_) = [each for each in blocks_of(open_text) if b"PRIVATE" in each]
    with clear_error(KeyMismatchError):
        pem.load_unencrypted(block("CERTIFICATE", other.certificate.der) + open_key)


def test_two_keys_for_one_certificate_are_refused(credential):
    again = credential.change_password(PASSWORD, PASSWORD)
    text = b"".join(block("ENCRYPTED PRIVATE KEY", each.key.der) for each in (credential, again))
    text += block("CERTIFICATE", credential.certificate.der)
    with clear_error(FormatError) as caught:
        pem.load(text, PASSWORD)
    assert "two private keys belong to one certificate" in str(caught.error)


def test_three_keys_are_refused(full, other):
    text = bare(pem.dump(full)) + bare(pem.dump(other))
    with clear_error(FormatError):
        pem.load(text, PASSWORD)


def test_half_a_credential_is_refused(credential):
    for text in (
        block("CERTIFICATE", credential.certificate.der),
        block("ENCRYPTED PRIVATE KEY", credential.key.der),
        block("X509 CRL", b"x"),
    ):
        with clear_error(FormatError):
            pem.load(text)
        with clear_error(FormatError):
            pem.load_unencrypted(text)


@pytest.mark.parametrize("label", ["OPENSSH", "ANY", "SM2"])
def test_a_key_of_another_kind_is_named(credential, label):
    text = block(f"{label} PRIVATE KEY", b"x") + pem.dump(credential)
    for door in (pem.load, pem.load_unencrypted, pem.load_certificates):
        with clear_error(UnsupportedAlgorithmError) as caught:
            door(text)
        assert label in str(caught.error)


def test_a_damaged_certificate_of_an_authority_is_a_problem_of_the_credential(credential):
    text = pem.dump(credential) + block("CERTIFICATE", credential.certificate.der[:-1])
    loaded = pem.load(text)
    assert loaded == credential
    (problem,) = loaded.problems
    assert_clear_error(problem, FormatError)
    with clear_error(FormatError):
        pem.load_certificates(text)


def test_a_damaged_certificate_alone_is_the_error(credential):
    key = block("ENCRYPTED PRIVATE KEY", credential.key.der)
    with clear_error(FormatError) as caught:
        pem.load(block("CERTIFICATE", b"\x30\x80") + key)
    assert "block 1" in str(caught.error)


def test_a_content_under_the_wrong_label_is_refused(credential, pkcs8):
    certificate, key = credential.certificate.der, credential.key.der
    for contents in (
        {"CERTIFICATE": key, "ENCRYPTED PRIVATE KEY": key},
        {"CERTIFICATE": certificate, "ENCRYPTED PRIVATE KEY": certificate},
        {"CERTIFICATE": certificate, "ENCRYPTED PRIVATE KEY": pkcs8},
        {"CERTIFICATE": certificate, "ENCRYPTED PRIVATE KEY": pem.dump(credential)},
    ):
        text = b"".join(itertools.starmap(block, contents.items()))
        with clear_error(FormatError, canaries=[pkcs8[:40]]):
            pem.load(text)
    for label, content in (("PRIVATE KEY", key), ("RSA PRIVATE KEY", pkcs8)):
        with clear_error(FormatError, canaries=[pkcs8[:40]]):
            pem.load_unencrypted(block("CERTIFICATE", certificate) + block(label, content))


BROKEN = {
    "nothing": b"",
    "no block": b"no block here",
    "END without BEGIN": b"-----END CERTIFICATE-----\n",
    "BEGIN without END": b"-----BEGIN CERTIFICATE-----\nAAAA\n",
    "another END": b"-----BEGIN A-----\nAAAA\n-----END B-----\n",
    "block in a block": b"-----BEGIN A-----\nAAAA\n-----BEGIN A-----\nAAAA\n-----END A-----\n",
    "NUL": b"-----BEGIN CERTIFICATE-----\nAA\0AA\n-----END CERTIFICATE-----\n",
    "empty block": b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "half UTF-16": b"\xff\xfe-----BEGIN CERTIFICATE-----\n!",
    "wrong UTF-16": b"\xff\xfe\x00\xd8",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_text_is_a_format_error(text):
    for door in (pem.load, pem.load_unencrypted, pem.load_certificates):
        with clear_error(FormatError):
            door(text)


def test_a_broken_block_after_good_ones_is_not_overlooked(credential):
    with clear_error(FormatError):
        pem.load(pem.dump(credential) + b"-----BEGIN CERTIFICATE-----\n")


def test_a_large_text_is_refused_before_it_is_read():
    huge = b"x" * 50_000_000
    for door in (pem.load, pem.load_unencrypted, pem.load_certificates):
        with clear_error(LimitError):
            door(huge)
    with clear_error(LimitError):
        pem.load("x" * 2_000_000)
    with clear_error(LimitError):
        pem.load(b"x" * 101, limits=kcert.Limits(max_file_size=100))


@pytest.mark.parametrize("text", [b"word \n", b"-----", b"-----BEGIN", b"\0", b"\n\n"])
def test_fifty_megabytes_without_a_block_are_gone_through_once(text):
    # Nothing is timed: a search of quadratic time would not end.
    limits = kcert.Limits(max_file_size=1 << 30)
    with clear_error(FormatError):
        pem.load(text * (50_000_000 // len(text)), limits=limits)


def test_too_many_blocks_are_refused():
    with clear_error(LimitError):
        pem.load(block("X509 CRL", b"x") * (MAX_BLOCKS + 1))


def test_the_caps_on_work_hold_when_keys_have_to_be_opened(full):
    limits = kcert.Limits(max_iterations=1)
    text = bare(pem.dump(full))
    assert pem.load(text, PASSWORD, limits=limits) == full
    heavy = bare(pem.dump(full.change_password(PASSWORD, PASSWORD)))
    with clear_error(LimitError):
        pem.load(heavy, PASSWORD, limits=limits)


@pytest.mark.parametrize("text", [None, 7, ["x"]])
def test_a_text_of_the_wrong_type_is_a_type_error(text):
    with pytest.raises(TypeError):
        pem.load(text)


# Secrets


def failing_loads(credential, open_text, pkcs8):
    certificate = block("CERTIFICATE", credential.certificate.der)
    old = traditional(pkcs8, PASSWORD + "?")
    rsa = bytes(PrivateKeyInfo.read(memoryview(pkcs8)).private_key)
    marked = bare(pem.dump(credential)) + certificate
    for text in (open_text, certificate + old, marked, b"", block("CERTIFICATE", pkcs8)):
        yield lambda text=text: pem.load(text, PASSWORD + "!")
        yield lambda text=text: kcert.load(text, PASSWORD + "!")
    for text in (
        open_text + b"-----BEGIN X-----",
        open_text[:-40],
        open_text.replace(b"PRIVATE KEY", b"RSA PRIVATE KEY"),
        block("PRIVATE KEY", pkcs8),
        block("PRIVATE KEY", pkcs8[:-1]) + certificate,
        block("RSA PRIVATE KEY", rsa[:-1]) + certificate,
        block("CERTIFICATE", pkcs8) + block("PRIVATE KEY", pkcs8),
        certificate + block("PRIVATE KEY", pkcs8) + block("RSA PRIVATE KEY", rsa),
    ):
        yield lambda text=text: pem.load_unencrypted(text)
        yield lambda text=text: kcert.load(text, PASSWORD + "!")
        yield lambda text=text: kcert.load((text, text), PASSWORD + "!")


def test_no_error_and_no_frame_of_a_traceback_shows_a_secret(credential, open_text, pkcs8):
    base = base64.b64encode(pkcs8).decode()
    # The middle of the key in the three phases of base64, in hex, and as Python prints octets.
    middle = pkcs8[600:640]
    canaries = [PASSWORD, base[804:840], middle.hex(), repr(middle[:12])[2:-1]]
    canaries += [base64.b64encode(middle[at:])[4:40].decode() for at in range(3)]
    count = 0
    for use in failing_loads(credential, open_text, pkcs8):
        try:
            use()
        except KcertError as error:
            inner = error.__traceback__
            while inner and "tests" in inner.tb_frame.f_code.co_filename:
                inner = inner.tb_next
            whole = traceback.TracebackException(type(error), error, inner, capture_locals=True)
            text = "".join(whole.format())
            assert not [canary for canary in canaries if canary in text], text
            assert_clear_error(error, canaries=canaries)
            count += 1
    assert count >= 30


# Any credential, any text


@settings(max_examples=40)
@given(drawn=credentials(), name=st.none() | st.text(max_size=20))
def test_every_credential_comes_back(drawn, name):
    credential, password = drawn
    credential = evolve(credential, friendly_name=name)
    assert pem.load(pem.dump(credential)) == credential
    with credential.unlock(password) as unlocked:
        text = pem.dump_unencrypted(unlocked)
        with pem.load_unencrypted(text) as opened:
            assert opened.reveal_pkcs8() == unlocked.reveal_pkcs8()
            assert opened.ca_certificates == unlocked.ca_certificates
            assert opened.friendly_name == name
            again = pem.load(pem.dump(opened, password, profile=CHEAPEST))
    assert evolve(again, key=credential.key, key_management=credential.key_management) == credential


@settings(max_examples=150)
@given(data=st.data())
def test_a_changed_text_is_a_credential_or_a_clear_error(data, full, open_text):
    text = data.draw(mutations(data.draw(st.sampled_from([pem.dump(full), open_text]))))
    for door in (lambda: pem.load(text, PASSWORD), lambda: pem.load_unencrypted(text).close()):
        try:
            door()
        except KcertError as error:
            assert_clear_error(error, canaries=[PASSWORD])
