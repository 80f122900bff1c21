# SPDX-License-Identifier: Apache-2.0
"""PKCS#12 to and from BouncyCastle, the JDK's keystore and ``keytool``."""

from __future__ import annotations

import pytest

from kcert import pkcs12

KINDS = ["one pair", "two pairs", "chain", "named", "everything"]
PROFILES = ["Korean", "modern, few rounds"]
# All kinds of credentials in the quick forms, and one with as many rounds as are written.
FORMS = [
    *((kind, form) for kind in KINDS for form in ("Korean", "modern, few rounds")),
    ("one pair", "modern"),
]


@pytest.mark.peer("javac")
class TestBouncyCastle:
    @pytest.mark.parametrize(("kind", "profile"), [*FORMS, ("emoji", "Korean")])
    def test_it_opens_ours_and_finds_r(
        self, java, credentials, pfx_of, passwords, assert_shows, kind, profile
    ):
        credential = credentials[kind]
        shown = java.open_pfx(pfx_of(kind, profile, passwords["ascii"]), passwords["ascii"])
        assert_shows(shown, credential, exact=True)
        assert set(filter(None, shown.names)) == set(filter(None, [credential.friendly_name]))

    @pytest.mark.parametrize("profile", PROFILES)
    def test_it_opens_ours_under_a_hangul_password(
        self, java, credentials, pfx_of, passwords, assert_shows, profile
    ):
        shown = java.open_pfx(pfx_of("one pair", profile, passwords["hangul"]), passwords["hangul"])
        assert_shows(shown, credentials["one pair"], exact=True)

    @pytest.mark.parametrize("profile", PROFILES)
    def test_its_keystore_opens_ours(
        self, java, credentials, pfx_of, passwords, assert_shows, profile
    ):
        pfx = pfx_of("two pairs", profile, passwords["ascii"])
        shown = java.open_keystore("BC", pfx, passwords["ascii"])
        assert_shows(shown, credentials["two pairs"])

    def test_it_refuses_ours_under_another_password(self, java, peer_refused, pfx_of, passwords):
        pfx = pfx_of("one pair", "Korean", passwords["ascii"])
        with pytest.raises(peer_refused, match="MAC"):
            java.open_pfx(pfx, "another")

    def test_its_signatures_with_our_keys_verify(
        self, java, credentials, pfx_of, passwords, data, verify_with
    ):
        pfx = pfx_of("one pair", "modern, few rounds", passwords["ascii"])
        (key,) = java.open_pfx(pfx, passwords["ascii"]).keys
        verify_with(credentials["one pair"], java.write("sign", key, data))

    @pytest.mark.parametrize("encoding", ["DER", "BER"])
    @pytest.mark.parametrize(
        ("key_lock", "certificate_lock", "mac"),
        [
            ("3des", "none", "sha1"),
            ("3des", "rc2-40", "sha1"),
            ("rc2-128", "rc2-128", "sha1"),
            ("3des", "3des", "none"),
            ("aes-128", "aes-128", "sha256"),
            ("aes-256", "aes-256", "sha256"),
            ("seed", "seed", "sha256"),
            ("none", "none", "sha256"),
        ],
    )
    @pytest.mark.parametrize("kind", ["one pair", "two pairs"])
    def test_we_open_its(
        self,
        java,
        credentials,
        passwords,
        pairs_of,
        assert_holds,
        kind,
        encoding,
        key_lock,
        certificate_lock,
        mac,
    ):
        pairs = pairs_of(credentials[kind])
        issuer = credentials["chain"].ca_certificates[1]
        pfx = java.write(
            *("write-pfx", encoding, key_lock, certificate_lock, mac),
            *(passwords["ascii"], "홍길동의 인증서", *sum(pairs, ()), issuer.der),
        )
        assert pfx.startswith(b"\x30\x80") == (encoding == "BER")
        credential = pkcs12.load(pfx, passwords["ascii"])
        assert_holds(credential, passwords["ascii"], pairs, keeps_random=True)
        assert credential.friendly_name == "홍길동의 인증서"
        assert credential.ca_certificates == (issuer,)

    @pytest.mark.parametrize(("key_lock", "mac"), [("3des", "sha1"), ("aes-256", "sha256")])
    def test_we_open_its_under_a_hangul_password(
        self, java, credentials, passwords, pairs_of, assert_holds, key_lock, mac
    ):
        pairs = pairs_of(credentials["one pair"])
        pfx = java.write(
            *("write-pfx", "BER", key_lock, key_lock, mac, passwords["hangul"], "name"),
            *sum(pairs, ()),
        )
        credential = pkcs12.load(pfx, passwords["hangul"])
        assert_holds(credential, passwords["hangul"], pairs, keeps_random=True)


