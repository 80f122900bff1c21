# SPDX-License-Identifier: Apache-2.0
"""The structures of PKCS#12 (RFC 7292 section 4 and appendix D, RFC 9579).

They are read from DER: where a file is BER, each level has gone through `kcert._asn1.ber.to_der`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import der, encode, oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.ber import implicit_octets, to_der
from kcert._asn1.der import Reader
from kcert._asn1.pkcs5 import read_iterations
from kcert.errors import UnsupportedAlgorithmError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "PFX",
    "BagAttribute",
    "EncryptedData",
    "MacData",
    "OtherPart",
    "SafeBag",
    "encode_attribute",
    "encode_safe_bag",
    "encrypted_content",
    "plain_content",
    "read_authenticated_safe",
    "read_cert_bag",
    "read_safe_contents",
    "safe_contents",
]

_FORMAT: Final = "PKCS#12 file"
_VERSION: Final = 3


@frozen
class MacData:
    """MacData (RFC 7292 appendix D): the digest, its salt and rounds.

    In a file with PBMAC1 (RFC 9579) the algorithm carries salt and rounds of its own.
    """

    algorithm: AlgorithmIdentifier
    digest: bytes
    salt: bytes
    iterations: int

    @classmethod
    def read(cls, reader: Reader) -> MacData:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is not a MacData.
            LimitError: The iteration count has more than 63 bits.
        """
        inner = reader.sequence()
        digest_info = inner.sequence()
        algorithm = AlgorithmIdentifier.read(digest_info)
        digest = digest_info.octet_string()
        digest_info.finish()
        salt = inner.octet_string()
        iterations = 1 if inner.at_end else read_iterations(inner)
        inner.finish()
        return cls(algorithm, digest, salt, iterations)

    def encode(self) -> bytes:
        """The DER encoding; the default of one round is left out, as DER demands."""
        return encode.sequence(
            encode.sequence(self.algorithm.encode(), encode.octet_string(self.digest)),
            encode.octet_string(self.salt),
            b"" if self.iterations == 1 else encode.integer(self.iterations),
        )


@frozen
class PFX:
    """PFX (RFC 7292 section 4): the content, still encoded, and the MAC over it."""

    auth_safe: bytes = field(repr=False)
    mac_data: MacData | None

    @classmethod
    def read(cls, data: bytes) -> PFX:
        """Read a whole file, BER or DER.

        Raises:
            FormatError: It is not a PFX of version 3, is cut, or goes on after its end.
            LimitError: It is nested too deeply, or a number is too large.
            UnsupportedAlgorithmError: It is signed instead of protected by a password.
        """
        outer = Reader(to_der(data, _FORMAT), _FORMAT)
        inner = outer.sequence()
        outer.finish()
        if inner.integer() != _VERSION:
            raise inner.fail("version is not 3", reason_ko="버전이 3이 아닙니다")
        content_type, content = _read_content_info(inner)
        if content_type == oids.PKCS7_SIGNED_DATA:
            raise UnsupportedAlgorithmError(
                content_type,
                oids.name_of(content_type),
                use="PKCS#12 integrity",
                hint="export it again with a password",
                hint_ko="비밀번호 방식으로 다시 내보내십시오",
            )
        if content_type != oids.PKCS7_DATA or content is None:
            raise inner.fail("authSafe has no data", reason_ko="내용(authSafe)이 없습니다")
        auth_safe = content.octet_string()
        content.finish()
        mac_data = None if inner.at_end else MacData.read(inner)
        inner.finish()
        return cls(auth_safe, mac_data)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            encode.integer(_VERSION),
            plain_content(self.auth_safe),
            b"" if self.mac_data is None else self.mac_data.encode(),
        )


@frozen
class EncryptedData:
    """EncryptedData (RFC 5652 section 8) of an authenticated safe."""

    algorithm: AlgorithmIdentifier
    encrypted_content: bytes = field(repr=False)


@frozen
class OtherPart:
    """A part of an authenticated safe that no password opens, for example an EnvelopedData."""

    content_type: str


@frozen
class BagAttribute:
    """One attribute of a bag; its values are encoded."""

    oid: str
    values: tuple[bytes, ...]


@frozen
class SafeBag:
    """SafeBag (RFC 7292 section 4.2): a type, its value, encoded, and attributes."""

    oid: str
    value: bytes = field(repr=False)
    attributes: tuple[BagAttribute, ...]


def _read_content_info(reader: Reader) -> tuple[str, Reader | None]:
    info = reader.sequence()
    content_type = info.oid()
    content = info.enter_optional(der.context(0))
    info.finish()
    return content_type, content


