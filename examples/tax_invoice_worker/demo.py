# SPDX-License-Identifier: Apache-2.0
"""The worker on test certificates: a vault in a folder, two companies, three invoices.

    python examples/tax_invoice_worker/demo.py [folder]

Needs ``pip install "kcert[cloud,xml]"``. Without a folder a temporary one is used.

시험용 인증서와 세금계산서로 처음부터 끝까지 실행합니다.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from worker import Worker

import kcert
from kcert.services import etax
from kcert.testing import FakeAuthority

PASSWORD = "kcert-Demo-1!"  # of certificates that live as long as this program
NAMESPACE = "urn:kr:or:kec:standard:Tax:ReusableAggregateBusinessInformationEntitySchemaModule:1:0"


def invoice(number: int) -> bytes:
    """The bones of an invoice."""
    return (
        f'<TaxInvoice xmlns="{NAMESPACE}"><ExchangedDocument><ID>{number}</ID></ExchangedDocument>'
        f"<TaxInvoiceDocument><IssueID>{number:024}</IssueID></TaxInvoiceDocument></TaxInvoice>"
    ).encode()


def main(folder: Path) -> None:
    """Fill the queue, work, and open what was sealed, as the tax service would."""
    authority = FakeAuthority("yessign")
    service = authority.issue("tax service", password=PASSWORD, km=True)
    assert service.key_management is not None
    store = kcert.open_store(
        f"file:{folder / 'vault'}", sealing=kcert.VaultIdentity.generate(), create=True
    )
    queue, passwords = folder / "queue", {}
    for number, name in enumerate(("길동상사", "한양무역")):
        company = authority.issue(name, password=PASSWORD, id_number="1234567891", chain=True)
        store.add(company)
        fingerprint = company.certificate.fingerprint()
        passwords[fingerprint] = PASSWORD
        waiting = queue / "new" / fingerprint
        waiting.mkdir(parents=True)
        (waiting / "1.xml").write_bytes(invoice(number))
    (waiting / "broken.xml").write_text("<nothing/>", "utf-8")

    worker = Worker(store, passwords, queue, service.key_management.certificate)
    sealed, failed = worker.run()
    print(f"봉인 · sealed: {sealed}, 실패 · failed: {failed}")
    for reason in queue.glob("failed/*/*.txt"):
        print("  ", reason.read_text("utf-8").splitlines()[-1])

    with service.unlock(PASSWORD) as receiver:
        for package in sorted(queue.glob("sealed/*/*.p7m")):
            for packed in etax.unseal(package.read_bytes(), receiver):
                verified = etax.verify(
                    packed.xml, id_number="1234567891", random=packed.random.reveal()
                )
                print("받은 쪽에서 확인 · received from:", verified.certificate.holder_name)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
