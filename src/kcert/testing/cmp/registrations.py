# SPDX-License-Identifier: Apache-2.0
"""The registration authority's part: identify somebody, hand out a number and a code."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from kcert.lifecycle.authority import Enrolment
from kcert.testing.cmp.database import seconds
from kcert.testing.cmp.records import Registration, stored_serial
from kcert.testing.cmp.rules import RefusedError
from kcert.testing.dates import KOREA
from kcert.testing.subjects import subscriber

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from kcert.testing.authority import FakeAuthority
    from kcert.testing.cmp.database import Database
    from kcert.testing.cmp.records import Issue
    from kcert.testing.cmp.rules import AuthorityRules

__all__ = ["Registrations"]


class Registrations:
    """Who may have a request granted.

    Args:
        database: Where they are kept.
        authority: For whom.
        rules: By what rules.
        now: The present moment.
    """

    def __init__(
        self,
        database: Database,
        authority: FakeAuthority,
        rules: AuthorityRules,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._authority = authority
        self._rules = rules
        self._now = now

    def enrol(
        self,
        holder: str,
        *,
        policy: str | None,
        id_number: str | None,
        english_name: str,
        bank: str | None,
        replaces: Issue | None,
        key_management: bool,
        key_size: int,
    ) -> Enrolment:
        """Register a request; see `kcert.testing.CmpServer.enrol`."""
        if replaces is not None:
            holder, policy = replaces.holder, replaces.policy
            subject = replaces.certificate.subject.der
            id_number = id_number or replaces.id_number
        else:
            policy = policy or self._authority.house.policy
            subject = subscriber(
                self._authority.house,
                holder,
                policy=policy,
                registered=self._now().astimezone(KOREA),
                english_name=english_name,
                bank=bank,
            )
        # Digits, as the offices print them; the code is as long as no one would type it.
        reference_number = f"{secrets.randbelow(10**10):010}"
        authorization_code = secrets.token_hex(16)
        try:
            self._database.insert(
                "registrations",
                reference_number=reference_number,
                authorization_code=authorization_code,
                holder=holder,
                id_number=id_number,
                policy=policy,
                subject=subject,
                replaces=None if replaces is None else stored_serial(replaces.serial_number),
                expires=seconds(self._now() + self._rules.enrolment_valid),
            )
            return Enrolment(
                reference_number,
                authorization_code,
                id_number=id_number,
                key_management=key_management,
                key_size=key_size,
            )
        finally:
            del authorization_code, id_number

    def find(self, reference_number: str) -> Registration | None:
        """The registration of a reference number, used and expired ones too."""
        row = self._database.row(
            "SELECT * FROM registrations WHERE reference_number = ?", reference_number
        )
        return None if row is None else Registration.of(row)

    def check_usable(self, registration: Registration) -> None:
        """Insist that a registration can still be used.

        Raises:
            AuthorityError: It was used, or its time is over.
        """
        if registration.used:
            raise RefusedError(
                "badRequest",
                "the reference number has been used",
                "이미 사용한 참조번호입니다",
            )
        if registration.expires < self._now():
            raise RefusedError(
                "badRequest",
                "the reference number has expired",
                "유효기간이 지난 참조번호입니다",
            )

    def use(self, reference_number: str) -> None:
        """Mark a registration as used."""
        self._database.change(
            "UPDATE registrations SET used = 1 WHERE reference_number = ?", reference_number
        )
