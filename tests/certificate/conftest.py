# SPDX-License-Identifier: Apache-2.0
"""Certificates put together from parts; nothing verifies their signatures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kcert._asn1 import der, encode

TYPES = {"C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3"}
# RSA-2048 with a modulus of ones: enough to be read.
RSA = encode.sequence(
    encode.sequence(encode.oid("1.2.840.113549.1.1.1"), encode.null()),
    encode.bit_string(encode.sequence(encode.integer((1 << 2048) - 1), encode.integer(65537))),
)
SHA256_WITH_RSA = encode.sequence(encode.oid("1.2.840.113549.1.1.11"), encode.null())


def build_name(*attributes: tuple[str, str]) -> bytes:
    return encode.sequence(
        *(
            encode.set_of(
                [encode.sequence(encode.oid(TYPES.get(kind, kind)), encode.utf8_string(value))]
            )
            for kind, value in attributes
        )
    )


def build_extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = encode.boolean(True) if critical else b""
    return encode.sequence(encode.oid(oid), flag, encode.octet_string(value))


def build_certificate(
    *,
    policy: str | None = None,
    subject: bytes | None = None,
    issuer: bytes | None = None,
    extensions: tuple[bytes, ...] = (),
    not_before: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    not_after: datetime = datetime(2027, 1, 1, tzinfo=UTC),
    key: bytes = RSA,
    algorithm: bytes = SHA256_WITH_RSA,
    validity: bytes | None = None,
    version: bytes | None = None,
    serial: int = 1,
    tail: bytes = b"",
) -> bytes:
    if policy is not None:
        policies = encode.sequence(encode.sequence(encode.oid(policy)))
        extensions = (*extensions, build_extension("2.5.29.32", policies, critical=True))
    name = build_name(("C", "kr"), ("O", "demosign"), ("CN", "홍길동"))
    tbs = encode.sequence(
        encode.context(0, encode.integer(2)) if version is None else version,
        encode.integer(serial),
        algorithm,
        issuer or name,
        validity or encode.sequence(encode.time(not_before), encode.time(not_after)),
        subject or name,
        key,
        encode.context(3, encode.sequence(*extensions)) if extensions else b"",
        tail,
    )
    return encode.sequence(tbs, algorithm, encode.bit_string(bytes(256)))


def build_identity(inner: bytes) -> bytes:
    other_name = encode.context(0, encode.oid("1.2.410.200004.10.1.1") + encode.context(0, inner))
    return build_extension("2.5.29.17", encode.sequence(other_name))


class Build:
    """The functions above, for tests."""

    name = staticmethod(build_name)
    extension = staticmethod(build_extension)
    certificate = staticmethod(build_certificate)
    identity = staticmethod(build_identity)
    der = der
    encode = encode


@pytest.fixture(scope="session")
def build() -> type[Build]:
    """Functions that put certificates together."""
    return Build
