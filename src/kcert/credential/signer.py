# SPDX-License-Identifier: Apache-2.0
"""What the rest of the house asks of anything that signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kcert.keys.padding import Padding

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.credential.types import Octets

__all__ = ["Signer"]


class Signer(Protocol):
    """What can sign in the name of a certificate: an open credential, a token, a remote service."""

    @property
    def certificate(self) -> Certificate:
        """The certificate that verifies the signatures."""
        ...

    def sign(
        self,
        data: Octets,
        *,
        padding: Padding = Padding.PKCS1V15,
        digest: str = "sha256",
        prehashed: bool = False,
    ) -> bytes:
        """Sign; see `kcert.keys.PrivateKey.sign`."""
        ...
