# SPDX-License-Identifier: Apache-2.0
"""Validating leaf to root offline: an issuing authority of the Korean kind, RSA-2048."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from attrs import evolve, frozen
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kcert import Certificate, TrustStore
from kcert.testing import FakeAuthority
from kcert.testing.template import CertificateTemplate, Extension

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Table

AT = datetime(2026, 6, 1, tzinfo=UTC)
ROUNDS = 500
SUBJECT_ALT_NAME = "2.5.29.17"


@frozen
class Chain:
    root: Certificate
    authority: Certificate
    leaf: Certificate


@pytest.fixture(scope="module")
def chain() -> Chain:
    house = FakeAuthority("yessign", at=AT)
    leaf = house.issue("홍길동").certificate
    return Chain(house.root.certificate, house.certificate, leaf)


@pytest.fixture(scope="module")
def plain_chain() -> Chain:
    """The same without subjectAltName: pyhanko-certvalidator cannot read the VID in it."""
    house = FakeAuthority("yessign", at=AT)
    above = house.certificate
    template = CertificateTemplate(
        serial_number=above.serial_number,
        issuer=above.issuer.der,
        subject=above.subject.der,
        not_before=above.validity.not_before,
        not_after=above.validity.not_after,
        public_key_info=above.public_key_info,
        extensions=tuple(
            Extension(extension.oid, extension.value, extension.critical)
            for extension in above.extensions
            if extension.oid != SUBJECT_ALT_NAME
        ),
    )
    authority = house.root.sign(template)
    leaf = house.issue(
        "홍길동", adjust=lambda t: evolve(t, extensions=t.without(SUBJECT_ALT_NAME))
    ).certificate
    return Chain(house.root.certificate, authority, leaf)


def test_raw_signatures(measure: Callable[..., None], chain: Chain) -> None:
    pairs = [
        (chain.root.public_key(), chain.authority),
        (chain.authority.public_key(), chain.leaf),
    ]

    def floor() -> None:
        for key, signed in pairs:
            key.verify(signed.signature, signed.tbs, padding.PKCS1v15(), hashes.SHA256())

    measure("two signature checks", floor, rounds=ROUNDS)


def test_verify(measure: Callable[..., None], chain: Chain, table: Table) -> None:
    trust = TrustStore([chain.root])

    def verify() -> None:
        trust.verify(chain.leaf, AT, intermediates=[chain.authority])

    measure("verify leaf to root", verify, rounds=ROUNDS)
    table.ratio("verify leaf to root", "two signature checks", at_most=3)


def test_pyhanko(measure: Callable[..., None], plain_chain: Chain, table: Table) -> None:
    validator = pytest.importorskip(
        "pyhanko_certvalidator", reason="pyhanko-certvalidator is not installed"
    )
    from asn1crypto import x509

    trust = TrustStore([plain_chain.root])

    def ours() -> None:
        # Read anew, as the other side does: it keeps what it has parsed on its own objects.
        leaf, authority = map(Certificate.load, (plain_chain.leaf.der, plain_chain.authority.der))
        trust.verify(leaf, AT, intermediates=[authority])

    def theirs() -> None:
        root, authority, leaf = (
            x509.Certificate.load(item.der)
            for item in (plain_chain.root, plain_chain.authority, plain_chain.leaf)
        )
        context = validator.ValidationContext(
            trust_roots=[root], moment=AT, allow_fetching=False, revocation_mode="soft-fail"
        )
        asyncio.run(
            validator.CertificateValidator(
                leaf, intermediate_certs=[authority], validation_context=context
            ).async_validate_path()
        )

    measure("read and verify", ours, rounds=ROUNDS // 5)
    table.time("read and verify by pyhanko-certvalidator", theirs, rounds=ROUNDS // 20)
    table.ratio("read and verify by pyhanko-certvalidator", "read and verify", at_least=10)
