# SPDX-License-Identifier: Apache-2.0
"""Hierarchies of any shape, made with `kcert.testing`."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest
from attrs import evolve, frozen

from kcert._asn1 import der, encode
from kcert.certificate import Certificate
from kcert.testing.extensions import (
    basic_constraints,
    certificate_policies,
    key_usage,
    subject_key_identifier,
)
from kcert.testing.keypool import FakeKey, shared_keys
from kcert.testing.template import CertificateTemplate, Extension, name

START = datetime(2020, 1, 1, tzinfo=UTC)
END = datetime(2040, 1, 1, tzinfo=UTC)
AT = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
ANY_POLICY = "2.5.29.32.0"
_serials = count(1)


def key(label: str, size: int = 2048) -> FakeKey:
    """The one key of a label in this process."""
    return shared_keys.key(f"trust {label}", size, ring=1)


def policies(*oids: str) -> Extension:
    """Several policies without qualifiers."""
    members = (encode.sequence(encode.oid(oid)) for oid in oids)
    return Extension("2.5.29.32", encode.sequence(*members), critical=True)


def policy_mappings(*pairs: tuple[str, str]) -> Extension:
    members = (encode.sequence(*map(encode.oid, pair)) for pair in pairs)
    return Extension("2.5.29.33", encode.sequence(*members), critical=True)


def policy_constraints(explicit: int | None = None, mapping: int | None = None) -> Extension:
    parts = (
        b"" if skip is None else encode.integer(skip, der.context(number, constructed=False))
        for number, skip in enumerate((explicit, mapping))
    )
    return Extension("2.5.29.36", encode.sequence(*parts), critical=True)


def inhibit_any_policy(skip: int) -> Extension:
    return Extension("2.5.29.54", encode.integer(skip), critical=True)


def general_name(form: int, content: bytes) -> bytes:
    return encode.context(form, content, constructed=form in (0, 3, 4, 5))


def alternative_names(*names: tuple[int, bytes]) -> Extension:
    return Extension("2.5.29.17", encode.sequence(*(general_name(*one) for one in names)))


def name_constraints(
    permitted: tuple[tuple[int, bytes], ...] = (),
    excluded: tuple[tuple[int, bytes], ...] = (),
    *,
    critical: bool = True,
) -> Extension:
    sides = (
        encode.context(number, b"".join(encode.sequence(general_name(*one)) for one in bases))
        for number, bases in enumerate((permitted, excluded))
        if bases
    )
    return Extension("2.5.29.30", encode.sequence(*sides), critical=critical)


def extended_key_usage(*purposes: str) -> Extension:
    return Extension("2.5.29.37", encode.sequence(*map(encode.oid, purposes)), critical=True)


@frozen
class Entity:
    """Somebody with a key and a certificate."""

    key: FakeKey
    template: CertificateTemplate
    certificate: Certificate

    @property
    def subject(self) -> bytes:
        return self.template.subject


def dn(common_name: str, *more: tuple[str, str]) -> bytes:
    return name(("C", "KR"), ("O", "kcert Test"), *more, ("CN", common_name))


def issue(
    common_name: str | bytes,
    issuer: Entity | None = None,
    *,
    ca: bool = True,
    path_length: int | None = None,
    extensions: tuple[Extension, ...] = (),
    not_before: datetime = START,
    not_after: datetime = END,
    key_label: str | None = None,
    key_size: int = 2048,
    usage: tuple[str, ...] | None = ("keyCertSign", "cRLSign"),
    **changes: object,
) -> Entity:
    """A certificate for a name, issued by somebody, or by itself.

    Args:
        common_name: CN, or a whole name in DER.
        changes: Fields of the template to set otherwise.
    """
    subject = common_name if isinstance(common_name, bytes) else dn(common_name)
    own = key(key_label or str(common_name), key_size)
    usage = usage if ca or usage is None else ("digitalSignature", "nonRepudiation")
    template = CertificateTemplate(
        serial_number=next(_serials),
        issuer=issuer.subject if issuer else subject,
        subject=subject,
        not_before=not_before,
        not_after=not_after,
        public_key_info=own.public_key_info,
        extensions=(
            subject_key_identifier(own),
            *((basic_constraints(path_length),) if ca else ()),
            *((key_usage(*usage),) if usage else ()),
            *extensions,
        ),
    )
    template = evolve(template, **changes)
    signed = template.sign(issuer.key if issuer else own)
    return Entity(own, template, Certificate.load(signed))


class Make:
    """The functions above, for tests."""

    AT, START, END, ANY_POLICY = AT, START, END, ANY_POLICY
    issue = staticmethod(issue)
    key = staticmethod(key)
    dn = staticmethod(dn)
    policies = staticmethod(policies)
    certificate_policies = staticmethod(certificate_policies)
    policy_mappings = staticmethod(policy_mappings)
    policy_constraints = staticmethod(policy_constraints)
    inhibit_any_policy = staticmethod(inhibit_any_policy)
    name_constraints = staticmethod(name_constraints)
    alternative_names = staticmethod(alternative_names)
    extended_key_usage = staticmethod(extended_key_usage)
    Extension = Extension
    encode = encode


@pytest.fixture(scope="session")
def make() -> type[Make]:
    """Functions that make hierarchies."""
    return Make
