# SPDX-License-Identifier: Apache-2.0
"""Sign a JSON Web Token with a certificate of kcert's, through PyJWT (``pip install pyjwt``).

PyJWT로 JSON Web Token에 서명합니다.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import jwt

if TYPE_CHECKING:
    from kcert import UnlockedCredential


def sign_token(claims: dict[str, Any], unlocked: UnlockedCredential) -> str:
    """A token with the chain in ``x5c`` (RFC 7515 section 4.1.6), signer first."""
    chain = [unlocked.certificate, *reversed(unlocked.ca_certificates)]
    return jwt.encode(
        claims,
        unlocked.to_cryptography(),
        algorithm="RS256",
        headers={"x5c": [b64encode(one.der).decode() for one in chain]},
    )
