# SPDX-License-Identifier: Apache-2.0
"""What is in a PKCS#12 file, object by object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import der, oids
from kcert._asn1.der import Reader
from kcert._asn1.pkcs12 import BagAttribute, SafeBag, read_cert_bag
from kcert.errors import (
    FormatError,
    KcertError,
    LimitError,
    UnsupportedAlgorithmError,
    WeakIntegrityError,
)
from kcert.formats.authorities import load_certificate
from kcert.formats.pkcs12.safe import Safe, open_safe
from kcert.keys import DEFAULT_LIMITS, EncryptedKey, PrivateKey
from kcert.keys.passwords import Password
from kcert.keys.profiles import MODERN

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.keys import Limits, LockProfile

__all__ = ["CertificateEntry", "Contents", "KeyEntry", "read"]

_FORMAT: Final = "PKCS#12 file"

# Fewer rounds, or SHA-1, are a finding: guessing the password through the MAC is cheap.
_MIN_ITERATIONS: Final = 1_000


@frozen
class CertificateEntry:
    """One certificate of a file.

    Attributes:
        certificate: The certificate.
        friendly_name: Its name, where it has one.
        local_key_id: What it has in common with its key, where that is said.
        attributes: All its attributes, the two above among them.
    """

    certificate: Certificate
    friendly_name: str | None = field(repr=False)
    local_key_id: bytes | None
    attributes: tuple[BagAttribute, ...] = field(repr=False)


@frozen
class KeyEntry:
    """One private key of a file.

    Attributes:
        key: The key, locked as it is in the file; one that is not locked there has been locked
            under the password of the file.
        public_key_info: The public half of a key that was not locked; else ``None``.
        friendly_name: Its name, where it has one.
        local_key_id: What it has in common with its certificate, where that is said.
        attributes: All its attributes, the two above among them.
    """

    key: EncryptedKey
    public_key_info: bytes | None = field(repr=False)
    friendly_name: str | None = field(repr=False)
    local_key_id: bytes | None
    attributes: tuple[BagAttribute, ...] = field(repr=False)


@frozen
class Contents:
    """What is in a file, in its order.

    Attributes:
        certificates: The certificates.
        keys: The private keys, locked.
        mac: Name of the MAC that was found to be right; ``None`` where the file has none.
        problems: What could not be taken over, and what is wrong with the file.
    """

    certificates: tuple[CertificateEntry, ...]
    keys: tuple[KeyEntry, ...]
    mac: str | None
    problems: tuple[KcertError, ...] = field(eq=False)


def read(
    data: bytes | bytearray | memoryview,
    password: str | bytes | bytearray | memoryview | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Contents:
    """List what is in a file, whether or not it makes a credential.

    Args:
        data: The file, BER or DER.
        password: The password; ``None`` where it has none, which an empty one is, too.
        limits: Caps on size and work.

    Raises:
        FormatError: It is not a PKCS#12 file or damaged, or a key in it is not locked and there
            is no password to lock it under.
        LimitError: It asks for too much work, or is too large.
        UnlockError: The password is wrong, or needed and not given.
        UnsupportedAlgorithmError: It is protected in a way that kcert does not have.
    """
    try:
        return read_with_lock(data, password, password, MODERN, limits)
    finally:
        del data, password


def read_with_lock(
    data: bytes | bytearray | memoryview,
    password: str | bytes | bytearray | memoryview | None,
    lock: str | bytes | bytearray | memoryview | None,
    profile: LockProfile,
    limits: Limits,
) -> Contents:
    """As `read`; what is not locked is locked under the password ``lock``."""
    try:
        size = memoryview(data).nbytes
        if size > limits.max_file_size:
            raise LimitError("file size", size, limits.max_file_size, where=_FORMAT)
        if password is None:
            safe = open_safe(bytes(data), None, limits)
        else:
            with Password(password) as secret:
                safe = open_safe(bytes(data), secret, limits)
        return _Sorter(safe, limits).contents(lock, profile)
    except KcertError as error:
        # The parser's frames would show a key that lies open in the file.
        failure = error
    finally:
        del data, password, lock
    raise failure.without_origin()


class _Sorter:
    """Sorts the bags of a safe."""

    def __init__(self, safe: Safe, limits: Limits) -> None:
        self._safe = safe
        self._limits = limits
        self._certificates: list[CertificateEntry] = []
        self._keys: list[KeyEntry] = []
        self._problems: list[KcertError] = []
        self._iterations = 0

    def contents(
        self, lock: str | bytes | bytearray | memoryview | None, profile: LockProfile
    ) -> Contents:
        try:
            mac = self._safe.mac
            if mac is None:
                self._problems.append(WeakIntegrityError(_FORMAT, None))
            elif mac.iterations < _MIN_ITERATIONS or mac.digest in ("md4", "md5", "sha1"):
                self._problems.append(WeakIntegrityError(_FORMAT, mac.name, mac.iterations))
            for content_type in self._safe.other_parts:
                self._left_out(content_type)
            for bag in self._safe.bags:
                if bag.oid == oids.CERT_BAG:
                    self._certificate(bag)
                elif bag.oid == oids.SHROUDED_KEY_BAG:
                    key = EncryptedKey.load(bag.value, limits=self._limits)
                    self._key(bag, key, None)
                elif bag.oid == oids.KEY_BAG:
                    self._open_key(bag, lock, profile)
                else:
                    self._left_out(bag.oid)
        finally:
            del lock
        return Contents(
            tuple(self._certificates),
            tuple(self._keys),
            None if mac is None else mac.name,
            tuple(self._problems),
        )

    def _certificate(self, bag: SafeBag) -> None:
        kind, encoded = read_cert_bag(bag.value)
        if kind != oids.X509_CERTIFICATE:
            self._left_out(kind)
            return
        try:
            certificate = load_certificate(encoded)
        except KcertError as error:
            self._problems.append(error)
            return
        self._certificates.append(
            CertificateEntry(certificate, _friendly_name(bag), _local_key_id(bag), bag.attributes)
        )

    def _key(self, bag: SafeBag, key: EncryptedKey, public_key_info: bytes | None) -> None:
        self._keys.append(
            KeyEntry(key, public_key_info, _friendly_name(bag), _local_key_id(bag), bag.attributes)
        )

    def _open_key(
        self,
        bag: SafeBag,
        lock: str | bytes | bytearray | memoryview | None,
        profile: LockProfile,
    ) -> None:
        if lock is None:
            raise FormatError(
                _FORMAT,
                "its private key is not locked; give a password to lock it under, or use "
                "pkcs12.load_unencrypted",
                reason_ko="개인키가 암호화되어 있지 않습니다; 잠글 비밀번호를 지정하거나 "
                "pkcs12.load_unencrypted를 쓰십시오",
            )
        try:
            self._charge(profile.iterations)
            public_key_info = None
            try:
                with PrivateKey.load(bag.value, limits=self._limits) as opened:
                    public_key_info = opened.public_key_info
            except UnsupportedAlgorithmError:
                # A key that kcert cannot open is kept, too; what it is says who unlocks it.
                pass
            self._key(bag, EncryptedKey.lock(bag.value, lock, profile), public_key_info)
        finally:
            del lock

    def _charge(self, iterations: int) -> None:
        """Count the work of locking, which a file of many open keys asks for."""
        self._iterations += iterations
        maximum = self._limits.max_total_iterations
        if self._iterations > maximum:
            raise LimitError("iterations in total", self._iterations, maximum, where=_FORMAT)

    def _left_out(self, oid: str) -> None:
        self._problems.append(
            UnsupportedAlgorithmError(oid, oids.name_of(oid), use="object in a PKCS#12 file")
        )


def _values(bag: SafeBag, oid: str) -> tuple[bytes, ...]:
    return next((found.values for found in bag.attributes if found.oid == oid), ())


def _friendly_name(bag: SafeBag) -> str | None:
    """The name, which should be a BMPString; what is not UTF-16 in it is replaced."""
    for value in _values(bag, oids.FRIENDLY_NAME):
        tag, content = Reader(value, "friendlyName").read_any()
        return content.decode("utf-16-be" if tag == der.BMP_STRING else "utf-8", "replace")
    return None


def _local_key_id(bag: SafeBag) -> bytes | None:
    for value in _values(bag, oids.LOCAL_KEY_ID):
        tag, content = Reader(value, "localKeyID").read_any()
        return content if tag == der.OCTET_STRING else None
    return None
