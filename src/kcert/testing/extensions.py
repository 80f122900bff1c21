# SPDX-License-Identifier: Apache-2.0
"""The extensions that Korean authorities write.

Sources: RFC 5280 section 4.2; KCAC.TS.SIVID for the VID.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kcert._asn1 import der, encode, oids
from kcert.testing.template import Extension

if TYPE_CHECKING:
    from kcert.testing.keypool import FakeKey
    from kcert.testing.subscriptions import CertifiableKey

__all__ = [
    "ANY_POLICY",
    "VidHash",
    "authority_information_access",
    "authority_key_identifier",
    "basic_constraints",
    "certificate_policies",
    "crl_distribution_points",
    "identify_data",
    "key_usage",
    "policy_constraints",
    "subject_key_identifier",
    "vid",
]

VidHash = Literal["sha1", "sha256"]

ANY_POLICY = "2.5.29.32.0"
_USER_NOTICE = "1.3.6.1.5.5.7.2.2"
_CPS = "1.3.6.1.5.5.7.2.1"
_OCSP = "1.3.6.1.5.5.7.48.1"

_KEY_USAGE_BITS = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)


def authority_key_identifier(key: FakeKey, issuer: bytes, serial_number: int) -> Extension:
    """The full form: key identifier, and issuer name and serial number of the CA certificate.

    Args:
        key: Key of the issuing authority.
        issuer: Name, DER, of who issued the authority's own certificate.
        serial_number: Serial number of the authority's own certificate.
    """
    directory_name = encode.context(4, issuer)
    return Extension(
        "2.5.29.35",
        encode.sequence(
            encode.context(0, key.key_identifier, constructed=False),
            encode.context(1, directory_name),
            encode.integer(serial_number, der.context(2, constructed=False)),
        ),
    )


def subject_key_identifier(key: CertifiableKey) -> Extension:
    """SHA-1 of the public key."""
    return Extension("2.5.29.14", encode.octet_string(key.key_identifier))


def key_usage(*bits: str) -> Extension:
    """Critical keyUsage; ``bits`` by their RFC 5280 names."""
    positions = [_KEY_USAGE_BITS.index(bit) for bit in bits]
    size = max(positions) + 1
    octets = (size + 7) // 8
    number = sum(1 << (8 * octets - 1 - position) for position in positions)
    named = encode.bit_string(number.to_bytes(octets, "big"), unused=8 * octets - size)
    return Extension("2.5.29.15", named, critical=True)


def certificate_policies(
    oid: str, *, cps: str = "", notice: str = "", notice_first: bool = False, critical: bool = True
) -> Extension:
    """One policy with its qualifiers, the user notice as BMPString.

    Args:
        oid: Dotted policy identifier.
        cps: URL of the practice statement; none where empty.
        notice: Text for the relying party; none where empty.
        notice_first: Whether the notice stands before the URL, as at yessign.
        critical: Whether the extension is critical.
    """
    qualifiers = []
    if cps:
        qualifiers.append(encode.sequence(encode.oid(_CPS), encode.ia5_string(cps)))
    if notice:
        user_notice = encode.sequence(encode.bmp_string(notice))
        qualifiers.append(encode.sequence(encode.oid(_USER_NOTICE), user_notice))
    if notice_first:
        qualifiers.reverse()
    information = encode.sequence(
        encode.oid(oid), encode.sequence(*qualifiers) if qualifiers else b""
    )
    return Extension("2.5.29.32", encode.sequence(information), critical)


def vid(virtual_id: bytes, hash_algorithm: VidHash, *, null_parameters: bool = False) -> bytes:
    """The VID structure, DER.

    Args:
        virtual_id: The hash value.
        hash_algorithm: Which hash made it.
        null_parameters: Write NULL parameters; real certificates have none.
    """
    hash_oid = {"sha1": oids.SHA1, "sha256": oids.SHA256}[hash_algorithm]
    algorithm = encode.sequence(encode.oid(hash_oid), encode.null() if null_parameters else b"")
    return encode.sequence(algorithm, encode.context(0, encode.octet_string(virtual_id)))


def identify_data(real_name: str, vid: bytes | None = None, *, critical: bool = False) -> Extension:
    """SubjectAltName with the otherName id-kisa-identifyData.

    Args:
        real_name: Name of the person or body.
        vid: The VID structure, DER; ``None`` for the form of authorities, which have no VID.
        critical: True in GPKI certificates.
    """
    user_info = b""
    if vid is not None:
        user_info = encode.sequence(encode.sequence(encode.oid(oids.VID), vid))
    data = encode.sequence(encode.utf8_string(real_name), user_info)
    other_name = encode.oid(oids.KISA_IDENTIFY_DATA) + encode.context(0, data)
    return Extension("2.5.29.17", encode.sequence(encode.context(0, other_name)), critical)


def basic_constraints(path_length: int | None = None) -> Extension:
    """Critical basicConstraints of an authority."""
    length = b"" if path_length is None else encode.integer(path_length)
    return Extension("2.5.29.19", encode.sequence(encode.boolean(flag=True), length), critical=True)


def policy_constraints(require_explicit_policy: int = 0) -> Extension:
    """Critical policyConstraints."""
    skip = encode.integer(require_explicit_policy, der.context(0, constructed=False))
    return Extension("2.5.29.36", encode.sequence(skip), critical=True)


def _uri(url: str) -> bytes:
    return encode.context(6, url.encode("ascii"), constructed=False)


def crl_distribution_points(url: str) -> Extension:
    """One distribution point with one URL."""
    full_name = encode.context(0, _uri(url))
    point = encode.sequence(encode.context(0, full_name))
    return Extension("2.5.29.31", encode.sequence(point))


def authority_information_access(ocsp_url: str) -> Extension:
    """The OCSP responder's address."""
    access = encode.sequence(encode.oid(_OCSP), _uri(ocsp_url))
    return Extension("1.3.6.1.5.5.7.1.1", encode.sequence(access))
