# SPDX-License-Identifier: Apache-2.0
"""PKCS#12 to and from the command ``openssl``."""

from __future__ import annotations

import re

import pytest

from kcert import pkcs12
from kcert.errors import UnlockError
from kcert.testing import clear_error

pytestmark = pytest.mark.peer("openssl")

KINDS = ["one pair", "two pairs", "chain", "named", "everything"]
# All kinds of credentials in the quick forms, and one with as many rounds as are written.
FORMS = [
    *((kind, form) for kind in KINDS for form in ("Korean", "modern, few rounds")),
    ("one pair", "modern"),
]
# What the command writes; each opens in kcert.
WRITTEN = {
    "default": (),
    "legacy": ("-legacy",),
    "legacy, 3DES certificates": ("-legacy", "-descert"),
    "no MAC": ("-nomac",),
    "no encryption": ("-keypbe", "NONE", "-certpbe", "NONE"),
    "no encryption, no MAC": ("-keypbe", "NONE", "-certpbe", "NONE", "-nomac"),
    "certificates in the clear": ("-certpbe", "NONE"),
    "MAC of one round": ("-nomaciter",),
    "everything one round": ("-noiter", "-nomaciter"),
    "many rounds": ("-iter", "100000"),
    **{
        cipher: ("-keypbe", cipher, "-certpbe", cipher)
        for cipher in (
            *("AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "DES-EDE3-CBC", "SEED-CBC"),
            *("ARIA-128-CBC", "ARIA-192-CBC", "ARIA-256-CBC"),
            *("PBE-SHA1-3DES", "PBE-SHA1-RC2-40", "PBE-SHA1-RC2-128"),
        )
    },
    **{f"MAC {digest}": ("-macalg", digest) for digest in ("sha1", "sha256", "sha384", "sha512")},
}


@pytest.mark.parametrize(("kind", "profile"), FORMS)
def test_it_opens_ours(openssl, credentials, pfx_of, passwords, assert_shows, kind, profile):
    credential = credentials[kind]
    shown = openssl.open(pfx_of(kind, profile, passwords["ascii"]), passwords["ascii"])
    assert_shows(shown, credential)
    name = credential.friendly_name or ""
    assert set(shown.names) == {"".join(chr(ord(c) & 0xFF) for c in name)} - {""}


@pytest.mark.parametrize("profile", ["Korean", "modern, few rounds"])
def test_it_opens_ours_under_a_hangul_password(
    openssl, credentials, pfx_of, passwords, assert_shows, profile
):
    pfx = pfx_of("one pair", profile, passwords["hangul"])
    assert_shows(openssl.open(pfx, passwords["hangul"]), credentials["one pair"])


@pytest.mark.parametrize("profile", ["Korean", "modern, few rounds"])
def test_it_refuses_ours_under_another_password(openssl, peer_refused, pfx_of, passwords, profile):
    with pytest.raises(peer_refused, match="invalid password"):
        openssl.open(pfx_of("one pair", profile, passwords["ascii"]), "another")


def test_the_korean_form_needs_no_legacy_provider(
    openssl, credentials, pfx_of, passwords, parse_pem
):
    pfx = pfx_of("one pair", "Korean", passwords["ascii"])
    shown = openssl("pkcs12", "-nodes", "-passin", f"pass:{passwords['ascii']}", data=pfx).decode()
    assert parse_pem(shown)[1] == [credentials["one pair"].certificate.der]


@pytest.mark.parametrize(
    ("profile", "locks"),
    [
        ("Korean", ("MAC: sha1, Iteration 1024", "pbeWithSHA1And3-KeyTripleDES-CBC")),
        ("modern", ("MAC: sha256", "PBES2, PBKDF2, AES-256-CBC", "hmacWithSHA256")),
    ],
)
def test_it_names_the_locks_that_the_profiles_promise(openssl, pfx_of, passwords, profile, locks):
    pfx = pfx_of("two pairs", profile, passwords["ascii"])
    openssl("pkcs12", "-info", "-nodes", "-passin", f"pass:{passwords['ascii']}", data=pfx)
    assert all(lock in openssl.said for lock in locks), openssl.said
    assert len(re.findall("Shrouded Keybag", openssl.said)) == 2


def test_its_signatures_with_our_keys_verify(
    openssl, credentials, pfx_of, passwords, data, verify_with
):
    pfx = pfx_of("one pair", "Korean", passwords["ascii"])
    (key,) = openssl.open(pfx, passwords["ascii"]).keys
    verify_with(credentials["one pair"], openssl.sign(key, data))


@pytest.mark.parametrize("options", WRITTEN.values(), ids=WRITTEN)
def test_we_open_its(openssl, credentials, passwords, pairs_of, assert_holds, options):
    pairs = pairs_of(credentials["one pair"])
    pfx = openssl.write(
        pairs,
        passwords["ascii"],
        *options,
        name="홍길동의 인증서",
        issuer=credentials["chain"].ca_certificates[1].der,
    )
    credential = pkcs12.load(pfx, passwords["ascii"])
    assert_holds(credential, passwords["ascii"], pairs)
    assert credential.friendly_name == "홍길동의 인증서"
    assert credential.ca_certificates == credentials["chain"].ca_certificates[1:]


@pytest.mark.parametrize("options", [(), ("-legacy",), ("-keypbe", "SEED-CBC")], ids=" ".join)
@pytest.mark.parametrize("password", ["한글 비밀번호-1!", "😀 beyond the BMP", "", " blank "])
def test_we_open_its_under_any_password(
    openssl, credentials, pairs_of, assert_holds, options, password
):
    pairs = pairs_of(credentials["one pair"])
    pfx = openssl.write(pairs, password, *options)
    assert_holds(pkcs12.load(pfx, password), password, pairs)


@pytest.mark.parametrize("options", [(), ("-legacy",), ("-nomac",)], ids=" ".join)
def test_another_password_for_its_is_an_unlock_error(
    openssl, credentials, passwords, pairs_of, options
):
    pfx = openssl.write(pairs_of(credentials["one pair"]), passwords["ascii"], *options)
    with clear_error(UnlockError, canaries=["KCERT-CANARY-pw-7f3a"]):
        pkcs12.load(pfx, "KCERT-CANARY-pw-7f3a").unlock("KCERT-CANARY-pw-7f3a")
