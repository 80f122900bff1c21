# SPDX-License-Identifier: Apache-2.0
"""Signed messages between kcert, OpenSSL, BouncyCastle and `cryptography`, both ways."""

from __future__ import annotations

import io
import subprocess
from itertools import product
from pathlib import Path

import pytest
from attrs import evolve
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding as paddings
from cryptography.hazmat.primitives.serialization import pkcs7

from kcert import Padding, cms, profiles
from kcert.errors import AuthorityError, SignatureError
from kcert.testing import TEST_PASSWORD, FakeAuthority, clear_error
from kcert.testing.template import Extension

DATA = "여러 프로그램이 확인하는 내용\n".encode()
JARS = [Path(f"/usr/share/java/{name}.jar") for name in ("bcprov", "bcpkix", "bcutil")]
DIGESTS = ("sha256", "sha384", "sha512")
PADDINGS = (Padding.PKCS1V15, Padding.PSS)
BOTH = (False, True)

# What kcert makes: every combination of what the profile and the caller can choose.
OURS = [
    (
        cms.Profile(
            digest=digest,
            padding=padding,
            attributes=attributes,
            names_digest=names_digest,
            null_parameters=null,
            key_identifier=null,
            chain=names_digest,
        ),
        detached,
    )
    for digest, padding, attributes, names_digest, null, detached in product(
        DIGESTS, PADDINGS, BOTH, BOTH, BOTH, BOTH
    )
]


def row_name(value: object) -> str:
    profile, detached = value
    return "-".join(
        (
            profile.digest,
            profile.padding.name,
            "attributes" if profile.attributes else "plain",
            "named" if profile.names_digest else "rsa",
            "null" if profile.null_parameters else "absent",
            "detached" if detached else "attached",
        )
    )


def opened(name: str, **options):
    credential = FakeAuthority(name).issue(profile=profiles.CHEAPEST, chain=True, **options)
    return credential.unlock(TEST_PASSWORD)


@pytest.fixture(scope="module")
def signer():
    return opened("yessign", fresh_key=True)


@pytest.fixture(scope="module")
def witness():
    return opened("KICA", fresh_key=True)


def key_pem(signer) -> bytes:
    return signer.to_cryptography().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.fixture
def files(tmp_path, signer, witness):
    for name, one in (("one", signer), ("two", witness)):
        (tmp_path / f"{name}.key").write_bytes(key_pem(one))
        (tmp_path / f"{name}.pem").write_text(one.certificate.to_pem())
    (tmp_path / "data").write_bytes(DATA)
    return tmp_path


@pytest.fixture
def verify_by_openssl(files, openssl):
    """The content, as the command `openssl cms` gives it out once all signatures hold."""

    def verify(blob: bytes, *, detached: bool = False, command: str = "cms") -> bytes:
        (files / "message").write_bytes(blob)
        content = ("-content", "data") if detached else ()
        return openssl(
            *(command, "-verify", "-noverify", "-binary", "-inform", "DER", "-in", "message"),
            *content,
        )

    return verify


