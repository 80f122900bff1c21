# SPDX-License-Identifier: Apache-2.0
"""Other people's certificates: what `cryptography` and kcert both accept, they read alike."""

from __future__ import annotations

import contextlib
import gzip
import inspect
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID
from hypothesis import given, settings
from hypothesis import strategies as st

from kcert.certificate import Certificate, KeyUsage
from kcert.errors import KcertError

pytestmark = [
    pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Attribute's length:UserWarning"),
]

FOLDERS = (
    "ca",
    "fixtures",
    "vectors/cryptography/x509",
    "vectors/bc-test-data",
    "vectors/pkits",
    "vectors/openssl",
    "vectors/gnutls",
)
PEM = re.compile(rb"-----BEGIN (?:X509 )?CERTIFICATE-----.*?CERTIFICATE-----", re.DOTALL)
# Files that kcert refuses on purpose and `cryptography` takes.
STRICTER = {
    "two_basic_constraints.pem": "the same extension twice",
    "long-form-name-attribute.pem": "a tag number of its own in a name",
    "mal-root.crt.gz": "over 1 MiB",
    "mal-ca1.crt.gz": "over 1 MiB",
    "mal-ca2.crt.gz": "over 1 MiB",
    "mal-leaf.crt.gz": "over 1 MiB",
}
KEY_USAGES = {
    KeyUsage.DIGITAL_SIGNATURE: "digital_signature",
    KeyUsage.NON_REPUDIATION: "content_commitment",
    KeyUsage.KEY_ENCIPHERMENT: "key_encipherment",
    KeyUsage.DATA_ENCIPHERMENT: "data_encipherment",
    KeyUsage.KEY_AGREEMENT: "key_agreement",
    KeyUsage.KEY_CERT_SIGN: "key_cert_sign",
    KeyUsage.CRL_SIGN: "crl_sign",
    KeyUsage.ENCIPHER_ONLY: "_encipher_only",
    KeyUsage.DECIPHER_ONLY: "_decipher_only",
}
PROPERTIES = sorted(
    name
    for name, value in inspect.getmembers(Certificate)
    if not name.startswith("_") and not inspect.isroutine(value)
)
METHODS = ("fingerprint", "to_pem", "to_cryptography", "public_key", "__repr__")


@pytest.fixture(scope="module")
def inputs(shared_data) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for folder in FOLDERS:
        for path in sorted((shared_data / folder).rglob("*")):
            if not path.is_file() or path.suffix not in (".der", ".pem", ".cer", ".crt", ".gz"):
                continue
            data = path.read_bytes()
            if path.suffix == ".gz":
                data = gzip.decompress(data)
            found += ((path.name, block) for block in PEM.findall(data) or [data])
    assert len(found) > 500
    return found


def theirs(data: bytes) -> x509.Certificate | None:
    load = x509.load_pem_x509_certificate if PEM.match(data) else x509.load_der_x509_certificate
    try:
        return load(data)
    except (ValueError, x509.InvalidVersion):
        return None


def ask_everything(cert: Certificate) -> None:
    for name in PROPERTIES:
        with contextlib.suppress(KcertError):
            getattr(cert, name)
    for name in METHODS:
        with contextlib.suppress(KcertError):
            getattr(cert, name)()
    for named in (cert.subject, cert.issuer):
        assert isinstance(named.npki() + str(named) + repr(named), str)


def test_arbitrary_files_load_or_give_a_kcert_error(inputs):
    loaded = 0
    errors = []
    for _, data in inputs:
        try:
            cert = Certificate.load(data)
        except KcertError as error:
            errors.append(str(error))
            continue
        ask_everything(cert)
        loaded += 1
    assert loaded > 500
    assert all(len(error) <= 300 and "\n" not in error for error in errors)


def test_what_cryptography_accepts_loads_but_for_a_written_list(inputs):
    refused = set()
    for name, data in inputs:
        if theirs(data) is not None:
            try:
                Certificate.load(data)
            except KcertError:
                refused.add(name)
    assert refused == set(STRICTER)


def value(peer: x509.Certificate, extension: type[x509.ExtensionType], read):
    try:
        return read(peer.extensions.get_extension_for_class(extension).value)
    except x509.ExtensionNotFound:
        return None


def uris(points: x509.CRLDistributionPoints) -> tuple[str, ...]:
    return tuple(
        name.value
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    )


def ocsp(descriptions: x509.AuthorityInformationAccess) -> tuple[str, ...]:
    return tuple(
        one.access_location.value
        for one in descriptions
        if one.access_method == AuthorityInformationAccessOID.OCSP
    )


