# SPDX-License-Identifier: Apache-2.0
"""NIST PKITS with revocation: from given lists, and again through the fetcher."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from kcert import KcertError, TrustStore, Weakness
from kcert.certificate import Certificate
from kcert.errors import UnavailableError
from kcert.testing import assert_clear_error
from kcert.trust import CertificateRevocationList, PathInputs, Revocation, RevocationSources

AT = datetime(2022, 5, 1, tzinfo=UTC)
FOLDER = Path(os.environ.get("KCERT_TEST_DATA", "/nonexistent")) / "vectors" / "pkits"
TABLE = FOLDER / "pkits.json"
CASES = json.loads(TABLE.read_text("utf-8")) if TABLE.exists() else []
REVOCABLE = [case for case in CASES if case.get("revocation", True)]
INPUTS = {
    "initial_explicit_policy": "explicit_policy",
    "initial_policy_mapping_inhibit": "inhibit_policy_mapping",
    "initial_any_policy_inhibit": "inhibit_any_policy",
}
DIRECTORY = "ldap://directory.invalid"


@cache
def certificate(name: str) -> Certificate:
    return Certificate.load((FOLDER / "certs" / name).read_bytes())


@cache
def crl(name: str) -> CertificateRevocationList:
    return CertificateRevocationList.load((FOLDER / "crls" / name).read_bytes())


def lists_of(case: dict) -> list[CertificateRevocationList]:
    return [crl(name) for name in ("TrustAnchorRootCRL.crl", *case.get("crls", ()))]


class Directory:
    """Answers as a directory of the case's lists: by the entry of their issuer or their point."""

    def __init__(self, lists: list[CertificateRevocationList]) -> None:
        self.entries: dict[str, list[bytes]] = {}
        self.asked: list[str] = []
        for found in lists:
            names = {found.issuer.rfc4514()}
            point = found.scope.name
            if point is not None:
                point = point.below(found.issuer.der)
                names |= {type(found.issuer).load(name).rfc4514() for name in point.directory_names}
            for name in names:
                self.entries.setdefault(name.casefold(), []).append(found.der)

    def get(self, url: str) -> tuple[bytes, ...]:
        self.asked.append(url)
        entry = unquote(url.removeprefix(DIRECTORY + "/").partition("?")[0]).casefold()
        if entry not in self.entries:
            raise UnavailableError("no such entry", backend="ldap")
        return tuple(self.entries[entry])

    def post(self, url: str, body: bytes, *, content_type: str) -> bytes:
        raise AssertionError("there is no OCSP in PKITS")


def run(case: dict, sources: RevocationSources) -> None:
    params = case.get("params", {})
    inputs = {INPUTS[name]: value for name, value in params.items() if name in INPUTS}
    if "user_initial_policy_set" in params:
        inputs["policies"] = frozenset(params["user_initial_policy_set"])
    names = case.get("path_intermediates") or case.get("other_certs", ())
    TrustStore([certificate("TrustAnchorRootCertificate.crt")]).verify(
        certificate(case["cert"]),
        AT,
        intermediates=[certificate(name) for name in names],
        revocation=Revocation.REQUIRE if case.get("revocation", True) else Revocation.SKIP,
        checker=sources,
        allow_weak=Weakness,
        inputs=PathInputs(**inputs),
    )


def agrees(case: dict, sources: RevocationSources) -> None:
    if "error" not in case:
        run(case, sources)
        return
    with pytest.raises(KcertError) as caught:
        run(case, sources)
    assert_clear_error(caught.value, KcertError)


def name_of(case: dict) -> str:
    return f"{case['id']}-{case['name']}"


def test_all_cases_are_there(shared_data):
    assert len(CASES) == 246
    assert len(REVOCABLE) > 150


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_v3_every_case_agrees_from_given_lists(case):
    agrees(case, RevocationSources(crls=lists_of(case)))


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_v3_every_case_agrees_through_the_fetcher(case):
    directory = Directory(lists_of(case))
    agrees(case, RevocationSources(fetcher=directory, directories=[DIRECTORY]))


@pytest.mark.parametrize("case", CASES[:1], ids=name_of)
def test_v4_a_list_with_an_unknown_critical_extension_is_refused_by_its_name(case):
    case = next(case for case in CASES if case["id"] == "40409")
    with pytest.raises(KcertError, match=r"2\.16\.840\.1\.101\.2\.1\.12\.2"):
        run(case, RevocationSources(crls=lists_of(case)))


@pytest.mark.parametrize("number", ["41501", "41502", "41508"])
def test_v4_a_delta_list_alone_says_nothing(number, shared_data):
    case = next(case for case in CASES if case["id"] == number)
    lists = [
        found for found in lists_of(case) if found.is_delta or "Anchor" in found.issuer.rfc4514()
    ]
    assert any(found.is_delta for found in lists)
    with pytest.raises(KcertError):
        run(case, RevocationSources(crls=lists))
