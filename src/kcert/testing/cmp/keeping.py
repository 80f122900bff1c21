# SPDX-License-Identifier: Apache-2.0
"""The authority in the database: the same root, keys and ports after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.testing.authority import FakeAuthority
from kcert.testing.keypool import FakeKey, KeyPool, shared_keys
from kcert.testing.root import FakeRoot

if TYPE_CHECKING:
    from kcert.testing.cmp.database import Database

__all__ = ["keep_port", "kept_authority", "kept_port"]


def _kept_key(database: Database, name: str, key_size: int) -> FakeKey:
    """The private key of this name, in clear: it is a test's."""
    if database.is_memory:
        # Gone with the process, so the keys of the process will do.
        return shared_keys.key(name, key_size)
    pkcs8 = database.setting(name)
    if pkcs8 is not None:
        return FakeKey.load(pkcs8)
    key = KeyPool.fresh(key_size)
    database.insert("settings", name=name, value=key.pkcs8())
    return key


def kept_authority(
    database: Database, code: str, *, key_size: int, crl_url: str, ocsp_url: str, arl_url: str
) -> FakeAuthority:
    """The authority of a database, made where it has none yet.

    Args:
        database: Where its keys and its root's are.
        code: One of `kcert.testing.AUTHORITY_NAMES`.
        key_size: Bits of new keys.
        crl_url: Distribution point in what it issues, with ``{n}`` for the partition.
        ocsp_url: Responder in what it issues.
        arl_url: Distribution point in a new certificate of its own.

    Raises:
        ValueError: There is no such authority, or the database is another one's.
    """
    kept = database.setting("authority")
    if kept is not None and kept.decode() != code:
        raise ValueError(f"the database is that of {kept.decode()}, not of {code}")
    with database.transaction():
        government = code == "GPKI"
        common_name = f"kcert Test {'GPKI' if government else ''}RootCA 1"
        root = FakeRoot(
            common_name, government=government, key=_kept_key(database, "root key", key_size)
        )
        authority = FakeAuthority(
            code,
            root=root,
            key=_kept_key(database, "authority key", key_size),
            crl_url=crl_url,
            ocsp_url=ocsp_url,
            # Its certificate stays as it is, wherever it serves later.
            arl_url=(database.setting("arl url") or arl_url.encode()).decode(),
        )
        if kept is None:
            database.insert("settings", name="arl url", value=arl_url.encode())
        database.insert("settings", name="authority", value=code.encode())
    return authority


def kept_port(database: Database, name: str) -> int:
    """The port of a listener when it last ran, 0 where it never did."""
    kept = database.setting(f"{name} port")
    return 0 if kept is None else int(kept)


def keep_port(database: Database, name: str, port: int) -> None:
    """Remember a port: what was issued names it."""
    database.insert("settings", name=f"{name} port", value=str(port).encode())
