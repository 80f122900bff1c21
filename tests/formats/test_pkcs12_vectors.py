# SPDX-License-Identifier: Apache-2.0
"""PKCS#12 files of other projects' test suites: the right key, or the right kind of error."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12 as reference

from kcert import Credential, UnlockedCredential, pkcs12
from kcert.errors import (
    FormatError,
    KcertError,
    LimitError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.keys.limits import Limits
from kcert.testing import assert_clear_error, clear_error

FULL = bool(os.environ.get("KCERT_TEST_FULL"))
SOURCES = ("keyfile-corpus", "openssl", "go-pkcs12", "gnutls", "cryptography", "oscrypto")

PWD = ("pwd", "no-pwd")
# Files that do not open, by the algorithm that the error names.
UNSUPPORTED = {
    # All its content is encrypted to a certificate whose key nobody has; nor does OpenSSL show it.
    "nomac_parse": "1.2.840.113549.1.7.3",
    # Broken by NSS 3.21; the algorithm is named before the fault is reached.
    "kc131": "2.16.840.1.101.3.4.1.1",
    "kc133": "2.16.840.1.101.3.4.1.21",
    "kc135": "2.16.840.1.101.3.4.1.41",
    "kc139": "1.3.14.3.2.6",
    # A fuzzed file: the hash of its MAC is 1.3.14.3.18.26.
    "mem-leak": "1.3.14.3.18.26",
}
if os.environ.get("CRYPTOGRAPHY_OPENSSL_NO_LEGACY"):
    UNSUPPORTED |= {"kc049": "1.3.6.1.4.1.3029.1.2", "kc053": "1.2.840.113533.7.66.10"}
    UNSUPPORTED["kc055"] = "1.3.6.1.4.1.188.7.1.1.2"
# Sound files without a pair of key and certificate: `pkcs12.read` lists what is there.
LISTED = {
    *("kc081", "kc128", "kc140", "kc154", "aes-128", "sha256", "v3-certs-RC2", "v3-certs-TDES"),
    *("cert-aes256cbc-no-key", "java-truststore", "no-cert-key-aes256cbc"),
    *(f"no-cert-name-{name}-{pwd}" for name in ("2", "3", "all", "unicode") for pwd in PWD),
    *("no-cert-no-name-pwd", "no-cert-no-name-no-pwd"),
}
# Refused because the password is not the one of the keys, or because nothing tells damage from a
# wrong password: two passwords in one file, NSS 3.21, a MAC that is not right.
LOCKED = {
    *("kc032", "kc117", "kc129", "kc134", "kc138"),
    *("kc141", "kc142", "kc143", "kc146", "kc147", "kc148", "rfc9579-a4", "rfc9579-a5"),
    *(f"pbmac1_256_256.bad-{fault}" for fault in ("iter", "len", "salt")),
    "pbmac1_256_256.negative-len",
}
# A million rounds each, a second and more: all of them with KCERT_TEST_FULL=1.
SLOW = {f"kc{number:03}.p12" for number in (13, 16, 17, 63, 76, 99, 112, 122)}


# The corpus has one key and certificate of each kind, in many locks.
CORPUS = {
    "dsa(1024,sha1)": ("kc003.key", "dsa_1024_sha1_.crt"),
    "ecdsa(P-256,sha256)": ("kc008.key", "ecdsa_P-256_sha256_.crt"),
    "rsa(2048,sha256)": ("kc158.key", "rsa_2048_sha256_.crt"),
    "rsa-pss(2048,sha256)": ("kc162.key", "rsa-pss_2048_sha256_.crt"),
    "rsa-pss(2048,sha256,restrict)": ("kc164.key", "rsa-pss_2048_sha256_restrict_.crt"),
}


class Row(NamedTuple):
    """One file and what its collection says of it."""

    source: str
    path: Path
    passwords: list[str | None]
    expect: str
    name: str

    @property
    def id(self) -> str:
        return f"{self.source}/{self.path.name}"


def all_rows(folder: Path) -> dict[str, Row]:
    rows = {}
    for source in SOURCES:
        for entry in json.loads((folder / source / "manifest.json").read_text()):
            path = folder / source / entry["file"]
            if path.suffix not in (".p12", ".pfx"):
                continue
            known = entry.get("opens_with_hex") or [
                entry.get("password_hex", entry.get("mac_password_hex"))
            ]
            row = Row(
                source,
                path,
                [None if p is None else bytes.fromhex(p).decode() for p in known],
                entry["expect"],
                entry.get("name", ""),
            )
            rows[row.id] = row
    return rows


@pytest.fixture(scope="module")
def rows(shared_data):
    return all_rows(shared_data / "vectors")


def opens(data: bytes, password: str | None) -> tuple[bytes, Credential]:
    credential = pkcs12.load(data, password)
    with credential.unlock("" if password is None else password) as opened:
        return encoded(opened.to_cryptography()), credential


def encoded(key) -> bytes:
    """What keys of any kind are compared by."""
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def lies_open(row: Row) -> bool:
    """Keys that are not locked, in a file without a password, have a door of their own."""
    return None in row.passwords and row.path.stem.endswith(("no-pwd", "kc006", "kc093"))


def opens_unlocked(data: bytes) -> tuple[bytes, UnlockedCredential]:
    with pkcs12.load_unencrypted(data) as opened:
        return encoded(opened.to_cryptography()), opened


def key_in(path: Path) -> bytes:
    return encoded(serialization.load_pem_private_key(path.read_bytes(), None))


def verdict(row: Row) -> object:
    """``"opens"``, ``"lists"``, the identifier of what is not supported, or the class of error."""
    data = row.path.read_bytes()
    for password in row.passwords:
        try:
            if lies_open(row):
                opens_unlocked(data)
            else:
                opens(data, password)
        except UnsupportedAlgorithmError as error:
            assert_clear_error(error)
            return error.oid
        except KcertError as error:
            assert_clear_error(error)
            if "pkcs12.read" in str(error):
                contents = pkcs12.read(data, "" if password is None else password)
                assert contents.certificates or contents.keys
                return "lists"
            return type(error)
    return "opens"


def expected_verdict(row: Row) -> object:
    if row.path.stem in UNSUPPORTED:
        return UNSUPPORTED[row.path.stem]
    if row.path.stem in LISTED:
        return "lists"
    if row.path.stem in LOCKED:
        return UnlockError
    return FormatError if row.expect == "reject" else "opens"


@pytest.mark.parametrize("source", SOURCES)
def test_every_file_gets_the_right_answer(rows, source):
    here = [
        row for row in rows.values() if row.source == source and (FULL or row.path.name not in SLOW)
    ]
    assert {row.id: verdict(row) for row in here} == {row.id: expected_verdict(row) for row in here}


def test_the_tables_name_files_that_exist(rows):
    stems = {row.path.stem for row in rows.values()}
    assert {*UNSUPPORTED, *LISTED, *LOCKED} <= stems
    assert {row.path.name for row in rows.values()} >= SLOW


def opened_rows(rows):
    return [
        row
        for row in rows.values()
        if expected_verdict(row) == "opens" and (FULL or row.path.name not in SLOW)
    ]


def test_the_files_of_the_corpus_hold_its_own_key_and_certificate(rows, shared_data):
    folder = shared_data / "vectors/keyfile-corpus"
    own = {
        kind: (
            key_in(folder / key),
            x509.load_pem_x509_certificate((folder / certificate).read_bytes()),
        )
        for kind, (key, certificate) in CORPUS.items()
    }
    seen = set()
    for row in opened_rows(rows):
        if row.source != "keyfile-corpus" or row.passwords[0] is None or "ber(inf)" in row.name:
            continue
        got, credential = opens(row.path.read_bytes(), row.passwords[0])
        kind = row.name[: row.name.index(")") + 1]
        assert (got, credential.certificate.to_cryptography()) == own[kind], row.name
        seen.add(kind)
    assert seen == CORPUS.keys()


@pytest.mark.filterwarnings("ignore:PKCS#12 bundle could not be parsed as DER")
@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
def test_other_files_hold_what_cryptography_finds_in_them(rows):
    compared = 0
    for row in opened_rows(rows):
        if row.source == "keyfile-corpus" and "ber(inf)" not in row.name:
            continue
        data, password = row.path.read_bytes(), row.passwords[0]
        try:
            other = reference.load_pkcs12(data, None if password is None else password.encode())
        except ValueError:
            continue
        got, credential = opens_unlocked(data) if lies_open(row) else opens(data, password)
        assert got == encoded(other.key), row.id
        assert credential.certificate.to_cryptography() == other.cert.certificate, row.id
        authorities = {c.to_cryptography() for c in credential.ca_certificates}
        assert authorities == {c.certificate for c in other.additional_certs}, row.id
        if other.cert.friendly_name is not None:
            assert credential.friendly_name == other.cert.friendly_name.decode(), row.id
        compared += 1
    # Fewer where OpenSSL has its old ciphers switched off.
    assert compared >= 35


def test_another_password_opens_none_of_them(rows):
    tried = 0
    for row in opened_rows(rows):
        password = row.passwords[0]
        if not password:
            continue
        for wrong in ("", password + "x", "비밀번호", "\0"):
            with pytest.raises(UnlockError) as caught:
                opens(row.path.read_bytes(), wrong)
            assert_clear_error(caught.value)
        tried += 1
    assert tried >= 100


# Named cases.


def test_a_short_pbmac1_key_lets_no_password_pass(shared_data):
    """CVE-2026-34181, SSLMate/go-pkcs12 03c441f."""
    data = (shared_data / "vectors/go-pkcs12/pbmac1-short-key-bypass.p12").read_bytes()
    for password in ["", "1234", "\0", *(secrets.token_urlsafe(9) for _ in range(300))]:
        with clear_error(FormatError):
            pkcs12.load(data, password)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("password", [None, ""])
def test_an_absent_content_is_a_format_error(shared_data, number, password):
    """CVE-2024-0727."""
    data = (shared_data / f"vectors/openssl/pkcs12/bad{number}.p12").read_bytes()
    with clear_error(FormatError):
        pkcs12.load(data, password)


def test_pbmac1_of_rfc_9579_is_checked(rows):
    for name in ("rfc9579-a1", "rfc9579-a2", "rfc9579-a3"):
        data = rows[f"go-pkcs12/{name}.p12"].path.read_bytes()
        opens(data, "1234")
        with clear_error(UnlockError):
            pkcs12.load(data, "1235")


@pytest.mark.parametrize("name", ["kc013", "kc016", "kc017", "kc076", "kc099", "kc112", "kc122"])
def test_a_million_rounds_are_within_the_default_limits(rows, name):
    row = rows[f"keyfile-corpus/{name}.p12"]
    assert "iter(1000000)" in row.name
    if name in ("kc013", "kc076") or FULL:
        numbers, _ = opens(row.path.read_bytes(), row.passwords[0])
        assert numbers == key_in(row.path.with_name("kc158.key"))


def test_the_million_rounds_are_refused_where_the_limit_is_lower(rows):
    row = rows["keyfile-corpus/kc013.p12"]
    with clear_error(LimitError) as caught:
        pkcs12.load(row.path.read_bytes(), row.passwords[0], limits=Limits(max_iterations=999_999))
    assert (caught.error.limit, caught.error.value) == ("iterations", 1_000_000)


def test_the_two_meanings_of_no_password(rows):
    null = rows["go-pkcs12/inline-null-password.p12"].path.read_bytes()
    empty = rows["go-pkcs12/inline-empty-password.p12"].path.read_bytes()
    for data in (null, empty):
        assert opens(data, None)[0] == opens(data, "")[0]


def test_greek_passwords_open_as_the_standard_has_them(rows):
    for name in ("openssl/shibboleth.pfx", "gnutls/key-utf8-1.p12", "gnutls/key-utf8-2.p12"):
        row = rows[name]
        assert not row.passwords[0].isascii()
        opens(row.path.read_bytes(), row.passwords[0])


def test_a_file_without_a_mac_says_so(rows):
    row = rows["openssl/nomac_parse.p12"]
    assert pkcs12.read(row.path.read_bytes(), row.passwords[0]).mac is None
