# SPDX-License-Identifier: Apache-2.0
"""Extensions that limit paths: read strictly, or refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcert._asn1 import path_extensions as path
from kcert.errors import FormatError, KcertError

READERS = (
    path.read_general_names,
    path.read_name_constraints,
    path.read_policy_mappings,
    path.read_policy_constraints,
    path.read_inhibit_any_policy,
)


def test_general_names_keep_their_form():
    value = bytes.fromhex("3011 8203 612e62 870401020304 a404 3002 3000".replace(" ", ""))

    assert path.read_general_names(value) == (
        (2, b"a.b"),
        (7, b"\x01\x02\x03\x04"),
        (4, b"\x30\x02\x30\x00"),
    )


def test_policy_constraints_have_either_counter_or_both():
    assert path.read_policy_constraints(bytes.fromhex("3003800100")) == (0, None)
    assert path.read_policy_constraints(bytes.fromhex("3003810102")) == (None, 2)
    assert path.read_policy_constraints(bytes.fromhex("3006800101810102")) == (1, 2)


def test_enormous_counters_are_cut():
    value = bytes.fromhex("0209 010000000000000000".replace(" ", ""))

    assert path.read_inhibit_any_policy(value) == 1 << 31


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (path.read_general_names, "3000"),
        (path.read_general_names, "3002a200"),  # dNSName is not constructed
        (path.read_general_names, "30028900"),  # there is no ninth form
        (path.read_general_names, "30020500"),
        (path.read_policy_constraints, "3000"),
        (path.read_policy_constraints, "30038001ff"),
        (path.read_policy_constraints, "3006810102800101"),
        (path.read_policy_mappings, "3000"),
        (path.read_policy_mappings, "300530030601 2a".replace(" ", "")),
        (path.read_inhibit_any_policy, "0201ff"),
        (path.read_inhibit_any_policy, "02010000"),
        (path.read_name_constraints, "3000"),
        (path.read_name_constraints, "3002a000"),
    ],
)
def test_what_the_standard_does_not_allow_is_refused(reader, value):
    with pytest.raises(FormatError):
        reader(bytes.fromhex(value))


@given(st.sampled_from(READERS), st.binary(max_size=80))
def test_any_octets_are_read_or_refused(reader, octets):
    with contextlib.suppress(KcertError):
        reader(octets)
