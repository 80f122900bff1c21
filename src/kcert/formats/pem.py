# SPDX-License-Identifier: Apache-2.0
"""PEM: certificates and private keys as text, the form that servers take (RFC 7468).

Read: ``CERTIFICATE``, ``ENCRYPTED PRIVATE KEY``, ``PRIVATE KEY`` and ``RSA PRIVATE KEY``, the last
also in OpenSSL's traditional encryption, in any order and with text around them; other blocks are
passed over. Lines may have any length and end; a byte order mark and UTF-16 are taken.

Written: the certificate, the certificates of authorities, the private key, and then the pair for
decryption where there is one. Keys keep all their octets, R among them.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from kcert._asn1.pem import encode_pem
from kcert._asn1.pkcs8 import wrap_rsa
from kcert.credential import Credential, KeyPair, UnlockedCredential, UnlockedKeyPair
from kcert.errors import FormatError, UnlockError
from kcert.formats.pairing import FoundKey, pair
from kcert.formats.pem_attributes import BagAttributes, write_attributes
from kcert.formats.pem_blocks import CERTIFICATE, FORMAT, LOCKED_KEY, OPEN_KEY, RSA_KEY, read_bundle
from kcert.keys import DEFAULT_LIMITS, EncryptedKey, PrivateKey, traditional
from kcert.keys.profiles import MODERN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kcert.certificate import Certificate
    from kcert.credential.types import Octets, Password
    from kcert.formats.pairing import Paired
    from kcert.formats.pem_blocks import Bundle, KeyBlock
    from kcert.keys import Limits, LockProfile

    Text = str | Octets

__all__ = [
    "dump",
    "dump_certificates",
    "dump_unencrypted",
    "load",
    "load_certificates",
    "load_unencrypted",
]


def load(
    text: Text, password: Password | None = None, *, limits: Limits = DEFAULT_LIMITS
) -> Credential:
    """Read a credential. It stays locked.

    The certificate is the one that belongs to the key; of two pairs, the one for signatures comes
    first. All other certificates become ``ca_certificates``, in their order. What the text before
    a block says in OpenSSL's form (``friendlyName``, ``localKeyID``) is heeded.

    A key in the traditional encryption (``DEK-Info``), which anyone breaks who has it, is opened
    and locked anew under the same password with the profile `MODERN`.

    Args:
        text: The PEM text.
        password: Needed for keys in the traditional encryption, and where there are several keys,
            or several certificates that one could belong to, and no localKeyID; otherwise unused.
        limits: Caps on size and work.

    Returns:
        The credential. Certificates that could not be read stand in its ``problems``.

    Raises:
        FormatError: It is not PEM, the certificate or the key is missing, there are more than two
            keys, two keys are one certificate's, a key is not locked, or it takes the password.
        UnlockError: A key does not open with the password, or it is missing.
        KeyMismatchError: The key was opened, and is no certificate's.
        UnsupportedAlgorithmError: A key is not RSA, or in an encryption kcert does not have.
        LimitError: The text is larger than ``limits.max_file_size``, or opening is too much work.
    """
    try:
        bundle = read_bundle(text, limits)
        keys = [
            FoundKey(_locked(each, password, limits), each.attributes.local_key_id)
            for each in bundle.keys
        ]
        found = _pair_locked(bundle, keys, password, limits)
    finally:
        del text, password
    second = found.key_management
    return Credential(
        certificate=found.signing[0],
        key=found.signing[1],
        key_management=None if second is None else KeyPair(*second),
        ca_certificates=found.others,
        friendly_name=bundle.names.get(found.signing[0].der),
        problems=tuple(bundle.problems),
    )


def load_unencrypted(text: Text, *, limits: Limits = DEFAULT_LIMITS) -> UnlockedCredential:
    """Read a credential whose keys lie in the clear. Close it after use, and lock it for keeps.

    Args:
        text: The PEM text, with keys as ``PRIVATE KEY`` or ``RSA PRIVATE KEY``.
        limits: Caps on size.

    Raises:
        FormatError: It is not PEM, the certificate or the key is missing, there are more than two
            keys, two keys are one certificate's, or a key is locked.
        KeyMismatchError: A key is no certificate's.
        UnsupportedAlgorithmError: A key is not RSA.
        LimitError: The text is larger than ``limits.max_file_size``.
    """
    with ExitStack() as opened:
        try:
            bundle = read_bundle(text, limits)
            keys = [
                FoundKey(opened.enter_context(_open(each)), each.attributes.local_key_id)
                for each in bundle.keys
            ]
        finally:
            del text
        _check_certificates(bundle)
        found = pair(
            bundle.certificates,
            keys,
            FORMAT,
            lambda key, certificate: key.matches(certificate.public_key_info),
        )
        second = found.key_management
        unlocked = UnlockedCredential(
            *found.signing,
            key_management=None if second is None else UnlockedKeyPair(*second),
            ca_certificates=found.others,
            friendly_name=bundle.names.get(found.signing[0].der),
        )
        opened.pop_all()
    return unlocked


def load_certificates(text: Text, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Certificate, ...]:
    """Read the certificates of a text, each once and in their order; keys are passed over.

    Raises:
        FormatError: It is not PEM, or one of them is damaged.
        UnsupportedAlgorithmError: There is a key of an unknown kind in it.
        LimitError: The text is larger than ``limits.max_file_size``.
    """
    try:
        bundle = read_bundle(text, limits)
    finally:
        del text
    if bundle.problems:
        raise bundle.problems[0]
    return tuple(each.certificate for each in bundle.certificates)


def dump(
    credential: Credential | UnlockedCredential,
    new_password: Password | None = None,
    *,
    profile: LockProfile = MODERN,
) -> bytes:
    """Write a credential with its keys locked: certificate, authorities, key, then the km pair.

    Args:
        credential: Open, to lock its keys anew; or locked, to write them as they are.
        new_password: For an open credential: what is to open the text.
        profile: How to lock; `MODERN` is what servers and OpenSSL read.

    Returns:
        ASCII text, or UTF-8 where there is a friendly name in it.

    Raises:
        TypeError: An open credential without a password, or a locked one with one.
        ValueError: It is closed, or its km pair was left locked and would be lost.
        UnsupportedAlgorithmError: kcert cannot write what the profile names.
    """
    try:
        if isinstance(credential, UnlockedCredential):
            if new_password is None:
                raise TypeError("a new password is needed; dump_unencrypted writes without one")
            credential = credential.lock(new_password, profile=profile)
        elif new_password is not None:
            raise TypeError("a locked credential keeps its password; unlock it to give a new one")
    finally:
        del new_password
    second = credential.key_management
    return _write(
        (credential.certificate, LOCKED_KEY, credential.key.der),
        None if second is None else (second.certificate, LOCKED_KEY, second.key.der),
        credential.ca_certificates,
        credential.friendly_name,
    )


def dump_unencrypted(unlocked: UnlockedCredential) -> bytes:
    """Write an open credential with its keys in the clear. Whoever reads the text has the keys.

    Raises:
        ValueError: It is closed, or its km pair was left locked and would be lost.
    """
    unlocked.check_whole()
    second = unlocked.key_management
    return _write(
        (unlocked.certificate, OPEN_KEY, unlocked.reveal_pkcs8()),
        None if second is None else (second.certificate, OPEN_KEY, second.reveal_pkcs8()),
        unlocked.ca_certificates,
        unlocked.friendly_name,
    )


def dump_certificates(certificates: Iterable[Certificate]) -> bytes:
    """Write certificates, one block after the other, as for a server's ``fullchain.pem``."""
    return b"".join(_block(CERTIFICATE, each.der) for each in certificates)


