# SPDX-License-Identifier: Apache-2.0
"""A made-up computer, always the same but for its keys, and a way to run the command on it."""

from __future__ import annotations

import io
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

import kcert
from kcert import lifecycle
from kcert.cli import entry
from kcert.keys.profiles import CHEAPEST, PKCS12_KOREAN
from kcert.testing import CmpServer, FakeAuthority

AT = datetime(2026, 5, 1, 9, tzinfo=timezone(timedelta(hours=9)))
PASSWORD = "KCERT-CANARY-pw-7f3a"
ID_NUMBER = "9902301234567"


def people(at):
    """Holder, authority and the rest, each with the subject's number and serial number fixed."""
    yessign, kica, trade = (FakeAuthority(n, at=at) for n in ("yessign", "KICA", "TradeSign"))
    same = {"profile": CHEAPEST, "password": PASSWORD}
    main = yessign.issue(
        "홍길동",
        policy="1.2.410.200005.1.1.4",
        km=True,
        chain=True,
        id_number=ID_NUMBER,
        common_name="홍길동()0099123456789",
        serial_number=1001,
        **same,
    )
    company = kica.issue(
        "주식회사 가나다라마바사",
        policy="1.2.410.200004.5.2.1.1",
        not_before=at - timedelta(days=400),
        not_after=at - timedelta(days=35),
        common_name="주식회사 가나다라마바사",
        serial_number=1002,
        **same,
    )
    keyless = trade.issue("홍길순", common_name="홍길순", serial_number=1003, **same)
    cloud = yessign.issue(
        "홍길남",
        policy="1.2.410.200005.1.1.1.10",
        common_name="홍길남()0099987654321",
        serial_number=1004,
        **same,
    )
    return yessign, main, company, keyless, cloud


@pytest.fixture(scope="session")
def master(tmp_path_factory):
    """The computer, to be copied: NPKI, a.pfx, alone.der, anchors.pem, f.txt, vault, owner.txt."""
    root = tmp_path_factory.mktemp("computer")
    yessign, main, *others = people(AT)
    store = kcert.open_store(root / "NPKI", create=True)
    entries = [store.add(each) for each in (main, *others)]
    (root / "NPKI" / entries[2].location / "signPri.key").unlink()
    shutil.copytree(root / "NPKI" / entries[0].location, root / "one")
    with main.unlock(PASSWORD) as unlocked:
        (root / "a.pfx").write_bytes(kcert.pkcs12.dump(unlocked, PASSWORD, profile=PKCS12_KOREAN))
    (root / "alone.der").write_bytes(main.certificate.der)
    (root / "anchors.pem").write_bytes(kcert.pem.dump_certificates(yessign.ca_certificates))
    (root / "f.txt").write_text("동의합니다\n", "utf-8")
    owner = kcert.VaultIdentity.generate()
    vault = kcert.open_store(root / "vault", sealing=owner, create=True)
    kcert.open_store(root / "one", history=False).backup(to=vault)
    (root / "owner.txt").write_text(f"{owner.reveal()}\n", "ascii")
    (root / "owner.txt").chmod(0o600)
    ids = [entry.id for entry in entries]
    return SimpleNamespace(root=root, ids=ids, main=main)


