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
DSA_WITH_SHA1: Final = "1.2.840.10040.4.3"
DSA_WITH_SHA224: Final = "2.16.840.1.101.3.4.3.1"
DSA_WITH_SHA256: Final = "2.16.840.1.101.3.4.3.2"
ED25519: Final = "1.3.101.112"
KCDSA: Final = "1.2.410.200004.1.1"
KCDSA1: Final = "1.2.410.200004.1.21"

# Digests
MD4: Final = "1.2.840.113549.2.4"
MD5: Final = "1.2.840.113549.2.5"
SHA1: Final = "1.3.14.3.2.26"
SHA224: Final = "2.16.840.1.101.3.4.2.4"
SHA256: Final = "2.16.840.1.101.3.4.2.1"
SHA384: Final = "2.16.840.1.101.3.4.2.2"
SHA512: Final = "2.16.840.1.101.3.4.2.3"
SHA512_224: Final = "2.16.840.1.101.3.4.2.5"
SHA512_256: Final = "2.16.840.1.101.3.4.2.6"
SHA3_224: Final = "2.16.840.1.101.3.4.2.7"
SHA3_256: Final = "2.16.840.1.101.3.4.2.8"
SHA3_384: Final = "2.16.840.1.101.3.4.2.9"
SHA3_512: Final = "2.16.840.1.101.3.4.2.10"
HAS160: Final = "1.2.410.200004.1.2"

# PKCS#5 and ciphers
PBES2: Final = "1.2.840.113549.1.5.13"
PBKDF2: Final = "1.2.840.113549.1.5.12"
HMAC_MD5: Final = "1.2.840.113549.2.6"
HMAC_SHA1: Final = "1.2.840.113549.2.7"
HMAC_SHA224: Final = "1.2.840.113549.2.8"
HMAC_SHA256: Final = "1.2.840.113549.2.9"
HMAC_SHA384: Final = "1.2.840.113549.2.10"
HMAC_SHA512: Final = "1.2.840.113549.2.11"
HMAC_SHA512_224: Final = "1.2.840.113549.2.12"
HMAC_SHA512_256: Final = "1.2.840.113549.2.13"
HMAC_SHA3_224: Final = "2.16.840.1.101.3.4.2.13"
HMAC_SHA3_256: Final = "2.16.840.1.101.3.4.2.14"
HMAC_SHA3_384: Final = "2.16.840.1.101.3.4.2.15"
HMAC_SHA3_512: Final = "2.16.840.1.101.3.4.2.16"
SCRYPT: Final = "1.3.6.1.4.1.11591.4.11"
CAMELLIA128_CBC: Final = "1.2.392.200011.61.1.1.1.2"
CAMELLIA192_CBC: Final = "1.2.392.200011.61.1.1.1.3"
CAMELLIA256_CBC: Final = "1.2.392.200011.61.1.1.1.4"
PBE_MD2_DES: Final = "1.2.840.113549.1.5.1"
PBE_MD2_RC2: Final = "1.2.840.113549.1.5.4"
PBE_MD5_DES: Final = "1.2.840.113549.1.5.3"
PBE_MD5_RC2: Final = "1.2.840.113549.1.5.6"
PBE_SHA1_DES: Final = "1.2.840.113549.1.5.10"
PBE_SHA1_RC2: Final = "1.2.840.113549.1.5.11"
DES_CBC: Final = "1.3.14.3.2.7"
RC2_CBC: Final = "1.2.840.113549.3.2"
BLOWFISH_CBC: Final = "1.3.6.1.4.1.3029.1.2"
CAST5_CBC: Final = "1.2.840.113533.7.66.10"
IDEA_CBC: Final = "1.3.6.1.4.1.188.7.1.1.2"
RC4: Final = "1.2.840.113549.3.4"
DES_EDE3_CBC: Final = "1.2.840.113549.3.7"
AES128_CBC: Final = "2.16.840.1.101.3.4.1.2"
AES192_CBC: Final = "2.16.840.1.101.3.4.1.22"
AES256_CBC: Final = "2.16.840.1.101.3.4.1.42"
ARIA128_CBC: Final = "1.2.410.200046.1.1.2"
ARIA192_CBC: Final = "1.2.410.200046.1.1.7"
ARIA256_CBC: Final = "1.2.410.200046.1.1.12"
SEED_CBC: Final = "1.2.410.200004.1.4"
SEED_CBC_WITH_SHA1: Final = "1.2.410.200004.1.15"

