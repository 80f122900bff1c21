# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import io
import os
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import kcert
from kcert import npki
from kcert._asn1 import encode
from kcert._asn1.der import Reader
from kcert._asn1.pem import encode_pem
from kcert.keys.profiles import CHEAPEST
from kcert.loading import KINDS, recognise
from kcert.loading.outline import outline
from kcert.testing import FakeAuthority, assert_clear_error, clear_error
from kcert.testing.strategies import der_values, mutations


@pytest.fixture(scope="module")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="module")
def credential(authority):
    return authority.issue(profile=CHEAPEST)


@pytest.fixture(scope="module")
def full(authority):
    return authority.issue(profile=CHEAPEST, km=True, chain=True)


@pytest.fixture
def folder(full, tmp_path):
    npki.write_folder(full, tmp_path / "cn=홍길동()0020")
    return tmp_path / "cn=홍길동()0020"


# What opens


@pytest.mark.parametrize("as_text", [True, False])
def test_a_folder_opens(folder, full, as_text):
    assert kcert.load(str(folder) if as_text else folder) == full


@pytest.mark.parametrize("name", ["signCert.der", "signPri.key"])
def test_either_file_of_the_signing_pair_opens_the_whole_folder(folder, full, name):
    assert kcert.load(folder / name) == full


def test_the_signing_pair_opens_the_folder_in_any_case(folder, full):
    for path in list(folder.iterdir()):
        path.rename(path.with_name(path.name.upper()))

    assert kcert.load(folder / "SIGNCERT.DER") == full


@pytest.mark.parametrize("name", ["kmCert.der", "kmPri.key"])
def test_either_file_of_the_km_pair_opens_that_pair(folder, full, name):
    loaded = kcert.load(folder / name)

    assert (loaded.certificate, loaded.key) == (
        full.key_management.certificate,
        full.key_management.key,
    )


@pytest.mark.parametrize(
    ("certificate", "key"),
    [
        ("mine.der", "mine.key"),
        ("mine.cer", "mine.key"),
        ("Mine.CRT", "mine.KEY"),
        ("123홍길동456_sig.cer", "123홍길동456_sig.key"),
        ("ispSignCert.der", "ispSignPri.key"),
        ("cert.der", "key.der"),
        ("cert", "cert.key"),
    ],
)
def test_a_bare_pair_opens_from_either_file(credential, tmp_path, certificate, key):
    (tmp_path / certificate).write_bytes(credential.certificate.der)
    (tmp_path / key).write_bytes(credential.key.der)

    assert kcert.load(tmp_path / certificate) == credential
    if certificate != "cert":
        assert kcert.load(tmp_path / key) == credential


def test_content_decides_and_not_the_end_of_the_name(credential, tmp_path):
    (tmp_path / "mine.der").write_bytes(credential.key.der)
    (tmp_path / "mine.cer").write_bytes(credential.certificate.der)

    assert kcert.load(tmp_path / "mine.der") == credential
    assert kcert.load(tmp_path / "mine.cer") == credential


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("convert", [bytes, bytearray, memoryview])
def test_a_pair_of_octets_opens_in_any_order(credential, reverse, convert):
    pair = (convert(credential.certificate.der), convert(credential.key.der))

    assert kcert.load(pair[::-1] if reverse else pair) == credential


def test_a_pem_certificate_with_its_key_opens(credential):
    pem = credential.certificate.to_pem().encode()

    assert kcert.load((credential.key.der, pem)) == credential


def test_published_pairs_open(shared_data):
    kica = shared_data / "fixtures" / "kica-test"
    signing = kcert.load(kica / "ispSignPri.key")
    assert signing.certificate.serial_number == 12734
    assert kcert.load(kica / "ispKmCert.der").certificate.serial_number == 12735

    demo = kcert.load(shared_data / "fixtures" / "pbes2-sha256" / "cert.der")
    with demo.unlock("1111aaaa!!!!") as unlocked:
        unlocked.verify(unlocked.sign(b"TEST_MSG"), b"TEST_MSG")


