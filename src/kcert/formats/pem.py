# SPDX-License-Identifier: Apache-2.0
"""PEM: certificates and private keys as text, the form that servers take (RFC 7468).

Read: ``CERTIFICATE``, ``ENCRYPTED PRIVATE KEY``, ``PRIVATE KEY``, and ``RSA``, ``EC`` and
``DSA PRIVATE KEY``, these also in OpenSSL's traditional encryption, in any order and with text
around them; other blocks are passed over. Lines may have any length and end; a byte order mark and
UTF-16 are taken.

Written: the certificate, the certificates of authorities, the private key, and then the pair for
decryption where there is one. Keys keep all their octets, R among them.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from kcert._asn1.pem import encode_pem
from kcert.credential import Credential, KeyPair, UnlockedCredential, UnlockedKeyPair
from kcert.errors import FormatError
from kcert.formats.pairing import FoundKey, pair
from kcert.formats.pem_attributes import BagAttributes, write_attributes
from kcert.formats.pem_blocks import CERTIFICATE, FORMAT, LOCKED_KEY, OPEN_KEY, read_bundle
from kcert.formats.pem_keys import locked_key, open_key
from kcert.formats.pem_names import bundle_attributes, bundle_name
from kcert.keys import DEFAULT_LIMITS
from kcert.keys.profiles import MODERN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kcert.certificate import Certificate
    from kcert.credential.types import Octets, Password
    from kcert.formats.pairing import Paired
    from kcert.formats.pem_blocks import Bundle
    from kcert.keys import EncryptedKey, Limits, LockProfile

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
        UnsupportedAlgorithmError: A key is of a kind or in an encryption kcert does not have.
        LimitError: The text is larger than ``limits.max_file_size``, or opening is too much work.
    """
    try:
        bundle = read_bundle(text, limits)
        keys = [locked_key(each, password, limits) for each in bundle.keys]
        found = _pair_locked(bundle, keys, password, limits)
    finally:
        del text, password
    certificate, position = found.signing
    second = found.key_management
    name = bundle_name(bundle, found)
    return Credential(
        certificate=certificate,
        key=keys[position],
        key_management=None if second is None else KeyPair(second[0], keys[second[1]]),
        ca_certificates=found.others,
        friendly_name=name,
        bag_attributes=bundle_attributes(bundle, found, name),
        problems=tuple(bundle.problems),
    )


def load_unencrypted(text: Text, *, limits: Limits = DEFAULT_LIMITS) -> UnlockedCredential:
    """Read a credential whose keys lie in the clear. Close it after use, and lock it for keeps.

    Args:
        text: The PEM text, with keys as ``PRIVATE KEY`` or in OpenSSL's own forms.
        limits: Caps on size.

    Raises:
        FormatError: It is not PEM, the certificate or the key is missing, there are more than two
            keys, two keys are one certificate's, or a key is locked.
        KeyMismatchError: A key is no certificate's.
        UnsupportedAlgorithmError: A key is of a kind that kcert does not have.
        LimitError: The text is larger than ``limits.max_file_size``.
    """
    with ExitStack() as opened:
        try:
            bundle = read_bundle(text, limits)
            keys = [opened.enter_context(open_key(each)) for each in bundle.keys]
        finally:
            del text
        found = _pair(
            bundle,
            lambda position, certificate: keys[position].matches(certificate.public_key_info),
        )
        certificate, position = found.signing
        second = found.key_management
        name = bundle_name(bundle, found)
        unlocked = UnlockedCredential(
            certificate,
            keys[position],
            key_management=None if second is None else UnlockedKeyPair(second[0], keys[second[1]]),
            ca_certificates=found.others,
            friendly_name=name,
            bag_attributes=bundle_attributes(bundle, found, name),
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
    keys = [credential.key.der] + ([] if second is None else [second.key.der])
    return _write(credential, LOCKED_KEY, keys)


def dump_unencrypted(unlocked: UnlockedCredential) -> bytes:
    """Write an open credential with its keys in the clear. Whoever reads the text has the keys.

    Raises:
        ValueError: It is closed, or its km pair was left locked and would be lost.
    """
    unlocked.check_whole()
    second = unlocked.key_management
    keys = [unlocked.reveal_pkcs8()] + ([] if second is None else [second.reveal_pkcs8()])
    return _write(unlocked, OPEN_KEY, keys)


def dump_certificates(certificates: Iterable[Certificate]) -> bytes:
    """Write certificates, one block after the other, as for a server's ``fullchain.pem``."""
    return "".join(encode_pem(CERTIFICATE, each.der) for each in certificates).encode("ascii")


def _pair(bundle: Bundle, owner: Callable[[int, Certificate], bool] | None) -> Paired[int]:
    """Pair certificates with keys, which stand for themselves by their position."""
    if not bundle.certificates and bundle.problems:
        # Where nothing but damaged certificates is there, the damage is the answer.
        raise bundle.problems[0]
    keys = [
        FoundKey(position, each.attributes.local_key_id)
        for position, each in enumerate(bundle.keys)
    ]
    return pair(bundle.certificates, keys, FORMAT, owner)


def _pair_locked(
    bundle: Bundle, keys: list[EncryptedKey], password: Password | None, limits: Limits
) -> Paired[int]:
    """Pair without opening the keys, if that goes."""
    try:
        try:
            return _pair(bundle, None)
        except FormatError:
            if password is None or not 1 <= len(keys) <= 2 or not bundle.certificates:
                raise
        with ExitStack() as stack:
            opened = [stack.enter_context(each.unlock(password, limits=limits)) for each in keys]
            return _pair(
                bundle,
                lambda position, certificate: opened[position].matches(certificate.public_key_info),
            )
    finally:
        del password


def _block(label: str, data: bytes, attributes: BagAttributes) -> bytes:
    return write_attributes(attributes) + encode_pem(label, data).encode("ascii")


def _write(credential: Credential | UnlockedCredential, label: str, keys: list[bytes]) -> bytes:
    second = credential.key_management
    own = [credential.certificate] + ([] if second is None else [second.certificate])
    others = credential.ca_certificates
    # Where one look does not tell what belongs together, the text before a block says it.
    marked = len(own) > 1 or own[0].is_ca or not all(each.is_ca for each in others)

    def attributes(certificate: Certificate, *, of_key: bool = False) -> BagAttributes:
        fingerprint = certificate.fingerprint()
        named = certificate == own[0] and not of_key
        return BagAttributes(
            bytes.fromhex(fingerprint) if marked and certificate in own else None,
            credential.friendly_name if named else None,
            tuple(
                (each.oid, each.values)
                for each in credential.bag_attributes
                if (each.fingerprint, each.of_key) == (fingerprint, of_key)
            ),
        )

    parts = [_block(CERTIFICATE, own[0].der, attributes(own[0]))]
    parts += [_block(CERTIFICATE, each.der, attributes(each)) for each in others]
    parts.append(_block(label, keys[0], attributes(own[0], of_key=True)))
    for certificate, key in zip(own[1:], keys[1:], strict=True):
        parts.append(_block(CERTIFICATE, certificate.der, attributes(certificate)))
        parts.append(_block(label, key, attributes(certificate, of_key=True)))
    return b"".join(parts)
