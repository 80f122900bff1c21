# SPDX-License-Identifier: Apache-2.0
"""Named ways to lock a private key."""

from __future__ import annotations

from typing import Final

from attrs import evolve, field, frozen, validators

from kcert._asn1 import oids

__all__ = [
    "CHEAPEST",
    "MODERN",
    "MODERN_ARIA",
    "NPKI",
    "NPKI_PBES2",
    "PKCS12_KOREAN",
    "PKCS12_MODERN",
    "PKCS12_PBMAC1",
    "LockProfile",
    "Pkcs12Profile",
]


@frozen(kw_only=True)
class LockProfile:
    """How a private key is locked. Salt and initialisation vector are drawn anew each time.

    Attributes:
        name: For people.
        scheme: Object identifier of the scheme, for example PBES2.
        cipher: Object identifier of the cipher under PBES2; other schemes imply theirs.
        prf: Object identifier of the HMAC of PBKDF2; other schemes imply their hash.
        iterations: Rounds of the key derivation, from 1 to 2,000,000.
        salt_size: Octets of the salt, from 8 to 1,024.
    """

    name: str
    scheme: str
    cipher: str | None = None
    prf: str | None = None
    iterations: int = field(validator=[validators.ge(1), validators.le(2_000_000)])
    salt_size: int = field(default=8, validator=[validators.ge(8), validators.le(1_024)])


NPKI: Final = LockProfile(name="NPKI", scheme=oids.SEED_CBC_WITH_SHA1, iterations=2_048)
"""As Korean programs write signPri.key: 1.2.410.200004.1.15, 8 octets of salt, 2,048 rounds."""

NPKI_PBES2: Final = LockProfile(
    name="NPKI_PBES2",
    scheme=oids.PBES2,
    cipher=oids.SEED_CBC,
    prf=oids.HMAC_SHA1,
    iterations=2_048,
)
"""The other shape that Korean programs write: PBES2, PBKDF2 with HMAC-SHA1, SEED-CBC."""

MODERN: Final = LockProfile(
    name="MODERN",
    scheme=oids.PBES2,
    cipher=oids.AES256_CBC,
    prf=oids.HMAC_SHA256,
    iterations=600_000,
    salt_size=16,
)
"""Today's advice for passwords: PBES2, PBKDF2 with HMAC-SHA256, 600,000 rounds, AES-256-CBC."""

MODERN_ARIA: Final = LockProfile(
    name="MODERN_ARIA",
    scheme=oids.PBES2,
    cipher=oids.ARIA256_CBC,
    prf=oids.HMAC_SHA256,
    iterations=600_000,
    salt_size=16,
)
"""`MODERN` with the Korean standard cipher: ARIA-256-CBC (RFC 5794), as public bodies ask for."""

CHEAPEST: Final = LockProfile(name="CHEAPEST", scheme=oids.SEED_CBC_WITH_SHA1, iterations=1)
"""For tests only: the shape of `NPKI` with one round."""


@frozen(kw_only=True)
class Pkcs12Profile:
    """How a PKCS#12 file is protected.

    Attributes:
        name: For people.
        key: How each private key is locked.
        certificates: How the certificates are encrypted; ``None`` leaves them readable.
        mac_digest: Object identifier of the hash of the MAC.
        mac_iterations: Rounds of the key derivation of the MAC, from 1 to 2,000,000.
        mac_salt_size: Octets of the salt of the MAC, from 8 to 1,024.
        mac_salt_of_key: Take the salt of the first key for the MAC, too. Only for schemes with a
            PBEParameter; the derivations differ by their purpose all the same.
        pbmac1: Derive the key of the MAC with PBKDF2 (RFC 9579) instead of the PKCS#12 derivation.
    """

    name: str
    key: LockProfile
    certificates: LockProfile | None
    mac_digest: str
    mac_iterations: int = field(validator=[validators.ge(1), validators.le(2_000_000)])
    mac_salt_size: int = field(default=8, validator=[validators.ge(8), validators.le(1_024)])
    mac_salt_of_key: bool = False
    pbmac1: bool = False


PKCS12_KOREAN: Final = Pkcs12Profile(
    name="PKCS12_KOREAN",
    key=LockProfile(name="PKCS12_KOREAN", scheme=oids.PKCS12_TRIPLE_DES, iterations=1_024),
    certificates=None,
    mac_digest=oids.SHA1,
    mac_iterations=1_024,
    mac_salt_of_key=True,
)
"""As Korean programs write a .pfx: certificates readable, keys in triple DES, MAC with SHA-1, 1,024
rounds each. Weak by today's measure; for programs that read nothing else."""

PKCS12_MODERN: Final = Pkcs12Profile(
    name="PKCS12_MODERN",
    key=MODERN,
    certificates=MODERN,
    mac_digest=oids.SHA256,
    mac_iterations=600_000,
    mac_salt_size=16,
)
"""Everything encrypted as in `MODERN`, MAC with HMAC-SHA256, 600,000 rounds each."""

PKCS12_PBMAC1: Final = evolve(PKCS12_MODERN, name="PKCS12_PBMAC1", pbmac1=True)
"""As `PKCS12_MODERN`, with the MAC of RFC 9579, which few programs read yet."""