@pytest.fixture
def computer(master, tmp_path, monkeypatch):
    """A copy of the computer, in which the test works; `KCERT_NPKI_PATH` names its NPKI folder."""
    place = tmp_path / "computer"
    shutil.copytree(master.root, place)
    monkeypatch.chdir(place)
    monkeypatch.setenv("KCERT_NPKI_PATH", str(place / "NPKI"))
    for name in ("HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("NO_COLOR", "COLUMNS", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    return SimpleNamespace(root=place, ids=master.ids, main=master.main)


@pytest.fixture(scope="session")
def authority():
    """A test authority on loopback; `behind` is how far its clock is."""
    behind = SimpleNamespace(by=timedelta())
    with CmpServer("yessign", clock=lambda: datetime.now(UTC) - behind.by) as server:
        yield SimpleNamespace(server=server, behind=behind)


class Office:
    """What the tests of the life cycle know of the authority, by the names they have for it."""

    def __init__(self, authority, place):
        self.server, self._behind, self.place = authority.server, authority.behind, place
        root, issuing = self.server.ca_certificates
        (place / "root.pem").write_text(root.to_pem(), "ascii")
        (place / "issuing.pem").write_text(issuing.to_pem(), "ascii")
        (place / "ca.toml").write_text(
            f'address = "{self.server.url}"\ncertificate = "issuing.pem"\n'
            'anchors = ["root.pem"]\ntest = true\n',
            "utf-8",
        )
        self._trust = kcert.TrustStore([root])

    def issued(self, name, holder="홍길동"):
        """Have one issued into the store of this name: `due` and `held` long ago."""
        ago = timedelta(days=0 if name == "fresh" else 350)
        there = lifecycle.CmpAuthority(
            self.server.url, trust=self._trust, clock=lambda: datetime.now(UTC) - ago
        )
        store = kcert.open_store(self.place / name, create=True)
        self._behind.by = ago
        try:
            made = lifecycle.issue(store, there, lambda _: self.server.enrol(holder), PASSWORD)
        finally:
            self._behind.by = timedelta()
        # Not before the other clock is right again.
        there = lifecycle.CmpAuthority(self.server.url, trust=self._trust)
        if name == "held":
            lifecycle.suspend(store, made.entry, there, password=PASSWORD)
        return made.entry

    def filled(self, text):
        """The text with what it names, which is made now: numbers, codes, certificates."""
        names = set(re.findall(r"(?<![-\w])(?:due|fresh|held)\b", text))
        made = {name: self.issued(name) for name in names}
        if "alone.crt" in text:
            (self.place / "alone.crt").write_bytes(made["fresh"].certificate.der)
        if "{reference}" in text:
            lost = made["fresh"].certificate if "fresh" in made else None
            with self.server.enrol(replaces=lost) as enrolment:
                text = text.replace("{reference}", enrolment.reference_number)
                code = bytes(enrolment.authorization_code.octets).decode()
            text = text.replace("{code}", code)
        return text


@pytest.fixture
def office(authority, computer):
    """The authority, and a file in the made-up computer that names it."""
    return Office(authority, computer.root)


@pytest.fixture
def run():
    """Run the command in this process; what comes out has no password and no traceback in it."""

    def run(*arguments, typed="", language="en"):
        out, errors = io.StringIO(), io.StringIO()
        stdin, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8")
        try:
            status = entry.run(["--lang", language, *arguments], out, errors)
        finally:
            sys.stdin = stdin
        said = out.getvalue() + errors.getvalue()
        assert "Traceback" not in said
        assert "KCERT-CANARY" not in said
        return status, out.getvalue(), errors.getvalue()

    return run


@pytest.fixture(scope="session")
def steady():
    """Replace what differs from run to run, as wide as it is: fingerprints, ids, keys, times."""

    def replace(text, master):
        # Whole ids, and one that a narrow column cuts.
        pattern = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{16}|[0-9a-f]{8}|[0-9a-f]{3,7}(?=…))")

        def label(match):
            head = match[0][:8]
            for number, each in enumerate(master.ids, 1):
                if each.startswith(head):
                    return (str(number) * 64)[: len(match[0])]
            return "f" * len(match[0]) if len(match[0]) in (16, 64) else match[0]

        text = re.sub(r"\b[0-9a-f]{32}\b", "e" * 32, text)
        text = pattern.sub(label, text)
        text = re.sub(r"\bage1[0-9a-z]{58}\b", "age1" + "q" * 58, text)
        # In the table of a history, and nowhere else.
        when = re.compile(r"^(\d+  )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.MULTILINE)
        text = when.sub(r"\g<1>2026-05-01 09:00:00", text)
        return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", "<moment>", text)

    return replace


@pytest.fixture(scope="session")
def unfixed():
    """Replace what depends on the day of the test, as wide as it is: moments, days, ids of then."""
    moment = r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d)?(?:  -?\d+)?"
    clock = r"\d\d:\d\d:\d\d(?= KST)"
    fields = r"(?<=days_left\": )\d+|(?<=location\": ).+"
    varying = re.compile(rf"{moment}|{clock}|{fields}|^[0-9a-f]{{8}}(?= )", re.MULTILINE)

    def replace(text):
        return varying.sub(lambda found: re.sub(r"[0-9a-f]", "0", found[0]), text)

    return lambda text: re.sub(r'(?<=location": ).+', '"…",', replace(text))


@pytest.fixture(autouse=True)
def no_width_of_the_test_run(monkeypatch):
    """Test runners tell their workers the width of their own terminal."""
    monkeypatch.delenv("COLUMNS", raising=False)
