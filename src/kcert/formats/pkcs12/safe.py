# SPDX-License-Identifier: Apache-2.0
"""From the octets of a file to its bags: MAC, decryption, caps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from kcert._asn1 import oids
from kcert._asn1.der import MAX_DEPTH
from kcert._asn1.pkcs8 import EncryptedPrivateKeyInfo
from kcert._asn1.pkcs12 import (
    PFX,
    EncryptedData,
    OtherPart,
    SafeBag,
    read_authenticated_safe,
    read_safe_contents,
)
from kcert.errors import FormatError, LimitError, UnlockError, UnsupportedAlgorithmError
from kcert.formats.pkcs12.mac import Mac, read_mac
from kcert.keys.passwords import Password
from kcert.keys.schemes import read_scheme

if TYPE_CHECKING:
    from kcert.keys.limits import Limits

__all__ = ["Safe", "open_safe"]

_FORMAT: Final = "PKCS#12 file"
_USE: Final = "PKCS#12 encryption"


@frozen
class Safe:
    """The bags of a file in their order, and the MAC that was found to be right, if there is one.

    Attributes:
        bags: Without those that only hold other bags. A bag with an open key is secret.
        mac: The MAC; ``None`` where the file has none.
        other_parts: Types of the parts that no password opens.
    """

    bags: tuple[SafeBag, ...] = field(repr=False)
    mac: Mac | None
    other_parts: tuple[str, ...]


@define
class _Budget:
    """Work and bags that a file may still ask for."""

    limits: Limits
    iterations: int = 0
    bags: int = 0

    def charge(self, iterations: int) -> None:
        self.iterations += iterations
        maximum = self.limits.max_total_iterations
        if self.iterations > maximum:
            raise LimitError("iterations in total", self.iterations, maximum, where=_FORMAT)

    def count(self, bags: int) -> None:
        self.bags += bags
        if self.bags > self.limits.max_bags:
            raise LimitError("bags", self.bags, self.limits.max_bags, where=_FORMAT)


def open_safe(data: bytes, password: Password | None, limits: Limits) -> Safe:
    """Check the MAC, decrypt what is encrypted, and list the bags. Locked keys stay locked.

    The MAC is checked before anything of the content is read, and every cap before the work that
    it caps.

    Raises:
        FormatError: It is not a PKCS#12 file, or damaged.
        LimitError: It asks for too much work, or has too many bags.
        UnlockError: The password is wrong, or needed and not given.
        UnsupportedAlgorithmError: It is protected in a way that kcert does not have.
    """
    pfx = PFX.read(data)
    del data  # keys may lie open in it
    budget = _Budget(limits)
    mac = None
    if pfx.mac_data is not None:
        mac = read_mac(pfx.mac_data)
        mac.check(limits)
        budget.charge(mac.cost)
        _verify(mac, pfx.auth_safe, password)
    parts = read_authenticated_safe(pfx.auth_safe)
    for part in parts:
        if isinstance(part, EncryptedData):
            scheme = read_scheme(part.algorithm, _USE)
            scheme.check(limits, _USE)
            budget.charge(scheme.cost)
    bags: list[SafeBag] = []
    for part in parts:
        if isinstance(part, EncryptedData):
            bags += _decrypt(part, password, budget)
        elif isinstance(part, bytes):
            bags += _flat(read_safe_contents(part), budget)
    others = tuple(part.content_type for part in parts if isinstance(part, OtherPart))
    return Safe(tuple(bags), mac, others)


def _verify(mac: Mac, content: bytes, password: Password | None) -> None:
    with Password(b"") as empty:
        right = mac.verify(content, empty if password is None else password)
    if not right:
        raise _refused(password)


def _refused(password: Password | None) -> UnlockError:
    if password is None:
        return UnlockError(
            _FORMAT,
            "PKCS#12 파일",
            reason="it has a password; give it",
            reason_ko="비밀번호가 있는 파일입니다; 비밀번호를 지정하십시오",
        )
    return UnlockError(_FORMAT, "PKCS#12 파일")


def _decrypt(part: EncryptedData, password: Password | None, budget: _Budget) -> list[SafeBag]:
    """The bags of an encrypted part; the plaintext that reads as one decides."""
    scheme = read_scheme(part.algorithm, _USE)
    encrypted = part.encrypted_content
    if not encrypted or len(encrypted) % scheme.cipher.block_size:
        raise FormatError(_FORMAT, "an encrypted part is not whole blocks; the file is damaged")
    with Password(b"") as empty:
        for plain in scheme.decrypt(encrypted, empty if password is None else password):
            try:
                contents = read_safe_contents(bytes(plain))
            except FormatError:
                continue
            finally:
                plain[:] = bytes(len(plain))
            return _flat(contents, budget)
    raise _refused(password)


def _flat(bags: tuple[SafeBag, ...], budget: _Budget, depth: int = 0) -> list[SafeBag]:
    """The bags with those that are inside of other bags, and their locks charged."""
    if depth > MAX_DEPTH:
        raise LimitError("nesting of bags", depth, MAX_DEPTH, where=_FORMAT)
    budget.count(len(bags))
    found: list[SafeBag] = []
    for bag in bags:
        if bag.oid == oids.SAFE_CONTENTS_BAG:
            found += _flat(read_safe_contents(bag.value), budget, depth + 1)
            continue
        if bag.oid == oids.SHROUDED_KEY_BAG:
            budget.charge(_cost(bag))
        found.append(bag)
    return found


def _cost(bag: SafeBag) -> int:
    """Rounds of a key's lock, as the caps count; none in a scheme that kcert cannot open anyway."""
    try:
        return read_scheme(EncryptedPrivateKeyInfo.read(bag.value).algorithm).cost
    except UnsupportedAlgorithmError:
        return 0
