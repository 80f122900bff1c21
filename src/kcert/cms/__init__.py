# SPDX-License-Identifier: Apache-2.0
"""Signed and encrypted messages (CMS, PKCS#7; RFC 5652).

What the field's products make and accept differs in small ways; `Profile` names them.
"""

from __future__ import annotations

from kcert.cms.adding import add_signature, countersign
from kcert.cms.ciphers import Cipher
from kcert.cms.demands import Trust
from kcert.cms.enveloped import Decrypted, decrypt, encrypt
from kcert.cms.models import Attribute, MessageSigner, SignedMessage, TimeStamp
from kcert.cms.profile import Profile
from kcert.cms.signing import sign
from kcert.cms.streams import sign_stream, verify_stream
from kcert.cms.time_stamps import add_time_stamp, time_stamp, verify_time_stamp
from kcert.cms.verification import verify

__all__ = [
    "Attribute",
    "Cipher",
    "Decrypted",
    "MessageSigner",
    "Profile",
    "SignedMessage",
    "TimeStamp",
    "Trust",
    "add_signature",
    "add_time_stamp",
    "countersign",
    "decrypt",
    "encrypt",
    "sign",
    "sign_stream",
    "time_stamp",
    "verify",
    "verify_stream",
    "verify_time_stamp",
]
