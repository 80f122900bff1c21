# SPDX-License-Identifier: Apache-2.0
"""Encrypted messages between kcert, OpenSSL, BouncyCastle and `cryptography`, both ways."""

from __future__ import annotations

import email
import os
import re
import subprocess
import zipfile
from email import policy
from itertools import product
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import pkcs7

from kcert import cms
from kcert.certificate import Certificate
from kcert.cms import Cipher
from kcert.credential import UnlockedKeyPair
from kcert.errors import FormatError, KcertError, UnlockError
from kcert.keys import EncryptedKey, Padding, PrivateKey, profiles
from kcert.testing.assertions import clear_error

PASSWORD = "kcert-Peer 1!"
CONTENT = "여러 프로그램이 여는 내용\n".encode()
JARS = [Path(f"/usr/share/java/{name}.jar") for name in ("bcprov", "bcpkix", "bcutil")]
PADDINGS = (Padding.PKCS1V15, Padding.OAEP)
CIPHERS = [cipher for cipher in Cipher if not cipher.read_only]
MATRIX = list(product(CIPHERS, PADDINGS, (False, True)))


def row_name(value: object) -> str:
    return getattr(value, "name", "key-identifier" if value else "issuer")


matrix = pytest.mark.parametrize(("cipher", "padding", "key_identifier"), MATRIX, ids=row_name)


@pytest.fixture(scope="module")
def pair(authority):
    credential = authority.issue("홍길동", password=PASSWORD, km=True, profile=profiles.CHEAPEST)
    with credential.unlock(PASSWORD) as opened:
        yield opened.key_management


@pytest.fixture
def files(tmp_path, pair):
    key = pair.to_cryptography().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "certificate.pem").write_text(pair.certificate.to_pem())
    return tmp_path


def openssl_name(cipher: Cipher) -> str:
    words = cipher.name.lower().split("_")
    return {"triple": "des3", "seed": "seed-cbc"}.get(words[0], "-".join(words))


@pytest.mark.peer("openssl")
class TestOpenSSL:
    @matrix
    def test_it_opens_ours(self, openssl, files, pair, cipher, padding, key_identifier):
        blob = cms.encrypt(
            CONTENT,
            [pair.certificate],
            cipher=cipher,
            padding=padding,
            key_identifier=key_identifier,
        )
        shown = openssl(
            *("cms", "-decrypt", "-binary", "-inform", "DER"),
            *("-inkey", "key.pem", "-recip", "certificate.pem", *openssl.PROVIDERS),
            data=blob,
        )
        assert shown == CONTENT

    @matrix
    @pytest.mark.parametrize("form", [(), ("-stream",)], ids=["DER", "BER"])
    def test_we_open_its(self, openssl, files, pair, cipher, padding, key_identifier, form):
        blob = openssl(
            *("cms", "-encrypt", "-binary", "-outform", "DER", f"-{openssl_name(cipher)}"),
            *(("-keyid",) if key_identifier else ()),
            *form,
            *openssl.PROVIDERS,
            *("-recip", "certificate.pem"),
            *(
                ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256")
                if padding is Padding.OAEP
                else ()
            ),
            data=CONTENT,
        )
        opened = cms.decrypt(blob, pair)
        assert opened.content == CONTENT
        assert (opened.cipher, opened.padding) == (cipher, padding)
        assert opened.authenticated is cipher.authenticated

    def test_pem_and_several_recipients(self, openssl, files, pair, authority):
        other = authority.issue("홍길순", km=True, profile=profiles.CHEAPEST).key_management
        (files / "other.pem").write_text(other.certificate.to_pem())
        blob = openssl(
            *("cms", "-encrypt", "-binary", "-outform", "PEM", "-seed-cbc", *openssl.PROVIDERS),
            *("other.pem", "certificate.pem"),
            data=CONTENT,
        )
        opened = cms.decrypt(blob, pair)
        assert (opened.content, opened.recipients) == (CONTENT, 2)


