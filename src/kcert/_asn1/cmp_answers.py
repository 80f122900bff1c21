# SPDX-License-Identifier: Apache-2.0
"""Certificates in the bodies of CMP messages (RFC 4210 sections 5.3.4 and 5.3.8)."""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from kcert._asn1 import der, encode
from kcert._asn1.bounded import open_sequence, read_members
from kcert._asn1.cmp import read_certificates
from kcert._asn1.cmp_status import PKIStatusInfo
from kcert._asn1.crmf import MAX_REQUESTS, read_request_id
from kcert._asn1.der import Reader

__all__ = ["CertRepMessage", "CertResponse", "KeyRecRepContent"]

_FORMAT: Final = "CMP answer"
_MAX_HISTORY: Final = 256


@frozen
class CertResponse:
    """CertResponse: what became of one request.

    Attributes:
        request_id: Number of the request.
        status: What became of it.
        certificate: The encoded certificate.
        encrypted_certificate: Encoded EncryptedValue or EncryptedKey in place of the certificate.
        private_key: Encoded private key that the authority made.
        publication_info: Encoded PKIPublicationInfo.
        response_info: What else the authority has to say, by agreement.
    """

    request_id: int
    status: PKIStatusInfo
    certificate: bytes | None = field(default=None, repr=False)
    encrypted_certificate: bytes | None = field(default=None, repr=False)
    private_key: bytes | None = field(default=None, repr=False)
    publication_info: bytes | None = field(default=None, repr=False)
    response_info: bytes | None = field(default=None, repr=False)

    @classmethod
    def read(cls, reader: Reader) -> CertResponse:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is no CertResponse.
        """
        fields = reader.sequence()
        request_id = read_request_id(fields)
        status = PKIStatusInfo.read(fields)
        pair = _NO_PAIR
        if fields.peek() == der.SEQUENCE:
            pair = _read_pair(fields)
        response_info = None if fields.at_end else fields.octet_string()
        fields.finish()
        return cls(request_id, status, *pair, response_info)

    def encode(self) -> bytes:
        """The DER encoding."""
        pair = b""
        if self.certificate is not None:
            pair = encode.context(0, self.certificate)
        elif self.encrypted_certificate is not None:
            pair = encode.context(1, self.encrypted_certificate)
        if pair:
            pair = encode.sequence(
                pair,
                b"" if self.private_key is None else encode.context(0, self.private_key),
                b"" if self.publication_info is None else encode.context(1, self.publication_info),
            )
        return encode.sequence(
            encode.integer(self.request_id),
            self.status.encode(),
            pair,
            b"" if self.response_info is None else encode.octet_string(self.response_info),
        )


_Pair = tuple[bytes | None, bytes | None, bytes | None, bytes | None]
_NO_PAIR: Final[_Pair] = (None, None, None, None)


def _read_pair(fields: Reader) -> _Pair:
    """CertifiedKeyPair: certificate, encrypted certificate, private key, publication info."""
    pair = fields.sequence()
    certificate = encrypted = None
    if pair.peek() == der.context(0):
        certificate = _read_explicit(pair, 0)
    else:
        encrypted = pair.read(der.context(1))
    private_key = _read_optional(pair, 0)
    publication_info = _read_optional(pair, 1)
    pair.finish()
    return certificate, encrypted, private_key, publication_info


def _read_explicit(fields: Reader, number: int) -> bytes:
    wrapper = fields.enter(der.context(number))
    encoded = wrapper.read_encoded()
    wrapper.finish()
    return encoded


def _read_optional(fields: Reader, number: int) -> bytes | None:
    return _read_explicit(fields, number) if fields.peek() == der.context(number) else None


@frozen
class CertRepMessage:
    """CertRepMessage: the content of ip, cp, kup and ccp.

    Attributes:
        responses: One for each request.
        ca_certificates: caPubs: encoded certificates of authorities.
    """

    responses: tuple[CertResponse, ...]
    ca_certificates: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, encoded: bytes) -> CertRepMessage:
        """Read one encoding that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: It has too many answers or certificates.
        """
        fields = open_sequence(encoded, _FORMAT)
        ca_certificates: tuple[bytes, ...] = ()
        wrapper = fields.enter_optional(der.context(1))
        if wrapper is not None:
            ca_certificates = read_certificates(wrapper.sequence())
            wrapper.finish()
        responses = read_members(
            fields.sequence(), CertResponse.read, what="answers", maximum=MAX_REQUESTS
        )
        fields.finish()
        return cls(responses, ca_certificates)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            encode.context(1, encode.sequence(*self.ca_certificates))
            if self.ca_certificates
            else b"",
            encode.sequence(*(response.encode() for response in self.responses)),
        )


@frozen
class KeyRecRepContent:
    """KeyRecRepContent: the content of krp (key recovery).

    Attributes:
        status: What became of the request.
        certificate: The new encoded certificate.
        ca_certificates: Encoded certificates of authorities.
        history: Encoded CertifiedKeyPair each.
    """

    status: PKIStatusInfo
    certificate: bytes | None = field(default=None, repr=False)
    ca_certificates: tuple[bytes, ...] = field(default=(), repr=False)
    history: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def load(cls, encoded: bytes) -> KeyRecRepContent:
        """Read one encoding that fills ``encoded``.

        Raises:
            FormatError: It is none.
            LimitError: It has too many certificates or keys.
        """
        fields = open_sequence(encoded, _FORMAT)
        status = PKIStatusInfo.read(fields)
        certificate = _read_optional(fields, 0)
        authorities = fields.enter_optional(der.context(1))
        history = fields.enter_optional(der.context(2))
        fields.finish()
        return cls(
            status,
            certificate,
            () if authorities is None else read_certificates(authorities.sequence()),
            ()
            if history is None
            else read_members(
                history.sequence(), Reader.read_encoded, what="keys", maximum=_MAX_HISTORY
            ),
        )

    def history_certificates(self) -> tuple[bytes | None, ...]:
        """The encoded certificate of each pair in the history; ``None`` where it is encrypted.

        Raises:
            FormatError: A member is no CertifiedKeyPair.
        """
        return tuple(_read_pair(Reader(pair, _FORMAT))[0] for pair in self.history)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(
            self.status.encode(),
            b"" if self.certificate is None else encode.context(0, self.certificate),
            *(
                encode.context(number, encode.sequence(*members))
                for number, members in ((1, self.ca_certificates), (2, self.history))
                if members
            ),
        )
