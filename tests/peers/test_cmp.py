# SPDX-License-Identifier: Apache-2.0
"""CMP between kcert, OpenSSL's mock server, BouncyCastle and pyasn1-modules."""

from __future__ import annotations

import hashlib
import hmac
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from pyasn1.codec.der import decoder, encoder
from pyasn1_modules import rfc2511, rfc4210

import kcert
from kcert._asn1 import oids
from kcert._asn1.cmp import PKIMessage
from kcert.errors import AuthorityError, UnavailableError
from kcert.keys import PrivateKey
from kcert.keys.passwords import Password
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle import CmpAuthority, CmpProfile, Enrolment, RevocationReason
from kcert.lifecycle.cmp.macs import MacKind, compute_mac
from kcert.testing import TEST_ID_NUMBER, TEST_PASSWORD, FakeAuthority, clear_error
from kcert.testing.keypool import shared_keys

REFERENCE = "12345"
CODE = "kcert-code-7!"
NOW = datetime.now(UTC).replace(microsecond=0)
# No Korean policy: the mock server's only certificate succeeds itself, which no rule would allow.
POLICY = "1.3.6.1.4.1.99999.1"
PATIENCE = 30


@pytest.fixture(scope="module")
def house():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def holder(house):
    """The one certificate that the mock server knows and hands out."""
    return house.issue("hong", policy=POLICY, profile=CHEAPEST, not_after=NOW + timedelta(days=20))


@pytest.fixture
def unlocked(holder):
    with holder.unlock(TEST_PASSWORD) as opened:
        yield opened


@pytest.fixture
def key_source(holder):
    """The key of that certificate, as if it were new."""
    with holder.unlock(TEST_PASSWORD) as opened:
        pkcs8 = opened.reveal_pkcs8()
    return lambda key_size, *, random: PrivateKey.load(pkcs8)