def test_both_read_names_serial_numbers_and_dates_alike(inputs):
    compared = 0
    for name, data in inputs:
        peer = theirs(data)
        if peer is None or name in STRICTER:
            continue
        cert = Certificate.load(data)
        assert cert.serial_number == peer.serial_number, name
        assert cert.version == peer.version.value + 1, name
        assert cert.validity.not_before == peer.not_valid_before_utc, name
        assert cert.validity.not_after == peer.not_valid_after_utc, name
        assert cert.tbs == peer.tbs_certificate_bytes, name
        assert cert.signature == peer.signature, name
        assert cert.signature_algorithm.oid == peer.signature_algorithm_oid.dotted_string, name
        try:
            names = [
                [(one.oid.dotted_string, one.value) for one in rdn]
                for rdn in (*peer.subject.rdns, *peer.issuer.rdns)
            ]
        except ValueError:
            continue
        if any(isinstance(text, bytes) for rdn in names for _, text in rdn):
            continue
        compared += 1
        ours = [
            [(one.oid, one.value) for one in rdn] for rdn in (*cert.subject.rdns, *cert.issuer.rdns)
        ]
        assert [sorted(rdn) for rdn in ours] == [sorted(rdn) for rdn in names], name
    assert compared > 500


def test_both_read_extensions_alike(inputs):
    compared = 0
    for name, data in inputs:
        peer = theirs(data)
        if peer is None or name in STRICTER:
            continue
        cert = Certificate.load(data)
        try:
            expected = [(one.oid.dotted_string, one.critical) for one in peer.extensions]
        except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
            # It reads all or nothing; kcert reads the rest.
            continue
        compared += 1
        assert [(one.oid, one.critical) for one in cert.extensions] == expected, name
        assert cert.key_usage == value(
            peer,
            x509.KeyUsage,
            lambda usage: {bit for bit, field in KEY_USAGES.items() if getattr(usage, field)},
        ), name
        assert ((cert.is_ca, cert.path_length) if cert.extension("2.5.29.19") else None) == value(
            peer, x509.BasicConstraints, lambda one: (one.ca, one.path_length)
        ), name
        assert (cert.policy_oids or None) == value(
            peer,
            x509.CertificatePolicies,
            lambda found: tuple(one.policy_identifier.dotted_string for one in found),
        ), name
        assert cert.extended_key_usage == value(
            peer, x509.ExtendedKeyUsage, lambda found: tuple(one.dotted_string for one in found)
        ), name
        assert cert.subject_key_identifier == value(
            peer, x509.SubjectKeyIdentifier, lambda one: one.digest
        ), name
        key = cert.authority_key_identifier
        assert (key and (key.key_identifier, key.serial_number)) == value(
            peer,
            x509.AuthorityKeyIdentifier,
            lambda one: (one.key_identifier, one.authority_cert_serial_number),
        ), name
        assert cert.crl_distribution_points == (value(peer, x509.CRLDistributionPoints, uris) or ())
        assert cert.ocsp_urls == (value(peer, x509.AuthorityInformationAccess, ocsp) or ()), name
    assert compared > 450


def test_both_read_key_sizes_and_digests_alike(inputs):
    compared = 0
    for name, data in inputs:
        peer = theirs(data)
        if peer is None or name in STRICTER or name == "ec_no_named_curve.pem":
            continue
        cert = Certificate.load(data)
        try:
            size = getattr(peer.public_key(), "key_size", None)
            digest = peer.signature_hash_algorithm
        except Exception:  # noqa: BLE001 - whatever it refuses there is nothing to compare
            continue
        compared += 1
        assert size is None or cert.key_size == size, name
        assert cert.signature_hash == (digest.name if digest else None), name
        assert cert.to_cryptography() == peer
    assert compared > 450


@pytest.mark.peer("openssl")
def test_openssl_prints_the_same_facts(shared_data):
    openssl = shutil.which("openssl")
    for path in sorted((shared_data / "ca").glob("*.der")):
        if path.name.endswith("spki.der"):
            continue
        cert = Certificate.load(path.read_bytes())
        shown = subprocess.run(
            [openssl, "x509", "-inform", "DER", "-in", str(path), "-noout", "-serial", "-subject",
             "-startdate", "-enddate", "-fingerprint", "-sha256", "-dateopt", "iso_8601",
             "-nameopt", "RFC2253,utf8,-esc_msb"],
            capture_output=True, check=True, encoding="utf-8",
        ).stdout  # fmt: skip
        facts = dict(line.split("=", 1) for line in shown.splitlines())
        facts = {key.lower(): text for key, text in facts.items()}
        assert int(facts["serial"], 16) == cert.serial_number
        assert facts["subject"] == cert.subject.rfc4514()
        assert facts["sha256 fingerprint"].replace(":", "").lower() == cert.fingerprint()
        for key, moment in zip(
            ("notbefore", "notafter"),
            (cert.validity.not_before, cert.validity.not_after),
            strict=True,
        ):
            assert datetime.strptime(facts[key], "%Y-%m-%d %H:%M:%SZ").replace(tzinfo=UTC) == moment


@given(data=st.data())
@settings(max_examples=300)
def test_mutated_real_certificates_give_only_kcert_errors(shared_data: Path, data):
    whole = (shared_data / "fixtures/yessign-test/signCert.der").read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    new = data.draw(st.binary(max_size=3))
    drop = data.draw(st.sampled_from([len(new), 0, 1, 64]))
    try:
        cert = Certificate.load(whole[:at] + new + whole[at + drop :])
    except KcertError:
        return
    ask_everything(cert)


@given(st.binary(max_size=200) | st.text(max_size=100))
def test_arbitrary_data_give_only_kcert_errors(data):
    with pytest.raises(KcertError):
        Certificate.load(data)