def _check_certificates(bundle: Bundle) -> None:
    """Where nothing but damaged certificates is there, the damage is the answer."""
    if not bundle.certificates and bundle.problems:
        raise bundle.problems[0]


def _pair_locked(
    bundle: Bundle, keys: list[FoundKey[EncryptedKey]], password: Password | None, limits: Limits
) -> Paired[EncryptedKey]:
    _check_certificates(bundle)
    try:
        try:
            return pair(bundle.certificates, keys, FORMAT, None)
        except FormatError:
            if password is None or len(keys) > 2:
                raise
        with ExitStack() as opened:
            keys_by_der = {
                each.key.der: opened.enter_context(each.key.unlock(password, limits=limits))
                for each in keys
            }
            return pair(
                bundle.certificates,
                keys,
                FORMAT,
                lambda key, certificate: keys_by_der[key.der].matches(certificate.public_key_info),
            )
    finally:
        del password


def _locked(block: KeyBlock, password: Password | None, limits: Limits) -> EncryptedKey:
    """The key of a block, locked."""
    try:
        if block.label == LOCKED_KEY:
            return EncryptedKey.load(block.data, limits=limits)
        if not block.is_locked:
            raise FormatError(
                FORMAT,
                f"the {block.label} is not locked; use kcert.pem.load_unencrypted",
                reason_ko=f"{block.label}가 암호화되지 않았습니다; "
                "kcert.pem.load_unencrypted를 쓰십시오",
            )
        if block.label != RSA_KEY:
            raise FormatError(FORMAT, f"a {block.label} is not encrypted by headers")
        if password is None:
            raise UnlockError(reason="give the password", reason_ko="비밀번호를 지정하십시오")
        with _open_traditional(block, password) as key:
            return key.lock(password, MODERN)
    finally:
        del password


