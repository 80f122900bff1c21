# SPDX-License-Identifier: Apache-2.0
"""How the content of an encrypted message is encrypted."""

from __future__ import annotations

import secrets
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING, Final

from attrs import frozen

from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.der import Reader
from kcert.errors import FormatError, LimitError, UnsupportedAlgorithmError
from kcert.keys.ciphers import CIPHERS
from kcert.keys.pbes2 import read_rc2

if TYPE_CHECKING:
    from kcert.keys.ciphers import BlockCipher

__all__ = ["Cipher", "ContentEncryption", "Sealed"]

_FORMAT: Final = "content encryption"
_GCM_KEY_SIZES: Final = {oids.AES128_GCM: 16, oids.AES192_GCM: 24, oids.AES256_GCM: 32}
# RFC 5084 section 3.2: 12 octets are recommended for the nonce; what is left out stands for 12.
_NONCE_SIZE: Final = 12
_NONCE_SIZES: Final = range(8, 65)
_TAG_SIZE: Final = 16
# A second and a half of work in Python.
_MAX_RC2_SIZE: Final = 1 << 20
_TAG_SIZES: Final = range(12, 17)
_DEFAULT_TAG_SIZE: Final = 12


class Cipher(Enum):
    """A cipher for the content of a message; the value is its object identifier."""

    AES_128_CBC = oids.AES128_CBC
    AES_192_CBC = oids.AES192_CBC
    AES_256_CBC = oids.AES256_CBC
    """What every program of today opens."""

    AES_128_GCM = oids.AES128_GCM
    AES_192_GCM = oids.AES192_GCM
    AES_256_GCM = oids.AES256_GCM
    """Shows every change to the message (AuthEnvelopedData); old programs do not open it."""

    SEED_CBC = oids.SEED_CBC
    """RFC 4010: what older Korean programs expect."""

    ARIA_128_CBC = oids.ARIA128_CBC
    ARIA_192_CBC = oids.ARIA192_CBC
    ARIA_256_CBC = oids.ARIA256_CBC

    TRIPLE_DES_CBC = oids.DES_EDE3_CBC
    """What the tax service expects."""

    RC2_CBC = oids.RC2_CBC
    """Only read: S/MIME of the 1990s, 40, 64 or 128 bits (RFC 3370 section 5.2)."""

    @property
    def authenticated(self) -> bool:
        """Whether it notices changes to the ciphertext."""
        return self.value in _GCM_KEY_SIZES

    @property
    def read_only(self) -> bool:
        """Whether messages are opened with it, and none is encrypted any more."""
        return self is Cipher.RC2_CBC

    @property
    def key_size(self) -> int:
        """Octets of a content key.

        Raises:
            UnsupportedAlgorithmError: Nothing is encrypted with it any more.
        """
        return _GCM_KEY_SIZES.get(self.value) or _block(self).key_size

    def new_key(self) -> bytes:
        """A fresh content key."""
        key = secrets.token_bytes(self.key_size)
        if self is not Cipher.TRIPLE_DES_CBC:
            return key
        # DES takes seven bits of an octet; the eighth makes the number of ones odd.
        return bytes(octet & 0xFE | (octet & 0xFE).bit_count() % 2 ^ 1 for octet in key)


def _block(cipher: Cipher) -> BlockCipher:
    found = CIPHERS.get(cipher.value)
    if found is None:
        raise UnsupportedAlgorithmError(
            cipher.value,
            oids.name_of(cipher.value),
            use="encryption",
            hint="it is only read; use Cipher.AES_256_CBC",
            hint_ko="읽기만 지원합니다; Cipher.AES_256_CBC를 쓰십시오",
        )
    return found


@frozen
class Sealed:
    """What came out of encrypting: how it was done, the ciphertext, and a tag or nothing."""

    algorithm: AlgorithmIdentifier
    ciphertext: bytes
    mac: bytes = b""


