# SPDX-License-Identifier: Apache-2.0
"""Generated lists and OCSP answers over generated chains: other programs give kcert's verdict.

`openssl verify -crl_check_all` for lists, pyhanko-certvalidator for lists and answers. There is no
table of differences: with the same evidence, at the same moment, there were none.
"""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve, frozen
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from kcert import KcertError, TrustStore
from kcert._asn1 import encode
from kcert.testing import FakeAuthority, Revoked
from kcert.testing.extensions import authority_information_access
from kcert.testing.ocsp import Responder
from kcert.testing.template import Extension
from kcert.trust import Revocation, RevocationSources

FULL = os.environ.get("KCERT_TEST_FULL") == "1"
DAY = timedelta(days=1)
OCSP_SIGNING, NO_CHECK = "1.3.6.1.5.5.7.3.9", "1.3.6.1.5.5.7.48.1.5"
# Never asked: the answers are given. Without it pyhanko-certvalidator takes no answer.
URL = "http://ocsp.example/"
REASONS = [None, "keyCompromise", "certificateHold", "removeFromCRL"]


@frozen
class Listed:
    """One authority's list: what it says of the certificate below, and what is odd about it."""

    revoked: bool = False
    reason: str | None = None
    age: int = 1
    lifetime: int = 7
    missing: bool = False
    forged: bool = False
    only: str | None = None


rarely = st.sampled_from([False] * 7 + [True])
lists = st.builds(
    Listed,
    revoked=st.sampled_from([False, False, False, True]),
    reason=st.sampled_from(REASONS),
    age=st.sampled_from([1, 1, 1, 5, 9, -1]),
    lifetime=st.sampled_from([7, 7, 30]),
    missing=rarely,
    forged=rarely,
    only=st.sampled_from([None, None, None, "user", "authority", "attribute"]),
)


@frozen
class Answer:
    """What a responder says of a certificate, who it is, and what is odd about it."""

    status: str = "good"
    reason: str | None = "keyCompromise"
    age: int = 1
    lifetime: int | None = 7
    missing: bool = False
    forged: bool = False
    by: str = "issuer"


answers = st.builds(
    Answer,
    status=st.sampled_from(["good"] * 6 + ["revoked", "unknown"]),
    reason=st.sampled_from([None, "keyCompromise", "certificateHold"]),
    age=st.sampled_from([1, 1, 1, 5, 9, -1]),
    lifetime=st.sampled_from([7, 7, 30, None]),
    missing=rarely,
    forged=rarely,
    by=st.sampled_from(["issuer"] * 4 + ["delegate"] * 4 + ["no purpose", "stranger"]),
)


def ask_openssl(at, root, chain, leaf, crls: list[bytes]) -> bool:
    with TemporaryDirectory() as folder:
        files = {name: Path(folder) / name for name in ("root", "chain", "leaf", "crls")}
        for name, entities in (("root", [root]), ("chain", chain), ("leaf", [leaf])):
            files[name].write_text("".join(one.certificate.to_pem() for one in entities))
        blocks = (base64.encodebytes(crl).decode() for crl in crls)
        files["crls"].write_text(
            "".join(f"-----BEGIN X509 CRL-----\n{one}-----END X509 CRL-----\n" for one in blocks)
        )
        command = ["openssl", "verify", "-CAfile", str(files["root"]), "-no-CApath", "-no-CAstore"]
        command += ["-attime", str(int(at.timestamp())), "-crl_check_all"]
        command += ["-untrusted", str(files["chain"])] if chain else []
        command += ["-CRLfile", str(files["crls"])] if crls else []
        done = subprocess.run([*command, str(files["leaf"])], capture_output=True, check=False)
    return done.returncode == 0


def ask_kcert(at, root, chain, leaf, crls: list[bytes], responses: list[bytes] = ()) -> bool:
    try:
        TrustStore([root.certificate]).verify(
            leaf.certificate,
            at,
            intermediates=[one.certificate for one in chain],
            revocation=Revocation.REQUIRE,
            checker=RevocationSources(crls=crls, ocsp_responses=responses),
        )
    except KcertError:
        return False
    return True


def ask_pyhanko(at, root, chain, leaf, crls: list[bytes], responses: list[bytes] = ()) -> bool:
    from asn1crypto import x509
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

    def load(entity):
        return x509.Certificate.load(entity.certificate.der)

    context = ValidationContext(
        trust_roots=[load(root)],
        moment=at,
        allow_fetching=False,
        revocation_mode="require",
        crls=crls,
        ocsps=list(responses),
        time_tolerance=timedelta(0),
    )
    validator = CertificateValidator(
        load(leaf),
        intermediate_certs=[load(entity) for entity in chain],
        validation_context=context,
    )
    try:
        asyncio.run(validator.async_validate_path())
    except (PathBuildingError, ValidationError):
        return False
    return True


CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def chain_of(make, length: int, *extensions):
    """A root, authorities below it and a leaf: authorities, and what each of them issued."""
    entities = [make.issue("Revoking root")]
    for number in range(1, length):
        entities.append(make.issue(f"Revoking {number}", entities[-1], extensions=extensions))
    leaf = make.issue("Leaf", entities[-1], ca=False, extensions=extensions)
    return entities, [*entities[1:], leaf]


def responder_of(make, authority, facts: Answer) -> Responder:
    """Who answers for an authority: itself, or somebody whom it certified for that, or did not."""
    if facts.by == "issuer":
        key, certificate = authority.key, authority.certificate
    else:
        purposes = (make.extended_key_usage(OCSP_SIGNING), Extension(NO_CHECK, encode.null()))
        extensions = () if facts.by == "no purpose" else purposes
        above = make.issue("Stranger root") if facts.by == "stranger" else authority
        other = make.issue(f"Responder, {facts.by}", above, ca=False, extensions=extensions)
        key, certificate = other.key, other.certificate
    return Responder(make.key("stranger") if facts.forged else key, certificate)


def answer(make, authority, certificate, facts: Answer) -> bytes:
    """One responder's answer about a certificate."""
    at = make.AT - facts.age * DAY
    return FakeAuthority(at=make.AT).ocsp_response(
        certificate.certificate,
        status=facts.status,
        reason=facts.reason,
        revoked_at=at - 30 * DAY,
        at=at,
        next_update=None if facts.lifetime is None else at + facts.lifetime * DAY,
        without_next_update=facts.lifetime is None,
        responder=responder_of(make, authority, facts),
        issuer=authority.certificate,
    )


def written(make, authority, certificate, facts: Listed) -> bytes:
    """One authority's list."""
    at = make.AT - facts.age * DAY
    entry = Revoked(certificate.certificate.serial_number, date=at - 30 * DAY, reason=facts.reason)
    return FakeAuthority(at=make.AT).crl(
        [entry] if facts.revoked else [],
        key=make.key("stranger") if facts.forged else authority.key,
        issuer=authority.subject,
        at=at,
        next_update=at + facts.lifetime * DAY,
        only=facts.only,
    )


@pytest.mark.peer("openssl")
@settings(max_examples=1000 if FULL else 80, suppress_health_check=CHECKS)
@given(st.lists(lists, min_size=1, max_size=3))
def test_openssl_gives_the_same_verdict_on_revocation(make, listed):
    entities, below = chain_of(make, len(listed))
    if len(listed) == 1 and listed[0].only == "user":
        # OpenSSL asks about the root itself as well, whose list this is not.
        listed = [evolve(listed[0], only=None)]
    crls = [
        written(make, *about)
        for about in zip(entities, below, listed, strict=True)
        if not about[2].missing
    ]
    parts = make.AT, entities[0], entities[1:], below[-1], crls
    ours = ask_kcert(*parts)
    event("valid" if ours else "invalid")
    assert ours == ask_openssl(*parts)


@settings(max_examples=1000 if FULL else 80, suppress_health_check=CHECKS)
@given(st.lists(lists, min_size=1, max_size=3))
def test_pyhanko_gives_the_same_verdict_on_lists(make, listed):
    pytest.importorskip("pyhanko_certvalidator", reason="pyhanko-certvalidator is not installed")
    entities, below = chain_of(make, len(listed))
    crls = [
        written(make, *about)
        for about in zip(entities, below, listed, strict=True)
        if not about[2].missing
    ]
    parts = make.AT, entities[0], entities[1:], below[-1], crls
    ours = ask_kcert(*parts)
    event("valid" if ours else "invalid")
    assert ours == ask_pyhanko(*parts)


@settings(max_examples=1000 if FULL else 80, suppress_health_check=CHECKS)
@given(st.lists(answers, min_size=1, max_size=3))
def test_pyhanko_gives_the_same_verdict_on_answers(make, answered):
    pytest.importorskip("pyhanko_certvalidator", reason="pyhanko-certvalidator is not installed")
    entities, below = chain_of(make, len(answered), authority_information_access(URL))
    responses = [
        answer(make, *about)
        for about in zip(entities, below, answered, strict=True)
        if not about[2].missing
    ]
    parts = make.AT, entities[0], entities[1:], below[-1], [], responses
    ours = ask_kcert(*parts)
    event("valid" if ours else "invalid")
    assert ours == ask_pyhanko(*parts)
