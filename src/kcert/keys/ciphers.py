# SPDX-License-Identifier: Apache-2.0
"""Block ciphers in CBC mode with PKCS#7 padding, by object identifier.

To add a cipher, write a `Transform` for it and a row in `CIPHERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import oids
from kcert.errors import UnsupportedAlgorithmError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    from kcert.keys import libcrypto

__all__ = [
    "BLOWFISH",
    "CAST5",
    "CIPHERS",
    "DES",
    "IDEA",
    "RC2_40",
    "RC2_128",
    "RC4",
    "RC4_40",
    "BlockCipher",
    "StreamCipher",
    "Transform",
]

Transform = Callable[[bool, bytes, bytes, bytes | bytearray], bytearray]
"""``transform(encrypting, key, iv, data)``: whole blocks through CBC mode."""


@frozen
class BlockCipher:
    """A block cipher in CBC mode.

    Attributes:
        oid: Object identifier of the cipher in CBC mode.
        key_size: Octets of a key.
        block_size: Octets of a block, and of an initialisation vector.
        strength: Bits of security, to tell a weaker lock from a stronger one.
    """

    oid: str
    key_size: int
    block_size: int
    strength: int
    _transform: Transform = field(repr=False, eq=False)

    @property
    def name(self) -> str:
        """The usual name, for example ``"aes256-CBC"``."""
        return oids.name_of(self.oid) or self.oid

    def encrypt(self, key: bytes, iv: bytes, data: bytes | bytearray) -> bytes:
        """Pad and encrypt; the padded copy is overwritten."""
        padding = self.block_size - len(data) % self.block_size
        # Through a view: adding or slicing would leave an intermediate copy behind.
        padded = bytearray((padding,)) * (len(data) + padding)
        memoryview(padded)[: len(data)] = data
        try:
            return bytes(self._transform(True, key, iv, padded))
        finally:
            padded[:] = bytes(len(padded))

    def decrypt(self, key: bytes, iv: bytes, data: bytes) -> bytearray | None:
        """Decrypt and take the padding off; ``None`` where the padding is wrong.

        A wrong padding is the usual mark of a wrong password, and no exception here: the one who
        raises it must not have the key among the locals of the traceback.
        """
        plain = self._transform(False, key, iv, data)
        padding = plain[-1]
        if 0 < padding <= self.block_size and plain.endswith(bytes((padding,)) * padding):
            del plain[-padding:]
            return plain
        plain[:] = bytes(len(plain))
        return None


class StreamCipher(BlockCipher):
    """A cipher without blocks, padding and initialisation vector; its blocks count one octet."""

    __slots__ = ()

    def encrypt(self, key: bytes, iv: bytes, data: bytes | bytearray) -> bytes:
        """Encrypt."""
        return bytes(self._transform(True, key, iv, data))

    def decrypt(self, key: bytes, iv: bytes, data: bytes) -> bytearray | None:
        """Decrypt; a wrong key shows in the plaintext only."""
        return self._transform(False, key, iv, data)


@cache
def _types() -> tuple[type[Cipher[CBC]], type[CBC], type[AES]]:
    # Imported on first use, and not anew each time: that takes as long as deciphering a key.
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    return Cipher, CBC, AES


def _through_cryptography(
    algorithm: BlockCipherAlgorithm, encrypting: bool, iv: bytes, data: bytes | bytearray
) -> bytearray:
    cipher_type, cbc, _ = _types()
    cipher = cipher_type(algorithm, cbc(iv))
    context = cipher.encryptor() if encrypting else cipher.decryptor()
    out = bytearray(len(data) + algorithm.block_size // 8 - 1)
    size = context.update_into(data, out)
    context.finalize()
    del out[size:]
    return out


def _aes(encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    return _through_cryptography(_types()[2](key), encrypting, iv, data)


def _triple_des(encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES

    return _through_cryptography(TripleDES(key), encrypting, iv, data)


def _where_offered(
    oid: str, algorithm: BlockCipherAlgorithm, encrypting: bool, iv: bytes, data: bytes | bytearray
) -> bytearray:
    """A cipher that only some builds of OpenSSL have, and kcert has no code of its own for."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return _through_cryptography(algorithm, encrypting, iv, data)
    except UnsupportedAlgorithm:
        pass
    raise UnsupportedAlgorithmError(
        oid,
        oids.name_of(oid),
        use="key lock",
        hint="the OpenSSL under `cryptography` is without it",
        hint_ko="`cryptography`가 쓰는 OpenSSL에 이 암호가 없습니다",
    )