def read_authenticated_safe(data: bytes) -> tuple[bytes | EncryptedData | OtherPart, ...]:
    """Read an AuthenticatedSafe: each part is a SafeContents, encoded, in the clear or encrypted.

    Raises:
        FormatError: It is not one.
    """
    outer = Reader(to_der(data, _FORMAT), "authSafe")
    inner = outer.sequence()
    outer.finish()
    parts: list[bytes | EncryptedData | OtherPart] = []
    while not inner.at_end:
        content_type, content = _read_content_info(inner)
        if content_type not in (oids.PKCS7_DATA, oids.PKCS7_ENCRYPTED_DATA):
            parts.append(OtherPart(content_type))
            continue
        if content is None:
            raise inner.fail("a part has no content", reason_ko="내용이 없는 부분이 있습니다")
        if content_type == oids.PKCS7_DATA:
            parts.append(content.octet_string())
        else:
            parts.append(_read_encrypted_data(content))
        content.finish()
    return tuple(parts)


def _read_encrypted_data(reader: Reader) -> EncryptedData:
    inner = reader.sequence()
    if inner.integer() not in (0, 2):
        raise inner.fail("EncryptedData version is neither 0 nor 2")
    info = inner.sequence()
    if info.oid() != oids.PKCS7_DATA:
        raise info.fail("encrypted content is not data")
    algorithm = AlgorithmIdentifier.read(info)
    found = EncryptedData(algorithm, implicit_octets(info, 0))
    info.finish()
    if inner.peek() == der.context(1):
        inner.skip()
    inner.finish()
    return found


def read_safe_contents(data: bytes) -> tuple[SafeBag, ...]:
    """Read a SafeContents: bags in their order.

    Raises:
        FormatError: It is not one.
    """
    outer = Reader(to_der(data, _FORMAT), "SafeContents")
    inner = outer.sequence()
    outer.finish()
    bags: list[SafeBag] = []
    while not inner.at_end:
        bag = inner.sequence()
        oid = bag.oid()
        wrapper = bag.enter(der.context(0))
        value = wrapper.read_encoded()
        wrapper.finish()
        attributes = () if bag.at_end else _read_attributes(bag)
        bag.finish()
        bags.append(SafeBag(oid, value, attributes))
    return tuple(bags)


def _read_attributes(reader: Reader) -> tuple[BagAttribute, ...]:
    members = reader.set()
    attributes: list[BagAttribute] = []
    while not members.at_end:
        entry = members.sequence()
        oid = entry.oid()
        values = entry.set()
        entry.finish()
        found: list[bytes] = []
        while not values.at_end:
            found.append(values.read_encoded())
        attributes.append(BagAttribute(oid, tuple(found)))
    return tuple(attributes)


def read_cert_bag(value: bytes) -> tuple[str, bytes]:
    """Type and content of a CertBag or CRLBag (RFC 7292 sections 4.2.3 and 4.2.4).

    Raises:
        FormatError: It is not one.
    """
    outer = Reader(value, "CertBag")
    inner = outer.sequence()
    outer.finish()
    oid = inner.oid()
    wrapper = inner.enter(der.context(0))
    content = wrapper.octet_string()
    wrapper.finish()
    inner.finish()
    return oid, content


def encode_attribute(attribute: BagAttribute) -> bytes:
    """The DER encoding of an attribute."""
    return encode.sequence(encode.oid(attribute.oid), encode.set_of(attribute.values))


def encode_safe_bag(oid: str, value: bytes, attributes: Iterable[BagAttribute] = ()) -> bytes:
    """The DER encoding of a SafeBag; an empty set of attributes is left out."""
    encoded = [encode_attribute(attribute) for attribute in attributes]
    return encode.sequence(
        encode.oid(oid), encode.context(0, value), encode.set_of(encoded) if encoded else b""
    )


def safe_contents(bags: Iterable[bytes]) -> bytes:
    """A SafeContents, and likewise an AuthenticatedSafe, of encoded members."""
    return encode.sequence(*bags)


def plain_content(data: bytes) -> bytes:
    """A ContentInfo of type data."""
    return encode.sequence(
        encode.oid(oids.PKCS7_DATA), encode.context(0, encode.octet_string(data))
    )


def encrypted_content(found: EncryptedData) -> bytes:
    """A ContentInfo of type encryptedData."""
    info = encode.sequence(
        encode.oid(oids.PKCS7_DATA),
        found.algorithm.encode(),
        encode.context(0, found.encrypted_content, constructed=False),
    )
    return encode.sequence(
        encode.oid(oids.PKCS7_ENCRYPTED_DATA),
        encode.context(0, encode.sequence(encode.integer(0), info)),
    )
