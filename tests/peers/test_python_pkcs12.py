# SPDX-License-Identifier: Apache-2.0
"""PKCS#12 to and from `cryptography`, and to PyPinkSign, which writes none."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.hazmat.primitives.serialization import pkcs12 as peer

from kcert import pkcs12

PROFILES = ["Korean", "modern, few rounds", "PBMAC1, few rounds"]
LOCKS = {
    "AES-256": peer.PBES.PBESv2SHA256AndAES256CBC,
    "3DES": peer.PBES.PBESv1SHA1And3KeyTripleDESCBC,
}


def load(der):
    return load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)


class TestCryptography:
    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize("kind", ["one pair", "chain", "named"])
    @pytest.mark.parametrize("password", ["ascii", "hangul"])
    def test_it_opens_ours(self, credentials, pfx_of, passwords, pairs_of, kind, profile, password):
        pfx = pfx_of(kind, profile, passwords[password])
        shown = peer.load_pkcs12(pfx, passwords[password].encode())
        credential = credentials[kind]
        (pair,) = pairs_of(credential)
        assert shown.key.private_numbers() == load(pair.pkcs8).private_numbers()
        assert shown.cert.certificate == credential.certificate.to_cryptography()
        name = shown.cert.friendly_name
        assert (name and name.decode()) == credential.friendly_name
        authorities = {c.certificate for c in shown.additional_certs}
        assert authorities == {c.to_cryptography() for c in credential.ca_certificates}

    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize("kind", ["two pairs", "everything"])
    def test_it_takes_the_signature_pair_of_our_two(
        self, credentials, pfx_of, passwords, pairs_of, kind, profile
    ):
        # It returns one key only; the rest are certificates to it.
        pfx = pfx_of(kind, profile, passwords["ascii"])
        shown = peer.load_pkcs12(pfx, passwords["ascii"].encode())
        credential = credentials[kind]
        signature, _ = pairs_of(credential)
        assert shown.key.private_numbers() == load(signature.pkcs8).private_numbers()
        assert shown.cert.certificate == credential.certificate.to_cryptography()
        others = {c.certificate for c in shown.additional_certs}
        assert credential.key_management.certificate.to_cryptography() in others

    @pytest.mark.parametrize("lock", LOCKS)
    @pytest.mark.parametrize("mac", [hashes.SHA1(), hashes.SHA256()], ids=lambda mac: mac.name)
    def test_we_open_its(self, credentials, passwords, pairs_of, assert_holds, lock, mac):
        pairs = pairs_of(credentials["one pair"])
        encryption = (
            PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(3_000)
            .key_cert_algorithm(LOCKS[lock])
            .hmac_hash(mac)
            .build(passwords["hangul"].encode())
        )
        credential = pkcs12.load(self.write(credentials, pairs, encryption), passwords["hangul"])
        assert_holds(credential, passwords["hangul"], pairs)
        # It writes characters beyond U+FFFF, and leaves out the whole name where it reads one.
        assert credential.friendly_name == "홍길동의 인증서 😀"
        assert credential.ca_certificates == credentials["chain"].ca_certificates

    def test_we_open_its_usual_form(self, credentials, passwords, pairs_of, assert_holds):
        pairs = pairs_of(credentials["one pair"])
        encryption = BestAvailableEncryption(passwords["ascii"].encode())
        pfx = self.write(credentials, pairs, encryption)
        assert_holds(pkcs12.load(pfx, passwords["ascii"]), passwords["ascii"], pairs)

    def test_we_open_what_it_did_not_lock(self, credentials, pairs_of, assert_holds):
        pairs = pairs_of(credentials["one pair"])
        pfx = self.write(credentials, pairs, NoEncryption())
        # The open key is locked under the password that the file was opened with.
        assert_holds(pkcs12.load(pfx, ""), "", pairs)

    @staticmethod
    def write(credentials, pairs, encryption):
        ((pkcs8, certificate),) = pairs
        return peer.serialize_key_and_certificates(
            "홍길동의 인증서 😀".encode(),
            load(pkcs8),
            x509.load_der_x509_certificate(certificate),
            [c.to_cryptography() for c in credentials["chain"].ca_certificates],
            encryption,
        )


@pytest.fixture
def pypinksign():
    return pytest.importorskip("pypinksign", reason="peer 'pypinksign' is not installed")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", ["one pair", "everything"])
def test_pypinksign_opens_ours(
    pypinksign, credentials, pfx_of, passwords, pairs_of, data, verify_with, kind, profile
):
    pink = pypinksign.PinkSign(
        p12_data=pfx_of(kind, profile, passwords["ascii"]),
        prikey_password=passwords["ascii"].encode(),
    )
    signature_pair = pairs_of(credentials[kind])[0]
    assert pink.pub_data == signature_pair.certificate
    assert pink.prikey.private_numbers() == load(signature_pair.pkcs8).private_numbers()
    verify_with(credentials[kind], pink.sign(data))
