# SPDX-License-Identifier: Apache-2.0
"""The class `PinkSign`: a certificate, later a key, behind PyPinkSign's methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from kcert import cms
from kcert._asn1 import oids
from kcert.compat.pypinksign import derivation, raw_rsa
from kcert.compat.pypinksign.errors import value_errors, warn_unsafe
from kcert.compat.pypinksign.public_half import PublicHalf, read_file
from kcert.credential import Credential, UnlockedCredential
from kcert.formats import pkcs12
from kcert.keys.encrypted import EncryptedKey
from kcert.keys.passwords import Password

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from kcert.compat.pypinksign.public_half import AnyPath
    from kcert.compat.pypinksign.raw_rsa import Hash
    from kcert.credential.types import Octets
    from kcert.credential.types import Password as AnyPassword
    from kcert.keys import VidRandom

__all__ = ["PinkSign"]


class PinkSign(PublicHalf):
    """A certificate and its private key under PyPinkSign's names.

    Unlike there, the key has to be the certificate's, the password is overwritten as soon as the
    key is open, nothing secret is printed or pickled, and a ``with`` block or `close` overwrites
    the key. The first file or octets that are given stay until others are given.

    Args:
        pubkey_path: File with the certificate.
        pubkey_data: The certificate, DER (PEM and base64 are taken, too).
        prikey_path: File with the locked key; opened at once where a password is given.
        prikey_data: The locked key, for `load_prikey` to open.
        prikey_password: The password, as octets or text (UTF-8).
        p12_path: PKCS#12 file, opened at once; comes before the certificate and the key.
        p12_data: Its octets.
    """

    __slots__ = (
        "_password",
        "_unlocked",
        "p12_data",
        "p12_path",
        "prikey_data",
        "prikey_path",
    )

    def __init__(  # noqa: PLR0917 - the order is PyPinkSign's
        self,
        pubkey_path: AnyPath | None = None,
        pubkey_data: Octets | None = None,
        prikey_path: AnyPath | None = None,
        prikey_data: Octets | None = None,
        prikey_password: AnyPassword | None = None,
        p12_path: AnyPath | None = None,
        p12_data: Octets | None = None,
    ) -> None:
        super().__init__(pubkey_path)
        self.prikey_path = prikey_path
        self.prikey_data = prikey_data
        self.p12_path = p12_path
        self.p12_data = p12_data
        self._unlocked: UnlockedCredential | None = None
        self._password: Password | None = None
        has_password = bool(prikey_password)
        try:
            if prikey_password:
                self._password = Password(prikey_password)
        finally:
            del prikey_password
        if p12_path is not None or p12_data is not None:
            self.load_p12()
            return
        if pubkey_path is not None or pubkey_data is not None:
            self.load_pubkey(pubkey_path, pubkey_data)
        if prikey_path is not None and has_password:
            self.load_prikey()

    def __repr__(self) -> str:
        state = "open" if self._unlocked is not None else "no key"
        return f"<PinkSign {self._certificate!r}, {state}>"

    # Loading

    def load_pubkey(
        self, pubkey_path: AnyPath | None = None, pubkey_data: Octets | None = None
    ) -> None:
        """Load the certificate. A key that is open is closed: it may be another one's.

        Raises:
            ValueError: Neither is given, now or before.
            FormatError: It is no certificate.
        """
        super().load_pubkey(pubkey_path, pubkey_data)
        self._forget_key()

    def load_prikey(
        self,
        prikey_path: AnyPath | None = None,
        prikey_data: Octets | None = None,
        prikey_password: AnyPassword | None = None,
    ) -> None:
        """Open the private key: whatever kcert opens, PBES2 with any PRF and AES among it.

        Called again without arguments, it leaves the open key open.

        Raises:
            ValueError: The certificate is not loaded, or there is no key or no password.
            UnlockValueError: The password is wrong or the file is damaged.
            UnsupportedValueError: kcert does not have the scheme.
            KeyMismatchError: It is another certificate's key. PyPinkSign signs with it.
            LimitError: It asks for more work than 2,000,000 rounds; none was done.
        """
        try:
            if self._certificate is None:
                raise ValueError("load the certificate before the private key")
            if prikey_path is not None:
                prikey_data = read_file(prikey_path)
            if prikey_data is not None:
                self.prikey_path, self.prikey_data = prikey_path, prikey_data
            elif self._unlocked is not None and not prikey_password:
                return
            elif self.prikey_path is not None:
                self.prikey_data = read_file(self.prikey_path)
            if self.prikey_data is None:
                raise ValueError("give prikey_path or prikey_data")
            if prikey_password:
                self.prikey_password = prikey_password
            with value_errors():
                self._open(Credential(self._certificate, EncryptedKey.load(self.prikey_data)))
        finally:
            del prikey_password

    def load_p12(self, p12_data: Octets | None = None) -> None:
        """Open a PKCS#12 file; R and the certificates of authorities in it stay.

        Raises:
            ValueError: There is no file.
            UnlockValueError: The password is wrong or the file changed. See `kcert.pkcs12.load` for
                more.
        """
        if p12_data is not None:
            self.p12_data = p12_data
        elif self.p12_path is not None:
            self.p12_data = read_file(self.p12_path)
        if self.p12_data is None:
            raise ValueError("give p12_path or p12_data")
        with value_errors():
            # No name for the octets in this frame, which a traceback would show.
            credential = pkcs12.load(
                self.p12_data, None if self._password is None else self._password.octets
            )
            self._open(credential)

    def _open(self, credential: Credential) -> None:
        unlocked = credential.unlock(self._password_given().octets, key_management=False)
        self._forget_key()
        self._certificate, self._unlocked = credential.certificate, unlocked
        self._forget_password()

    def _password_given(self) -> Password:
        if self._password is None:
            raise ValueError("give prikey_password; it is forgotten once a key is open")
        return self._password

    def _forget_password(self) -> None:
        if self._password is not None:
            self._password.close()
            self._password = None

    def _forget_key(self) -> None:
        if self._unlocked is not None:
            self._unlocked.close()
            self._unlocked = None

    def close(self) -> None:
        """Overwrite key and password. The certificate stays."""
        self._forget_key()
        self._forget_password()

    # What PyPinkSign keeps as attributes

    @property
    def prikey_password(self) -> NoReturn:
        """The password can be set, and is not given back."""
        raise AttributeError("the password is not given back")

    @prikey_password.setter
    def prikey_password(self, password: AnyPassword) -> None:
        try:
            self._forget_password()
            self._password = Password(password)
        finally:
            del password

    @property
    def prikey(self) -> RSAPrivateKey | None:
        """The open key as an object of `cryptography`, which stays open on its own."""
        return None if self._unlocked is None else raw_rsa.private_key(self._unlocked)

    @property
    def rand_num(self) -> VidRandom | None:
        """R, where the key has one; ``rand_num.reveal()`` gives its octets.

        Always ``None`` in PyPinkSign, whose ``_rand_num`` is absent after a PKCS#12 file.
        """
        return None if self._unlocked is None else self._unlocked.random

    # Signing and decrypting

    def sign(
        self,
        msg: Octets,
        algorithm: Hash | None = None,
        padding_: AsymmetricPadding | None = None,
    ) -> bytes:
        """Sign: SHA-256 and PKCS#1 v1.5 unless told otherwise.

        Raises:
            ValueError: No key is open.
            UnsupportedValueError: A hash of fewer than 256 bits, such as SHA-1.
        """
        return raw_rsa.sign(raw_rsa.private_key(self._opened("signing")), msg, algorithm, padding_)

    def decrypt(self, msg: Octets, padding_: AsymmetricPadding | None = None) -> bytes:
        """Decrypt what was encrypted to the certificate: PKCS#1 v1.5 unless told otherwise.

        A wrong PKCS#1 v1.5 padding is no error, see `kcert.keys.PrivateKey.decrypt`.

        Raises:
            ValueError: No key is open.
            UnlockValueError: It does not decrypt with this key.
        """
        return raw_rsa.decrypt(raw_rsa.private_key(self._opened("decryption")), msg, padding_)

    def pkcs7_signed_msg(self, msg: Octets) -> bytes:
        """A signed message (PKCS#7), octet for octet PyPinkSign's; see `kcert.cms.sign`.

        Raises:
            ValueError: No key is open.
            SignatureError: The content could pass for the signed attributes of another message.
        """
        return cms.sign(msg, self._opened("signing"), profile=cms.Profile.PYPINKSIGN)

    def _opened(self, use: str) -> UnlockedCredential:
        if self._unlocked is None:
            raise ValueError(f"load the private key before {use}")
        return self._unlocked

    # Keys derived from the password

    def get_private_key_decryption_key_for_seed_cbc_with_sha1(
        self, der: object
    ) -> tuple[bytes, bytes]:
        """Key and vector of 1.2.410.200004.1.15; while the password is known. Warns."""
        warn_unsafe("key and vector open the private key; let load_prikey do it")
        return derivation.pbes1(der, oids.SEED_CBC_WITH_SHA1, self._password_given())

    def get_private_key_decryption_key_for_seed_cbc(self, der: object) -> tuple[bytes, bytes]:
        """Key and vector of 1.2.410.200004.1.4; while the password is known. Warns."""
        warn_unsafe("key and vector open the private key; let load_prikey do it")
        return derivation.pbes1(der, oids.SEED_CBC, self._password_given())

    def get_private_key_decryption_key_for_pbes2(self, der: object) -> tuple[bytes, bytes]:
        """Key and vector of PBES2, by the function that the key names. Warns, as above."""
        warn_unsafe("key and vector open the private key; let load_prikey do it")
        with value_errors():
            return derivation.pbes2(der, self._password_given())