class Envelopes:
    def __init__(self, classes: Path) -> None:
        classpath = ":".join(map(str, [*JARS, classes]))
        self._process = subprocess.Popen(
            ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classpath, "Envelopes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: str, *values: bytes) -> bytes:
        print(command, *(value.hex() for value in values), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline().strip()
        assert not answer.startswith("error"), answer
        return bytes.fromhex(answer)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def bouncy_castle(tmp_path_factory):
    missing = [str(jar) for jar in JARS if not jar.exists()]
    if missing:
        pytest.skip(f"BouncyCastle is not installed: {', '.join(missing)}")
    classes = tmp_path_factory.mktemp("envelopes")
    source = Path(__file__).with_name("java") / "Envelopes.java"
    subprocess.run(
        [
            "javac",
            "-Xlint:all,-path",
            "-Werror",
            "-cp",
            ":".join(map(str, JARS)),
            "-d",
            classes,
            source,
        ],
        check=True,
        timeout=120,
    )
    peer = Envelopes(classes)
    yield peer
    peer.close()


@pytest.mark.peer("javac")
class TestBouncyCastle:
    @matrix
    def test_it_opens_ours(self, bouncy_castle, pair, cipher, padding, key_identifier):
        blob = cms.encrypt(
            CONTENT,
            [pair.certificate],
            cipher=cipher,
            padding=padding,
            key_identifier=key_identifier,
        )
        assert bouncy_castle.ask("open", pair.reveal_pkcs8(), blob) == CONTENT

    @matrix
    def test_we_open_its(self, bouncy_castle, pair, cipher, padding, key_identifier):
        blob = bouncy_castle.ask(
            "seal",
            pair.certificate.der,
            cipher.value.encode(),
            bytes([padding is Padding.OAEP]),
            bytes([key_identifier]),
            CONTENT,
        )
        opened = cms.decrypt(blob, pair)
        assert (opened.content, opened.cipher) == (CONTENT, cipher)


class TestCryptography:
    @pytest.mark.parametrize("cipher", [Cipher.AES_128_CBC, Cipher.AES_256_CBC], ids=row_name)
    def test_we_open_its(self, pair, cipher):
        builder = (
            pkcs7.PKCS7EnvelopeBuilder()
            .set_data(CONTENT)
            .add_recipient(x509.load_der_x509_certificate(pair.certificate.der))
            .set_content_encryption_algorithm(
                algorithms.AES256 if cipher is Cipher.AES_256_CBC else algorithms.AES128
            )
        )
        blob = builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
        opened = cms.decrypt(blob, pair)
        assert (opened.content, opened.cipher) == (CONTENT, cipher)

    @pytest.mark.parametrize("cipher", [Cipher.AES_128_CBC, Cipher.AES_256_CBC], ids=row_name)
    def test_it_opens_ours(self, pair, cipher):
        blob = cms.encrypt(CONTENT, [pair.certificate], cipher=cipher)
        shown = pkcs7.pkcs7_decrypt_der(
            blob,
            x509.load_der_x509_certificate(pair.certificate.der),
            pair.to_cryptography(),
            [],
        )
        assert shown == CONTENT


@pytest.fixture(scope="module")
def bob(shared_data):
    folder = shared_data / "vectors/bc-test-data/rfc4134"
    certificate = Certificate.load((folder / "BobRSASignByCarl.cer").read_bytes())
    key = PrivateKey.load((folder / "BobPrivRSAEncrypt.pri").read_bytes())
    with UnlockedKeyPair(certificate, key) as pair:
        yield pair


class TestPublishedMessages:
    def test_rfc_4134_5_1_opens(self, shared_data, bob):
        folder = shared_data / "vectors/bc-test-data/rfc4134"
        opened = cms.decrypt((folder / "5.1.bin").read_bytes(), bob)
        assert opened.content == (folder / "ExContent.bin").read_bytes()
        assert opened.cipher is Cipher.TRIPLE_DES_CBC

    def test_rfc_4134_5_2_opens(self, shared_data, bob):
        """Encrypted to Bob and to a mailing list, under 40 bits of RC2."""
        folder = shared_data / "vectors/bc-test-data/rfc4134"
        opened = cms.decrypt((folder / "5.2.bin").read_bytes(), bob)
        assert opened.content == (folder / "ExContent.bin").read_bytes()
        assert (opened.cipher, opened.recipients) == (Cipher.RC2_CBC, 2)

    def test_rfc_4134_5_3_opens(self, shared_data, bob):
        folder = shared_data / "vectors/bc-test-data/rfc4134"
        mail = email.message_from_bytes((folder / "5.3.eml").read_bytes(), policy=policy.SMTP)
        assert mail.get_content_type() == "application/pkcs7-mime"
        opened = cms.decrypt(mail.get_content(), bob)
        assert opened.content == (folder / "ExContent.bin").read_bytes()

    def test_rfc_4134_6_and_7_are_no_messages_to_somebody(self, shared_data, bob):
        """DigestedData and EncryptedData: neither signed nor addressed, and told as such."""
        folder = shared_data / "vectors/bc-test-data/rfc4134"
        for name in ("3.1.bin", "3.2.bin", "6.0.bin", "7.1.bin", "7.2.bin"):
            for read in (lambda blob: cms.decrypt(blob, bob), cms.verify):
                with clear_error(FormatError):
                    read((folder / name).read_bytes())

    @pytest.mark.peer("openssl")
    @pytest.mark.parametrize("cipher", [Cipher.SEED_CBC, Cipher.TRIPLE_DES_CBC], ids=row_name)
    def test_a_real_key_management_pair_opens(self, shared_data, openssl, files, cipher):
        folder = shared_data / "fixtures/kica-test"
        certificate = Certificate.load((folder / "ispKmCert.der").read_bytes())
        (files / "real.pem").write_text(certificate.to_pem())
        theirs = openssl(
            *("cms", "-encrypt", "-binary", "-outform", "DER", f"-{openssl_name(cipher)}"),
            *(*openssl.PROVIDERS, "-recip", "real.pem"),
            data=CONTENT,
        )
        key = EncryptedKey.load((folder / "ispKmPri.key").read_bytes()).unlock("signgate1!")
        with UnlockedKeyPair(certificate, key) as real:
            for blob in (theirs, cms.encrypt(CONTENT, [certificate], cipher=cipher)):
                assert cms.decrypt(blob, real).content == CONTENT

    @pytest.mark.parametrize("name", ["enveloped.pem", "enveloped-triple-des.pem",
                                      "enveloped-rsa-oaep.pem"])  # fmt: skip
    def test_messages_to_others_do_not_open(self, shared_data, bob, name):
        # Their recipient's key is not published with them.
        blob = (shared_data / "vectors/cryptography/pkcs7" / name).read_bytes()
        with clear_error(UnlockError):
            cms.decrypt(blob, bob)

    def test_a_message_without_content_is_told_as_such(self, shared_data, bob):
        # X10, CVE-2023-49083
        blob = (shared_data / "vectors/cryptography/pkcs7/enveloped-no-content.der").read_bytes()
        with clear_error(FormatError) as caught:
            cms.decrypt(blob, bob)
        assert "no content" in str(caught.error)

    @pytest.mark.parametrize("name", ["rsa", "dh", "ecdh"])
    def test_malformed_recipients_are_refused(self, shared_data, bob, name):
        # X5, CVE-2026-28389, CVE-2026-28390
        blob = (shared_data / f"vectors/openssl/cms/{name}-malformed.der").read_bytes()
        with clear_error(KcertError):
            cms.decrypt(blob, bob)

    def test_no_fuzz_input_gets_past_the_error_tree(self, shared_data, bob):
        step = 1 if os.environ.get("KCERT_TEST_FULL") else 7
        with zipfile.ZipFile(shared_data / "vectors/openssl-fuzz-corpora/cms.zip") as corpus:
            names = [name for name in corpus.namelist() if not name.endswith("/")]
            assert len(names) > 100
            for name in names[::step]:
                octets = corpus.read(name)
                if re.match(rb"\s*$", octets):
                    continue
                with clear_error(KcertError):
                    cms.decrypt(octets, bob)