def test_a_published_folder_signs_as_published(shared_data):
    folder = shared_data / "fixtures" / "yessign-test"

    with kcert.load(folder).unlock("WTuA8Ev0lWXVFSiI!") as unlocked:
        signature = unlocked.sign(b"TEST_MSG")
    assert signature == (folder / "pkcs1_sha256_TEST_MSG.sig").read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege here")
def test_a_link_to_a_file_is_followed_where_the_caller_names_it(credential, tmp_path):
    (tmp_path / "real.der").write_bytes(credential.certificate.der)
    (tmp_path / "real.key").write_bytes(credential.key.der)
    (tmp_path / "link.der").symlink_to(tmp_path / "real.der")
    (tmp_path / "link.key").symlink_to(tmp_path / "real.key")

    assert kcert.load(tmp_path / "link.der") == credential


def test_loading_a_folder_imports_no_heavy_library(folder):
    program = (
        "import sys, kcert; kcert.load(sys.argv[1]);"
        "print([m for m in ('cryptography', 'pyasn1', 'hypothesis') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True
    )

    assert run.stdout.strip() == "[]"


# What does not open, and what is said


def zip_of(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("signCert.der", data)
    return buffer.getvalue()


def tar_of(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("signCert.der")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def pem(label: str, data: bytes = b"0123456789") -> bytes:
    text = base64.encodebytes(data).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n".encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (bytes(1300), "blank"),
        (pem("CERTIFICATE"), "pem-certificate"),
        (b"Bag Attributes\r\n" + pem("CERTIFICATE"), "pem-certificate"),
        (pem("TRUSTED CERTIFICATE"), "pem-certificate"),
        (pem("ENCRYPTED PRIVATE KEY"), "pem-locked-key"),
        (pem("PRIVATE KEY"), "pem-key"),
        (pem("RSA PRIVATE KEY"), "pem-key"),
        (pem("OPENSSH PRIVATE KEY"), "ssh-key"),
        (b"ssh-rsa AAAAB3NzaC1yc2E= gildong@example\n", "ssh-key"),
        (b"PuTTY-User-Key-File-3: ssh-rsa\n", "ssh-key"),
        (pem("EC PRIVATE KEY"), "pem-ec-key"),
        (pem("CERTIFICATE REQUEST"), "pem-csr"),
        (pem("NEW CERTIFICATE REQUEST"), "pem-csr"),
        (pem("X509 CRL"), "pem-crl"),
        (pem("PUBLIC KEY"), "pem-public-key"),
        (pem("DH PARAMETERS"), "pem-other"),
        (pem("PKCS7"), "pem-cms"),
        (b"<!DOCTYPE html><html></html>", "html"),
        (b"\xef\xbb\xbf\r\n  <HTML>", "html"),
        (b'<?xml version="1.0"?><TaxInvoice/>', "xml"),
        (b'{"error": "expired"}', "json"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"\x1f\x8b\x08", "archive"),
        (b"\xfe\xed\xfe\xed\0\0\0\2", "java-keystore"),
        (b"\x30\x80\x02\x01\x03", "ber"),
        (b"\x30\x82\x05\x10\x30\x1a", "der"),
        (b"\x30\x00", "der"),
        ("비밀번호를 잊었습니다".encode(), "text"),
        (b"not a certificate", "text"),
        (b"\x8f\x00\x01\x02", "unknown"),
    ],
)
def test_content_of_another_kind_is_named(data, code):
    with clear_error(kcert.FormatError) as caught:
        kcert.load(data)
    kind = recognise(data)
    assert kind.code == code
    assert kind.name in str(caught.error)
    assert kind.name_ko in caught.error.message_ko


