# SPDX-License-Identifier: Apache-2.0
"""Computing a VID and comparing it with the one in a certificate."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from kcert._asn1 import oids
from kcert._asn1.identify import encode_hash_content
from kcert.errors import FormatError, IdentityMismatchError, UnsupportedAlgorithmError
from kcert.vid.digits import bare_digits, not_a_number

if TYPE_CHECKING:
    from kcert.certificate import Certificate

__all__ = ["MAX_RANDOM", "compute", "hash_name", "verify"]

MAX_RANDOM: Final = 1_024


def hash_name(hash_algorithm: str) -> str:
    """Name of the hash as `hashlib` knows it, from a name or an object identifier."""
    name = oids.name_of(hash_algorithm) or hash_algorithm
    if name in hashlib.algorithms_available and hashlib.new(name).digest_size:
        return name
    oid = hash_algorithm if hash_algorithm[:1].isdigit() else None
    if name == "has160":
        oid = oids.HAS160
    raise UnsupportedAlgorithmError(oid, name if name != oid else None, use="VID hash")


def compute(id_number: str, random: bytes, hash_algorithm: str = "sha256") -> bytes:
    """Compute a VID: h(h(DER of HashContent)).

    Args:
        id_number: Resident, foreigner, corporate or business registration number. Hyphens and
            spaces are taken out; digits must remain.
        random: R, 20 octets in every certificate seen; 1 to 1,024 are taken.
        hash_algorithm: Name as in `hashlib` (``"sha1"``, ``"sha256"``, …) or object identifier.

    Returns:
        The virtualID octets, as long as the hash.

    Raises:
        FormatError: The number holds anything but digits, hyphens and spaces, or none; or R is
            empty or too long.
        UnsupportedAlgorithmError: kcert does not have the hash.
    """
    content = None
    try:
        name = hash_name(hash_algorithm)
        digits, size = bare_digits(id_number), len(random)
        if digits and 0 < size <= MAX_RANDOM:
            content = encode_hash_content(digits, random)
        is_number = bool(digits)
        del digits
    finally:
        # A logger's view of this frame must not show them.
        del id_number, random
    if content is not None:
        return hashlib.new(name, hashlib.new(name, content).digest()).digest()
    if not is_number:
        raise not_a_number()
    raise FormatError(
        "VID random",
        f"has {size} octets; from 1 to {MAX_RANDOM} are possible, 20 are usual",
        reason_ko=f"길이가 {size}바이트입니다; 보통 20바이트입니다",
    )


def verify(certificate: Certificate, id_number: str, random: bytes) -> None:
    """Check that ``id_number`` and ``random`` give the VID of ``certificate``.

    Args:
        certificate: The certificate whose holder is to be proved.
        id_number: See `compute`.
        random: R, from the holder's private key.

    Raises:
        IdentityMismatchError: They do not. A wrong number and a wrong R are the same answer.
        FormatError: The certificate has no VID, or see `compute`.
        UnsupportedAlgorithmError: kcert does not have the hash of the VID.
    """
    try:
        identity = certificate.identity
        vid = None if identity is None else identity.vid
        if vid is None:
            raise FormatError(
                "certificate",
                "carries no VID, so no identity can be checked against it",
                reason_ko="VID가 없는 인증서라서 본인확인을 할 수 없습니다",
            )
        computed = compute(id_number, random, vid.hash_algorithm)
    finally:
        del id_number, random
    matches = hmac.compare_digest(computed, vid.digest)
    del computed
    if not matches:
        raise IdentityMismatchError