@pytest.mark.peer("javac")
@pytest.mark.parametrize("provider", ["BC", "SunJSSE"])
def test_we_open_its_keystores(java, credentials, passwords, pairs_of, assert_holds, provider):
    pairs = pairs_of(credentials["one pair"])
    chain = [c.der for c in reversed(credentials["chain"].ca_certificates)]
    pfx = java.write(
        *("write-keystore", provider, passwords["ascii"], "홍길동"), *sum(pairs, ()), *chain
    )
    credential = pkcs12.load(pfx, passwords["ascii"])
    assert_holds(credential, passwords["ascii"], pairs)
    assert credential.friendly_name == "홍길동"
    assert {c.der for c in credential.ca_certificates} == set(chain)


@pytest.mark.peer("javac")
@pytest.mark.parametrize(("kind", "profile"), FORMS)
def test_the_jdk_keystore_opens_ours(
    java, credentials, pfx_of, passwords, assert_shows, kind, profile
):
    pfx = pfx_of(kind, profile, passwords["ascii"])
    shown = java.open_keystore("SunJSSE", pfx, passwords["ascii"])
    assert_shows(shown, credentials[kind])


@pytest.mark.peer("keytool")
class TestKeytool:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_it_lists_ours(
        self, keytool, tmp_path, credentials, pfx_of, passwords, parse_pem, profile
    ):
        (tmp_path / "in.p12").write_bytes(pfx_of("everything", profile, passwords["ascii"]))
        listing = keytool(
            *("-list", "-rfc", "-keystore", "in.p12", "-storetype", "PKCS12"),
            *("-storepass", passwords["ascii"]),
        ).decode(errors="replace")
        credential = credentials["everything"]
        assert listing.count("PrivateKeyEntry") == 2
        ours = {
            credential.certificate.der,
            credential.key_management.certificate.der,
            *(c.der for c in credential.ca_certificates),
        }
        assert set(parse_pem(listing)[1]) == ours

    @pytest.mark.parametrize("profile", PROFILES)
    def test_it_imports_ours_and_we_open_what_it_made_of_them(
        self, keytool, tmp_path, credentials, pfx_of, passwords, pairs_of, assert_holds, profile
    ):
        (tmp_path / "in.p12").write_bytes(pfx_of("two pairs", profile, passwords["ascii"]))
        keytool(
            *("-importkeystore", "-srckeystore", "in.p12", "-srcstorepass", passwords["ascii"]),
            *("-destkeystore", "out.p12", "-deststoretype", "PKCS12"),
            *("-deststorepass", passwords["ascii"], "-noprompt"),
        )
        credential = pkcs12.load((tmp_path / "out.p12").read_bytes(), passwords["ascii"])
        assert_holds(credential, passwords["ascii"], pairs_of(credentials["two pairs"]))

    def test_we_open_a_key_pair_that_it_generated(self, keytool, tmp_path, passwords, data):
        keytool(
            *("-genkeypair", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=test"),
            *("-alias", "key one", "-keystore", "out.p12", "-storepass", passwords["ascii"]),
        )
        credential = pkcs12.load((tmp_path / "out.p12").read_bytes(), passwords["ascii"])
        assert credential.friendly_name == "key one"
        assert credential.certificate.subject.common_name == "test"
        with credential.unlock(passwords["ascii"]) as opened:
            opened.verify(opened.sign(data), data)

    def test_another_password_for_ours_is_refused(
        self, keytool, tmp_path, peer_refused, pfx_of, passwords
    ):
        (tmp_path / "in.p12").write_bytes(pfx_of("one pair", "Korean", passwords["ascii"]))
        with pytest.raises(peer_refused, match="Integrity check failed"):
            keytool("-list", "-keystore", "in.p12", "-storepass", "another")
