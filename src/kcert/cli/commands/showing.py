# SPDX-License-Identifier: Apache-2.0
"""`kcert show`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

import kcert
from kcert.cli import options, views
from kcert.cli.choosing import BODY, certificate_of
from kcert.cli.group import command
from kcert.cli.schema import certificate_fields

if TYPE_CHECKING:
    from kcert.cli.asking import Passwords
    from kcert.cli.session import Session

__all__ = ["show_command"]


@command("show", BODY)
@click.argument("cert")
@options.store
@options.at
@click.pass_obj
@options.as_json
@options.passwords
def show_command(
    session: Session, cert: str, store: str | None, at: datetime | None, passwords: Passwords
) -> int:
    """Show one."""
    at = at or datetime.now(UTC)
    subject = certificate_of(session, cert, store, passwords)
    report = kcert.inspect(subject, at)
    if session.as_json:
        fields = certificate_fields(subject, at)
        findings = [finding.to_dict() for finding in report.findings]
        session.write_json(
            "show/1", {"at": at.isoformat(), "certificate": fields, "findings": findings}
        )
        return 0
    views.show_certificate(session.voice, subject, at)
    if report.findings:
        session.voice.title("Findings", "점검 결과")
        views.show_report(session.voice, report)
    return 0
