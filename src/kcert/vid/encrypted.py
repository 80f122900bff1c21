# SPDX-License-Identifier: Apache-2.0
"""EncryptedVID: VID and R for a certificate authority (KCAC.TS.SIVID)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kcert._asn1 import oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert.certificate import VID
from kcert.errors import KcertError, UnsupportedAlgorithmError
from kcert.keys import Padding, rsa
from kcert.vid.building import build_vid, raw_vid
from kcert.vid.checking import MAX_RANDOM
from kcert.vid.received import ReceivedIdentity, check_size, does_not_open

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.vid.received import Decrypter

__all__ = ["build_encrypted", "open_encrypted"]


def build_encrypted(
    certificate: Certificate,
    id_number: str,
    random: bytes,
    hash_algorithm: str = "sha256",
    *,
    null_parameters: bool = False,
) -> bytes:
    """Build an EncryptedVID: VID and R, encrypted to an authority's certificate.

    Args:
        certificate: The authority's certificate.
        id_number: See `compute`.
        random: R, see `compute`.
        hash_algorithm: Hash of the VID.
        null_parameters: See `build`.

    Returns:
        DER of an EncryptedVID.

    Raises:
        FormatError: The number or R is no such thing.
        UnsupportedAlgorithmError: kcert does not have the hash, or the certificate's key is not
            RSA or too short for what it has to hold.
    """
    from kcert._asn1.enveloped import IssuerAndSerialNumber
    from kcert._asn1.vid import RawEncryptedVid, encode_encrypt_content

    try:
        vid = raw_vid(build_vid(id_number, random, hash_algorithm, null_parameters=null_parameters))
        encrypted = rsa.encrypt(
            certificate, encode_encrypt_content(vid, random), Padding.PKCS1V15, "sha256"
        )
    finally:
        del id_number, random
    return RawEncryptedVid(
        vid.hash_algorithm,
        AlgorithmIdentifier(oids.RSA_ENCRYPTION, NULL_PARAMETERS),
        IssuerAndSerialNumber(certificate.issuer.der, certificate.serial_number),
        encrypted,
    ).encode()


def open_encrypted(encrypted_vid: bytes, pair: Decrypter) -> ReceivedIdentity:
    """Open an EncryptedVID.

    Args:
        encrypted_vid: DER of an EncryptedVID.
        pair: The pair whose certificate it was encrypted to.

    Raises:
        UnlockError: It was not made for this certificate, or was changed or damaged.
        FormatError: It is not an EncryptedVID.
        UnsupportedAlgorithmError: It is not encrypted with RSA PKCS#1 v1.5.
        LimitError: It is larger than 16 KiB.
    """
    from kcert._asn1.vid import RawEncryptedVid

    check_size(len(encrypted_vid))
    raw = RawEncryptedVid.load(bytes(encrypted_vid))
    algorithm = raw.encryption_algorithm
    if algorithm.oid != oids.RSA_ENCRYPTION:
        raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use="EncryptedVID")
    received = None
    with suppress(KcertError):
        received = _read(pair.decrypt(raw.encrypted), raw.hash_algorithm.oid)
    if received is None:
        raise does_not_open()
    return received


def _read(content: bytes, hash_oid: str) -> ReceivedIdentity | None:
    from kcert._asn1.vid import read_encrypt_content

    vid, random = read_encrypt_content(content)
    oid, parameters = vid.hash_algorithm.oid, vid.hash_algorithm.parameters
    if oid != hash_oid or len(random) > MAX_RANDOM:
        return None
    return ReceivedIdentity(random, vid=VID(oids.name_of(oid) or oid, oid, parameters, vid.digest))
