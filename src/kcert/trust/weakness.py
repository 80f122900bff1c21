# SPDX-License-Identifier: Apache-2.0
"""Old cryptography in a path: refused unless it is allowed by name, and then marked."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.errors import UnsupportedAlgorithmError, WeakAlgorithmError

if TYPE_CHECKING:
    from kcert.certificate import SignatureAlgorithm
    from kcert.certificate.public_keys import PublicKeyFacts

__all__ = [
    "WeakPart",
    "Weakness",
    "weakness_of_dsa",
    "weakness_of_hash",
    "weakness_of_key",
    "weakness_of_signature",
]


class Weakness(enum.Enum):
    """A reason not to believe a path that is otherwise good."""

    SHA1 = "sha1"
    """A certificate, CRL or OCSP response is signed over a SHA-1 hash. Korea: until 2011."""
    SHORT_KEY = "short-key"
    """RSA, DSA or KCDSA from 1024 to 2047 bits, or a curve from 160 to 223 bits. Korea: until 2011.

    Shorter keys are never allowed.
    """
    DSA = "dsa"
    """A DSA key signs; the standard took DSA back for new signatures (FIPS 186-5)."""


@frozen
class WeakPart:
    """One weak part of a path.

    Attributes:
        weakness: What is weak about it.
        subject: What is weak, for example ``"signature"`` or ``"key"``.
        fingerprint: SHA-256 (lower-case hex) of the certificate it was found in; ``None`` where the
            certificate itself is not at hand, as with an authority known by its key.
    """

    weakness: Weakness
    subject: str
    fingerprint: str | None = field(default=None)

    def refused(self) -> WeakAlgorithmError:
        """The error for a caller who did not allow this weakness."""
        return WeakAlgorithmError(self.weakness.value, self.subject, fingerprint=self.fingerprint)


# Least sizes in bits: allowed when asked for, and strong enough (NIST SP 800-57, 112 bits).
_SIZES: Final[dict[str, tuple[int, int]]] = {
    "RSA": (1024, 2048),
    "DSA": (1024, 2048),
    "KCDSA": (1024, 2048),
    "EC": (160, 224),
    "EC-KCDSA": (160, 224),
}


def weakness_of_key(facts: PublicKeyFacts) -> Weakness | None:
    """What is weak about a key by its size; ``None`` where it is strong or of unknown size.

    Raises:
        UnsupportedAlgorithmError: It is so short that no option allows it.
    """
    sizes = _SIZES.get(facts.type)
    if sizes is None or facts.size is None:
        return None
    if facts.size < sizes[0]:
        raise UnsupportedAlgorithmError(
            facts.oid,
            f"{facts.type}-{facts.size}",
            use="certificate key",
            hint="keys this short are never believed",
            hint_ko="이렇게 짧은 키는 신뢰할 수 없습니다",
        )
    return Weakness.SHORT_KEY if facts.size < sizes[1] else None


def weakness_of_dsa(facts: PublicKeyFacts) -> Weakness | None:
    """Whether a signer's key is a DSA key."""
    return Weakness.DSA if facts.type == "DSA" else None


def weakness_of_hash(digest: str | None) -> Weakness | None:
    """What is weak about the hash of a signature, by its name. Broken ones are not supported."""
    return Weakness.SHA1 if digest == "sha1" else None


def weakness_of_signature(algorithm: SignatureAlgorithm) -> Weakness | None:
    """What is weak about a signature, by its algorithm."""
    return weakness_of_hash(algorithm.digest)
