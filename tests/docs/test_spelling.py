# SPDX-License-Identifier: Apache-2.0
"""The documentation is spelt right, in both languages."""

from __future__ import annotations

import pytest
from tools import spelling

needs_hunspell = pytest.mark.skipif(
    not spelling.is_available(),
    reason="peer 'hunspell' is not installed with its English and Korean dictionaries",
)


@needs_hunspell
def test_every_word_is_in_a_dictionary():
    assert spelling.misspelt(spelling.pages()) == []


@needs_hunspell
@pytest.mark.parametrize("word", ["certifcate", "recieve", "인증써", "비빌번호", "됬습니다"])
def test_a_slip_is_found(word):
    assert spelling.unknown([word, "certificate", "인증서"]) == {word}


@needs_hunspell
@pytest.mark.parametrize("word", ["개인키를", "공동인증서와", "인증기관에서는", "kcert's", "OIDs"])
def test_a_term_may_be_followed_by_what_belongs_to_it(word):
    assert spelling.unknown([word]) == set()


def test_code_addresses_and_comments_are_no_prose():
    page = (
        "A `wrod` [link](wrod.md)\n<!-- wrod -->\n```sh\nwrod\n```\n::: wrod\n    wrod\nend `R`을\n"
    )
    assert list(spelling.words(page)) == [(1, "A"), (1, "link"), (8, "end")]


def test_the_dictionaries_are_sorted_out():
    for name in ("english", "korean", "korean-particles"):
        lines = (spelling.DICTIONARIES / f"{name}.txt").read_text("utf-8").splitlines()
        words = [line for line in lines if not line.startswith("#")]
        assert all(word and word == word.strip() for word in words)
        assert len(set(words)) == len(words), name