def test_what_kcert_itself_makes_is_told_apart(credential, authority):
    certificate, key = credential.certificate.der, credential.key.der
    with credential.unlock("kcert-Test-1!") as unlocked:
        pkcs8 = unlocked.reveal_pkcs8()

    assert recognise(certificate).code == "certificate"
    assert recognise(key).code == "locked-key"
    assert recognise(pkcs8).code == "open-key"
    assert recognise(npki.dump_ca_certificates(authority.ca_certificates)).code == "ca-certificates"
    assert recognise(credential.certificate.public_key_info).code == "public-key"
    assert recognise(zip_of(certificate)).code == "zip"
    assert recognise(tar_of(certificate)).code == "archive"
    assert recognise(base64.b64encode(key)).code == "base64"
    assert recognise(base64.encodebytes(key)).code == "base64"
    assert recognise(base64.urlsafe_b64encode(key)).code == "base64"
    assert recognise(key.hex().encode()).code == "hex"
    assert recognise(key.hex().upper().encode()).code == "hex"


def test_real_files_are_told_apart(shared_data):
    expected = {
        "fixtures/yessign-test/cert.pfx": "pkcs12",
        "fixtures/yessign-test/pkcs7_signed_TEST_MSG.p7": "cms",
        "fixtures/yessign-test/plain_with_R.p8.der": "open-key",
        "fixtures/yessign-test/pbes2_seed.key": "locked-key",
        "fixtures/delfino-cms/signedConsent.p7": "cms",
        "fixtures/delfino-cms/signedConsent.b64u": "base64",
        "ca/KISA-RootCA-1.der": "certificate",
        "ca/lists/CaPubs_All": "ca-certificates",
        "ca/lists/KISA_RootCA_4.crl": "crl",
    }
    found = {name: recognise((shared_data / name).read_bytes()).code for name in expected}

    assert found == expected


def test_what_other_programs_make_is_told_apart(credential):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import pkcs12

    with credential.unlock("kcert-Test-1!") as unlocked:
        rsa_key = unlocked.to_cryptography()
        encoding, nothing = serialization.Encoding.DER, serialization.NoEncryption()
        traditional = serialization.PrivateFormat.TraditionalOpenSSL
        made = {
            "RSAPrivateKey": rsa_key.private_bytes(encoding, traditional, nothing),
            "ECPrivateKey": ec.generate_private_key(ec.SECP256R1()).private_bytes(
                encoding, traditional, nothing
            ),
            "CertificationRequest": x509.CertificateSigningRequestBuilder()
            .subject_name(x509.Name([]))
            .sign(rsa_key, hashes.SHA256())
            .public_bytes(encoding),
            "PFX": pkcs12.serialize_key_and_certificates(
                b"x", rsa_key, credential.certificate.to_cryptography(), None, nothing
            ),
        }

    assert {outline(data): name for name, data in made.items()} == {name: name for name in made}
    assert [recognise(data).code for data in made.values()] == [
        "open-key",
        "ec-key",
        "csr",
        "pkcs12",
    ]


def test_a_message_without_its_wrapper_is_told_apart(shared_data):
    data = (shared_data / "fixtures" / "yessign-test" / "pkcs7_signed_TEST_MSG.p7").read_bytes()
    wrapper = Reader(data, "test").sequence()
    wrapper.oid()
    bare = wrapper.enter(0xA0).read_encoded()

    assert recognise(bare).code == "cms"


def test_a_certificate_of_version_1_is_told_apart():
    sequence = encode.sequence
    name = sequence()
    version_1 = sequence(encode.integer(1), name, name, name, name, name)

    assert outline(sequence(version_1, name, encode.bit_string(b""))) == "Certificate"


def test_an_open_key_is_never_quoted(credential):
    with credential.unlock("kcert-Test-1!") as unlocked:
        pkcs8 = unlocked.reveal_pkcs8()

    with clear_error(kcert.FormatError, canaries=[pkcs8, pkcs8[200:232]]):
        kcert.load(pkcs8)


