# SPDX-License-Identifier: Apache-2.0
"""Object identifiers by name, and names for error messages.

Sources: RFC 8017 (PKCS#1), RFC 8018 (PKCS#5), RFC 7292 (PKCS#12), RFC 5652 (CMS), RFC 5280 (X.509),
RFC 4269 (SEED), RFC 5794 (ARIA), KCAC.TS.SIVID and the KISA arc 1.2.410.200004.
"""

from __future__ import annotations

from typing import Final

# PKCS#1, keys
RSA_ENCRYPTION: Final = "1.2.840.113549.1.1.1"
RSAES_OAEP: Final = "1.2.840.113549.1.1.7"
MGF1: Final = "1.2.840.113549.1.1.8"
RSASSA_PSS: Final = "1.2.840.113549.1.1.10"
MD5_WITH_RSA: Final = "1.2.840.113549.1.1.4"
SHA1_WITH_RSA: Final = "1.2.840.113549.1.1.5"
SHA224_WITH_RSA: Final = "1.2.840.113549.1.1.14"
SHA256_WITH_RSA: Final = "1.2.840.113549.1.1.11"
SHA384_WITH_RSA: Final = "1.2.840.113549.1.1.12"
SHA512_WITH_RSA: Final = "1.2.840.113549.1.1.13"
EC_PUBLIC_KEY: Final = "1.2.840.10045.2.1"
ECDSA_WITH_SHA1: Final = "1.2.840.10045.4.1"
ECDSA_WITH_SHA224: Final = "1.2.840.10045.4.3.1"
ECDSA_WITH_SHA256: Final = "1.2.840.10045.4.3.2"
ECDSA_WITH_SHA384: Final = "1.2.840.10045.4.3.3"
ECDSA_WITH_SHA512: Final = "1.2.840.10045.4.3.4"
DSA: Final = "1.2.840.10040.4.1"
KCDSA: Final = "1.2.410.200004.1.1"
KCDSA1: Final = "1.2.410.200004.1.21"

# Digests
MD5: Final = "1.2.840.113549.2.5"
SHA1: Final = "1.3.14.3.2.26"
SHA224: Final = "2.16.840.1.101.3.4.2.4"
SHA256: Final = "2.16.840.1.101.3.4.2.1"
SHA384: Final = "2.16.840.1.101.3.4.2.2"
SHA512: Final = "2.16.840.1.101.3.4.2.3"
HAS160: Final = "1.2.410.200004.1.2"

# PKCS#5 and ciphers
PBES2: Final = "1.2.840.113549.1.5.13"
PBKDF2: Final = "1.2.840.113549.1.5.12"
HMAC_SHA1: Final = "1.2.840.113549.2.7"
HMAC_SHA224: Final = "1.2.840.113549.2.8"
HMAC_SHA256: Final = "1.2.840.113549.2.9"
HMAC_SHA384: Final = "1.2.840.113549.2.10"
HMAC_SHA512: Final = "1.2.840.113549.2.11"
DES_EDE3_CBC: Final = "1.2.840.113549.3.7"
AES128_CBC: Final = "2.16.840.1.101.3.4.1.2"
AES192_CBC: Final = "2.16.840.1.101.3.4.1.22"
AES256_CBC: Final = "2.16.840.1.101.3.4.1.42"
ARIA128_CBC: Final = "1.2.410.200046.1.1.2"
ARIA192_CBC: Final = "1.2.410.200046.1.1.7"
ARIA256_CBC: Final = "1.2.410.200046.1.1.12"
SEED_CBC: Final = "1.2.410.200004.1.4"
SEED_CBC_WITH_SHA1: Final = "1.2.410.200004.1.15"

# Identity check: KCAC.TS.SIVID
KISA_IDENTIFY_DATA: Final = "1.2.410.200004.10.1.1"
VID: Final = "1.2.410.200004.10.1.1.1"
ENCRYPTED_VID: Final = "1.2.410.200004.10.1.1.2"
RANDOM_NUM: Final = "1.2.410.200004.10.1.1.3"

