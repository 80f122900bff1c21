# SPDX-License-Identifier: Apache-2.0
"""What the commands of the documentation speak of."""

from __future__ import annotations

import pytest

import kcert
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

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
    other = FakeAuthority("KICA").issue("김하늘", km=True, profile=CHEAPEST, password=PASSWORD)
    with other.unlock(PASSWORD) as unlocked:
        pfx = kcert.pkcs12.dump(unlocked, PASSWORD, profile=kcert.profiles.PKCS12_KOREAN)
    (tmp_path / "phone.pfx").write_bytes(pfx)
    for name in ("contract.pdf", "README.md"):
        (tmp_path / name).write_bytes(b"contract")
    (tmp_path / "password.txt").write_text(f"{PASSWORD}\n", "utf-8")
    (tmp_path / "stick").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KCERT_NPKI_PATH", str(tmp_path / "NPKI"))
    return credential.certificate.fingerprint()[:16]