def test_a_certificate_alone_says_what_is_missing(credential, tmp_path):
    (tmp_path / "signCert.der").write_bytes(credential.certificate.der)
    (tmp_path / "other.der").write_bytes(credential.certificate.der)

    with clear_error(kcert.FormatError) as caught:
        kcert.load(tmp_path / "signCert.der")
    assert "signPri.key is missing" in str(caught.error)
    with clear_error(kcert.FormatError) as caught:
        kcert.load(tmp_path / "other.der")
    assert "a certificate alone" in str(caught.error)
    assert "kcert.Certificate.load" in str(caught.error)


def test_a_key_alone_says_what_is_missing(credential, tmp_path):
    (tmp_path / "mine.key").write_bytes(credential.key.der)

    with clear_error(kcert.FormatError) as caught:
        kcert.load(tmp_path / "mine.key")
    assert "a locked private key (PKCS#8) without its certificate" in str(caught.error)


def test_two_candidates_for_the_other_half_are_ambiguous(authority, credential, tmp_path):
    (tmp_path / "mine.key").write_bytes(credential.key.der)
    (tmp_path / "mine.der").write_bytes(credential.certificate.der)
    (tmp_path / "mine.cer").write_bytes(authority.issue(profile=CHEAPEST).certificate.der)

    with clear_error(kcert.AmbiguousError):
        kcert.load(tmp_path / "mine.key")


def test_two_equal_candidates_are_one(credential, tmp_path):
    (tmp_path / "mine.key").write_bytes(credential.key.der)
    (tmp_path / "mine.der").write_bytes(credential.certificate.der)
    (tmp_path / "mine.cer").write_bytes(credential.certificate.der)

    assert kcert.load(tmp_path / "mine.key") == credential


def test_a_pair_of_the_wrong_things_is_refused(credential):
    certificate, key = credential.certificate.der, credential.key.der

    for pair in ((certificate, certificate), (key, key), (certificate, b""), (b"", key)):
        with clear_error(kcert.FormatError):
            kcert.load(pair)


def test_a_folder_without_a_credential_says_what_belongs_there(tmp_path):
    with clear_error(kcert.FormatError) as caught:
        kcert.load(tmp_path)
    assert "the one with signCert.der and signPri.key" in str(caught.error)


@pytest.mark.parametrize("path", ["", "no/such/file", "a\0b", "\ud800", "x" * 5000])
def test_an_absent_or_impossible_path_is_a_storage_error(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)

    with clear_error((kcert.StorageError, kcert.FormatError)):
        kcert.load(path)


def test_no_message_shows_a_path(tmp_path):
    for path in (tmp_path / "cn=홍길동", tmp_path / "cn=홍길동" / "signCert.der"):
        with clear_error(kcert.NotFoundError, canaries=["홍길동"]) as caught:
            try:
                kcert.load(path)
            except kcert.NotFoundError as error:
                error.name = None
                raise
        assert caught.error.code == "not-found"


@pytest.mark.skipif(os.name != "posix", reason="the system has no pipes and devices by name")
def test_pipes_and_devices_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "signCert.der")

    for path in (tmp_path / "signCert.der", "/dev/zero", "/dev/null"):
        with clear_error(kcert.FormatError):
            kcert.load(path)


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "huge.der").open("wb") as file:
        file.truncate(1 << 40)

    with clear_error(kcert.LimitError):
        kcert.load(tmp_path / "huge.der")
    with clear_error(kcert.LimitError):
        kcert.load(bytes((1 << 20) + 1))


def test_the_size_limit_is_an_argument(credential):
    pair = (credential.certificate.der, credential.key.der)

    with clear_error(kcert.LimitError):
        kcert.load(pair, limits=kcert.Limits(max_file_size=100))


@pytest.mark.parametrize("source", [None, 7, {}, [], (b"",), (b"", b"", b""), ("a", "b"), [1, 2]])
def test_a_source_of_the_wrong_type_is_a_type_error(source):
    with pytest.raises(TypeError):
        kcert.load(source)