# PKCS#12
PBMAC1: Final = "1.2.840.113549.1.5.14"
PKCS12_RC4_128: Final = "1.2.840.113549.1.12.1.1"
PKCS12_RC4_40: Final = "1.2.840.113549.1.12.1.2"
PKCS12_TRIPLE_DES: Final = "1.2.840.113549.1.12.1.3"
PKCS12_TWO_KEY_TRIPLE_DES: Final = "1.2.840.113549.1.12.1.4"
PKCS12_RC2_128: Final = "1.2.840.113549.1.12.1.5"
PKCS12_RC2_40: Final = "1.2.840.113549.1.12.1.6"
KEY_BAG: Final = "1.2.840.113549.1.12.10.1.1"
SHROUDED_KEY_BAG: Final = "1.2.840.113549.1.12.10.1.2"
CERT_BAG: Final = "1.2.840.113549.1.12.10.1.3"
SAFE_CONTENTS_BAG: Final = "1.2.840.113549.1.12.10.1.6"
X509_CERTIFICATE: Final = "1.2.840.113549.1.9.22.1"
FRIENDLY_NAME: Final = "1.2.840.113549.1.9.20"
LOCAL_KEY_ID: Final = "1.2.840.113549.1.9.21"

# Content types: PKCS#7, CMS
PKCS7_DATA: Final = "1.2.840.113549.1.7.1"
PKCS7_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
PKCS7_ENVELOPED_DATA: Final = "1.2.840.113549.1.7.3"
PKCS7_ENCRYPTED_DATA: Final = "1.2.840.113549.1.7.6"

TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"

# Attributes of CMS signers
CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
COUNTERSIGNATURE: Final = "1.2.840.113549.1.9.6"
SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
TIME_STAMP_ATTRIBUTE: Final = "1.2.840.113549.1.9.16.2.14"
SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
ALGORITHM_PROTECTION: Final = "1.2.840.113549.1.9.52"
YESSIGN_RANDOM: Final = "1.2.410.200005.1.10.1"

# Certificate management: RFC 4210, RFC 4211, RFC 9480, and the OIW's MAC of old Korean clients
PBM: Final = "1.2.840.113533.7.66.13"
CRMF_HMAC_SHA1: Final = "1.3.6.1.5.5.8.1.2"
DES_MAC: Final = "1.3.14.3.2.10"
OLD_CERT_ID: Final = "1.3.6.1.5.5.7.5.1.5"
CA_PROT_ENC_CERT: Final = "1.3.6.1.5.5.7.4.1"
IMPLICIT_CONFIRM: Final = "1.3.6.1.5.5.7.4.13"
CMC_CA: Final = "1.3.6.1.5.5.7.3.27"

