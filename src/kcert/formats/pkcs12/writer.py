# SPDX-License-Identifier: Apache-2.0
"""Writing PKCS#12 files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kcert._asn1 import encode, oids
from kcert._asn1.pkcs5 import PBEParameter
from kcert._asn1.pkcs8 import EncryptedPrivateKeyInfo
from kcert._asn1.pkcs12 import (
    PFX,
    BagAttribute,
    EncryptedData,
    encode_safe_bag,
    encrypted_content,
    plain_content,
    safe_contents,
)
from kcert.formats.pkcs12.mac import new_mac
from kcert.keys.passwords import Password
from kcert.keys.profiles import PKCS12_MODERN, Pkcs12Profile
from kcert.keys.schemes import new_scheme

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.credential import Credential, UnlockedCredential
    from kcert.keys import EncryptedKey

__all__ = ["dump"]


def dump(
    unlocked: UnlockedCredential,
    password: str | bytes | bytearray | memoryview,
    *,
    profile: Pkcs12Profile = PKCS12_MODERN,
) -> bytes:
    """Write a credential as a ``.pfx`` or ``.p12`` file, everything in it included.

    Args:
        unlocked: The credential, open.
        password: The password of the file, text or UTF-8.
        profile: How to protect it: `kcert.profiles.PKCS12_MODERN`, or
            `kcert.profiles.PKCS12_KOREAN` for Korean programs.

    Returns:
        The file, DER. Salts are new each time.

    Raises:
        ValueError: The credential is closed, or its key-management pair was left locked.
        FormatError: The password is not UTF-8.
        UnsupportedAlgorithmError: kcert does not write what the profile names.
    """
    try:
        credential = unlocked.lock(password, profile=profile.key)
        with Password(password) as secret:
            content = _content(credential, secret, profile)
            salt = _key_salt(credential.key) if profile.mac_salt_of_key else None
            mac = new_mac(content, secret, profile, salt)
    finally:
        del password
    return PFX(content, mac).encode()


def _key_salt(key: EncryptedKey) -> bytes:
    info = EncryptedPrivateKeyInfo.read(key.der)
    return PBEParameter.read(info.algorithm).salt


def _content(credential: Credential, password: Password, profile: Pkcs12Profile) -> bytes:
    """The AuthenticatedSafe."""
    certificates: list[bytes] = []
    keys: list[bytes] = []
    both: list[bytes] = []
    pairs = [(credential.certificate, credential.key, credential.friendly_name)]
    if credential.key_management is not None:
        pair = credential.key_management
        pairs.append((pair.certificate, pair.key, None))
    for certificate, key, name in pairs:
        link = _link(certificate)
        bag = _certificate_bag(credential, certificate, name, link)
        certificates.append(bag)
        both.append(bag)
        bag = encode_safe_bag(
            oids.SHROUDED_KEY_BAG, key.der, _attributes(credential, certificate, name, link, True)
        )
        keys.append(bag)
        both.append(bag)
    others = [_certificate_bag(credential, found, None) for found in credential.ca_certificates]
    if profile.certificates is None:
        return safe_contents([plain_content(safe_contents(both + others))])
    scheme = new_scheme(profile.certificates)
    encrypted = scheme.encrypt(safe_contents(certificates + others), password)
    return safe_contents(
        [
            encrypted_content(EncryptedData(scheme.algorithm, encrypted)),
            plain_content(safe_contents(keys)),
        ]
    )


def _certificate_bag(
    credential: Credential,
    certificate: Certificate,
    name: str | None,
    link: BagAttribute | None = None,
) -> bytes:
    value = encode.sequence(
        encode.oid(oids.X509_CERTIFICATE),
        encode.context(0, encode.octet_string(certificate.der)),
    )
    attributes = _attributes(credential, certificate, name, link, False)
    return encode_safe_bag(oids.CERT_BAG, value, attributes)


def _link(certificate: Certificate) -> BagAttribute:
    """localKeyID: the subject key identifier, as Korean programs have it."""
    identifier = certificate.subject_key_identifier
    if identifier is None:
        identifier = hashlib.sha1(certificate.public_key_info, usedforsecurity=False).digest()
    return BagAttribute(oids.LOCAL_KEY_ID, (encode.octet_string(identifier),))


def _attributes(
    credential: Credential,
    certificate: Certificate,
    name: str | None,
    link: BagAttribute | None,
    of_key: bool,
) -> list[BagAttribute]:
    fingerprint = certificate.fingerprint()
    found = [
        BagAttribute(attribute.oid, attribute.values)
        for attribute in credential.bag_attributes
        if attribute.fingerprint == fingerprint and attribute.of_key == of_key
    ]
    if name is not None and all(other.oid != oids.FRIENDLY_NAME for other in found):
        found.append(BagAttribute(oids.FRIENDLY_NAME, (encode.bmp_string(name),)))
    if link is not None:
        found.append(link)
    return found
