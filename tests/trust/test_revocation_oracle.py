# SPDX-License-Identifier: Apache-2.0
"""Generated lists over generated chains: `openssl verify -crl_check_all` gives kcert's verdict."""

from __future__ import annotations

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
from kcert.testing import FakeAuthority, Revoked
from kcert.trust import Revocation, RevocationSources

FULL = os.environ.get("KCERT_TEST_FULL") == "1"
DAY = timedelta(days=1)
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


def ask_kcert(at, root, chain, leaf, crls: list[bytes]) -> bool:
    try:
        TrustStore([root.certificate]).verify(
            leaf.certificate,
            at,
            intermediates=[one.certificate for one in chain],
            revocation=Revocation.REQUIRE,
            checker=RevocationSources(crls=crls),
        )
    except KcertError:
        return False
    return True


@pytest.mark.peer("openssl")
@settings(
    max_examples=1000 if FULL else 80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(lists, min_size=1, max_size=3))
def test_openssl_gives_the_same_verdict_on_revocation(make, listed):
    root = make.issue("Revoking root")
    entities = [root]
    for number in range(1, len(listed)):
        entities.append(make.issue(f"Revoking {number}", entities[-1]))
    leaf = make.issue("Leaf", entities[-1], ca=False)
    below = [*entities[1:], leaf]
    crls = []
    if len(listed) == 1 and listed[0].only == "user":
        # OpenSSL asks about the root itself as well, whose list this is not.
        listed = [evolve(listed[0], only=None)]
    for authority, certificate, facts in zip(entities, below, listed, strict=True):
        at = make.AT - facts.age * DAY
        entry = Revoked(
            certificate.certificate.serial_number, date=at - 30 * DAY, reason=facts.reason
        )
        crl = FakeAuthority(at=make.AT).crl(
            [entry] if facts.revoked else [],
            key=make.key("stranger") if facts.forged else authority.key,
            issuer=authority.subject,
            at=at,
            next_update=at + facts.lifetime * DAY,
            only=facts.only,
        )
        crls += [] if facts.missing else [crl]

    ours = ask_kcert(make.AT, root, entities[1:], leaf, crls)
    event("valid" if ours else "invalid")
    assert ours == ask_openssl(make.AT, root, entities[1:], leaf, crls)
