# SPDX-License-Identifier: Apache-2.0
"""From a request's public keys and identity to certificates."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from kcert._asn1.identify import encode_vid
from kcert.certificate.public_keys import load_public_key
from kcert.errors import KcertError
from kcert.testing import extensions
from kcert.testing.authority import TEST_ID_NUMBER
from kcert.testing.cmp.rules import RefusedError
from kcert.testing.subscriptions import SubmittedKey
from kcert.vid import compute
from kcert.vid.building import raw_vid

if TYPE_CHECKING:
    from kcert.certificate import VID, Certificate
    from kcert.testing.authority import FakeAuthority
    from kcert.testing.subscriptions import Subscription
    from kcert.testing.template import Extension
    from kcert.vid import ReceivedIdentity

__all__ = ["SubmittedKeys", "certify", "identity_extension"]


@frozen
class SubmittedKeys:
    """The public keys of a request: SubjectPublicKeyInfo, DER.

    Attributes:
        signature: Of the signature pair.
        km: Of the key-management pair, where one is asked for.
    """

    signature: bytes = field(repr=False)
    km: bytes | None = field(default=None, repr=False)

    def check(self, bits: int) -> None:
        """Insist on RSA keys of at least so many bits, and two different ones.

        Raises:
            AuthorityError: They are not.
        """
        for public_key_info in filter(None, (self.signature, self.km)):
            try:
                key = load_public_key(public_key_info)
            except KcertError:
                key = None
            if not isinstance(key, RSAPublicKey) or key.key_size < bits:
                raise RefusedError(
                    "badCertTemplate",
                    f"the public key is not RSA of {bits} bits or more",
                    f"공개키가 {bits}비트 이상의 RSA가 아닙니다",
                )
        if self.km == self.signature:
            raise RefusedError(
                "badCertTemplate",
                "both pairs have the same key",
                "서명용 키와 암호화용 키가 같습니다",
            )


def certify(
    authority: FakeAuthority, subscription: Subscription, keys: SubmittedKeys
) -> tuple[Certificate, Certificate | None]:
    """Make the certificates of one issue."""
    made = [
        authority.sign(authority.template(subscription, SubmittedKey(key), km=km))
        for key, km in ((keys.signature, False), (keys.km, True))
        if key is not None
    ]
    return made[0], made[1] if made[1:] else None


def identity_extension(
    authority: FakeAuthority,
    holder: str,
    *,
    id_number: str | None,
    received: ReceivedIdentity | None,
    old: Certificate | None,
) -> Extension:
    """The SubjectAltName: name and VID.

    Args:
        authority: Who issues.
        holder: Name.
        id_number: The number on record; ``None`` takes the client's word.
        received: VID and R as the client sent them; without them the VID stays that of ``old``.
        old: The certificate that is renewed or replaced.

    Raises:
        AuthorityError: The VID is neither that of the number on record nor of the number that
            clients submit where they do not know it.
    """
    if received is not None:
        vid = _checked_vid(id_number, received)
    else:
        identity = None if old is None else old.identity
        vid = None if identity is None else identity.vid
    encoded = None if vid is None else encode_vid(raw_vid(vid))
    return extensions.identify_data(holder, encoded, critical=authority.house.name_critical)


def _checked_vid(id_number: str | None, received: ReceivedIdentity) -> VID | None:
    vid = received.vid
    if id_number is None or vid is None:
        return vid
    random = received.random.reveal()
    try:
        digest = compute(id_number, random, vid.hash_algorithm)
        dummy = compute(TEST_ID_NUMBER, random, vid.hash_algorithm)
    finally:
        del id_number, random
    if not any(hmac.compare_digest(vid.digest, known) for known in (digest, dummy)):
        raise RefusedError(
            "incorrectData",
            "the VID is not that of the person who was identified",
            "신원확인한 사람의 VID가 아닙니다",
        )
    return evolve(vid, digest=digest, hash_parameters=None)
