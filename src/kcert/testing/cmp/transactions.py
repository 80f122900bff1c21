# SPDX-License-Identifier: Apache-2.0
"""What a client has begun: so that a message that comes again finds the same answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert.testing.cmp.database import seconds
from kcert.testing.cmp.records import stored_serial

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from kcert.testing.cmp.database import Database

__all__ = ["NONCE_SIZE", "Transaction", "Transactions"]

NONCE_SIZE: Final = 16


@frozen
class Transaction:
    """One transaction.

    Attributes:
        transaction_id: As the client chose it.
        verb: What began it.
        requester: Who began it.
        digest: What it asked for.
        serial_number: Of what was issued in it.
        nonces: Our last nonce in it, and the one before: the next message repeats the last that
            arrived.
        polls: How often the client has to poll yet.
        check_after: Seconds that it is told to wait before it does.
        request: The message that waits for its answer, DER.
    """

    transaction_id: bytes
    verb: str
    requester: str
    digest: bytes = field(repr=False)
    serial_number: int | None = None
    nonces: tuple[bytes, ...] = field(default=(), repr=False)
    polls: int = 0
    check_after: int = 0
    request: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, row: sqlite3.Row) -> Transaction:
        """From its row."""
        stored = row["serial_number"]
        return cls(
            transaction_id=row["transaction_id"],
            verb=row["verb"],
            requester=row["requester"],
            digest=row["digest"],
            serial_number=None if stored is None else int(stored, 16),
            nonces=_split(row["nonces"]),
            polls=row["polls"],
            check_after=row["check_after"],
            request=row["request"],
        )


class Transactions:
    """The transactions of one authority.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, transaction_id: bytes) -> Transaction | None:
        """The transaction of this identifier."""
        row = self._database.row(
            "SELECT * FROM transactions WHERE transaction_id = ?", transaction_id
        )
        return None if row is None else Transaction.of(row)

    def put(self, transaction: Transaction, at: datetime) -> None:
        """Record a transaction, or what has changed in it."""
        serial_number = transaction.serial_number
        self._database.insert(
            "transactions",
            transaction_id=transaction.transaction_id,
            verb=transaction.verb,
            requester=transaction.requester,
            digest=transaction.digest,
            serial_number=None if serial_number is None else stored_serial(serial_number),
            nonces=b"".join(transaction.nonces),
            polls=transaction.polls,
            check_after=transaction.check_after,
            request=transaction.request,
            at=seconds(at),
        )

    def add_nonce(self, transaction_id: bytes, nonce: bytes) -> None:
        """Remember our last nonce, `NONCE_SIZE` octets."""
        known = self.find(transaction_id)
        if known is not None:
            self._database.change(
                "UPDATE transactions SET nonces = ? WHERE transaction_id = ?",
                nonce + b"".join(known.nonces[:1]),
                transaction_id,
            )


def _split(nonces: bytes) -> tuple[bytes, ...]:
    return tuple(nonces[at : at + NONCE_SIZE] for at in range(0, len(nonces), NONCE_SIZE))
