# SPDX-License-Identifier: Apache-2.0
"""Advice on new passwords, by the rule of the authorities."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given

import kcert
from kcert import passwords
from kcert.inspection import Severity
from kcert.testing.strategies import passwords as any_passwords


def codes(password):
    return [finding.code.removeprefix("password-") for finding in passwords.check(password)]


@pytest.mark.parametrize("password", ["abcde12345!", "Kcert-Test-1!", "a1!a1!a1!a", "1234 56789!z"])
def test_a_password_that_keeps_the_rule_has_no_findings(password):
    assert codes(password) == []


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("abc123!!a", ["too-short"]),
        ("1234567890!", ["without-letter"]),
        ("abcdefghij!", ["without-digit"]),
        ("abcdefghij1", ["without-special"]),
        ("", ["too-short", "without-letter", "without-digit", "without-special"]),
        ("abcde'12345!", ["excluded-character"]),
        ('abcde"12345!', ["excluded-character"]),
        ("abcde\\12345!", ["excluded-character"]),
        ("abcde|12345!", ["excluded-character"]),
        ("abcde12345|", ["without-special", "excluded-character"]),
        (" abcde12345!", ["outer-blank"]),
        ("abcde12345! ", ["outer-blank"]),
        ("abcde12345!비밀", ["not-ascii"]),
        ("비밀번호비밀번호123!", ["without-letter", "not-ascii"]),
        ("abcde₩12345!", ["not-ascii"]),
        ("abcdefgh１２!", ["without-digit", "not-ascii"]),
    ],
)
def test_each_part_of_the_rule_has_its_code(password, expected):
    assert codes(password) == expected


def test_the_rule_is_severe_and_the_rest_is_a_warning():
    severities = {
        code.removeprefix("password-"): row.severity for code, row in passwords.CODES.items()
    }

    warnings = {code for code, severity in severities.items() if severity is Severity.WARNING}
    assert warnings == {"outer-blank", "not-ascii"}
    assert set(severities.values()) == {Severity.ERROR, Severity.WARNING}


def test_every_finding_speaks_both_languages_and_says_nothing_of_the_password():
    for finding in passwords.check("캐나리"):
        assert finding.message.isascii()
        assert any("가" <= character <= "힣" for character in finding.message_ko)
        assert "캐나리" not in repr(finding)
        assert finding.facts == {}


@given(password=any_passwords())
def test_any_text_is_checked(password):
    found = passwords.check(password)

    assert {finding.code for finding in found} <= set(passwords.CODES)


def test_only_text_is_checked():
    with pytest.raises(TypeError):
        passwords.check(b"abcde12345!")


def test_opening_and_locking_never_ask_for_the_rule():
    source = Path(kcert.__file__).parent
    for room in ("keys", "credential", "formats", "store", "storage", "loading", "inspection"):
        for path in (source / room).rglob("*.py"):
            imported = {
                node.module
                for node in ast.walk(ast.parse(path.read_text("utf-8")))
                if isinstance(node, ast.ImportFrom)
            }
            assert "kcert.passwords" not in imported, path

    credential = kcert.testing.FakeAuthority().issue(password="1", profile=kcert.profiles.CHEAPEST)
    credential.change_password("1", "2").unlock("2").close()
