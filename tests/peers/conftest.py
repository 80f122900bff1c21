# SPDX-License-Identifier: Apache-2.0
"""Other people's programs, each behind a small function or object."""

from __future__ import annotations

import base64
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from attrs import evolve
from cryptography.hazmat.primitives import serialization

from kcert import pkcs12, profiles
from kcert.certificate import Certificate
from kcert.credential import Credential
from kcert.keys import PrivateKey
from kcert.testing import FakeAuthority

JARS = [Path(f"/usr/share/java/{name}.jar") for name in ("bcprov", "bcpkix", "bcutil")]
PROVIDERS = ("-provider", "legacy", "-provider", "default")
ASCII = "kcert-Peer 1!"
HANGUL = "한글 비밀번호-1!"
DATA = "서명할 내용".encode()


class PeerRefusedError(Exception):
    """What the other program said when it did not do what was asked."""


class Pair(NamedTuple):
    """One open key and its certificate, as DER."""

    pkcs8: bytes
    certificate: bytes


class Shown(NamedTuple):
    """What a program found in a file."""

    keys: list[bytes]
    certificates: list[bytes]
    names: list[str]


# Commands.


class OpenSSL:
    """The command ``openssl``."""

    PROVIDERS = PROVIDERS

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.said = ""

    def __call__(self, *arguments: str, data: bytes = b"") -> bytes:
        run = subprocess.run(
            ["openssl", *arguments], input=data, capture_output=True, timeout=60, cwd=self._folder
        )
        if run.returncode:
            raise PeerRefusedError(run.stderr.decode(errors="replace"))
        self.said = run.stderr.decode(errors="replace")
        return run.stdout

    def open(self, pfx: bytes, password: str, *options: str) -> Shown:
        """Keys, certificates and friendly names of a PKCS#12 file.

        Of a name it prints the low octets only.
        """
        shown = self(
            *("pkcs12", "-nodes", "-passin", f"pass:{password}", *options),
            *PROVIDERS,
            data=pfx,
        ).decode("latin-1")
        keys, certificates = read_pem(shown)
        return Shown(keys, certificates, re.findall(r"friendlyName: (.*)", shown))

    def write(
        self, pairs: list[Pair], password: str, *options: str, name: str = "", issuer: bytes = b""
    ) -> bytes:
        """A PKCS#12 file of one pair, with the issuer's certificate where given."""
        (pair,) = pairs
        (self._folder / "in.pem").write_text(pem_of([pair.pkcs8], [pair.certificate, issuer]))
        return self(
            *("pkcs12", "-export", "-in", "in.pem", "-passout", f"pass:{password}"),
            *(("-name", name) if name else ()),
            *options,
            *(PROVIDERS if "-legacy" not in options else ()),
        )

    def sign(self, pkcs8: bytes, data: bytes) -> bytes:
        """A PKCS#1 v1.5 signature with SHA-256."""
        (self._folder / "key.pem").write_text(pem_of([pkcs8], []))
        return self("dgst", "-sha256", "-sign", "key.pem", data=data)


