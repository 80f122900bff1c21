# SPDX-License-Identifier: Apache-2.0
"""examples/sign_pdf: pyHanko writes, kcert signs."""

from __future__ import annotations

from io import BytesIO

import pytest

from kcert import npki
from kcert.errors import SignatureError
from kcert.keys.profiles import CHEAPEST
from kcert.testing import FakeAuthority

pytest.importorskip("pyhanko", reason="pyHanko is not installed")


@pytest.fixture(scope="module")
def module(example):
    return example("sign_pdf/sign_pdf.py")


@pytest.fixture(scope="module")
def credentials():
    authority = FakeAuthority("yessign")
    return [
        authority.issue(holder, password="x", chain=True, profile=CHEAPEST)
        for holder in ("홍길동", "길동상사")
    ]


def test_a_signed_pdf_names_its_signer(module, credentials):
    with credentials[0].unlock("x") as unlocked:
        pdf = module.sign_pdf(module.empty_page(), unlocked)

    assert module.verify_pdf(pdf) == [credentials[0].certificate]


def test_a_second_signature_leaves_the_first_one_in_force(module, credentials):
    pdf = module.empty_page()
    for credential in credentials:
        with credential.unlock("x") as unlocked:
            pdf = module.sign_pdf(pdf, unlocked)

    assert module.verify_pdf(pdf) == [one.certificate for one in credentials]


def test_a_changed_page_is_noticed(module, credentials):
    with credentials[0].unlock("x") as unlocked:
        pdf = module.sign_pdf(module.empty_page(), unlocked)
    changed = pdf.replace(b"842", b"843", 1)
    assert changed != pdf

    with pytest.raises(SignatureError):
        module.verify_pdf(changed)


def test_pyhanko_finds_the_whole_file_covered(module, credentials):
    from pyhanko.pdf_utils.reader import PdfFileReader

    with credentials[0].unlock("x") as unlocked:
        pdf = module.sign_pdf(module.empty_page(), unlocked)
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    signature.compute_integrity_info()

    assert signature.evaluate_signature_coverage().name == "ENTIRE_FILE"


def test_it_runs_on_a_test_certificate(run):
    done = run("sign_pdf/sign_pdf.py")

    assert (done.returncode, done.stderr) == (0, "")
    assert "signed by: 홍길동" in done.stdout


def test_it_signs_a_file_and_never_overwrites_one(
    module, credentials, tmp_path, monkeypatch, capsys
):
    npki.write_folder(credentials[0], tmp_path / "certificate")
    source, target = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(module.empty_page())
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "x")
    arguments = [str(tmp_path / "certificate"), str(source), str(target)]

    assert module.main(arguments) == 0
    signed = target.read_bytes()
    assert module.verify_pdf(signed) == [credentials[0].certificate]
    assert module.main(arguments) == 1
    assert target.read_bytes() == signed

    monkeypatch.setattr("getpass.getpass", lambda _prompt: "wrong")
    assert module.main([*arguments[:2], str(tmp_path / "other.pdf")]) == 1
    assert "비밀번호" in capsys.readouterr().err
