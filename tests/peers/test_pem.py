# SPDX-License-Identifier: Apache-2.0
"""PEM to and from OpenSSL, BouncyCastle and `cryptography`."""

from __future__ import annotations

import pytest
from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from kcert import pem, profiles
from kcert.errors import UnlockError
from kcert.testing import clear_error

KINDS = ["one pair", "two pairs", "everything"]
TRADITIONAL = ["-aes128", "-aes192", "-aes256", "-des3", "-aria128", "-aria256", "-seed"]
CIPHERS = ["aes-256-cbc", "seed-cbc", "aria-256-cbc", "des3"]


@pytest.fixture(scope="session")
def text_of(credentials, passwords):
    """What kcert writes of each kind, locked in PBES2 as other programs have it, or open."""

    def write(kind: str, password: str | None = "ascii") -> str:
        with credentials[kind].unlock(passwords["ascii"]) as opened:
            if password is None:
                return pem.dump_unencrypted(opened).decode()
            profile = profiles.NPKI_PBES2 if password == "hangul" else profiles.MODERN
            if kind != "one pair":
                profile = evolve(profile, iterations=2_048)
            return pem.dump(opened, passwords[password], profile=profile).decode()

    return write


def numbers(pkcs8):
    return load_der_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True).private_numbers()


@pytest.mark.peer("openssl")
class TestOpenSSL:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("password", ["ascii", "hangul", None])
    def test_it_finds_everything_in_ours(
        self,
        openssl,
        tmp_path,
        credentials,
        passwords,
        text_of,
        parse_pem,
        assert_shows,
        kind,
        password,
    ):
        (tmp_path / "in.pem").write_text(text_of(kind, password))
        secret = passwords.get(password, "")
        shown = openssl(
            *("storeutl", "-passin", f"pass:{secret}", *openssl.PROVIDERS, "in.pem")
        ).decode()
        keys, certificates = parse_pem(shown)
        assert_shows(
            type("Shown", (), {"keys": keys, "certificates": certificates}), credentials[kind]
        )

    @pytest.mark.parametrize("option", TRADITIONAL)
    def test_we_open_its_traditional_keys(
        self, openssl, credentials, passwords, pairs_of, make_pem, assert_holds, option
    ):
        (pair,) = pairs_of(credentials["one pair"])
        locked = openssl(
            *("rsa", "-traditional", option, "-passout", f"pass:{passwords['ascii']}"),
            *openssl.PROVIDERS,
            data=make_pem([pair.pkcs8], []).encode(),
        ).decode()
        assert "DEK-Info" in locked
        text = make_pem([], [pair.certificate]) + locked
        assert_holds(pem.load(text, passwords["ascii"]), passwords["ascii"], [pair])
        with clear_error(UnlockError, canaries=["KCERT-CANARY-pw-7f3a"]):
            pem.load(text, "KCERT-CANARY-pw-7f3a")

    def test_we_open_its_unlocked_keys(self, openssl, credentials, pairs_of, make_pem, parse_pem):
        (pair,) = pairs_of(credentials["one pair"])
        for options in (("rsa", "-traditional"), ("pkey",)):
            text = openssl(*options, data=make_pem([pair.pkcs8], []).encode()).decode()
            text += make_pem([], [pair.certificate])
            with pem.load_unencrypted(text) as opened:
                assert numbers(opened.private_key.reveal_pkcs8()) == numbers(pair.pkcs8)
                assert opened.certificate.der == pair.certificate

    @pytest.mark.parametrize("cipher", CIPHERS)
    def test_we_open_its_pkcs8_keys_with_text_around(
        self, openssl, credentials, passwords, pairs_of, make_pem, assert_holds, cipher
    ):
        (pair,) = pairs_of(credentials["one pair"])
        locked = openssl(
            *("pkcs8", "-topk8", "-v2", cipher, "-passout", f"pass:{passwords['hangul']}"),
            *openssl.PROVIDERS,
            data=make_pem([pair.pkcs8], []).encode(),
        ).decode()
        shown = openssl("x509", "-text", data=make_pem([], [pair.certificate]).encode())
        # Its text of a certificate is in no particular encoding.
        assert_holds(
            pem.load(shown + locked.encode(), passwords["hangul"]), passwords["hangul"], [pair]
        )

    @pytest.mark.parametrize("options", [(), ("-legacy",)], ids=["default", "legacy"])
    def test_we_open_what_it_makes_of_a_pfx(
        self, openssl, credentials, passwords, pairs_of, assert_holds, options
    ):
        """Bag attributes around the blocks, the certificate before or after the key."""
        pairs = pairs_of(credentials["one pair"])
        pfx = openssl.write(pairs, passwords["ascii"], name="홍길동")
        text = openssl(
            *("pkcs12", "-passin", f"pass:{passwords['ascii']}"),
            *("-passout", f"pass:{passwords['ascii']}", *options),
            data=pfx,
        )
        assert b"Bag Attributes" in text
        assert_holds(pem.load(text, passwords["ascii"]), passwords["ascii"], pairs)


@pytest.mark.peer("javac")
class TestBouncyCastle:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("password", ["ascii", "hangul", None])
    def test_it_opens_ours_and_finds_r(
        self, java, credentials, passwords, text_of, assert_shows, kind, password
    ):
        shown = java.open_pem(text_of(kind, password), passwords.get(password, ""))
        assert_shows(shown, credentials[kind], exact=True)

    @pytest.mark.parametrize(
        "form",
        ["pkcs8 aes-256", "pkcs8 3des", "traditional AES-256-CBC", "traditional DES-EDE3-CBC"],
    )
    def test_we_open_its(self, java, credentials, passwords, pairs_of, assert_holds, form):
        (pair,) = pairs_of(credentials["one pair"])
        text = java.write("write-pem", form, passwords["ascii"], *pair).decode()
        assert_holds(pem.load(text, passwords["ascii"]), passwords["ascii"], [pair])


class TestCryptography:
    @pytest.mark.parametrize("password", ["ascii", None])
    def test_it_opens_ours(self, credentials, passwords, pairs_of, text_of, password):
        text = text_of("everything", password).encode()
        credential = credentials["everything"]
        secret = passwords[password].encode() if password else None
        key = load_pem_private_key(text, secret, unsafe_skip_rsa_key_validation=True)
        assert key.private_numbers() == numbers(pairs_of(credential)[0].pkcs8)
        certificates = x509.load_pem_x509_certificates(text)
        assert certificates[0] == credential.certificate.to_cryptography()
        assert len(certificates) == 2 + len(credential.ca_certificates)
