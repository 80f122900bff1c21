# SPDX-License-Identifier: Apache-2.0
"""Proof of possession (RFC 4211 section 4): that who asks for a certificate has its private key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import der, encode
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.general_name import read_general_name

if TYPE_CHECKING:
    from kcert._asn1.der import Reader

__all__ = ["PKMACValue", "POPOSigningKey", "POPOSigningKeyInput", "ProofOfPossession"]

_RA_VERIFIED: Final = der.context(0, constructed=False)
_SIGNATURE: Final = der.context(1)
_OTHERS: Final = (der.context(2), der.context(3))
_INPUT: Final = der.context(0)
_SENDER: Final = der.context(0)


@frozen
class PKMACValue:
    """PKMACValue: a MAC over the public key, by a shared secret."""

    algorithm: AlgorithmIdentifier
    value: bytes = field(repr=False)

    @classmethod
    def read(cls, reader: Reader) -> PKMACValue:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is no PKMACValue.
        """
        fields = reader.sequence()
        algorithm = AlgorithmIdentifier.read(fields)
        value = _whole_octets(fields)
        fields.finish()
        return cls(algorithm, value)

    def encode(self) -> bytes:
        """The DER encoding."""
        return encode.sequence(self.algorithm.encode(), encode.bit_string(self.value))


@frozen
class POPOSigningKeyInput:
    """POPOSigningKeyInput: who asks, as an encoded GeneralName or by a MAC, and the public key."""

    authentication: bytes | PKMACValue
    public_key: bytes = field(repr=False)

    @classmethod
    def read(cls, fields: Reader) -> POPOSigningKeyInput:
        """Read the fields that fill ``fields``.

        Raises:
            FormatError: They are no POPOSigningKeyInput.
        """
        authentication: bytes | PKMACValue
        wrapper = fields.enter_optional(_SENDER)
        if wrapper is not None:
            authentication = read_general_name(wrapper)
            wrapper.finish()
        else:
            authentication = PKMACValue.read(fields)
        if fields.peek() != der.SEQUENCE:
            raise fields.fail("it has no public key")
        public_key = fields.read_encoded()
        fields.finish()
        return cls(authentication, public_key)

    def encode(self) -> bytes:
        """The DER encoding, a SEQUENCE: the signature is over it."""
        return encode.sequence(self._content())

    def encode_implicit(self) -> bytes:
        """The encoding as it stands in a POPOSigningKey, under ``[0]``."""
        return encode.value(_INPUT, self._content())

    def _content(self) -> bytes:
        if isinstance(self.authentication, PKMACValue):
            return self.authentication.encode() + self.public_key
        return encode.value(_SENDER, self.authentication) + self.public_key


@frozen
class POPOSigningKey:
    """POPOSigningKey: a signature over ``input``, or over the CertRequest where there is none."""

    algorithm: AlgorithmIdentifier
    signature: bytes = field(repr=False)
    input: POPOSigningKeyInput | None = None

    @classmethod
    def read(cls, fields: Reader) -> POPOSigningKey:
        """Read the fields that fill ``fields``.

        Raises:
            FormatError: They are no POPOSigningKey.
        """
        wrapper = fields.enter_optional(_INPUT)
        key_input = None if wrapper is None else POPOSigningKeyInput.read(wrapper)
        algorithm = AlgorithmIdentifier.read(fields)
        signature = _whole_octets(fields)
        fields.finish()
        return cls(algorithm, signature, key_input)

    def encode(self) -> bytes:
        """The encoding as it stands in a ProofOfPossession, under ``[1]``."""
        return encode.value(
            _SIGNATURE,
            (b"" if self.input is None else self.input.encode_implicit())
            + self.algorithm.encode()
            + encode.bit_string(self.signature),
        )


@frozen
class ProofOfPossession:
    """ProofOfPossession, one of three.

    Attributes:
        signature: A signature by the key.
        encoded: A proof for keys that cannot sign (keyEncipherment, keyAgreement), as it came.
            Where both are ``None``, a registration authority vouches for it (raVerified).
    """

    signature: POPOSigningKey | None = None
    encoded: bytes | None = field(default=None, repr=False)

    @classmethod
    def read(cls, reader: Reader) -> ProofOfPossession:
        """Read the next value of ``reader``.

        Raises:
            FormatError: It is no ProofOfPossession.
        """
        tag = reader.peek()
        if tag == _RA_VERIFIED:
            if reader.read(tag):
                raise reader.fail("NULL is not empty")
            return cls()
        if tag == _SIGNATURE:
            return cls(POPOSigningKey.read(reader.enter(tag)))
        if tag not in _OTHERS:
            raise reader.fail("it is no proof of possession")
        return cls(encoded=reader.read_encoded())

    def encode(self) -> bytes:
        """The DER encoding."""
        if self.signature is not None:
            return self.signature.encode()
        return self.encoded or encode.value(_RA_VERIFIED, b"")


def _whole_octets(fields: Reader) -> bytes:
    octets, unused = fields.bit_string()
    if unused:
        raise fields.fail("BIT STRING is no whole number of octets")
    return octets
