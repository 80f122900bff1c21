# SPDX-License-Identifier: Apache-2.0
"""Making one signature in the form that a profile asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import frozen

from kcert._asn1 import der, encode, oids
from kcert._asn1.signed_data import encode_signer_info
from kcert.cms.algorithms import digest_identifier, new_hash, pss_identifier, rsa_identifier
from kcert.cms.attributes import encode_random, encode_signed_attributes
from kcert.errors import FormatError, SignatureError, UnsupportedAlgorithmError
from kcert.keys import Padding

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.certificate import Certificate
    from kcert.cms.content import Content
    from kcert.cms.profile import Profile
    from kcert.credential import Signer

__all__ = ["Signing", "check_moment"]


def check_moment(moment: datetime | None) -> datetime:
    """The signing time: the present where none is given.

    Raises:
        ValueError: It has no time zone.
    """
    if moment is None:
        return datetime.now(UTC)
    if moment.tzinfo is None:
        raise ValueError("a signing time needs a time zone")
    return moment


@frozen
class Signing:
    """One signature to be made.

    Attributes:
        signer: Who signs.
        profile: In which form.
        moment: The signing time, aware.
    """

    signer: Signer
    profile: Profile
    moment: datetime

    @property
    def certificate(self) -> Certificate:
        """The signer's certificate.

        Raises:
            UnsupportedAlgorithmError: Its key is not RSA.
        """
        certificate = self.signer.certificate
        if certificate.key_type != "RSA":
            raise UnsupportedAlgorithmError(None, certificate.key_type, use="signature")
        return certificate

    @property
    def digest_algorithm(self) -> bytes:
        """AlgorithmIdentifier of the hash, DER."""
        return digest_identifier(self.profile.digest, null=self.profile.null_parameters)

    @property
    def signature_algorithm(self) -> bytes:
        """AlgorithmIdentifier of the signature, DER."""
        profile = self.profile
        if profile.padding is Padding.PSS:
            return pss_identifier(profile.digest)
        return rsa_identifier(profile.digest, names_digest=profile.names_digest)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The signer's certificate; with those of its authorities where the profile asks."""
        above: tuple[Certificate, ...] = ()
        if self.profile.chain:
            above = getattr(self.signer, "ca_certificates", ())
        return self.certificate, *above

    def sign(self, content: Content, content_type: str | None) -> bytes:
        """Sign: a SignerInfo, DER.

        Args:
            content: What is signed.
            content_type: Its type; ``None`` for a countersignature.

        Raises:
            FormatError: The content could pass for signed attributes, or R is missing.
            UnsupportedAlgorithmError: The key is not RSA, or too short for the hash.
        """
        profile = self.profile
        if not profile.attributes:
            _check_plain(content, content_type)
        digest = content.digest(profile.digest)
        return self._signer_info(digest, content_type, self._raw_signature)

    def size(self, content_type: str) -> int:
        """Octets of the SignerInfo that `sign` will make."""
        placeholder = bytes(((self.certificate.key_size or 0) + 7) // 8)
        digest = bytes(new_hash(self.profile.digest).digest_size)
        return len(self._signer_info(digest, content_type, lambda _data, _hashed: placeholder))

    def _raw_signature(self, data: bytes, prehashed: bool) -> bytes:
        profile = self.profile
        return self.signer.sign(
            data, padding=profile.padding, digest=profile.digest, prehashed=prehashed
        )

    def _signer_info(
        self, digest: bytes, content_type: str | None, sign: Callable[[bytes, bool], bytes]
    ) -> bytes:
        attributes = b""
        if self.profile.attributes:
            attributes = encode_signed_attributes(
                digest, content_type=content_type, signing_time=self.moment
            )
            signature = sign(encode.value(der.SET, attributes), False)
        else:
            signature = sign(digest, True)
        return encode_signer_info(
            identifier=self._identifier(),
            digest_algorithm=self.digest_algorithm,
            signed_attributes=attributes,
            signature_algorithm=self.signature_algorithm,
            signature=signature,
            unsigned_attributes=[self._random()] if self.profile.random else (),
        )

    def _identifier(self) -> bytes:
        certificate = self.certificate
        if not self.profile.key_identifier:
            serial_number = encode.integer(certificate.serial_number)
            return encode.sequence(certificate.issuer.der, serial_number)
        identifier = certificate.subject_key_identifier
        if identifier is None:
            raise FormatError(
                "certificate",
                "it has no subjectKeyIdentifier to name the signer by",
                reason_ko="인증서에 subjectKeyIdentifier가 없습니다",
            )
        return encode.context(0, identifier, constructed=False)

    def _random(self) -> bytes:
        random = getattr(self.signer, "random", None)
        if random is None:
            raise FormatError(
                "private key",
                "has no VID random to send along; find the copy that was issued, "
                "other software loses it",
                reason_ko="함께 보낼 VID 난수(R)가 없습니다; 원래 발급받은 사본을 찾으십시오",
            )
        return encode_random(random.reveal())


def _check_plain(content: Content, content_type: str | None) -> None:
    """Refuse what nobody should sign without signed attributes."""
    if content_type not in (None, oids.PKCS7_DATA):
        raise FormatError(
            "SignedData",
            f"content of type {content_type} is signed with signed attributes only",
            reason_ko=f"{content_type} 형식의 내용은 서명 속성이 있어야 합니다",
        )
    if content.is_like_signed_attributes():
        raise SignatureError(
            "the content is the signed attributes of another message; nobody should sign it",
            reason_ko="내용이 다른 메시지의 서명 속성입니다; 서명하지 마십시오",
        )