class BouncyCastle:
    def __init__(self, classes: Path) -> None:
        classpath = ":".join(map(str, [*JARS, classes]))
        self._process = subprocess.Popen(
            ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classpath, "Signatures"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: str, *values: bytes) -> bytes:
        print(command, *(v.hex() or "-" for v in values), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline().strip()
        assert not answer.startswith("error"), answer
        return bytes.fromhex(answer)

    def verify(self, blob: bytes, data: bytes = b"") -> tuple[int, bytes]:
        """How many signatures hold, countersignatures too, and the content."""
        answer = self.ask("verify", blob, data)
        return answer[0], answer[1:]

    def sign(self, signer, algorithms: str, options: str) -> bytes:
        key = signer.private_key.reveal_pkcs8()
        return self.ask(
            "sign", key, signer.certificate.der, algorithms.encode(), options.encode(), DATA
        )

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def bouncy(tmp_path_factory):
    missing = [str(jar) for jar in JARS if not jar.exists()]
    if missing:
        pytest.skip(f"BouncyCastle is not installed: {', '.join(missing)}")
    classes = tmp_path_factory.mktemp("java")
    classpath = ":".join(map(str, JARS))
    source = Path(__file__).with_name("java") / "Signatures.java"
    subprocess.run(
        ["javac", "-Xlint:all,-path", "-Werror", "-cp", classpath, "-d", classes, source],
        check=True,
        timeout=120,
    )
    process = BouncyCastle(classes)
    yield process
    process.close()


# kcert signs.


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("row", OURS, ids=row_name)
def test_openssl_verifies_what_kcert_signs(signer, verify_by_openssl, row):
    profile, detached = row
    blob = cms.sign(DATA, signer, profile=profile, detached=detached)

    assert verify_by_openssl(blob, detached=detached) == DATA


@pytest.mark.peer("javac")
def test_bouncycastle_verifies_what_kcert_signs_in_every_combination(signer, bouncy):
    for profile, detached in OURS:
        blob = cms.sign(DATA, signer, profile=profile, detached=detached)

        assert bouncy.verify(blob, DATA if detached else b"") == (1, DATA), profile


@pytest.mark.peer("openssl")
def test_openssl_verifies_joint_and_countersigned_messages(signer, witness, verify_by_openssl):
    blob = cms.sign(DATA, [signer, (witness, cms.Profile.FINCERT_PSS)])

    for one in (
        blob,
        cms.add_signature(blob, signer, digest="sha512", attributes=False),
        cms.countersign(blob, witness, signer.certificate),
    ):
        assert verify_by_openssl(one) == DATA


@pytest.mark.peer("javac")
def test_bouncycastle_counts_joint_signatures_and_countersignatures(signer, witness, bouncy):
    blob = cms.sign(DATA, [signer, (witness, cms.Profile.FINCERT_PSS)])

    assert bouncy.verify(blob)[0] == 2
    assert bouncy.verify(cms.add_signature(blob, signer, digest="sha512"))[0] == 3
    countersigned = cms.countersign(blob, witness, signer.certificate)
    assert bouncy.verify(countersigned)[0] == 3
    again = cms.countersign(
        countersigned, signer, witness.certificate, profile=cms.Profile.PYPINKSIGN
    )
    assert bouncy.verify(again)[0] == 4


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("size", [None, len(DATA)])
def test_openssl_verifies_streams(signer, verify_by_openssl, size):
    target = io.BytesIO()
    cms.sign_stream([DATA[:7], DATA[7:]], signer, target, size=size)

    assert verify_by_openssl(target.getvalue()) == DATA
    assert verify_by_openssl(target.getvalue(), command="smime") == DATA


@pytest.mark.peer("javac")
@pytest.mark.parametrize("size", [None, len(DATA)])
def test_bouncycastle_verifies_streams(signer, bouncy, size):
    target = io.BytesIO()
    cms.sign_stream([DATA[:7], DATA[7:]], signer, target, size=size)

    assert bouncy.verify(target.getvalue()) == (1, DATA)


def test_cryptography_finds_the_certificates(signer, witness):
    blob = cms.sign(DATA, [signer, witness])

    found = pkcs7.load_der_pkcs7_certificates(blob)

    assert {one.public_bytes(serialization.Encoding.DER) for one in found} == {
        signer.certificate.der,
        witness.certificate.der,
    }


def test_asn1crypto_reads_the_same_parts(signer):
    library = pytest.importorskip("asn1crypto.cms", reason="asn1crypto is not installed")
    for profile, detached in OURS[::7]:
        blob = cms.sign(DATA, signer, profile=profile, detached=detached)
        content = library.ContentInfo.load(blob, strict=True)["content"]

        assert content["encap_content_info"]["content"].native == (None if detached else DATA)
        (info,) = content["signer_infos"]
        assert info["digest_algorithm"]["algorithm"].native == profile.digest
        assert len(info["signed_attrs"]) == (3 if profile.attributes else 0)
        assert content.dump(force=True) == content.dump()


# Others sign.


@pytest.mark.peer("openssl")
@pytest.mark.parametrize(
    ("digest", "detached"),
    [*((digest, False) for digest in ("sha1", "sha224", *DIGESTS)), ("sha256", True)],
)
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-noattr",),
        ("-keyid",),
        ("-keyopt", "rsa_padding_mode:pss"),
        ("-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:11", "-noattr"),
        ("-signer", "two.pem", "-inkey", "two.key"),
        ("-cades",),
    ],
    ids="-".join,
)
def test_kcert_verifies_what_openssl_signs(signer, files, openssl, digest, detached, options):
    blob = openssl(
        *("cms", "-sign", "-binary", "-md", digest, "-in", "data", "-outform", "DER"),
        *("-signer", "one.pem", "-inkey", "one.key"),
        *(() if detached else ("-nodetach",)),
        *options,
    )

    message = cms.verify(blob, DATA if detached else None)

    assert message.content == DATA
    assert message.signer(signer.certificate).digest == digest
    assert len(message.signers) == (2 if "two.pem" in options else 1)
    if not detached:
        target = io.BytesIO()
        cms.verify_stream([blob], target)
        assert target.getvalue() == DATA
    with pytest.raises(SignatureError):
        cms.verify(blob, DATA + b"!")


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("command", ["cms", "smime"])
def test_kcert_verifies_ber_streams_and_pem_of_openssl(files, openssl, command):
    for form in ("DER", "PEM"):
        blob = openssl(
            *(command, "-sign", "-binary", "-nodetach", "-stream", "-in", "data"),
            *("-outform", form, "-signer", "one.pem", "-inkey", "one.key"),
        )
        assert cms.verify(blob).content == DATA