@frozen
class ContentEncryption:
    """A cipher and what it was used with.

    Attributes:
        cipher: The cipher.
        iv: Initialisation vector or nonce.
        tag_size: Octets of the tag, 0 where there is none.
        block: The block cipher; ``None`` where it is AES-GCM.
    """

    cipher: Cipher
    iv: bytes
    tag_size: int = 0
    block: BlockCipher | None = None

    @classmethod
    def fresh(cls, cipher: Cipher) -> ContentEncryption:
        """With an initialisation vector that has never been used."""
        if cipher.authenticated:
            return cls(cipher, secrets.token_bytes(_NONCE_SIZE), _TAG_SIZE)
        block = _block(cipher)
        return cls(cipher, secrets.token_bytes(block.block_size), block=block)

    @classmethod
    def read(cls, algorithm: AlgorithmIdentifier, *, authenticated: bool) -> ContentEncryption:
        """Understand the algorithm of a message.

        Raises:
            FormatError: The parameters are malformed, or the cipher is not one for this structure.
            UnsupportedAlgorithmError: kcert does not have the cipher.
        """
        cipher = None
        with suppress(ValueError):
            cipher = Cipher(algorithm.oid)
        if cipher is None:
            raise UnsupportedAlgorithmError(algorithm.oid, algorithm.name, use="encrypted content")
        if cipher.authenticated is not authenticated:
            raise FormatError(
                _FORMAT,
                f"{algorithm.name} does not belong into this structure",
                reason_ko=f"이 구조에는 {algorithm.name} 알고리즘을 쓸 수 없습니다",
            )
        if cipher is Cipher.RC2_CBC:
            block, iv = read_rc2(algorithm, "encrypted content")
            return cls(cipher, iv, block=block)
        reader = Reader(algorithm.parameters or b"", _FORMAT)
        if authenticated:
            found = cls(cipher, *_read_gcm_parameters(reader))
        else:
            found = cls(cipher, reader.octet_string(), block=_block(cipher))
            if len(found.iv) != _block(cipher).block_size:
                raise reader.fail("the initialisation vector is not as long as a block")
        reader.finish()
        return found

    @property
    def key_size(self) -> int:
        """Octets of a content key."""
        return self.cipher.key_size if self.block is None else self.block.key_size

    @property
    def algorithm(self) -> AlgorithmIdentifier:
        """As a message names it."""
        parameters = encode.octet_string(self.iv)
        if self.tag_size:
            parameters = encode.sequence(parameters, encode.integer(self.tag_size))
        return AlgorithmIdentifier(self.cipher.value, parameters)

    def encrypt(self, key: bytes, content: bytes) -> Sealed:
        """Encrypt."""
        if self.cipher.authenticated:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            ciphertext = AESGCM(key).encrypt(self.iv, content, None)
            return Sealed(self.algorithm, ciphertext[:-_TAG_SIZE], ciphertext[-_TAG_SIZE:])
        return Sealed(self.algorithm, _block(self.cipher).encrypt(key, self.iv, content))

    def decrypt(self, key: bytes, sealed: Sealed, attributes: bytes = b"") -> bytes | None:
        """Decrypt; ``None`` where the key or the ciphertext is wrong.

        Args:
            key: The content key.
            sealed: Ciphertext and tag.
            attributes: What the tag covers besides.
        """
        if self.block is None:
            return self._decrypt_gcm(key, sealed, attributes)
        size = len(sealed.ciphertext)
        if self.cipher is Cipher.RC2_CBC and size > _MAX_RC2_SIZE:
            raise LimitError("size under RC2", size, _MAX_RC2_SIZE, where=_FORMAT)
        if not size or size % self.block.block_size:
            return None
        plain = self.block.decrypt(key, self.iv, sealed.ciphertext)
        return None if plain is None else bytes(plain)

    def _decrypt_gcm(self, key: bytes, sealed: Sealed, attributes: bytes) -> bytes | None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers import Cipher as Primitive
        from cryptography.hazmat.primitives.ciphers import algorithms, modes

        if len(sealed.mac) != self.tag_size:
            return None
        mode = modes.GCM(self.iv, sealed.mac, min_tag_length=_TAG_SIZES.start)
        context = Primitive(algorithms.AES(key), mode).decryptor()
        context.authenticate_additional_data(attributes)
        plain = context.update(sealed.ciphertext)
        with suppress(InvalidTag):
            context.finalize()
            return plain
        return None


def _read_gcm_parameters(reader: Reader) -> tuple[bytes, int]:
    """Nonce and tag size (RFC 5084 section 3.2), both within what is safe."""
    parameters = reader.sequence()
    nonce = parameters.octet_string()
    tag_size = _DEFAULT_TAG_SIZE if parameters.at_end else parameters.integer()
    parameters.finish()
    if len(nonce) not in _NONCE_SIZES:
        raise reader.fail(f"a nonce of {len(nonce)} octets")
    if tag_size not in _TAG_SIZES:
        raise reader.fail("the tag does not have 12 to 16 octets")
    return nonce, tag_size
