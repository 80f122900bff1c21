# SPDX-License-Identifier: Apache-2.0
"""What must not show: passwords, keys and R in printing, copies, logs and tracebacks."""

from __future__ import annotations

import copy
import gc
import io
import json
import logging
import marshal
import pickle
import pprint
import traceback

import pytest

from kcert._asn1 import oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.pkcs5 import PBEParameter
from kcert._asn1.pkcs8 import EncryptedPrivateKeyInfo
from kcert.errors import KcertError
from kcert.keys import EncryptedKey, Limits, LockProfile, PrivateKey, profiles
from kcert.keys.passwords import Password
from kcert.keys.secret import Secret
from kcert.testing.assertions import forms_of

PASSWORD = "KCERT-CANARY-pw-7f3a비밀"


@pytest.fixture
def key(pkcs8):
    with PrivateKey.load(pkcs8) as opened:
        yield opened


@pytest.fixture
def secrets(key, random):
    """One object of each class that holds a secret."""
    return [key, key.random, Password(PASSWORD)]


@pytest.fixture(scope="module")
def canaries(fake_key, random):
    numbers = fake_key.private_key.private_numbers()
    forms = set(forms_of(PASSWORD) | forms_of(random))
    for number in (numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp):
        forms |= forms_of(number.to_bytes((number.bit_length() + 7) // 8, "big"))
        forms.add(str(number).encode())
        forms.add(hex(number).encode())
    return {form for form in forms if len(form) > 3}


def shown_in(text: str, canaries: set[bytes]) -> list[bytes]:
    octets = text.encode("utf-8", "surrogatepass")
    return [form for form in canaries if form in octets]


def test_printing_shows_no_secret(secrets, canaries, key):
    for item in [*secrets, *key.attributes, key._info]:
        log = io.StringIO()
        pprint.pprint(item, log)
        logging.StreamHandler(log).emit(
            logging.LogRecord("x", logging.DEBUG, "", 0, "%s %r", (item, item), None)
        )
        for text in (repr(item), str(item), f"{item}", f"{item!r}", f"{item}", log.getvalue()):
            assert not shown_in(text, canaries)
        with pytest.raises(TypeError):
            vars(item)
        with pytest.raises(TypeError):
            json.dumps(item)


def test_fixed_words_stand_for_secrets(key):
    assert repr(key) == "<PrivateKey RSA-2048>"
    assert repr(key.random) == "<VidRandom 160 bits>"
    assert repr(Password("x")) == "<Password>"


@pytest.mark.parametrize("protocol", range(6))
def test_secrets_refuse_to_be_pickled(secrets, protocol):
    for item in secrets:
        with pytest.raises(TypeError, match="cannot be pickled or copied; pass the locked"):
            pickle.dumps(item, protocol)


def test_secrets_refuse_every_other_way_of_copying(secrets):
    for item in secrets:
        for way in (copy.copy, copy.deepcopy, lambda item: item.__reduce__(),
                    lambda item: item.__getstate__()):  # fmt: skip
            with pytest.raises(TypeError, match="holds a secret"):
                way(item)
        with pytest.raises(ValueError, match="unmarshallable"):
            marshal.dumps(item)


def test_secrets_refuse_to_be_compared_and_hashed(secrets):
    for item in secrets:
        for way in (lambda item: item == 1, lambda item: item != 1):
            with pytest.raises(TypeError, match="cannot be compared"):
                way(item)
        with pytest.raises(TypeError, match="unhashable"):
            hash(item)
        with pytest.raises(TypeError):
            _ = item < item


def broken(pkcs8: bytes, at: int, value: bytes) -> bytes:
    return pkcs8[:at] + value + pkcs8[at + len(value) :]


def failing_uses(pkcs8):
    """Every kind of failure, with secrets at hand: what to call, with the password or the key."""
    locked = PrivateKey.load(pkcs8).lock(PASSWORD, profiles.CHEAPEST)

    def relocked(octets):
        return EncryptedKey.lock(octets, PASSWORD, profiles.CHEAPEST)

    many = AlgorithmIdentifier(oids.SEED_CBC_WITH_SHA1, PBEParameter(b"", 10**9).encode())
    strange = AlgorithmIdentifier("1.2.410.200004.1.33", PBEParameter(b"", 1).encode())
    unknown = LockProfile(name="x", scheme="1.2.3", iterations=1)
    third = len(pkcs8) // 3
    bad_numbers = broken(pkcs8, third, b"\x55" * 7)
    bad_length = broken(pkcs8, third, bytes(400))
    bad_tag = broken(pkcs8, 30, b"\x05")
    key = PrivateKey.load(pkcs8)
    yield lambda: locked.unlock(PASSWORD + "x")
    yield lambda: locked.unlock(PASSWORD.encode() + b"\xff")
    yield lambda: locked.unlock(PASSWORD, limits=Limits(max_salt_size=1))
    yield lambda: locked.unlock(PASSWORD + "\ud800")
    yield lambda: locked.unlock(PASSWORD * 100_000)
    for algorithm in (many, strange):
        file = EncryptedPrivateKeyInfo(algorithm, bytes(16)).encode()
        yield lambda file=file: EncryptedKey.load(file).unlock(PASSWORD)
    for octets in (bad_numbers, bad_length, bad_tag, pkcs8[:-1], pkcs8 + b"\x00"):
        yield lambda octets=octets: relocked(octets).unlock(PASSWORD)
        yield lambda octets=octets: PrivateKey.load(octets)
    yield lambda: PrivateKey.load(pkcs8, limits=Limits(max_file_size=10))
    yield lambda: EncryptedKey.load(pkcs8)
    yield lambda: key.lock(PASSWORD, unknown)
    yield lambda: key.sign(b"x", digest="md5")
    yield lambda: key.decrypt(bytes(3))
    yield lambda: key.matches(b"")


def test_no_error_and_no_local_variable_of_a_traceback_shows_a_secret(pkcs8, canaries, caplog):
    caplog.set_level(logging.DEBUG)
    count = 0
    for use in failing_uses(pkcs8):
        try:
            use()
        except KcertError as error:
            # The frames of this test know the secrets; kcert's own must not.
            inner = error.__traceback__
            while inner and "tests" in inner.tb_frame.f_code.co_filename:
                inner = inner.tb_next
            assert inner
            whole = traceback.TracebackException(type(error), error, inner, capture_locals=True)
            assert not shown_in("".join(whole.format()), canaries)
            assert error.__cause__ is None
            assert error.__context__ is None
            count += 1
        else:
            pytest.fail("no error")
    assert count == 23
    assert caplog.records == []


def test_a_typing_mistake_does_not_show_the_password_either(pkcs8, canaries):
    locked = PrivateKey.load(pkcs8).lock("x", profiles.CHEAPEST)
    try:
        locked.unlock([PASSWORD])
    except TypeError as error:
        whole = traceback.TracebackException(
            type(error), error, error.__traceback__.tb_next, capture_locals=True
        )
        assert not shown_in("".join(whole.format()), canaries)
    else:
        pytest.fail("no error")


def test_a_closed_key_does_not_show_the_new_password(pkcs8, canaries):
    key = PrivateKey.load(pkcs8)
    key.close()
    try:
        key.lock(PASSWORD)
    except ValueError as error:
        whole = traceback.TracebackException(
            type(error), error, error.__traceback__.tb_next, capture_locals=True
        )
        assert not shown_in("".join(whole.format()), canaries)
    else:
        pytest.fail("no error")


def test_a_secret_class_has_to_say_how_it_is_closed():
    class Forgetful(Secret):
        __slots__ = ()

    with pytest.raises(TypeError, match="Forgetful cannot be closed"), Forgetful():
        pass


def test_nothing_refers_to_a_key_after_it_is_dropped(pkcs8):
    key = PrivateKey.load(pkcs8)
    octets = key._der
    key.close()
    del key
    gc.collect()
    assert not any(octets)
