# SPDX-License-Identifier: Apache-2.0
"""Keys that are not locked, in base64, as PyPinkSign's functions take and give them."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from attrs import evolve

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.pkcs5 import PBEParameter
from kcert._asn1.pkcs8 import EncryptedPrivateKeyInfo, PrivateKeyInfo
from kcert.compat.pypinksign.errors import value_errors, warn_unsafe
from kcert.errors import FormatError, LimitError
from kcert.formats import pkcs12
from kcert.keys import profiles
from kcert.keys.limits import DEFAULT_LIMITS
from kcert.keys.passwords import Password
from kcert.keys.private import PrivateKey
from kcert.keys.schemes import PBE_SCHEMES

if TYPE_CHECKING:
    from kcert.credential.types import Octets
    from kcert.credential.types import Password as AnyPassword

__all__ = [
    "encrypt_decrypted_prikey",
    "inject_rand_in_plain_prikey",
    "separate_p12_into_npki",
]

_SALT_SIZE: Final = 8


def _decoded(text: str | bytes, what: str) -> bytes:
    try:
        if len(text) > 2 * DEFAULT_LIMITS.max_file_size:
            raise LimitError("text size", len(text), 2 * DEFAULT_LIMITS.max_file_size, where=what)
        try:
            return base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            pass
    finally:
        del text
    raise FormatError(what, "it is not base64", reason_ko="base64가 아닙니다")


def separate_p12_into_npki(p12_data: Octets, prikey_password: AnyPassword) -> tuple[bytes, bytes]:
    """Take a PKCS#12 file apart into certificate and private key. The key is **not locked**.

    PyPinkSign loses R on the way; here it stays in the key.

    Args:
        p12_data: The file.
        prikey_password: Its password.

    Returns:
        The certificate and the PrivateKeyInfo, both DER.

    Raises:
        UnlockValueError: The password is wrong or the file changed.
        KcertError: As `kcert.pkcs12.load` and `kcert.Credential.unlock` do.
    """
    warn_unsafe(
        "the private key comes back without a lock; keep pkcs12.load(...) instead, and "
        "npki.write_folder to write signCert.der and signPri.key"
    )
    try:
        with value_errors():
            credential = pkcs12.load(p12_data, prikey_password)
            with credential.unlock(prikey_password, key_management=False) as unlocked:
                return credential.certificate.der, unlocked.reveal_pkcs8()
    finally:
        del p12_data, prikey_password


def encrypt_decrypted_prikey(
    prikey_b64: str,
    prikey_pw: AnyPassword,
    salt_b64: str | None = None,
    iter_cnt: int = 2048,
) -> str:
    """Lock a private key as Korean programs write ``signPri.key`` (1.2.410.200004.1.15).

    PyPinkSign writes 2,048 into the file whatever was derived with; here the file says the truth.

    Args:
        prikey_b64: The PrivateKeyInfo in base64; attributes, R among them, stay.
        prikey_pw: The password.
        salt_b64: 8 octets in base64. Best left out: a fresh salt is drawn, and the initialisation
            vector of this scheme is only as fresh as the salt.
        iter_cnt: Rounds, from 1 to 2,000,000.

    Returns:
        The locked key in base64.

    Raises:
        FormatError: It is no private key, or not base64.
        ValueError: Rounds out of range, or a salt that has not 8 octets.
    """
    if iter_cnt < profiles.NPKI.iterations:
        warn_unsafe(f"{iter_cnt} rounds are fewer than the 2,048 of today's key files")
    if salt_b64 is not None:
        warn_unsafe("a salt that is given may repeat, and the vector with it; leave salt_b64 out")
    try:
        profile = evolve(profiles.NPKI, iterations=iter_cnt)
        with PrivateKey.load(_decoded(prikey_b64, "private key")) as key:
            if salt_b64 is None:
                locked = key.lock(prikey_pw, profile).der
            else:
                salt = _decoded(salt_b64, "salt")
                locked = _locked_with(key, prikey_pw, salt, iter_cnt)
    finally:
        del prikey_b64, prikey_pw
    return base64.b64encode(locked).decode("ascii")


def _locked_with(key: PrivateKey, password: AnyPassword, salt: bytes, iterations: int) -> bytes:
    if len(salt) != _SALT_SIZE:
        raise ValueError("the salt has 8 octets")
    known = PBE_SCHEMES[oids.SEED_CBC_WITH_SHA1]
    parameters = PBEParameter(salt, iterations)
    scheme = known.bind(parameters, AlgorithmIdentifier(known.oid, parameters.encode()))
    try:
        with Password(password) as secret:
            encrypted = scheme.encrypt(key.reveal_pkcs8(), secret)
    finally:
        del password
    return EncryptedPrivateKeyInfo(scheme.algorithm, encrypted).encode()


def inject_rand_in_plain_prikey(prikey_b64: str, rand_num: bytes) -> str:
    """Put R into a private key that is not locked and has lost it.

    kcert loses R nowhere: this mends keys that other programs have made. Attributes that the key
    has are replaced by R alone, as PyPinkSign does.

    Args:
        prikey_b64: The PrivateKeyInfo in base64.
        rand_num: R, 20 octets in every certificate seen.

    Returns:
        The PrivateKeyInfo with the attribute 1.2.410.200004.10.1.1.3, in base64, not locked.

    Raises:
        FormatError: It is no RSA private key, or not base64.
        ValueError: R is empty.
    """
    warn_unsafe(
        "the private key comes back without a lock; kcert keeps R, so look for the original"
    )
    if not rand_num:
        raise ValueError("R has no octets")
    try:
        with PrivateKey.load(_decoded(prikey_b64, "private key")) as key:
            view = memoryview(key.reveal_pkcs8())
            random = encode.sequence(
                encode.oid(oids.RANDOM_NUM), encode.set_of([encode.bit_string(rand_num)])
            )
            made = encode.sequence(
                encode.integer(0),
                AlgorithmIdentifier(oids.RSA_ENCRYPTION, NULL_PARAMETERS).encode(),
                encode.octet_string(bytes(PrivateKeyInfo.read(view).private_key)),
                encode.context(0, random),
            )
    finally:
        del prikey_b64, rand_num
    return base64.b64encode(made).decode("ascii")