def _pem(der):
    loaded = x509.load_der_x509_certificate(der)
    return loaded.public_bytes(serialization.Encoding.PEM).decode()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def mock_server(tmp_path, house, holder):
    """Starts ``openssl cmp -port`` with some options; tells its address."""
    processes = []
    files = {
        "root.pem": _pem(house.root.certificate.der),
        "ca.pem": _pem(house.certificate.der),
        "holder.pem": _pem(holder.certificate.der),
        "ca.key": house.key.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    def start(*options):
        port = free_port()
        log = (tmp_path / f"{port}.log").open("wb")
        process = subprocess.Popen(
            [
                *("openssl", "cmp", "-port", str(port), "-rsp_cert", "holder.pem"),
                *("-srv_trusted", "root.pem", "-srv_untrusted", "ca.pem"),
                *("-rsp_capubs", "ca.pem", *options),
            ],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        processes.append((process, log))
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                assert process.poll() is None, (tmp_path / f"{port}.log").read_text()
                assert time.monotonic() < end
                time.sleep(0.02)
            else:
                return f"http://127.0.0.1:{port}/pkix/"

    yield start
    for process, log in processes:
        process.terminate()
        process.wait(timeout=PATIENCE)
        log.close()


@pytest.fixture
def with_secret(mock_server):
    return mock_server("-srv_ref", REFERENCE, "-srv_secret", f"pass:{CODE}")


@pytest.fixture
def with_key(mock_server):
    return mock_server("-srv_cert", "ca.pem", "-srv_key", "ca.key")


def client(address, house, key_source=None, **options):
    if key_source is not None:
        options["key_source"] = key_source
    trust = kcert.TrustStore([house.root.certificate])
    return CmpAuthority(address, trust=trust, certificate=house.certificate, **options)


def csr_of(unlocked):
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    signed = builder.sign(unlocked.to_cryptography(), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("subject", [True, False], ids=["subject", "no subject"])
def test_openssl_issues(with_secret, house, holder, key_source, subject):
    name = holder.certificate.subject.der if subject else None
    enrolment = Enrolment(REFERENCE, CODE, subject=name)
    authority = client(with_secret, house, key_source)

    credential = authority.issue(enrolment, password=TEST_PASSWORD, profile=CHEAPEST)

    assert credential.certificate == holder.certificate


@pytest.mark.peer("openssl")
def test_openssl_refuses_a_wrong_authorization_code(with_secret, house, key_source):
    enrolment = Enrolment(REFERENCE, "wrong")

    with clear_error(AuthorityError) as caught:
        client(with_secret, house, key_source).issue(
            enrolment, password=TEST_PASSWORD, profile=CHEAPEST
        )

    assert caught.error


@pytest.mark.peer("openssl")
def test_openssl_makes_kcert_wait(mock_server, house, holder, key_source):
    address = mock_server(
        *("-srv_ref", REFERENCE, "-srv_secret", f"pass:{CODE}", "-poll_count", "3"),
        *("-check_after", "7"),
    )
    slept = []

    credential = client(address, house, key_source, sleep=slept.append).issue(
        Enrolment(REFERENCE, CODE), password=TEST_PASSWORD, profile=CHEAPEST
    )

    assert credential.certificate == holder.certificate
    assert slept == [7, 7]


@pytest.mark.peer("openssl")
def test_openssl_issues_one_more_to_a_holder(with_key, house, holder, unlocked, key_source):
    credential = client(with_key, house, key_source).issue_additional(
        unlocked, password=TEST_PASSWORD, profile=CHEAPEST
    )

    assert credential.certificate == holder.certificate


@pytest.mark.peer("openssl")
def test_openssl_renews(with_key, house, holder, unlocked, key_source):
    credential = client(with_key, house, key_source).renew(
        unlocked, password=TEST_PASSWORD, profile=CHEAPEST
    )

    assert credential.certificate == holder.certificate


@pytest.mark.peer("openssl")
def test_what_openssl_issues_for_another_key_is_refused(with_key, house, unlocked):
    other = shared_keys.key("new", 2048).pkcs8()
    authority = client(with_key, house, lambda key_size, *, random: PrivateKey.load(other))

    with clear_error(AuthorityError) as caught:
        authority.renew(unlocked, password=TEST_PASSWORD, profile=CHEAPEST)

    assert "swapped" in str(caught.error)


@pytest.mark.peer("openssl")
def test_openssl_issues_for_a_certification_request(with_secret, house, holder, unlocked):
    certificate = client(with_secret, house).certify(csr_of(unlocked), Enrolment(REFERENCE, CODE))

    assert certificate == holder.certificate


@pytest.mark.peer("openssl")
def test_openssl_revokes(with_key, house, unlocked):
    client(with_key, house).revoke(unlocked, reason=RevocationReason.KEY_COMPROMISE)


@pytest.mark.peer("openssl")
def test_openssl_revokes_by_a_secret(with_secret, house, holder):
    client(with_secret, house).revoke(holder.certificate, enrolment=Enrolment(REFERENCE, CODE))


@pytest.mark.peer("openssl")
def test_openssl_answers_a_general_message(with_secret, with_key, house, unlocked):
    by_secret = client(with_secret, house).announcements(Enrolment(REFERENCE, CODE))
    by_key = client(with_key, house).announcements(unlocked, oids.CA_PROT_ENC_CERT)

    # The mock server gives back what it was asked.
    assert by_secret == {}
    assert by_key == {oids.CA_PROT_ENC_CERT: None}


# BouncyCastle.


class Overheard:
    """A transport that keeps what is sent and brings what a test has prepared."""

    def __init__(self, answer=None):
        self.messages = []
        self.answer = answer

    def exchange(self, message):
        self.messages.append(message)
        if self.answer is None:
            raise UnavailableError("nobody answers", backend="test")
        return self.answer(PKIMessage.load(message))


def overheard(house, ask, key_source, **options):
    """What kcert sends first."""
    transport = Overheard()
    authority = client("", house, key_source, transport=transport, **options)
    with clear_error(UnavailableError):
        ask(authority)
    return transport.messages[0]


def issuing(enrolment):
    return lambda authority: authority.issue(enrolment, password=TEST_PASSWORD, profile=CHEAPEST)


@pytest.mark.peer("javac")
@pytest.mark.parametrize("mac", [MacKind.PBM, MacKind.PBM_SHA1])
@pytest.mark.parametrize("subject", [True, False], ids=["subject", "no subject"])
def test_bouncycastle_verifies_mac_and_proofs(
    management_messages, house, holder, key_source, mac, subject
):
    name = holder.certificate.subject.der if subject else None
    enrolment = Enrolment(
        REFERENCE, CODE, subject=name, key_management=True, id_number=TEST_ID_NUMBER
    )
    profile = evolve(CmpProfile.RFC4210, mac=mac)
    message = overheard(house, issuing(enrolment), key_source, profile=profile)
    secret = b"" if subject else CODE.encode()

    assert management_messages.put("mac", message, CODE.encode()) == "true"
    assert management_messages.put("mac", message, b"another") == "false"
    assert management_messages.put("proofs", message, secret) == "true true"


@pytest.mark.peer("javac")
def test_bouncycastle_verifies_signature_and_proof_of_a_renewal(
    management_messages, house, holder, unlocked, key_source
):
    message = overheard(
        house,
        lambda authority: authority.renew(unlocked, password=TEST_PASSWORD, profile=CHEAPEST),
        key_source,
    )

    assert management_messages.put("signature", message, holder.certificate.der) == "true"
    assert management_messages.put("signature", message, house.certificate.der) == "false"
    assert management_messages.put("proofs", message, b"") == "true"


@pytest.mark.peer("javac")
def test_kcert_verifies_what_bouncycastle_protects(management_messages, house, unlocked):
    key = house.key.pkcs8()
    certificate = house.certificate.der

    def by_mac(asked):
        header = asked.header
        return bytes.fromhex(
            management_messages.put(
                "confirm-mac", header.transaction_id, header.sender_nonce, CODE.encode()
            )
        )

    def by_key(asked):
        header = asked.header
        return bytes.fromhex(
            management_messages.put(
                *("confirm-signature", header.transaction_id, header.sender_nonce),
                *(key, certificate),
            )
        )

    # A pkiConf answers no question; that it is told so shows that its protection held.
    for answer, who in ((by_mac, Enrolment(REFERENCE, CODE)), (by_key, unlocked)):
        with clear_error(AuthorityError) as caught:
            client("", house, transport=Overheard(answer)).announcements(who)
        assert "is PKICONF, where GENP was expected" in str(caught.error)
    with clear_error(AuthorityError) as caught:
        client("", house, transport=Overheard(by_mac)).announcements(Enrolment(REFERENCE, "other"))
    assert "altered" in str(caught.error)


# pyasn1-modules.


def test_a_message_of_pyasn1_is_verified_by_kcert_and_the_other_way(house, key_source):
    message = overheard(house, issuing(Enrolment(REFERENCE, CODE)), key_source)

    theirs, rest = decoder.decode(message, asn1Spec=rfc4210.PKIMessage())
    assert not rest
    assert theirs["protection"].asOctets() == pyasn1_mac(theirs)

    theirs["header"]["transactionID"] = theirs["header"]["transactionID"].clone(b"by pyasn1")
    theirs["protection"] = theirs["protection"].clone(f"'{pyasn1_mac(theirs).hex()}'H")
    read = PKIMessage.load(encoder.encode(theirs))
    algorithm = read.header.protection_algorithm
    assert read.header.transaction_id == b"by pyasn1"
    assert compute_mac(algorithm, Password(CODE), read.protected_part) == read.protection


def pyasn1_mac(message):
    """The MAC of RFC 4210 section 5.1.3.1, from scratch."""
    part = rfc4210.ProtectedPart()
    part["header"] = message["header"]
    part["infoValue"] = message["body"]
    parameters, _ = decoder.decode(
        message["header"]["protectionAlg"]["parameters"], asn1Spec=rfc2511.PBMParameter()
    )
    key = CODE.encode() + bytes(parameters["salt"])
    for _ in range(int(parameters["iterationCount"])):
        key = hashlib.sha256(key).digest()
    return hmac.digest(key, encoder.encode(part), "sha256")