# PEM, and octets in an armour of text


@pytest.fixture(scope="module")
def armours():
    """Ways to write octets as text."""
    return {
        "base64": base64.b64encode,
        "base64 in lines": base64.encodebytes,
        "base64 in lines of Windows": lambda data: base64.encodebytes(data).replace(b"\n", b"\r\n"),
        "base64 after a byte order mark": lambda data: b"\xef\xbb\xbf" + base64.b64encode(data),
        "base64url": base64.urlsafe_b64encode,
        "base64url without padding": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
        "hex": lambda data: data.hex().encode(),
        "HEX": lambda data: data.hex().upper().encode(),
        "hex with colons": lambda data: data.hex(":").encode(),
        "hex in lines": lambda data: data.hex("\n", 32).encode() + b"\n",
        "UTF-16": lambda data: base64.b64encode(data).decode().encode("utf-16"),
    }


def test_a_pem_text_opens(full, tmp_path):
    text = kcert.pem.dump(full)
    (tmp_path / "server.txt").write_bytes(text)
    assert kcert.load(text) == full
    assert kcert.load(tmp_path / "server.txt") == full
    assert kcert.load(text.decode().encode("utf-16")) == full


def test_pem_keys_are_told_apart_by_the_password(authority):
    credential = authority.issue(password="pw", profile=CHEAPEST, km=True)
    blocks = re.findall(rb"-----BEGIN[^\0]*?-----END[^\n]*\n", kcert.pem.dump(credential))
    text = b"".join(reversed(blocks))
    with clear_error(kcert.FormatError):
        kcert.load(text)
    assert kcert.load(text, "pw") == credential


def test_pem_keys_in_the_clear_are_refused_with_the_name_of_the_right_door(authority):
    credential = authority.issue(password="pw", profile=CHEAPEST)
    with credential.unlock("pw") as unlocked:
        text = kcert.pem.dump_unencrypted(unlocked)
    with clear_error(kcert.FormatError) as caught:
        kcert.load(text)
    assert "kcert.pem.load_unencrypted" in str(caught.error)


def test_a_pair_may_be_pem_or_der_or_armoured(full, armours):
    certificates = (full.certificate, *full.ca_certificates)
    chain = kcert.pem.dump_certificates(certificates)
    key = full.key.der
    key_text = encode_pem("ENCRYPTED PRIVATE KEY", key).encode()
    for pair in ((chain, key), (chain, key_text), (chain, armours["hex"](key))):
        for parts in (pair, pair[::-1]):
            loaded = kcert.load(parts)
            assert (loaded.certificate, loaded.key) == (full.certificate, full.key)
            assert loaded.ca_certificates == full.ca_certificates
    der = full.certificate.der
    for pair in ((der, key_text), (armours["base64"](der), armours["base64url"](key))):
        assert kcert.load(pair).key == full.key


@pytest.mark.parametrize(
    ("certificate", "key"),
    [("server.pem", "server.key"), ("server.crt", "server.pem"), ("myCert.pem", "myKey.pem")],
)
def test_either_pem_file_of_a_pair_opens_it(credential, tmp_path, certificate, key):
    chain = kcert.pem.dump_certificates([credential.certificate])
    (tmp_path / certificate).write_bytes(chain)
    (tmp_path / key).write_text(encode_pem("ENCRYPTED PRIVATE KEY", credential.key.der))
    assert kcert.load(tmp_path / certificate) == credential
    assert kcert.load(tmp_path / key) == credential


def test_octets_in_one_armour_are_looked_at(credential, full, armours):
    for name, armour in armours.items():
        text = armour(kcert.pem.dump(full))
        if name != "UTF-16":
            assert kcert.load(text) == full, name
        if name != "UTF-16":
            with clear_error(kcert.FormatError) as caught:
                kcert.load(armour(credential.certificate.der))
            assert "a certificate alone" in str(caught.error)
            pair = (armour(credential.certificate.der), armour(credential.key.der))
            assert kcert.load(pair) == credential


