# SPDX-License-Identifier: Apache-2.0
"""The error tree: as drawn, with stable codes, facts that travel, and one line in two languages."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert import errors
from kcert.errors import KcertError
from kcert.testing import assert_clear_error

MOMENT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FINGERPRINT = "ab" * 32

EXAMPLES = [
    errors.FormatError("PKCS#8", "length runs past the end", where="byte 12"),
    errors.UnsupportedAlgorithmError(
        "1.2.410.100001.1.7", "neat", use="private key lock", hint="ask", hint_ko="문의하십시오"
    ),
    errors.UnsupportedAlgorithmError(None, use="VID hash"),
    errors.UnlockError(),
    errors.KeyMismatchError(FINGERPRINT),
    errors.KeyMismatchError(),
    errors.LimitError("iterations", 2**31, 2_000_000, where="PBKDF2"),
    errors.CertificateProblem([SimpleNamespace(code="expired"), SimpleNamespace(code="weak-key")]),
    errors.IdentityMismatchError(),
    errors.SignatureError("digest differs", reason_ko="해시가 다릅니다", signer=1),
    errors.TrustError("path is too long", "경로가 너무 깁니다", fingerprint=FINGERPRINT),
    errors.ExpiredError(MOMENT, fingerprint=FINGERPRINT),
    errors.NotYetValidError(MOMENT),
    errors.RevokedError("keyCompromise", MOMENT, fingerprint=FINGERPRINT),
    errors.UntrustedIssuerError("no path to an authority", "신뢰하는 기관에 이르지 못합니다"),
    errors.PolicyError("policy is not among those asked for", "요구한 정책이 아닙니다"),
    errors.RevocationUnknownError("no answer", "폐지 여부를 알 수 없습니다"),
    errors.WeakAlgorithmError("sha1", "signature", fingerprint=FINGERPRINT),
    errors.AuthorityError("refused", "거절", status="rejection", failure=["badPOP"]),
    errors.IdentityRefusedError("the call was not answered", "전화를 받지 않았습니다"),
    errors.RenewalError("expired", "it has ended", "만료되었습니다", closes=MOMENT),
    errors.UnfinishedError(
        "backed-up",
        "the new certificate is in force",
        "새 인증서가 유효합니다",
        cause=errors.UnavailableError("unplugged", "연결이 끊겼습니다", backend="usb"),
        fingerprint=FINGERPRINT,
    ),
    errors.WeakIntegrityError("PKCS#12 file", None),
    errors.WeakIntegrityError("PKCS#12 file", "HMAC with sha1", 1_024),
    errors.MissingExtraError("cloud", "cloud storage"),
    errors.StorageError("short write", "일부만 쓰였습니다", backend="file", name="a/b"),
    errors.NotFoundError("nothing there", "없습니다", backend="memory", name="a/b"),
    errors.AlreadyExistsError("already there", "이미 있습니다", backend="file"),
    errors.AmbiguousError("two answer", "둘 이상입니다", backend="npki"),
    errors.ConflictError("changed meanwhile", "그사이 바뀌었습니다", backend="s3", retryable=True),
    errors.TamperedError("rolled-back", backend="s3", seen=3, counter=2),
    errors.UnavailableError("unplugged", "연결이 끊겼습니다", backend="usb", retryable=True),
]


def drawn_tree() -> dict[str, str]:
    """Each class of the drawing in the module's docstring, and the class above it."""
    parents: list[tuple[int, str]] = []
    tree: dict[str, str] = {}
    for line in inspect.getdoc(errors).splitlines():
        match = re.match(r"^([ │├└─]*)([A-Z]\w+)(?: \((\w+)\))?(?:\s{2,}|$)", line)
        if not match or match[2] not in dir(errors):
            continue
        depth = len(match[1])
        while parents and parents[-1][0] >= depth:
            parents.pop()
        if parents:
            tree[match[2]] = ", ".join(filter(None, [parents[-1][1], match[3]]))
        parents.append((depth, match[2]))
    return tree


def classes() -> list[type[KcertError]]:
    found = [KcertError]
    for item in found:
        found += item.__subclasses__()
    return [item for item in found if item.__module__ == errors.__name__]


def test_the_tree_is_as_drawn():
    real = {
        item.__name__: ", ".join(base.__name__ for base in item.__bases__)
        for item in classes()
        if item is not KcertError
    }
    assert drawn_tree() == real


def test_every_class_is_public():
    assert sorted(item.__name__ for item in classes()) == sorted(errors.__all__)


def test_codes_are_unique_and_written_alike():
    codes = [item.code for item in classes()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)
    assert all("code" in vars(item) for item in classes())


def test_every_class_has_an_example_here():
    assert {type(item) for item in EXAMPLES} == set(classes()) - {KcertError}


def test_every_class_documents_its_facts():
    for item in {type(example): example for example in EXAMPLES}.values():
        described = "".join(base.__doc__ or "" for base in type(item).__mro__[:-3])
        for fact in vars(item):
            assert fact in described or fact in {"message_ko", "where", "reason"}, (
                type(item),
                fact,
            )


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_every_error_is_clear(error):
    assert_clear_error(error, type(error))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors_travel_between_processes_with_their_facts(error, protocol):
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.args == error.args
    assert vars(again) == vars(error)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors_are_copied_with_their_facts(error):
    for again in (copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert vars(again) == vars(error)


def test_a_traceback_of_another_process_still_shows_the_message():
    error = pickle.loads(pickle.dumps(errors.UnlockError()))
    with pytest.raises(errors.UnlockError, match="the password is wrong"):
        raise error


@settings(max_examples=50)
@given(st.text(max_size=1_000), st.text(max_size=300))
def test_a_message_is_one_line_of_at_most_300_characters_whatever_goes_in(reason, where):
    error = errors.FormatError("certificate", reason, where=where)
    for line in (str(error), error.message_ko):
        assert len(line) <= 300
        assert len(line.splitlines()) == 1
    assert error.reason == reason


@pytest.mark.parametrize(
    "value", [2**64, -(2**64), 10**10_000], ids=["2**64", "-2**64", "10**10000"]
)
def test_a_huge_number_is_described_and_not_printed(value):
    error = errors.LimitError("iterations", value, 2_000_000)
    assert_clear_error(error, errors.LimitError)
    assert error.value == value


def test_the_name_of_a_stored_entry_is_a_fact_and_not_in_the_message():
    name = "yessign/USER/cn=홍길동,o=yessign/signCert.der"
    error = errors.NotFoundError("nothing there", "없습니다", backend="file", name=name)
    assert error.name == name
    for line in (str(error), error.message_ko):
        assert "홍길동" not in line


def test_whether_trying_again_may_help_is_known_of_every_storage_error():
    assert errors.UnavailableError("full", backend="file").retryable is False
    assert errors.UnavailableError("timeout", backend="s3", retryable=True).retryable is True


def test_standard_exceptions_catch_what_they_should():
    assert issubclass(errors.FormatError, ValueError)
    assert issubclass(errors.MissingExtraError, ImportError)
    assert issubclass(errors.NotFoundError, LookupError)
    assert not issubclass(errors.StorageError, OSError)
