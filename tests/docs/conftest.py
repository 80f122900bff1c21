# SPDX-License-Identifier: Apache-2.0
"""What the commands of the documentation speak of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

import kcert
from kcert import lifecycle
from kcert.keys.profiles import CHEAPEST
from kcert.testing import CmpServer, FakeAuthority

PASSWORD = "kcert-Test-1!"
ID_NUMBER = "9001011234567"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An NPKI folder, a phone's .pfx, a stick, a contract; the id of the certificate in there."""
    credential = FakeAuthority("yessign").issue(
        "홍길동",
        km=True,
        chain=True,
        profile=CHEAPEST,
        password=PASSWORD,
        id_number=ID_NUMBER,
    )
    kcert.open_store(tmp_path / "NPKI", create=True).add(credential)
    other = FakeAuthority("KICA").issue("홍길순", km=True, profile=CHEAPEST, password=PASSWORD)
    with other.unlock(PASSWORD) as unlocked:
        pfx = kcert.pkcs12.dump(unlocked, PASSWORD, profile=kcert.profiles.PKCS12_KOREAN)
    (tmp_path / "phone.pfx").write_bytes(pfx)
    for name in ("contract.pdf", "README.md"):
        (tmp_path / name).write_bytes(b"contract")
    (tmp_path / "password.txt").write_text(f"{PASSWORD}\n", "utf-8")
    (tmp_path / "stick").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("KCERT_NPKI_PATH", str(tmp_path / "NPKI"))
    return credential.certificate.fingerprint()[:16]


@pytest.fixture
def company(place, tmp_path):
    """An authority on loopback that `ca.toml` names, and a company whose certificates are due."""
    clock = SimpleNamespace(behind=timedelta(days=350))
    with CmpServer("yessign", clock=lambda: datetime.now(UTC) - clock.behind) as server:
        for name, certificate in zip(("root", "ca"), server.ca_certificates, strict=True):
            (tmp_path / f"{name}.pem").write_text(certificate.to_pem(), "ascii")
        facts = {"address": server.url, "certificate": "ca.pem", "anchors": ["root.pem"]}
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in facts.items()]
        (tmp_path / "ca.toml").write_text("".join([*lines, "test = true\n"]), "utf-8")
        then = lifecycle.CmpAuthority(
            server.url,
            trust=kcert.TrustStore(server.ca_certificates[:1]),
            clock=lambda: datetime.now(UTC) - clock.behind,
        )
        store = kcert.open_store(tmp_path / "company", create=True)
        ids = [
            lifecycle.issue(
                store, then, lambda _, holder=holder: server.enrol(holder), PASSWORD
            ).entry.id
            for holder in ("주식회사 가나다", "주식회사 라마바")
        ]
        clock.behind = timedelta()
        with server.enrol("홍길동") as enrolment:
            yield SimpleNamespace(
                words={"5c0e91d4": ids[0], "1234567890": enrolment.reference_number},
                code=bytes(enrolment.authorization_code.octets).decode(),
            )