# Encrypted messages: RFC 5083, RFC 5084, RFC 8017 A.2.1
CMS_AUTH_ENVELOPED_DATA: Final = "1.2.840.113549.1.9.16.1.23"
AES128_GCM: Final = "2.16.840.1.101.3.4.1.6"
AES192_GCM: Final = "2.16.840.1.101.3.4.1.26"
AES256_GCM: Final = "2.16.840.1.101.3.4.1.46"
P_SPECIFIED: Final = "1.2.840.113549.1.1.9"

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
    DSA_WITH_SHA1: "dsa-with-sha1",
    DSA_WITH_SHA224: "dsa-with-sha224",
    DSA_WITH_SHA256: "dsa-with-sha256",
    ED25519: "Ed25519",
    KCDSA: "kcdsa",
    KCDSA1: "kcdsa1",
    MD4: "md4",
    MD5: "md5",
    SHA1: "sha1",
    SHA224: "sha224",
    SHA256: "sha256",
    SHA384: "sha384",
    SHA512: "sha512",
    SHA512_224: "sha512-224",
    SHA512_256: "sha512-256",
    SHA3_224: "sha3-224",
    SHA3_256: "sha3-256",
    SHA3_384: "sha3-384",
    SHA3_512: "sha3-512",
    HAS160: "has160",
    PBES2: "PBES2",
    PBKDF2: "PBKDF2",
    HMAC_MD5: "hmacWithMD5",
    HMAC_SHA1: "hmacWithSHA1",
    HMAC_SHA224: "hmacWithSHA224",
    HMAC_SHA256: "hmacWithSHA256",
    HMAC_SHA384: "hmacWithSHA384",
    HMAC_SHA512: "hmacWithSHA512",
    HMAC_SHA512_224: "hmacWithSHA512-224",
    HMAC_SHA512_256: "hmacWithSHA512-256",
    HMAC_SHA3_224: "hmacWithSHA3-224",
    HMAC_SHA3_256: "hmacWithSHA3-256",
    HMAC_SHA3_384: "hmacWithSHA3-384",
    HMAC_SHA3_512: "hmacWithSHA3-512",
    PBMAC1: "PBMAC1",
    PBM: "PasswordBasedMac",
    CRMF_HMAC_SHA1: "hmac-SHA1",
    DES_MAC: "desMAC",
    SCRYPT: "scrypt",
    DES_EDE3_CBC: "des-EDE3-CBC",
    AES128_CBC: "aes128-CBC",
    AES192_CBC: "aes192-CBC",
    AES256_CBC: "aes256-CBC",
    AES128_GCM: "aes128-GCM",
    AES192_GCM: "aes192-GCM",
    AES256_GCM: "aes256-GCM",
    P_SPECIFIED: "id-pSpecified",
    DES_CBC: "desCBC",
    RC2_CBC: "rc2CBC",
    BLOWFISH_CBC: "bf-cbc",
    CAST5_CBC: "cast5CBC",
    IDEA_CBC: "ideaCBC",
    RC4: "rc4",
    CAMELLIA128_CBC: "camellia128-cbc",
    CAMELLIA192_CBC: "camellia192-cbc",
    CAMELLIA256_CBC: "camellia256-cbc",
    PBE_MD2_DES: "pbeWithMD2AndDES-CBC",
    PBE_MD5_DES: "pbeWithMD5AndDES-CBC",
    PBE_MD2_RC2: "pbeWithMD2AndRC2-CBC",
    PBE_MD5_RC2: "pbeWithMD5AndRC2-CBC",
    PBE_SHA1_DES: "pbeWithSHA1AndDES-CBC",
    PBE_SHA1_RC2: "pbeWithSHA1AndRC2-CBC",
    PKCS12_RC4_128: "pbeWithSHAAnd128BitRC4",
    PKCS12_RC4_40: "pbeWithSHAAnd40BitRC4",
    PKCS12_TRIPLE_DES: "pbeWithSHAAnd3-KeyTripleDES-CBC",
    PKCS12_TWO_KEY_TRIPLE_DES: "pbeWithSHAAnd2-KeyTripleDES-CBC",
    PKCS12_RC2_128: "pbeWithSHAAnd128BitRC2-CBC",
    PKCS12_RC2_40: "pbeWithSHAAnd40BitRC2-CBC",
    KEY_BAG: "keyBag",
    SHROUDED_KEY_BAG: "pkcs8ShroudedKeyBag",
    CERT_BAG: "certBag",
    "1.2.840.113549.1.12.10.1.4": "crlBag",
    "1.2.840.113549.1.12.10.1.5": "secretBag",
    SAFE_CONTENTS_BAG: "safeContentsBag",
    X509_CERTIFICATE: "x509Certificate",
    "1.2.840.113549.1.9.22.2": "sdsiCertificate",
    FRIENDLY_NAME: "friendlyName",
    LOCAL_KEY_ID: "localKeyID",
    PKCS7_DATA: "data",
    PKCS7_SIGNED_DATA: "signedData",
    PKCS7_ENVELOPED_DATA: "envelopedData",
    CMS_AUTH_ENVELOPED_DATA: "authEnvelopedData",
    PKCS7_ENCRYPTED_DATA: "encryptedData",
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
    TST_INFO: "id-ct-TSTInfo",
    CONTENT_TYPE: "contentType",
    MESSAGE_DIGEST: "messageDigest",
    SIGNING_TIME: "signingTime",
    COUNTERSIGNATURE: "countersignature",
    SIGNING_CERTIFICATE: "signingCertificate",
    TIME_STAMP_ATTRIBUTE: "timeStampToken",
    SIGNING_CERTIFICATE_V2: "signingCertificateV2",
    ALGORITHM_PROTECTION: "cmsAlgorithmProtection",
    YESSIGN_RANDOM: "yessign random",
    KISA_IDENTIFY_DATA: "id-kisa-identifyData",
    VID: "id-VID",
    ENCRYPTED_VID: "id-EncryptedVID",
    RANDOM_NUM: "id-randomNum",
}


def name_of(oid: str) -> str | None:
    """The usual name of an algorithm or attribute, or ``None`` where it is not known here."""
    return _NAMES.get(oid)
