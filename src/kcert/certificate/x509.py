# SPDX-License-Identifier: Apache-2.0
"""What RFC 5280 says of any certificate; the Korean facts stand on it in `models`.

The skeleton and both names are read when a certificate is loaded. An extension's value is read
when a property first asks for it, so one that is malformed costs that property alone.
"""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import x509_extensions as values
from kcert._asn1.pem import encode_pem
from kcert.certificate.extensions import AuthorityKeyIdentifier, Extension, PolicyInformation
from kcert.certificate.kinds import KeyUsage
from kcert.certificate.names import Name
from kcert.certificate.public_keys import PublicKeyFacts, load_public_key, read_public_key
from kcert.certificate.signatures import SignatureAlgorithm, signature_algorithm, signature_digest
from kcert.certificate.validity import Validity
from kcert.errors import FormatError, UnsupportedAlgorithmError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    from kcert._asn1.x509 import RawCertificate

__all__ = ["X509Certificate"]

_KEY_USAGES: Final = tuple(KeyUsage)
_OCSP_METHOD: Final = "1.3.6.1.5.5.7.48.1"
_CA_ISSUERS_METHOD: Final = "1.3.6.1.5.5.7.48.2"
_FINGERPRINTS: Final = frozenset(("md5", "sha1", "sha224", "sha256", "sha384", "sha512"))


@lru_cache(maxsize=1 << len(_KEY_USAGES))
def _key_usages(bits: frozenset[int]) -> frozenset[KeyUsage]:
    return frozenset(_KEY_USAGES[bit] for bit in bits)


