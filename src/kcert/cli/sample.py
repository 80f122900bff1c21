# SPDX-License-Identifier: Apache-2.0
"""A made-up computer for the demo: an NPKI folder and a stick, with people who do not exist."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from kcert import open_store
from kcert.testing import TEST_ID_NUMBER, FakeAuthority

if TYPE_CHECKING:
    from pathlib import Path

    from kcert import Credential, Entry

__all__ = ["ID_NUMBER", "PASSWORD", "Sample", "make_sample"]

PASSWORD = "demo-Password-1!"  # noqa: S105 - of keys that are made, shown and thrown away
ID_NUMBER = TEST_ID_NUMBER

_STICK_PASSWORD = "demo-Stick-2!"  # noqa: S105 - as above


class Sample(NamedTuple):
    """What was made.

    Attributes:
        computer: The NPKI folder.
        stick: The NPKI folder of a plugged-in stick.
        main: The credential that the demo uses, of the NPKI folder.
    """

    computer: Path
    stick: Path
    main: Credential


def make_sample(folder: Path, at: datetime) -> Sample:
    """Make the folders below an empty one.

    Raises:
        KcertError: The medium does not take them.
    """
    main = FakeAuthority("KICA", at=at).issue(
        "홍길동", policy="1.2.410.200004.5.2.1.2", password=PASSWORD, km=True, chain=True
    )
    computer, stick = folder / "NPKI", folder / "stick" / "NPKI"
    store = open_store(computer, create=True)
    store.add(main)
    for credential in _others(at):
        store.add(credential)
    _break(computer, store.add(_unlucky(at)))
    open_store(stick, create=True).add(main)
    return Sample(computer, stick, main)


def _others(at: datetime) -> list[Credential]:
    yessign = FakeAuthority("yessign", at=at)
    return [
        yessign.issue("홍길순", policy="1.2.410.200005.1.1.4", password=PASSWORD, bank="WOORI"),
        yessign.issue(
            "가나다상사", policy="1.2.410.200005.1.1.6.8", password=PASSWORD, id_number="1234567890"
        ),
        yessign.issue("홍길남", policy="1.2.410.200005.1.1.1.10", password=PASSWORD),
        FakeAuthority("CrossCert", at=at).issue(
            "주식회사 라마바",
            policy="1.2.410.200004.5.4.1.2",
            password=PASSWORD,
            not_after=at - timedelta(days=40),
            not_before=at - timedelta(days=405),
        ),
        FakeAuthority("SignKorea", at=at).issue(
            "홍길서",
            policy="1.2.410.200004.5.1.1.9",
            password=PASSWORD,
            not_before=at - timedelta(days=350),
            not_after=at + timedelta(days=12),
        ),
    ]


def _unlucky(at: datetime) -> Credential:
    return FakeAuthority("TradeSign", at=at).issue("홍길북", password=_STICK_PASSWORD)


def _break(root: Path, entry: Entry) -> None:
    """Lose the key, as a copy does that broke off."""
    (root / entry.location / "signPri.key").unlink()
