# SPDX-License-Identifier: Apache-2.0
"""Test without a real certificate: a made-up Korean hierarchy in memory, and helpers for tests.

::

    from kcert.testing import FakeAuthority

    credential = FakeAuthority("yessign").issue("홍길동", password="…", km=True)

`CmpServer` is a whole authority on loopback that speaks CMP.

Everything made here says that it is a test, and no authority of it is ever believed unless the
caller asks for it. RSA keys are shared within the process and must not be used for anything else.
`kcert.testing.strategies` (needs hypothesis) and `kcert.testing.backend` are imported on their own.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kcert.testing.assertions import assert_clear_error, clear_error, forms_of
    from kcert.testing.authority import (
        AUTHORITY_NAMES,
        TEST_ID_NUMBER,
        TEST_PASSWORD,
        FakeAuthority,
    )
    from kcert.testing.cmp import AuthorityRules, CmpServer, Fault
    from kcert.testing.crl import Revoked
    from kcert.testing.keypool import FakeKey
    from kcert.testing.ocsp import Responder
    from kcert.testing.root import FakeRoot
    from kcert.testing.server import Answer, LoopbackServer
    from kcert.testing.template import CertificateTemplate, Extension, name, rdn

__all__ = [
    "AUTHORITY_NAMES",
    "TEST_ID_NUMBER",
    "TEST_PASSWORD",
    "Answer",
    "AuthorityRules",
    "CertificateTemplate",
    "CmpServer",
    "Extension",
    "FakeAuthority",
    "FakeKey",
    "FakeRoot",
    "Fault",
    "LoopbackServer",
    "Responder",
    "Revoked",
    "assert_clear_error",
    "clear_error",
    "forms_of",
    "name",
    "rdn",
]

_HOMES = {
    "assertions": ("assert_clear_error", "clear_error", "forms_of"),
    "authority": ("AUTHORITY_NAMES", "TEST_ID_NUMBER", "TEST_PASSWORD", "FakeAuthority"),
    "cmp": ("AuthorityRules", "CmpServer", "Fault"),
    "crl": ("Revoked",),
    "keypool": ("FakeKey",),
    "ocsp": ("Responder",),
    "root": ("FakeRoot",),
    "server": ("Answer", "LoopbackServer"),
    "template": ("CertificateTemplate", "Extension", "name", "rdn"),
}


def __getattr__(name: str) -> object:
    # Late, so that a test of a storage backend does not load the cryptography it never uses.
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
