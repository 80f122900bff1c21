# SPDX-License-Identifier: Apache-2.0
"""Electronic tax invoices (전자세금계산서): sign, verify, pack, seal.

An invoice is signed as XML, packed with the signer's R and encrypted to the key-management
certificate of the tax service. The message around it (SOAP) is up to the caller.
"""

from __future__ import annotations

from kcert.services.etax.package import MAX_INVOICES, PackedInvoice, pack, seal, unpack, unseal
from kcert.services.etax.signing import sign
from kcert.services.etax.verification import SignedInvoice, verify

__all__ = [
    "MAX_INVOICES",
    "PackedInvoice",
    "SignedInvoice",
    "pack",
    "seal",
    "sign",
    "unpack",
    "unseal",
    "verify",
]
