# SPDX-License-Identifier: Apache-2.0
"""OpenSSL's clients against the test authority: CMP, OCSP, revocation lists."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kcert.certificate import Certificate
from kcert.lifecycle import CertificateState, RevocationReason
from kcert.testing import CmpServer, Fault
from kcert.testing.cmp import Kind, Standing
from kcert.testing.keypool import KeyPool

pytestmark = [pytest.mark.peer("openssl")]

SERIAL = hashes.SHA256()


class Clock:
    """The computer's clock, and how far ahead of it the authority is."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.ahead


class Client:
    """``openssl cmp`` in the folder of the test."""

    def __init__(self, folder, make_pem, refused, server, clock):
        self.folder, self._refused = folder, refused
        self.server, self.clock = server, clock
        for name, certificate in zip(("root", "ca"), server.ca_certificates, strict=True):
            (folder / f"{name}.pem").write_text(make_pem([], [certificate.der]))

    def key(self, name):
        key = KeyPool.fresh(2048)
        pem = key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / name).write_bytes(pem)
        return key

    def csr(self, name, key):
        builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        request = builder.sign(key.private_key, SERIAL)
        (self.folder / name).write_bytes(request.public_bytes(Encoding.PEM))

    def __call__(self, command, *options):
        host = self.server.url.removeprefix("http://")
        said = ["openssl", "cmp", "-config", "", "-cmd", command, "-server", host]
        run = subprocess.run(
            [*said, "-recipient", "/CN=authority", *options],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            # It reports on both, and here the order matters.
            stderr=subprocess.STDOUT,
            timeout=60,
            text=True,
            # It cuts long texts between the octets of a letter.
            errors="replace",
        )
        if run.returncode:
            raise self._refused(run.stdout)
        return run.stdout

    def known(self, enrolment):
        """By reference number and authorization code."""
        (self.folder / "code").write_bytes(bytes(enrolment.authorization_code.octets) + b"\n")
        return ("-ref", enrolment.reference_number, "-secret", "file:code")

    def signed(self, name):
        """By an earlier certificate. An authority's own key has no digitalSignature to check."""
        return (
            *("-cert", f"{name}.pem", "-key", f"{name}.key", "-ignore_keyusage"),
            *("-trusted", "root.pem", "-untrusted", "ca.pem"),
        )

    def certificate(self, name):
        return Certificate.load((self.folder / f"{name}.pem").read_bytes())

    def enrol(self, name="old", command="ir"):
        key = self.key(f"{name}.key")
        said = self(
            command,
            *self.known(self.server.enrol()),
            *("-newkey", f"{name}.key", "-certout", f"{name}.pem"),
        )
        assert self.certificate(name).public_key_info == key.public_key_info
        return said

    def status(self, name):
        return self.server.status(self.certificate(name))


@pytest.fixture(scope="session")
def has_cmp():
    done = subprocess.run(["openssl", "cmp", "-help"], capture_output=True, timeout=60)
    if done.returncode:
        pytest.skip("this openssl has no command cmp")


@pytest.fixture
def client(has_cmp, tmp_path, make_pem, peer_refused):
    clock = Clock()
    with CmpServer("yessign", clock=clock) as server:
        yield Client(tmp_path, make_pem, peer_refused, server, clock)


@pytest.mark.parametrize("command", ["ir", "cr"])
def test_it_enrols_with_reference_number_and_authorization_code(client, command):
    said = client.enrol(command=command)
    assert "received PKICONF" in said
    assert client.status("old").state is CertificateState.GOOD
    assert client.certificate("old").holder_name == "홍길동"


def test_it_enrols_without_confirming_where_both_agree(client):
    client.key("old.key")
    said = client(
        "ir",
        *client.known(client.server.enrol()),
        *("-newkey", "old.key", "-certout", "old.pem", "-implicit_confirm"),
    )
    assert "CERTCONF" not in said
    assert client.status("old").state is CertificateState.GOOD


def test_it_enrols_with_pkcs10(client):
    client.csr("old.csr", client.key("old.key"))
    known = client.known(client.server.enrol())
    client("p10cr", *known, *("-csr", "old.csr", "-certout", "old.pem"))
    assert client.status("old").state is CertificateState.GOOD


def test_it_takes_a_certificate_back_that_it_does_not_want(client, peer_refused):
    client.key("old.key")
    client.key("other.key")
    known = client.known(client.server.enrol())
    client.server.faults.next(Fault.SWAPPED_CERTIFICATE, verb="ir")
    with pytest.raises(peer_refused, match="key values mismatch"):
        client("ir", *known, *("-newkey", "old.key", "-certout", "old.pem"))


def test_it_renews_with_a_new_key(client):
    client.enrol()
    old = client.certificate("old")
    client.clock.ahead = timedelta(days=340)
    key = client.key("new.key")
    client(
        "kur",
        *client.signed("old"),
        *("-oldcert", "old.pem", "-newkey", "new.key", "-certout", "new.pem"),
    )
    new = client.certificate("new")
    assert new.public_key_info == key.public_key_info
    assert new.subject == old.subject
    assert new.validity.not_after.year == old.validity.not_after.year + 1
    assert client.status("new").state is CertificateState.GOOD
    (_, renewal) = client.server.registry.issues.all()
    assert (renewal.kind, renewal.predecessor) == (Kind.RENEWAL, old.serial_number)


