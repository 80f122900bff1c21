# SPDX-License-Identifier: Apache-2.0
"""A credential at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from kcert.credential.unlocked import UnlockedCredential
from kcert.keys.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kcert.certificate import Certificate
    from kcert.credential.attributes import BagAttribute
    from kcert.credential.pair import KeyPair
    from kcert.credential.types import Password
    from kcert.errors import KcertError
    from kcert.keys.encrypted import EncryptedKey
    from kcert.keys.limits import Limits
    from kcert.keys.profiles import LockProfile
    from kcert.keys.secret import Secret

__all__ = ["Credential"]


def _certificates(certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    return tuple(certificates)


def _attributes(attributes: Iterable[BagAttribute]) -> tuple[BagAttribute, ...]:
    return tuple(attributes)


def _problems(problems: Iterable[KcertError]) -> tuple[KcertError, ...]:
    return tuple(problems)


@frozen
class Credential:
    """A certificate with its locked private key, and what belongs to it. Compares by value.

    Nothing in it is secret in the clear: it may be stored, copied and pickled.

    Attributes:
        certificate: The signature certificate (signCert).
        key: Its locked private key (signPri).
        key_management: The pair for decryption (kmCert, kmPri), where there is one.
        ca_certificates: Certificates of authorities kept along with it (CaPubs, PKCS#12 chain).
        friendly_name: The name a PKCS#12 file gives it.
        bag_attributes: What else a PKCS#12 file says about its certificates and keys, names of CA
            certificates among them.
        problems: What the format it came from had to leave out, because it was damaged; for
            `kcert.inspect`. Does not count when credentials are compared.
    """

    certificate: Certificate
    key: EncryptedKey
    key_management: KeyPair | None = None
    ca_certificates: tuple[Certificate, ...] = field(default=(), converter=_certificates)
    friendly_name: str | None = field(default=None, repr=False)
    bag_attributes: tuple[BagAttribute, ...] = field(
        default=(), converter=_attributes, repr=False, kw_only=True
    )
    problems: tuple[KcertError, ...] = field(
        default=(), converter=_problems, eq=False, repr=False, kw_only=True
    )

    def unlock(
        self,
        password: Password,
        *,
        key_management: bool = True,
        full_check: bool = False,
        limits: Limits = DEFAULT_LIMITS,
    ) -> UnlockedCredential:
        """Open the keys.

        Args:
            password: Text (as UTF-8) or octets, taken as they are.
            key_management: Open the key-management pair too, which takes as long again.
            full_check: Check that the primes of the keys are prime (50 ms and more for each).
            limits: Caps on the work.

        Raises:
            UnlockError: The password is wrong or the data are damaged.
            KeyMismatchError: A key opened, but is not its certificate's.
            UnsupportedAlgorithmError: kcert does not have the scheme, or keys of this kind.
            LimitError: A key asks for more work than ``limits`` allow; none was done.
        """
        second = self.key_management if key_management else None
        pair = None
        opened: list[Secret] = []
        try:
            key = self.key.unlock(password, full_check=full_check, limits=limits)
            opened.append(key)
            if second is not None:
                pair = second.unlock(password, full_check=full_check, limits=limits)
                opened.append(pair)
            return UnlockedCredential(
                self.certificate,
                key,
                key_management=pair,
                ca_certificates=self.ca_certificates,
                friendly_name=self.friendly_name,
                bag_attributes=self.bag_attributes,
                left_locked=second is not self.key_management,
            )
        except BaseException:
            for one in opened:
                one.close()
            raise
        finally:
            del password

    def change_password(
        self,
        old: Password,
        new: Password,
        profile: LockProfile | None = None,
        *,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Credential:
        """A copy of this credential with every key in it under a new password, R included.

        Args:
            old: The password that opens it now.
            new: The password that is to open it.
            profile: How to lock; default as each key is locked now (see
                `EncryptedKey.similar_profile`), so that the same programs open it.
            limits: Caps on the work of opening it.

        Raises:
            UnlockError: The old password is wrong or the data are damaged. See `unlock` for more.
        """
        try:
            with self.unlock(old, limits=limits) as opened:
                key = opened.private_key.lock(new, profile or self.key.similar_profile())
                pair = self.key_management
                if pair is not None and opened.key_management is not None:
                    again = profile or pair.key.similar_profile()
                    pair = evolve(pair, key=opened.key_management.private_key.lock(new, again))
        finally:
            del old, new
        return evolve(self, key=key, key_management=pair)