_NAMES: Final[dict[str, str]] = {
    RSA_ENCRYPTION: "rsaEncryption",
    RSAES_OAEP: "id-RSAES-OAEP",
    MGF1: "id-mgf1",
    RSASSA_PSS: "id-RSASSA-PSS",
    MD5_WITH_RSA: "md5WithRSAEncryption",
    SHA1_WITH_RSA: "sha1WithRSAEncryption",
    SHA224_WITH_RSA: "sha224WithRSAEncryption",
    SHA256_WITH_RSA: "sha256WithRSAEncryption",
    SHA384_WITH_RSA: "sha384WithRSAEncryption",
    SHA512_WITH_RSA: "sha512WithRSAEncryption",
    EC_PUBLIC_KEY: "id-ecPublicKey",
    ECDSA_WITH_SHA1: "ecdsa-with-SHA1",
    ECDSA_WITH_SHA224: "ecdsa-with-SHA224",
    ECDSA_WITH_SHA256: "ecdsa-with-SHA256",
    ECDSA_WITH_SHA384: "ecdsa-with-SHA384",
    ECDSA_WITH_SHA512: "ecdsa-with-SHA512",
    DSA: "id-dsa",
    KCDSA: "kcdsa",
    KCDSA1: "kcdsa1",
    MD5: "md5",
    SHA1: "sha1",
    SHA224: "sha224",
    SHA256: "sha256",
    SHA384: "sha384",
    SHA512: "sha512",
    HAS160: "has160",
    PBES2: "PBES2",
    PBKDF2: "PBKDF2",
    HMAC_SHA1: "hmacWithSHA1",
    HMAC_SHA224: "hmacWithSHA224",
    HMAC_SHA256: "hmacWithSHA256",
    HMAC_SHA384: "hmacWithSHA384",
    HMAC_SHA512: "hmacWithSHA512",
    "1.2.840.113549.2.12": "hmacWithSHA512-224",
    "1.2.840.113549.2.13": "hmacWithSHA512-256",
    "1.2.840.113549.1.5.14": "PBMAC1",
    "1.3.6.1.4.1.11591.4.11": "scrypt",
    DES_EDE3_CBC: "des-EDE3-CBC",
    AES128_CBC: "aes128-CBC",
    AES192_CBC: "aes192-CBC",
    AES256_CBC: "aes256-CBC",
    "1.3.14.3.2.7": "desCBC",
    "1.2.840.113549.3.2": "rc2CBC",
    "1.2.840.113549.3.4": "rc4",
    "1.2.392.200011.61.1.1.1.2": "camellia128-cbc",
    "1.2.392.200011.61.1.1.1.3": "camellia192-cbc",
    "1.2.392.200011.61.1.1.1.4": "camellia256-cbc",
    "1.2.840.113549.1.5.1": "pbeWithMD2AndDES-CBC",
    "1.2.840.113549.1.5.3": "pbeWithMD5AndDES-CBC",
    "1.2.840.113549.1.5.4": "pbeWithMD2AndRC2-CBC",
    "1.2.840.113549.1.5.6": "pbeWithMD5AndRC2-CBC",
    "1.2.840.113549.1.5.10": "pbeWithSHA1AndDES-CBC",
    "1.2.840.113549.1.5.11": "pbeWithSHA1AndRC2-CBC",
    "1.2.840.113549.1.12.1.1": "pbeWithSHAAnd128BitRC4",
    "1.2.840.113549.1.12.1.2": "pbeWithSHAAnd40BitRC4",
    "1.2.840.113549.1.12.1.3": "pbeWithSHAAnd3-KeyTripleDES-CBC",
    "1.2.840.113549.1.12.1.4": "pbeWithSHAAnd2-KeyTripleDES-CBC",
    "1.2.840.113549.1.12.1.5": "pbeWithSHAAnd128BitRC2-CBC",
    "1.2.840.113549.1.12.1.6": "pbeWithSHAAnd40BitRC2-CBC",
    "1.2.410.200004.1.3": "seedECB",
    SEED_CBC: "seedCBC",
    "1.2.410.200004.1.5": "seedOFB",
    "1.2.410.200004.1.6": "seedCFB",
    "1.2.410.200004.1.10": "pbeWithHAS160AndSEED-ECB",
    "1.2.410.200004.1.11": "pbeWithHAS160AndSEED-CBC",
    "1.2.410.200004.1.14": "pbeWithSHA1AndSEED-ECB",
    SEED_CBC_WITH_SHA1: "pbeWithSHA1AndSEED-CBC",
    "1.2.410.200004.1.20": "rsaWithHAS160",
    "1.2.410.200004.1.33": "pbeWithSHA256AndSEED-CBC",
    "1.2.410.200004.1.100": "eckcdsa",
    ARIA128_CBC: "aria128-cbc",
    ARIA192_CBC: "aria192-cbc",
    ARIA256_CBC: "aria256-cbc",
    "1.2.410.100001.1.7": "neat",
    KISA_IDENTIFY_DATA: "id-kisa-identifyData",
    VID: "id-VID",
    ENCRYPTED_VID: "id-EncryptedVID",
    RANDOM_NUM: "id-randomNum",
}


def name_of(oid: str) -> str | None:
    """The usual name of an algorithm or attribute, or ``None`` where it is not known here."""
    return _NAMES.get(oid)