class JavaProgram:
    """A program of ``java/`` in a process of its own."""

    def __init__(self, name: str, classes: Path) -> None:
        source = Path(__file__).with_name("java") / f"{name}.java"
        jars = ":".join(map(str, JARS))
        subprocess.run(
            ["javac", "-Xlint:all,-path", "-Werror", "-cp", jars, "-d", classes, source],
            check=True,
            timeout=120,
        )
        # One processor and the quick compiler only: the process lives for seconds.
        options = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        self._process = subprocess.Popen(
            ["java", *options, "-cp", f"{jars}:{classes}", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def put(self, command: str, *values: bytes | str) -> str:
        """Put one request; the first line of the answer."""
        octets = (v.encode() if isinstance(v, str) else v for v in values)
        assert self._process.stdin
        print(command, *(v.hex() or "-" for v in octets), file=self._process.stdin, flush=True)
        return self.line()

    def line(self) -> str:
        """The next line of the answer."""
        assert self._process.stdout
        line = self._process.stdout.readline().rstrip("\n")
        if not line or line.startswith("error"):
            raise PeerRefusedError(line)
        return line

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)
        assert self._process.stdout
        self._process.stdout.close()


class Java(JavaProgram):
    """BouncyCastle and the JDK's keystore in one process; see ``java/Peer.java``."""

    def __init__(self, classes: Path) -> None:
        super().__init__("Peer", classes)

    def ask(self, command: str, *values: bytes | str) -> list[tuple[str, list[bytes]]]:
        """Put one request; the lines of the answer."""
        line, lines = self.put(command, *values), []
        while line != ".":
            kind, *words = line.split(" ")
            lines.append((kind, [b"" if w == "-" else bytes.fromhex(w) for w in words]))
            line = self.line()
        return lines

    def open(self, command: str, *values: bytes | str, name_at: int = 2) -> Shown:
        """Ask for the content of a file."""
        lines = self.ask(command, *values)
        return Shown(
            [words[0] for kind, words in lines if kind == "key"],
            [words[0] for kind, words in lines if kind == "certificate"],
            [words[name_at].decode() for _, words in lines if words[name_at:]],
        )

    def open_pfx(self, pfx: bytes, password: str) -> Shown:
        """Bag by bag, the keys as they come out of the lock."""
        return self.open("open-pfx", pfx, password)

    def open_keystore(self, provider: str, pfx: bytes, password: str) -> Shown:
        """As a keystore of provider ``BC`` or ``SunJSSE``."""
        return self.open("open-keystore", provider, pfx, password, name_at=1)

    def open_pem(self, text: str, password: str) -> Shown:
        """A PEM text."""
        return self.open("open-pem", text, password)

    def write(self, command: str, *values: bytes | str) -> bytes:
        """Ask for a file or a signature."""
        ((_, (octets,)),) = self.ask(command, *values)
        return octets


@pytest.fixture(scope="session")
def java_folder(tmp_path_factory):
    """A folder to compile into; tests that use it are marked ``peer("javac")``."""
    missing = [str(jar) for jar in JARS if not jar.exists()]
    if missing:
        pytest.skip(f"BouncyCastle is not installed: {', '.join(missing)}")
    return tmp_path_factory.mktemp("java")


@pytest.fixture
def openssl(tmp_path):
    return OpenSSL(tmp_path)


@pytest.fixture(scope="session")
def java(java_folder):
    process = Java(java_folder)
    yield process
    process.close()


@pytest.fixture(scope="session")
def management_messages(java_folder):
    """BouncyCastle's CMP; see ``java/ManagementMessages.java``."""
    process = JavaProgram("ManagementMessages", java_folder)
    yield process
    process.close()


@pytest.fixture
def keytool(tmp_path):
    """The command ``keytool``, in the folder of the test."""

    def run(*arguments: str) -> bytes:
        done = subprocess.run(
            ["keytool", "-J-XX:TieredStopAtLevel=1", "-J-Duser.language=en", *arguments],
            capture_output=True,
            timeout=60,
            cwd=tmp_path,
        )
        if done.returncode:
            raise PeerRefusedError(done.stdout.decode(errors="replace"))
        return done.stdout

    return run


# PEM by hand: what is compared must not come from what is tested.


def pem_of(keys: list[bytes], certificates: list[bytes]) -> str:
    blocks = [("PRIVATE KEY", key) for key in keys]
    blocks += [("CERTIFICATE", certificate) for certificate in certificates if certificate]
    return "".join(
        f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"
        for label, der in blocks
    )


def read_pem(text: str) -> tuple[list[bytes], list[bytes]]:
    """Open keys and certificates of a text."""
    keys, certificates = [], []
    for label, body in re.findall(r"-----BEGIN ([A-Z ]+)-----([^-]*)-----END", text):
        kind = certificates if label == "CERTIFICATE" else keys
        kind.append(base64.b64decode(body))
    return keys, certificates


@pytest.fixture(scope="session")
def peer_refused():
    return PeerRefusedError


@pytest.fixture(scope="session")
def make_pem():
    return pem_of


@pytest.fixture(scope="session")
def parse_pem():
    return read_pem


# Credentials, and how to compare what others show with them.


@pytest.fixture(scope="session")
def authority():
    return FakeAuthority("yessign")


@pytest.fixture(scope="session")
def passwords() -> dict[str, str]:
    return {"ascii": ASCII, "hangul": HANGUL}


@pytest.fixture(scope="session")
def credentials(authority) -> dict[str, Credential]:
    """By what is special about them; all locked with the ASCII password."""
    issue = {"password": ASCII, "profile": profiles.CHEAPEST}
    one = authority.issue("홍길동", **issue)
    return {
        "one pair": one,
        "two pairs": authority.issue("홍길동", km=True, **issue),
        "chain": authority.issue("홍길동", chain=True, **issue),
        "named": evolve(one, friendly_name="홍길동의 인증서"),
        "emoji": evolve(one, friendly_name="인증서 😀"),
        "everything": evolve(
            authority.issue("홍길동", km=True, chain=True, **issue), friendly_name="급여 이체용"
        ),
    }


@pytest.fixture(scope="session")
def pairs_of():
    """The open pairs of a credential, signature pair first."""

    @cache
    def pairs(credential: Credential, password: str = ASCII) -> list[Pair]:
        with credential.unlock(password) as opened:
            found = [opened, *filter(None, [opened.key_management])]
            return [Pair(p.private_key.reveal_pkcs8(), p.certificate.der) for p in found]

    return pairs


def quick(profile: profiles.Pkcs12Profile) -> profiles.Pkcs12Profile:
    """The same with fewer rounds: 600,000 in a row take some programs seconds."""
    few = {"iterations": 2_048}
    return evolve(
        profile,
        key=evolve(profile.key, **few),
        certificates=evolve(profile.certificates, **few),
        mac_iterations=2_048,
    )


PROFILES = {
    "Korean": profiles.PKCS12_KOREAN,
    "modern": profiles.PKCS12_MODERN,
    "modern, few rounds": quick(profiles.PKCS12_MODERN),
    "PBMAC1, few rounds": quick(profiles.PKCS12_PBMAC1),
}


@pytest.fixture(scope="session")
def pfx_of(credentials):
    """What kcert writes, once for each kind of credential, profile and password."""

    @cache
    def write(kind: str, profile: str, password: str) -> bytes:
        with credentials[kind].unlock(ASCII) as opened:
            return pkcs12.dump(opened, password, profile=PROFILES[profile])

    return write


def numbers(pkcs8: bytes):
    key = serialization.load_der_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True)
    return key.private_numbers()


