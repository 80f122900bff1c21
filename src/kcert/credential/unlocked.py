# SPDX-License-Identifier: Apache-2.0
"""A credential in use."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from kcert.credential.pair import KeyPair, UnlockedKeyPair
from kcert.keys.private import PrivateKey
from kcert.keys.profiles import NPKI

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.credential.attributes import BagAttribute
    from kcert.credential.locked import Credential
    from kcert.credential.types import Octets, Password
    from kcert.keys.profiles import LockProfile

__all__ = ["UnlockedCredential"]


class UnlockedCredential(UnlockedKeyPair):
    """A credential in use. Best in a ``with`` block, which closes it at the end.

    It refuses to be pickled, copied and compared, and prints nothing secret. Closing overwrites
    what kcert holds of the keys; Python cannot promise that no copy stays in memory.
    """

    __slots__ = (
        "_bag_attributes",
        "_ca_certificates",
        "_friendly_name",
        "_key_management",
        "_left_locked",
    )

    def __init__(
        self,
        certificate: Certificate,
        key: PrivateKey,
        *,
        key_management: UnlockedKeyPair | None = None,
        ca_certificates: tuple[Certificate, ...] = (),
        friendly_name: str | None = None,
        bag_attributes: tuple[BagAttribute, ...] = (),
        left_locked: bool = False,
    ) -> None:
        super().__init__(certificate, key)
        self._key_management = key_management
        self._ca_certificates = ca_certificates
        self._friendly_name = friendly_name
        self._bag_attributes = bag_attributes
        self._left_locked = left_locked

    @classmethod
    def from_parts(
        cls,
        certificate: Certificate,
        pkcs8: Octets,
        *,
        key_management: tuple[Certificate, Octets] | None = None,
        ca_certificates: tuple[Certificate, ...] = (),
        friendly_name: str | None = None,
        bag_attributes: tuple[BagAttribute, ...] = (),
        full_check: bool = False,
    ) -> UnlockedCredential:
        """Put an open credential together from certificates and keys that are not locked.

        Args:
            certificate: The signature certificate.
            pkcs8: Its key, DER of a PrivateKeyInfo (RFC 5958); the attributes, R among them, stay.
            key_management: Certificate and PKCS#8 of the key-management pair.
            ca_certificates: Certificates of authorities to keep along with it.
            friendly_name: A name for it.
            bag_attributes: What a PKCS#12 file is to say about its certificates and keys.
            full_check: Check that the primes of the keys are prime.

        Raises:
            FormatError: A key is not a PrivateKeyInfo, or its numbers do not fit together.
            UnsupportedAlgorithmError: A key is of a kind that `cryptography` does not have.
            KeyMismatchError: A key is not its certificate's.
        """
        pair = None
        with ExitStack() as opened:
            try:
                key = opened.enter_context(PrivateKey.load(pkcs8, full_check=full_check))
                if key_management is not None:
                    second = opened.enter_context(
                        PrivateKey.load(key_management[1], full_check=full_check)
                    )
                    pair = UnlockedKeyPair(key_management[0], second)
            finally:
                del pkcs8, key_management
            unlocked = cls(
                certificate,
                key,
                key_management=pair,
                ca_certificates=ca_certificates,
                friendly_name=friendly_name,
                bag_attributes=bag_attributes,
            )
            opened.pop_all()
        return unlocked

    @property
    def key_management(self) -> UnlockedKeyPair | None:
        """The open key-management pair, where there is one and it was unlocked."""
        return self._key_management

    @property
    def ca_certificates(self) -> tuple[Certificate, ...]:
        """Certificates of authorities kept along with it."""
        return self._ca_certificates

    @property
    def friendly_name(self) -> str | None:
        """The name a PKCS#12 file gives it."""
        return self._friendly_name

    @property
    def bag_attributes(self) -> tuple[BagAttribute, ...]:
        """What else a PKCS#12 file says about its certificates and keys."""
        return self._bag_attributes

    def check_whole(self) -> None:
        """Make sure that writing it would lose no key.

        Raises:
            ValueError: Its key-management pair was left locked.
        """
        if self._left_locked:
            raise ValueError(
                "the key-management pair was left locked and would be lost; "
                "unlock with key_management=True"
            )

    def lock(self, password: Password, *, profile: LockProfile = NPKI) -> Credential:
        """Lock every key in it, R included, each under a fresh salt.

        Args:
            password: Text (as UTF-8) or octets, taken as they are.
            profile: How to lock, see `kcert.keys.profiles`.

        Raises:
            ValueError: It is closed, or its key-management pair was left locked and would be lost.
            UnsupportedAlgorithmError: kcert cannot write what the profile names.
        """
        # Locked and unlocked know each other; this side looks the other up when it is needed.
        from kcert.credential.locked import Credential

        try:
            self.check_whole()
            pair = self._key_management
            return Credential(
                self._certificate,
                self._key.lock(password, profile),
                None
                if pair is None
                else KeyPair(pair.certificate, pair.private_key.lock(password, profile)),
                self._ca_certificates,
                self._friendly_name,
                bag_attributes=self._bag_attributes,
            )
        finally:
            del password

    def close(self) -> None:
        """Overwrite the keys; every use of them is a ``ValueError`` from now on."""
        super().close()
        if self._key_management is not None:
            self._key_management.close()