def test_it_is_told_that_it_is_too_early_to_renew(client, peer_refused):
    client.enrol()
    client.key("new.key")
    with pytest.raises(peer_refused, match="30 days before the expiry day"):
        client(
            "kur",
            *client.signed("old"),
            *("-oldcert", "old.pem", "-newkey", "new.key", "-certout", "new.pem"),
        )
    assert len(client.server.registry.issues.all()) == 1


def test_it_revokes_suspends_and_resumes(client):
    client.enrol()
    for reason, state in (
        (RevocationReason.CERTIFICATE_HOLD, CertificateState.SUSPENDED),
        (RevocationReason.REMOVE_FROM_CRL, CertificateState.GOOD),
        (RevocationReason.KEY_COMPROMISE, CertificateState.REVOKED),
    ):
        client("rr", *client.signed("old"), "-oldcert", "old.pem", "-revreason", str(reason.value))
        assert client.status("old").state is state
    assert client.status("old").reason is RevocationReason.KEY_COMPROMISE


def test_it_revokes_by_an_office_when_the_key_is_lost(client):
    client.enrol()
    lost = client.server.enrol(replaces=client.certificate("old"))
    client("rr", *client.known(lost), "-oldcert", "old.pem", "-revreason", "1")
    assert client.status("old").state is CertificateState.REVOKED


def test_it_cannot_revoke_what_is_somebody_elses(client, peer_refused):
    client.enrol("old")
    client.enrol("new")
    with pytest.raises(peer_refused, match="notAuthorized"):
        client("rr", *client.signed("new"), "-oldcert", "old.pem", "-revreason", "1")
    assert client.status("old").state is CertificateState.GOOD


def test_it_asks_for_the_authoritys_certificate(client):
    client.enrol()
    said = client("genm", *client.signed("old"))
    assert "id-it-caProtEncCert" in said


def test_it_is_refused_with_a_wrong_authorization_code(client, peer_refused):
    client.key("old.key")
    known = client.known(client.server.enrol())
    (client.folder / "code").write_text("wrong\n")
    trusted = ("-trusted", "root.pem", "-untrusted", "ca.pem", "-unprotected_errors")
    with pytest.raises(peer_refused, match="badMessageCheck"):
        client("ir", *known, *trusted, *("-newkey", "old.key", "-certout", "old.pem"))


def test_it_polls_for_what_takes_its_time(client):
    client.server.faults.next(Fault.WAITING, verb="ir", polls=2, seconds=0)
    said = client.enrol()
    assert said.count("POLLREP") == 2
    assert client.status("old").state is CertificateState.GOOD


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault.ALTERED_PROTECTION, "protection"),
        (Fault.MISSING_PROTECTION, "protection"),
        (Fault.FOREIGN_TRANSACTION, "transactionid"),
        (Fault.STALE_NONCE, "recipnonce"),
        (Fault.WRONG_ALGORITHM, "protection"),
        (Fault.WRONG_BODY, "unexpected pkibody"),
        (Fault.TRUNCATED, "transfer error|parse"),
        (Fault.NOT_CMP, "content type"),
        (Fault.LOST_ANSWER, "transfer error|connect"),
        (Fault.UNAVAILABLE, "503"),
        (Fault.REFUSED, "badrequest"),
    ],
)
def test_it_notices_what_goes_wrong(client, peer_refused, fault, message):
    client.server.faults.next(fault, verb="ir")
    with pytest.raises(peer_refused) as caught:
        client.enrol()
    assert any(part in str(caught.value).lower() for part in message.split("|")), caught.value
    assert not client.server.faults.pending
    assert Standing.GOOD not in {issue.standing for issue in client.server.registry.issues.all()}


# What is published


def ocsp(client, openssl, name):
    output = openssl(
        *("ocsp", "-issuer", "ca.pem", "-cert", f"{name}.pem", "-url", client.server.ocsp_url),
        *("-CAfile", "root.pem", "-verify_other", "ca.pem"),
    )
    assert "Response verify OK" in openssl.said
    return output.decode()


def test_its_ocsp_client_believes_the_responder(client, openssl):
    client.enrol()
    assert "old.pem: good" in ocsp(client, openssl, "old")
    issues = client.server.registry.issues
    serial_number = client.certificate("old").serial_number
    issues.suspend(serial_number)
    assert "certificateHold" in ocsp(client, openssl, "old")
    issues.revoke(serial_number, RevocationReason.KEY_COMPROMISE)
    assert "keyCompromise" in ocsp(client, openssl, "old")


def test_its_chain_check_believes_the_list_at_the_distribution_point(client, openssl, peer_refused):
    client.enrol()
    issue = client.server.registry.issues.find(client.certificate("old").serial_number)
    partition = client.server.crl_url(issue.partition)
    assert client.certificate("old").crl_distribution_points == (partition,)

    def check():
        with urlopen(partition, timeout=10) as answer:
            (client.folder / "list.der").write_bytes(answer.read())
        openssl("crl", "-inform", "DER", "-in", "list.der", "-out", "list.pem")
        openssl("crl", "-in", "list.pem", "-CAfile", "ca.pem", "-noout")
        assert "verify OK" in openssl.said
        openssl(
            *("verify", "-crl_check", "-CRLfile", "list.pem", "-CAfile", "root.pem"),
            *("-untrusted", "ca.pem", "old.pem"),
        )

    check()
    client.server.registry.issues.suspend(issue.serial_number)
    with pytest.raises(peer_refused, match="certificate revoked"):
        check()
