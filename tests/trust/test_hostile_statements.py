# SPDX-License-Identifier: Apache-2.0
"""Other projects' fuzz inputs for CRLs and OCSP responses: a value, or an error of ours."""

from __future__ import annotations

import zipfile

import pytest

from kcert import KcertError
from kcert.testing import assert_clear_error
from kcert.trust import CertificateRevocationList, OcspResponse

CORPORA = [
    ("openssl-fuzz-corpora/crl.zip", CertificateRevocationList),
    ("gnutls/fuzz-x509_crl_parser.zip", CertificateRevocationList),
    ("gnutls/fuzz-ocsp_resp_parser.zip", OcspResponse),
]


def read_all(found: CertificateRevocationList | OcspResponse) -> None:
    if isinstance(found, OcspResponse):
        assert found.basic.responses is not None
        assert found.nonce is None or found.nonce
        return
    entries = list(found)
    assert len(entries) == len(found)
    assert found.find(1) is None or found.find(1).serial_number == 1
    facts = (found.scope, found.number, found.base_number, found.authority_key_identifier)
    assert facts
    assert found.unknown_critical is None or "." in found.unknown_critical
    assert found.issuer.rfc4514() is not None


@pytest.mark.parametrize(("corpus", "kind"), CORPORA, ids=lambda value: str(value)[-30:])
def test_every_fuzz_input_is_a_value_or_a_clear_error(shared_data, corpus, kind):
    with zipfile.ZipFile(shared_data / "vectors" / corpus) as archive:
        inputs = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    assert len(inputs) > 10
    for data in inputs.values():
        try:
            read_all(kind.load(data))
        except KcertError as error:
            assert_clear_error(error, KcertError)