def test_a_pfx_opens_in_every_armour(full, armours):
    with full.unlock("kcert-Test-1!") as unlocked:
        pfx = kcert.pkcs12.dump(unlocked, "pw", profile=kcert.profiles.PKCS12_KOREAN)
    expected = kcert.load(pfx, "pw")
    for name, armour in armours.items():
        if name != "UTF-16":
            assert kcert.load(armour(pfx), "pw") == expected, name
    text = encode_pem("PKCS12", pfx)  # as GnuTLS writes it
    assert kcert.load(text.encode(), "pw") == expected
    for broken in (text * 2, text[:-3], encode_pem("PKCS12", b"x")):
        with clear_error(kcert.FormatError):
            kcert.load(broken.encode(), "pw")


def test_an_armour_in_an_armour_is_refused(full, armours):
    text = kcert.pem.dump(full)
    for outer in ("base64", "hex", "base64url"):
        for inner in ("base64", "hex"):
            with clear_error(kcert.FormatError):
                kcert.load(armours[outer](armours[inner](text)))
    with clear_error(kcert.FormatError):
        kcert.load(armours["UTF-16"](text))


@pytest.mark.parametrize(
    "text", [b"a" * 33, b"0" * 64, b"0" * 65, b"=" * 64, b"A" * 63 + b"=", b"ab==" * 20, b"-" * 60]
)
def test_a_text_that_stands_for_nothing_is_refused(text):
    with clear_error(kcert.FormatError):
        kcert.load(text)


def test_a_megabyte_of_space_takes_no_longer_than_of_anything_else():
    # Nothing is timed: a search of quadratic time would not end.
    for text in (
        b" " * 1_000_000 + b"!",
        (b"A" + b" " * 999) * 1000 + b"!",
        b"0 " * 500_000 + b"=",
    ):
        with clear_error(kcert.FormatError):
            kcert.load(text)


# The table


def test_every_row_has_its_own_code_and_both_languages():
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert_clear_error(kind.refusal())


def test_the_last_row_takes_what_is_left():
    assert KINDS[-1].looks(os.urandom(40))


@given(st.binary(max_size=300) | der_values() | st.text().map(str.encode))
def test_everything_is_recognised_and_refused_clearly(data):
    with pytest.raises(kcert.KcertError) as caught:
        kcert.load(data)
    assert_clear_error(caught.value)


@given(data=st.data())
@hypothesis_settings(max_examples=200)
def test_mutated_pairs_give_a_credential_or_a_clear_error(data, credential):
    pair = (
        data.draw(mutations(credential.certificate.der)),
        data.draw(mutations(credential.key.der)),
    )

    try:
        kcert.load(pair)
    except kcert.KcertError as error:
        assert_clear_error(error)


@given(der_values())
def test_an_outline_never_raises(data):
    assert outline(data) is None or outline(data)
    assert outline(data[:-1]) is None


def fuzz_inputs(folder):
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                yield from (archive.read(name) for name in archive.namelist() if name[-1] != "/")
        elif path.is_file():
            yield path.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("source", ["openssl-fuzz-corpora", "gnutls"])
def test_inputs_that_broke_other_programs_give_a_clear_error(shared_data, source):
    def inspect(data):
        return kcert.inspect(kcert.Certificate.load(data)).to_dict(names=True)

    count = 0
    for data in fuzz_inputs(shared_data / "vectors" / source):
        count += 1
        for door in (
            kcert.load,
            inspect,
            npki.load_ca_certificates,
            lambda data: npki.load({"signCert.der": data, "signPri.key": data}),
        ):
            try:
                door(data)
            except kcert.KcertError as error:
                assert_clear_error(error)
    assert count > 1000