def _camellia(encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    from cryptography.hazmat.decrepit.ciphers.algorithms import Camellia

    oid = {
        16: oids.CAMELLIA128_CBC,
        24: oids.CAMELLIA192_CBC,
        32: oids.CAMELLIA256_CBC,
    }[len(key)]
    return _where_offered(oid, Camellia(key), encrypting, iv, data)


def _blowfish(encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish

    return _where_offered(oids.BLOWFISH_CBC, Blowfish(key), encrypting, iv, data)


def _cast5(encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    from cryptography.hazmat.decrepit.ciphers.algorithms import CAST5

    return _where_offered(oids.CAST5_CBC, CAST5(key), encrypting, iv, data)


def _idea(encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    from cryptography.hazmat.decrepit.ciphers import algorithms

    return _where_offered(oids.IDEA_CBC, algorithms.IDEA(key), encrypting, iv, data)


def _des(encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    # Triple DES under one key is DES: the second pass undoes the first.
    return _triple_des(encrypting, key * 3, iv, data)


def _rc4(_encrypting: bool, key: bytes, _iv: bytes, data: bytes | bytearray) -> bytearray:
    from kcert.keys.rc4 import rc4

    return rc4(key, data)


def _rc2(_encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    from kcert.keys.rc2 import Rc2

    return Rc2(key, 8 * len(key)).decrypt_cbc(iv, data)


@cache
def platform_has_seed() -> bool:
    """Whether `cryptography` offers SEED here, and answers RFC 4269 B.1 rightly.

    It does not where OpenSSL's legacy provider is missing or switched off
    (``CRYPTOGRAPHY_OPENSSL_NO_LEGACY=1``), nor where it was built on a library without SEED.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
    except ImportError:
        return False
    plain = bytes(range(16))
    try:
        answer = _through_cryptography(SEED(bytes(16)), True, bytes(16), plain)
    except UnsupportedAlgorithm:
        return False
    return answer.hex() == "5ebac6e0054e166819aff1cc6d346cdb"


def _seed(encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    if platform_has_seed():
        from cryptography.hazmat.decrepit.ciphers.algorithms import SEED

        return _through_cryptography(SEED(key), encrypting, iv, data)
    from kcert.keys.seed import Seed

    own = Seed(key)
    return own.encrypt_cbc(iv, data) if encrypting else own.decrypt_cbc(iv, data)


# RFC 5794 appendix A.1 to A.3.
_ARIA_ANSWERS: Final = {
    16: "d718fbd6ab644c739da95f3be6451778",
    24: "26449c1805dbe7aa25a468ce263a9e79",
    32: "f92bd7c79fb72e2f2b8f80c1972d24fc",
}


@cache
def platform_aria(key_size: int) -> libcrypto.Cipher | None:
    """The ARIA of Python's own OpenSSL, if it can be reached and answers RFC 5794 A rightly."""
    from kcert.keys import libcrypto

    cipher = libcrypto.fetch(f"ARIA-{8 * key_size}-CBC")
    if cipher is None or (cipher.key_size, cipher.block_size) != (key_size, 16):
        return None
    plain = bytes.fromhex("00112233445566778899aabbccddeeff")
    answer = cipher.cbc(True, bytes(range(key_size)), bytes(16), plain)
    if answer is None or answer.hex() != _ARIA_ANSWERS[key_size]:
        return None
    return cipher


def _aria(encrypting: bool, key: bytes, iv: bytes, data: bytes | bytearray) -> bytearray:
    platform = platform_aria(len(key))
    answer = None if platform is None else platform.cbc(encrypting, key, iv, data)
    if answer is not None:
        return answer
    from kcert.keys.aria import Aria

    own = Aria(key)
    return own.encrypt_cbc(iv, data) if encrypting else own.decrypt_cbc(iv, data)


CIPHERS: Final = {
    cipher.oid: cipher
    for cipher in (
        BlockCipher(oids.SEED_CBC, 16, 16, 128, _seed),
        BlockCipher(oids.ARIA128_CBC, 16, 16, 128, _aria),
        BlockCipher(oids.ARIA192_CBC, 24, 16, 192, _aria),
        BlockCipher(oids.ARIA256_CBC, 32, 16, 256, _aria),
        BlockCipher(oids.AES128_CBC, 16, 16, 128, _aes),
        BlockCipher(oids.AES192_CBC, 24, 16, 192, _aes),
        BlockCipher(oids.AES256_CBC, 32, 16, 256, _aes),
        BlockCipher(oids.CAMELLIA128_CBC, 16, 16, 128, _camellia),
        BlockCipher(oids.CAMELLIA192_CBC, 24, 16, 192, _camellia),
        BlockCipher(oids.CAMELLIA256_CBC, 32, 16, 256, _camellia),
        BlockCipher(oids.DES_EDE3_CBC, 24, 8, 112, _triple_des),
    )
}

# Read in old files, never written.
DES: Final = BlockCipher(oids.DES_CBC, 8, 8, 56, _des)
BLOWFISH: Final = BlockCipher(oids.BLOWFISH_CBC, 16, 8, 64, _blowfish)
CAST5: Final = BlockCipher(oids.CAST5_CBC, 16, 8, 64, _cast5)
IDEA: Final = BlockCipher(oids.IDEA_CBC, 16, 8, 64, _idea)
RC2_128: Final = BlockCipher(oids.RC2_CBC, 16, 8, 64, _rc2)
RC2_64: Final = BlockCipher(oids.RC2_CBC, 8, 8, 64, _rc2)
RC2_40: Final = BlockCipher(oids.RC2_CBC, 5, 8, 40, _rc2)
RC4: Final = StreamCipher(oids.RC4, 16, 1, 64, _rc4)
RC4_40: Final = StreamCipher(oids.RC4, 5, 1, 40, _rc4)