@pytest.mark.peer("javac")
@pytest.mark.parametrize(
    "algorithms",
    [
        "SHA1withRSA",
        *(f"SHA{size}withRSA{mask}" for size in (256, 384, 512) for mask in ("", "andMGF1")),
        "SHA256withRSA,SHA512withRSAandMGF1",
    ],
)
def test_kcert_verifies_what_bouncycastle_signs(signer, bouncy, algorithms):
    for direct, detached, form in product(("", "direct"), ("", "detached"), ("", "der")):
        blob = bouncy.sign(signer, algorithms, f"{direct} {detached} {form}")

        message = cms.verify(blob, DATA if detached else None)

        assert message.content == DATA
        assert len(message.signers) == algorithms.count(",") + 1
        assert all(one.has_signed_attributes != bool(direct) for one in message.signers)


@pytest.mark.parametrize("digest", ["SHA224", "SHA256", "SHA384", "SHA512"])
@pytest.mark.parametrize("pss", BOTH)
def test_kcert_verifies_what_cryptography_signs(signer, digest, pss):
    algorithm = getattr(hashes, digest)()
    shape = paddings.PSS(paddings.MGF1(algorithm), paddings.PSS.DIGEST_LENGTH) if pss else None
    certificate = signer.certificate.to_cryptography()
    options = pkcs7.PKCS7Options
    for chosen in (
        [options.Binary],
        [options.Binary, options.NoCapabilities],
        [options.Binary, options.NoAttributes],
        [options.Binary, options.DetachedSignature],
        [options.Binary, options.DetachedSignature, options.NoCerts],
    ):
        builder = pkcs7.PKCS7SignatureBuilder().set_data(DATA)
        builder = builder.add_signer(
            certificate, signer.to_cryptography(), algorithm, rsa_padding=shape
        )
        for form in (serialization.Encoding.DER, serialization.Encoding.PEM):
            message = cms.verify(
                builder.sign(form, chosen), DATA, certificates=[signer.certificate]
            )

            assert message.content == DATA
            assert message.signers[0].digest == digest.lower()
            assert message.signers[0].padding is (Padding.PSS if pss else Padding.PKCS1V15)


# Time stamps.


TSA = """
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.410.200004.2.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500
clock_precision_digits = 3
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""


@pytest.fixture
def openssl_stamper(tmp_path, openssl):
    """The authority `openssl ts -reply`: a transport that goes nowhere."""
    usage = Extension("2.5.29.37", bytes.fromhex("300a06082b06010505070308"), critical=True)
    tsa = opened(
        "yessign",
        fresh_key=True,
        adjust=lambda template: evolve(template, extensions=(*template.extensions, usage)),
    )
    (tmp_path / "tsa.key").write_bytes(key_pem(tsa))
    (tmp_path / "tsa.pem").write_text(tsa.certificate.to_pem())

    def make(ess: str = "sha256"):
        (tmp_path / "ts.cnf").write_text(TSA.format(folder=tmp_path, ess=ess))

        def reply(request: bytes) -> bytes:
            (tmp_path / "query").write_bytes(request)
            return openssl(
                *("ts", "-reply", "-config", "ts.cnf", "-queryfile", "query"),
                *("-signer", "tsa.pem", "-inkey", "tsa.key"),
            )

        reply.certificate = tsa.certificate
        return reply

    return make


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("ess", ["sha1", "sha256", "sha512"])
def test_kcert_asks_openssl_for_time_stamps(openssl_stamper, ess):
    reply = openssl_stamper(ess)

    stamp = cms.time_stamp(DATA, reply)

    assert stamp.certificate == reply.certificate
    assert stamp.accuracy == pytest.approx(1.5)
    assert cms.verify_time_stamp(stamp.token, DATA) == stamp
    with clear_error(SignatureError):
        cms.verify_time_stamp(stamp.token, DATA + b"!")


@pytest.mark.peer("openssl")
def test_openssl_refuses_what_it_does_not_do_and_kcert_says_so(openssl_stamper):
    with clear_error(AuthorityError) as caught:
        cms.time_stamp(DATA, openssl_stamper(), digest="sha384")

    assert caught.error.failure == ("badAlg",)


@pytest.mark.peer("openssl")
def test_openssl_verifies_the_stamped_message_and_its_token(
    openssl_stamper, openssl, signer, verify_by_openssl, tmp_path
):
    reply = openssl_stamper()
    blob = cms.add_time_stamp(cms.sign(DATA, signer), reply)

    (found,) = cms.verify(blob).signers
    assert found.time_stamp.certificate == reply.certificate
    assert verify_by_openssl(blob) == DATA
    (tmp_path / "token").write_bytes(cms.time_stamp(DATA, reply).token)
    shown = openssl("ts", "-reply", "-in", "token", "-token_in", "-text")
    assert b"1.2.410.200004.2.1" in shown