@pytest.fixture(scope="session")
def assert_shows(pairs_of):
    """Insist that a program shows the keys and certificates of a credential, and no others."""

    def check(shown: Shown, credential: Credential, *, exact: bool = False) -> None:
        pairs = pairs_of(credential)
        expected = [pair.pkcs8 for pair in pairs]
        if exact:
            # Octet for octet: R survives.
            assert sorted(shown.keys) == sorted(expected)
        else:
            assert {numbers(key).p for key in shown.keys} == {numbers(key).p for key in expected}
            assert len(shown.keys) == len(expected)
        ours = {pair.certificate for pair in pairs} | {c.der for c in credential.ca_certificates}
        assert set(shown.certificates) == ours

    return check


@pytest.fixture(scope="session")
def assert_holds():
    """Insist that what kcert read is this pair; R too, unless the other program dropped it."""

    def check(
        credential: Credential, password: str, pairs: list[Pair], *, keeps_random: bool = False
    ) -> None:
        with credential.unlock(password) as opened:
            found = [opened, *filter(None, [opened.key_management])]
            assert {p.certificate.der for p in found} == {p.certificate for p in pairs}
            for pair in found:
                (pkcs8,) = [p.pkcs8 for p in pairs if p.certificate == pair.certificate.der]
                key = pair.private_key
                assert key.to_cryptography().private_numbers() == numbers(pkcs8)
                if keeps_random:
                    assert key.reveal_pkcs8() == pkcs8
                    with PrivateKey.load(pkcs8) as original:
                        assert (key.random is None) == (original.random is None)
            signature = opened.sign(DATA)
            opened.verify(signature, DATA)

    return check


@pytest.fixture(scope="session")
def verify_with():
    """Check another program's signature with kcert."""

    def check(credential: Credential, signature: bytes) -> None:
        with credential.unlock(ASCII) as opened:
            opened.verify(signature, DATA)

    return check


@pytest.fixture(scope="session")
def data() -> bytes:
    return DATA


@pytest.fixture(scope="session")
def load_certificate():
    return Certificate.load
