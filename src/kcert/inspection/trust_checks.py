# SPDX-License-Identifier: Apache-2.0
"""What a trust store has to say of a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.errors import KcertError, RevocationUnknownError, RevokedError
from kcert.inspection.report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.trust import Revocation, RevocationChecker, TrustStore

__all__ = ["check"]


def check(
    certificate: Certificate,
    at: datetime,
    trust: TrustStore,
    *,
    intermediates: Sequence[Certificate],
    revocation: Revocation | None,
    checker: RevocationChecker | None,
) -> Iterator[Finding]:
    """Whether the certificate is to be believed, and what is known of its revocation."""
    # The room is as heavy as validation is; most inspections do not ask.
    from kcert.trust import Revocation

    try:
        path = trust.verify(
            certificate,
            at,
            intermediates=intermediates,
            revocation=revocation or Revocation.SKIP,
            checker=checker,
        )
    except RevokedError as error:
        yield Finding.of("revoked", revocation_reason=error.revocation_reason, since=error.since)
        return
    except RevocationUnknownError as error:
        yield Finding.of("revocation-unknown", reason=error.reason)
        return
    except KcertError as error:
        yield Finding.of("not-trusted", reason=str(error), reason_ko=error.message_ko)
        return
    yield Finding.of("trusted", root=path.root.name)
    for status in path.revocation:
        if status.unknown is not None:
            yield Finding.of("revocation-unknown", reason=status.unknown)
            return