@frozen(repr=False)
class X509Certificate:
    """The fields and extensions of a certificate. Compares and hashes by `der`.

    Properties that read an extension raise `FormatError` where that extension is malformed, and
    give ``None``, an empty tuple or ``False`` where it is absent.

    Attributes:
        der: The certificate in DER.
    """

    der: bytes
    _raw: RawCertificate = field(eq=False)

    @property
    def tbs(self) -> bytes:
        """The signed part (TBSCertificate), DER."""
        return self._raw.tbs

    @property
    def version(self) -> int:
        """1, 2 or 3."""
        return self._raw.version

    @property
    def serial_number(self) -> int:
        """Serial number; negative or zero where an authority did not follow the standard."""
        return self._raw.serial_number

    def names_issuer(self, encoded: bytes) -> bool:
        """Whether a Name in DER is, octet for octet, that of the issuer."""
        return self._raw.issuer == encoded

    @cached_property
    def issuer(self) -> Name:
        """Name of the issuer."""
        return Name(self._raw.issuer, self._raw.issuer_rdns)

    @cached_property
    def subject(self) -> Name:
        """Name of the subject."""
        return Name(self._raw.subject, self._raw.subject_rdns)

    @cached_property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same name (RFC 5280 section 6.1)."""
        return self.subject.matches(self.issuer)

    @cached_property
    def validity(self) -> Validity:
        """Period of validity."""
        return Validity(self._raw.not_before, self._raw.not_after)

    @property
    def signature(self) -> bytes:
        """The issuer's signature over `tbs`."""
        return self._raw.signature

    @cached_property
    def signature_algorithm(self) -> SignatureAlgorithm:
        """How the issuer signed."""
        return signature_algorithm(self._raw.algorithm)

    @cached_property
    def tbs_signature_algorithm(self) -> SignatureAlgorithm:
        """The copy of `signature_algorithm` in the signed part; RFC 5280 wants the two equal."""
        return signature_algorithm(self._raw.tbs_algorithm)

    @property
    def signature_hash(self) -> str | None:
        """Hash in the signature algorithm, ``"sha256"``; ``None`` where unknown or built in."""
        return signature_digest(self._raw.algorithm)

    @property
    def public_key_info(self) -> bytes:
        """The SubjectPublicKeyInfo, DER."""
        return self._raw.public_key_info

    @cached_property
    def _key_facts(self) -> PublicKeyFacts:
        return read_public_key(self._raw.public_key_info)

    @property
    def key_type(self) -> str:
        """``"RSA"``, ``"EC"``, ``"KCDSA"``, ``"DSA"``, ``"Ed25519"`` …, else the dotted OID.

        Raises:
            FormatError: The public key is malformed.
            LimitError: It is larger than 16,384 bits.
        """
        return self._key_facts.type

    @property
    def key_size(self) -> int | None:
        """Bits of modulus, prime or curve; ``None`` where not known. Raises as `key_type`."""
        return self._key_facts.size

    @property
    def rsa_numbers(self) -> tuple[int, int] | None:
        """Modulus and public exponent; ``None`` for another key. Raises as `key_type`."""
        return self._key_facts.rsa_numbers

    def public_key(self) -> PublicKeyTypes:
        """The public key as an object of `cryptography`.

        Raises:
            FormatError: The key is malformed.
            LimitError: It is larger than 16,384 bits.
            UnsupportedAlgorithmError: `cryptography` has no such keys, for example KCDSA.
        """
        return load_public_key(self._raw.public_key_info)

    @cached_property
    def extensions(self) -> tuple[Extension, ...]:
        """All extensions in the order of the certificate; none occurs twice."""
        return tuple(Extension(*extension) for extension in self._raw.extensions)

    def extension(self, oid: str) -> Extension | None:
        """The extension of this type, or ``None``."""
        return next((one for one in self.extensions if one.oid == oid), None)

    def _value(self, oid: str) -> bytes | None:
        for found, _, value in self._raw.extensions:
            if found == oid:
                return value
        return None

    # Not kept: the few values there are, are remembered where they are read.
    @property
    def key_usage(self) -> frozenset[KeyUsage] | None:
        """What the key may do; ``None`` where the certificate does not limit it."""
        value = self._value(values.KEY_USAGE)
        return None if value is None else _key_usages(values.read_key_usage(value))

    @cached_property
    def extended_key_usage(self) -> tuple[str, ...] | None:
        """Purposes as dotted OIDs; ``None`` where the certificate does not limit them."""
        value = self._value(values.EXTENDED_KEY_USAGE)
        return None if value is None else values.read_extended_key_usage(value)

    @cached_property
    def _basic_constraints(self) -> tuple[bool, int | None]:
        value = self._value(values.BASIC_CONSTRAINTS)
        return (False, None) if value is None else values.read_basic_constraints(value)

    @property
    def is_ca(self) -> bool:
        """Whether basicConstraints makes it an authority's certificate."""
        return self._basic_constraints[0]

    @property
    def path_length(self) -> int | None:
        """How many authorities may follow; ``None`` for any number and for no authority."""
        return self._basic_constraints[1]

    @cached_property
    def policy_oids(self) -> tuple[str, ...]:
        """Certificate policies as dotted OIDs, in order."""
        value = self._value(values.CERTIFICATE_POLICIES)
        return () if value is None else values.read_certificate_policies(value)

    @cached_property
    def policy_information(self) -> tuple[PolicyInformation, ...]:
        """Certificate policies with their practice statements and notices, in order."""
        value = self._value(values.CERTIFICATE_POLICIES)
        return () if value is None else PolicyInformation.load_all(value)

    @cached_property
    def subject_key_identifier(self) -> bytes | None:
        """Identifier of the subject's key."""
        value = self._value(values.SUBJECT_KEY_IDENTIFIER)
        return None if value is None else values.read_subject_key_identifier(value)

    @cached_property
    def authority_key_identifier(self) -> AuthorityKeyIdentifier | None:
        """Which key signed: its identifier, and its certificate's issuer and serial number."""
        value = self._value(values.AUTHORITY_KEY_IDENTIFIER)
        return None if value is None else AuthorityKeyIdentifier.load(value)

    @cached_property
    def crl_distribution_points(self) -> tuple[str, ...]:
        """URIs where the CRL lies, as they are written: LDAP ones may hold blanks and Hangul."""
        value = self._value(values.CRL_DISTRIBUTION_POINTS)
        return () if value is None else values.read_distribution_point_uris(value)

    @cached_property
    def _access_locations(self) -> tuple[tuple[str, str], ...]:
        value = self._value(values.AUTHORITY_INFO_ACCESS)
        return () if value is None else values.read_access_locations(value)

    @property
    def ocsp_urls(self) -> tuple[str, ...]:
        """Where to ask for the status (authorityInfoAccess, id-ad-ocsp)."""
        return tuple(uri for method, uri in self._access_locations if method == _OCSP_METHOD)

    @property
    def ca_issuer_urls(self) -> tuple[str, ...]:
        """Where the issuer's certificate lies (authorityInfoAccess, id-ad-caIssuers)."""
        return tuple(uri for method, uri in self._access_locations if method == _CA_ISSUERS_METHOD)

    def fingerprint(self, algorithm: str = "sha256") -> str:
        """Hash of the certificate in lower-case hexadecimal.

        Args:
            algorithm: ``"sha256"``, ``"sha1"`` or another of the SHA-2 family, or ``"md5"``.

        Raises:
            UnsupportedAlgorithmError: Another algorithm.
        """
        if algorithm not in _FINGERPRINTS:
            raise UnsupportedAlgorithmError(None, algorithm, use="fingerprint")
        return hashlib.new(algorithm, self.der, usedforsecurity=False).hexdigest()

    def to_pem(self) -> str:
        """The certificate in PEM (RFC 7468)."""
        return encode_pem("CERTIFICATE", self.der)

    def to_cryptography(self) -> x509.Certificate:
        """The certificate as an object of `cryptography`.

        Raises:
            FormatError: `cryptography` refuses the certificate.
        """
        from cryptography.x509 import InvalidVersion, load_der_x509_certificate

        try:
            return load_der_x509_certificate(self.der)
        except (ValueError, InvalidVersion, Warning):
            # Its warnings are exceptions where the program asked for that (python -W error).
            raise FormatError("certificate", "the cryptography library refuses it") from None