def _open_traditional(block: KeyBlock, password: Password) -> PrivateKey:
    """Open an ``RSA PRIVATE KEY`` that has a ``DEK-Info`` header."""
    try:
        plain = traditional.decrypt(block.headers, block.data, password)
    finally:
        del password
    key: PrivateKey | None
    try:
        key = PrivateKey.adopt(wrap_rsa(plain))
    except FormatError:
        # Padding fits by chance once in 256 wrong passwords.
        key = None
    finally:
        plain[:] = bytes(len(plain))
    if key is None:
        raise UnlockError
    return key


def _open(block: KeyBlock) -> PrivateKey:
    """The key of a block that is not locked."""
    if block.is_locked:
        raise FormatError(
            FORMAT,
            "a private key is locked; use kcert.pem.load",
            reason_ko="개인키가 잠겨 있습니다; kcert.pem.load를 쓰십시오",
        )
    if block.label == RSA_KEY:
        return PrivateKey.adopt(wrap_rsa(memoryview(block.data)))
    return PrivateKey.load(block.data)


def _block(label: str, data: bytes, attributes: BagAttributes | None = None) -> bytes:
    preface = b"" if attributes is None else write_attributes(attributes)
    return preface + encode_pem(label, data).encode("ascii")


def _write(
    signing: tuple[Certificate, str, bytes],
    key_management: tuple[Certificate, str, bytes] | None,
    ca_certificates: tuple[Certificate, ...],
    friendly_name: str | None,
) -> bytes:
    # Where one look does not tell what belongs together, the text before a block says it.
    marked = key_management is not None or not all(each.is_ca for each in ca_certificates)
    marked = marked or signing[0].is_ca
    parts: list[bytes] = []
    for position, (certificate, label, key) in enumerate(filter(None, (signing, key_management))):
        mark = bytes.fromhex(certificate.fingerprint("sha1")) if marked else None
        name = friendly_name if position == 0 else None
        parts.append(_block(CERTIFICATE, certificate.der, BagAttributes(mark, name)))
        if position == 0:
            parts.append(dump_certificates(ca_certificates))
        parts.append(_block(label, key, BagAttributes(mark)))
    return b"".join(parts)
