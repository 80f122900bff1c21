# SPDX-License-Identifier: Apache-2.0
"""From keys and certificates to credentials: which belong together, and what each pair is for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1 import encode, oids
from kcert.certificate.public_keys import same_public_key
from kcert.credential import BagAttribute, Credential, KeyPair
from kcert.errors import (
    FormatError,
    KcertError,
    KeyMismatchError,
    LimitError,
    UnsupportedAlgorithmError,
)
from kcert.formats.pairing import is_key_management
from kcert.keys.passwords import Password

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kcert.formats.pkcs12.contents import CertificateEntry, Contents, KeyEntry
    from kcert.keys import Limits

__all__ = ["credentials"]

_FORMAT: Final = "PKCS#12 file"


@frozen
class _Pair:
    certificate: CertificateEntry
    key: KeyEntry

    @property
    def signs(self) -> bool:
        return not is_key_management(self.certificate.certificate)


def credentials(
    contents: Contents,
    password: str | bytes | bytearray | memoryview | None,
    limits: Limits,
) -> tuple[Credential, ...]:
    """Every credential in the contents of a file.

    Raises:
        FormatError: A key or its certificate is missing, or it cannot be told which belong
            together.
        KeyMismatchError: A key fits none of the certificates.
    """
    try:
        secret = Password(b"" if password is None else password)
    finally:
        del password
    with secret:
        matcher = _Matcher(contents, secret, limits)
        with_keys = matcher.pairs()
    others = list(matcher.free.values())
    signing = [pair for pair in with_keys if pair.signs]
    rest = [pair for pair in with_keys if not pair.signs]
    found: list[Credential] = []
    for pair in signing:
        second = next((other for other in rest if _same_holder(pair, other)), None)
        if second is not None:
            rest.remove(second)
        found.append(_credential(pair, second, others, contents.problems))
    found += (_credential(pair, None, others, contents.problems) for pair in rest)
    return tuple(found)


def _same_holder(pair: _Pair, other: _Pair) -> bool:
    return pair.certificate.certificate.subject.matches(other.certificate.certificate.subject)


class _Matcher:
    """Finds the certificate of each key."""

    def __init__(self, contents: Contents, password: Password, limits: Limits) -> None:
        self._password = password
        self._limits = limits
        self._keys = contents.keys
        self._problems = contents.problems
        # One certificate may stand in a file twice; it counts once. Those left are without a key.
        self.free: dict[bytes, CertificateEntry] = {}
        for entry in contents.certificates:
            self.free.setdefault(entry.certificate.der, entry)
        self._keys_named = Counter(key.local_key_id for key in contents.keys)
        self._named: dict[bytes | None, list[CertificateEntry]] = {}
        for entry in self.free.values():
            self._named.setdefault(entry.local_key_id, []).append(entry)

    def pairs(self) -> list[_Pair]:
        if not self._keys:
            for problem in self._problems:
                # What was left out may be what is missing now.
                if isinstance(problem, UnsupportedAlgorithmError):
                    raise problem
            raise FormatError(
                _FORMAT,
                "it has no private key; use pkcs12.read to see its certificates",
                reason_ko="개인키가 없습니다; 인증서만 보려면 pkcs12.read를 쓰십시오",
            )
        if not self.free:
            raise FormatError(
                _FORMAT,
                "it has a private key but no certificate; use pkcs12.read and give the "
                "certificate to kcert.Credential",
                reason_ko="개인키만 있고 인증서가 없습니다; pkcs12.read로 읽은 뒤 인증서와 함께 "
                "kcert.Credential을 만드십시오",
            )
        # What says which certificate it belongs to goes first, so that less is left to compare.
        found: dict[int, CertificateEntry] = {}
        for index, key in enumerate(self._keys):
            named = self._certificate_named(key)
            if named is not None:
                found[index] = self._take(named)
        for index, key in enumerate(self._keys):
            if index not in found:
                found[index] = self._take(self._compared(key, len(self._keys) - len(found)))
        return [_Pair(found[index], key) for index, key in enumerate(self._keys)]

    def _take(self, entry: CertificateEntry) -> CertificateEntry:
        return self.free.pop(entry.certificate.der)

    def _certificate_named(self, key: KeyEntry) -> CertificateEntry | None:
        """The one certificate with the key's localKeyID, where no other key has it too.

        Where the key lies open, its public half has the last word.
        """
        wanted = key.local_key_id
        same = self._named.get(wanted, [])
        if wanted is None or self._keys_named[wanted] > 1 or len(same) != 1:
            return None
        if key.public_key_info is not None and not _same(key.public_key_info, same[0]):
            return None
        return same[0]

    def _compared(self, key: KeyEntry, keys_left: int) -> CertificateEntry:
        """The certificate with the key's public key; of several the one that is valid longest."""
        public_key_info = key.public_key_info or self._public_key_info(key)
        free = list(self.free.values())
        if public_key_info is not None:
            same = [entry for entry in free if _same(public_key_info, entry)]
            if not same:
                raise KeyMismatchError
            return max(same, key=lambda entry: entry.certificate.validity.not_after)
        # The key cannot be looked into: only what is left when nothing else fits.
        possible = [entry for entry in free if not entry.certificate.is_ca] or free
        if len(possible) == 1 and keys_left == 1:
            return possible[0]
        raise FormatError(
            _FORMAT,
            "it cannot be told which certificate a private key belongs to; export each pair into "
            "a file of its own",
            reason_ko="개인키와 인증서의 짝을 알 수 없습니다; 한 쌍씩 따로 내보내십시오",
        )

    def _public_key_info(self, key: KeyEntry) -> bytes | None:
        """Open the key for a look; ``None`` where it does not open."""
        try:
            with key.key.unlock(self._password.octets, limits=self._limits) as opened:
                return opened.public_key_info
        except KcertError:
            return None


def _same(public_key_info: bytes, entry: CertificateEntry) -> bool:
    """Whether a public key is a certificate's; one that nobody can read is not."""
    try:
        return same_public_key(public_key_info, entry.certificate.public_key_info)
    except (FormatError, LimitError):
        return False


def _credential(
    pair: _Pair,
    second: _Pair | None,
    others: Sequence[CertificateEntry],
    problems: tuple[KcertError, ...],
) -> Credential:
    name = pair.certificate.friendly_name
    if name is None:
        name = pair.key.friendly_name
    attributes: list[BagAttribute] = []
    for found in filter(None, (pair, second)):
        certificate = found.certificate.certificate
        attributes += _attributes(found.certificate, certificate.fingerprint(), False)
        attributes += _attributes(found.key, certificate.fingerprint(), True)
    for entry in others:
        attributes += _attributes(entry, entry.certificate.fingerprint(), False)
    own = pair.certificate.certificate.fingerprint()
    usual = None if name is None else (encode.bmp_string(name),)
    return Credential(
        pair.certificate.certificate,
        pair.key.key,
        None if second is None else KeyPair(second.certificate.certificate, second.key.key),
        tuple(entry.certificate for entry in others),
        name,
        # The name of the signing pair is said already.
        bag_attributes=tuple(
            found
            for found in attributes
            if not (
                found.fingerprint == own
                and found.oid == oids.FRIENDLY_NAME
                and found.values == usual
            )
        ),
        problems=problems,
    )


def _attributes(
    entry: CertificateEntry | KeyEntry, fingerprint: str, of_key: bool
) -> list[BagAttribute]:
    """The attributes of an entry; localKeyID only says what the pairs say."""
    return [
        BagAttribute(fingerprint, of_key, found.oid, found.values)
        for found in entry.attributes
        if found.oid != oids.LOCAL_KEY_ID
    ]
