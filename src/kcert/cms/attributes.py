# SPDX-License-Identifier: Apache-2.0
"""Attributes of signers: the rules of RFC 5652 sections 5.3 and 11, and values read and written."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from kcert._asn1 import der, encode, oids, straight
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.cms import encode_attribute, load_attributes
from kcert._asn1.der import Reader
from kcert._asn1.signed_data import FORMAT
from kcert._asn1.times import read_time
from kcert.cms.algorithms import digest_name
from kcert.errors import FormatError, SignatureError
from kcert.keys import VidRandom

if TYPE_CHECKING:
    from datetime import datetime

    from kcert._asn1.cms import RawAttribute
    from kcert._asn1.signed_data import RawSignerInfo
    from kcert.certificate import Certificate

__all__ = [
    "SignedAttributes",
    "check_unsigned",
    "encode_random",
    "encode_signed_attributes",
    "read_random",
]

_SIGNED_ONLY = frozenset((oids.CONTENT_TYPE, oids.MESSAGE_DIGEST, oids.SIGNING_TIME))
# The value of nearly every contentType.
_DATA = (encode.oid(oids.PKCS7_DATA),)
_SHA256 = AlgorithmIdentifier(oids.SHA256)


def encode_signed_attributes(
    digest: bytes, *, content_type: str | None, signing_time: datetime
) -> bytes:
    """contentType, signingTime and messageDigest one after the other, in DER order.

    Args:
        digest: Hash of the content.
        content_type: Type of the content; ``None`` for a countersignature, which must not have it.
        signing_time: Aware.
    """
    attributes = [
        encode_attribute(oids.SIGNING_TIME, encode.time(signing_time)),
        encode_attribute(oids.MESSAGE_DIGEST, encode.octet_string(digest)),
    ]
    if content_type is not None:
        attributes.append(encode_attribute(oids.CONTENT_TYPE, encode.oid(content_type)))
    return b"".join(sorted(attributes))


def encode_random(random: bytes) -> bytes:
    """The unsigned attribute with R; its octets end the attribute."""
    return encode_attribute(oids.YESSIGN_RANDOM, encode.octet_string(random))


def check_unsigned(attributes: tuple[RawAttribute, ...]) -> None:
    """What RFC 5652 section 11 wants signed is not among the unsigned attributes.

    Raises:
        SignatureError: It is.
    """
    for oid, _ in attributes:
        if oid in _SIGNED_ONLY:
            raise SignatureError(
                f"{oids.name_of(oid)} stands among the unsigned attributes",
                reason_ko=f"{oids.name_of(oid)} 속성이 서명되지 않았습니다",
            )


def read_random(attributes: tuple[RawAttribute, ...]) -> VidRandom | None:
    """R from the unsigned attributes: an OCTET STRING, or a BIT STRING as elsewhere.

    Raises:
        FormatError: It is there, but is not one value of that kind.
    """
    found = [values for oid, values in attributes if oid == oids.YESSIGN_RANDOM]
    if not found:
        return None
    if len(found) > 1 or len(found[0]) > 1:
        raise FormatError(FORMAT, "there is more than one R")
    reader = Reader(found[0][0], "R")
    if reader.peek() == der.BIT_STRING:
        octets, unused = reader.bit_string()
    else:
        octets, unused = reader.octet_string(), 0
    reader.finish()
    if unused or not octets:
        raise FormatError(FORMAT, "R is not a number of whole octets")
    return VidRandom(octets)


class SignedAttributes:
    """The signed attributes of one signer. None of them occurs twice.

    Raises:
        FormatError: They are malformed.
        SignatureError: One occurs twice, or one of those that RFC 5652 knows has several values.
    """

    __slots__ = ("_encoded", "_values", "all")

    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded
        self.all = load_attributes(encoded, FORMAT)
        self._values = dict(self.all)
        if len(self._values) != len(self.all):
            raise SignatureError(
                "a signed attribute occurs twice", reason_ko="서명 속성이 두 번 나옵니다"
            )

    def encodings(self) -> list[bytes]:
        """What may have been signed: the SET OF in DER, and as sent where that is not DER.

        RFC 5652 section 5.4 asks for DER; some programs sign what they send. Both hold the same
        attributes.
        """
        in_order = b"".join(sorted(self._members()))
        found = [encode.value(der.SET, in_order)]
        if in_order != self._encoded:
            found.append(encode.value(der.SET, self._encoded))
        return found

    def _members(self) -> list[bytes]:
        try:
            return straight.encoded(self._encoded, 0, len(self._encoded))
        except straight.Irregular:
            pass
        reader = Reader(self._encoded, FORMAT)
        members: list[bytes] = []
        while not reader.at_end:
            members.append(reader.read_encoded())
        return members

    def _only(self, oid: str) -> Reader | None:
        values = self._values.get(oid)
        if values is None:
            return None
        if len(values) != 1:
            raise SignatureError(
                f"signed attribute {oids.name_of(oid)} has {len(values)} values",
                reason_ko=f"서명 속성 {oids.name_of(oid)}의 값이 {len(values)}개입니다",
            )
        return Reader(values[0], FORMAT)

    def check_content_type(self, expected: str | None) -> None:
        """The type of the content is there and is that of the content; ``None``: it is not there.

        Raises:
            SignatureError: Otherwise.
        """
        if expected == oids.PKCS7_DATA and self._values.get(oids.CONTENT_TYPE) == _DATA:
            return
        reader = self._only(oids.CONTENT_TYPE)
        found = None
        if reader is not None:
            found = reader.oid()
            reader.finish()
        if found != expected:
            raise SignatureError(
                f"signed content type is {found or 'absent'}, the content's is {expected}",
                reason_ko=f"서명된 내용 형식은 {found or '없음'}, 내용의 형식은 {expected}입니다",
            )

    def check_digest(self, expected: bytes) -> None:
        """The digest of the content is there and right.

        Raises:
            SignatureError: Otherwise.
        """
        values = self._values.get(oids.MESSAGE_DIGEST, (b"",))
        if hmac.compare_digest(values[0], encode.octet_string(expected)) and len(values) == 1:
            return
        # What else there is, a reader says.
        reader = self._only(oids.MESSAGE_DIGEST)
        if reader is None:
            raise SignatureError(
                "the signed attributes have no messageDigest",
                reason_ko="서명 속성에 messageDigest가 없습니다",
            )
        found = reader.octet_string()
        reader.finish()
        if not hmac.compare_digest(found, expected):
            raise SignatureError(
                "the content is not what was signed (its digest differs)",
                reason_ko="내용이 서명된 것과 다릅니다 (다이제스트 불일치)",
            )

    @property
    def signing_time(self) -> datetime | None:
        """signingTime, by the signer's clock.

        Raises:
            FormatError: It is not a time.
        """
        reader = self._only(oids.SIGNING_TIME)
        if reader is None:
            return None
        (value,) = self._values[oids.SIGNING_TIME]
        try:
            return straight.utc_time(value, 0, len(value))
        except straight.Irregular:
            pass
        moment = read_time(reader)
        reader.finish()
        return moment

    def check_algorithms(self, signer: RawSignerInfo) -> None:
        """The algorithms are those that were signed, where RFC 6211 protects them.

        Raises:
            SignatureError: They are others.
        """
        reader = self._only(oids.ALGORITHM_PROTECTION)
        if reader is None:
            return
        fields = reader.sequence()
        reader.finish()
        digest = AlgorithmIdentifier.read(fields)
        if fields.peek() != der.context(1):
            raise FormatError(FORMAT, "cmsAlgorithmProtection names no signature algorithm")
        # [1] IMPLICIT AlgorithmIdentifier
        signature = _read_fields(fields.enter(der.context(1)))
        fields.finish()
        if digest.oid != signer.digest_algorithm.oid or not _same(
            signature, signer.signature_algorithm
        ):
            raise SignatureError(
                "its algorithms are not those that were signed (RFC 6211)",
                reason_ko="서명된 알고리즘과 메시지의 알고리즘이 다릅니다 (RFC 6211)",
            )

    def check_certificate(self, certificate: Certificate) -> None:
        """The certificate is the one that was signed, where RFC 5035 protects it.

        Raises:
            SignatureError: It is another one.
        """
        for oid in (oids.SIGNING_CERTIFICATE, oids.SIGNING_CERTIFICATE_V2):
            reader = self._only(oid)
            if reader is None:
                continue
            fields = reader.sequence()
            reader.finish()
            first = fields.sequence().sequence()
            algorithm = AlgorithmIdentifier(oids.SHA1)
            if oid == oids.SIGNING_CERTIFICATE_V2:
                explicit = first.peek() == der.SEQUENCE
                algorithm = AlgorithmIdentifier.read(first) if explicit else _SHA256
            name = digest_name(algorithm)
            found = first.octet_string()
            if not hmac.compare_digest(found, hashlib.new(name, certificate.der).digest()):
                raise SignatureError(
                    "it was made for another certificate (signingCertificate)",
                    reason_ko="다른 인증서로 한 서명입니다 (signingCertificate)",
                )


def _read_fields(reader: Reader) -> AlgorithmIdentifier:
    """An AlgorithmIdentifier without its own tag."""
    oid = reader.oid()
    parameters = None if reader.at_end else reader.read_encoded()
    reader.finish()
    return AlgorithmIdentifier(oid, parameters)


def _same(one: AlgorithmIdentifier, other: AlgorithmIdentifier) -> bool:
    """NULL and absent parameters are the same."""
    null = b"\x05\x00"
    return one.oid == other.oid and (one.parameters or null) == (other.parameters or null)
