# SPDX-License-Identifier: Apache-2.0
"""What an authority answers to a request to revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.lifecycle.cmp.refusals import check_granted, wrong_answer

if TYPE_CHECKING:
    from kcert._asn1.cmp_revocation import RevRepContent
    from kcert.certificate import Certificate

__all__ = ["check_revoked"]

_DONE: Final = frozenset({"revocationWarning", "revocationNotification"})


def check_revoked(answer: RevRepContent, certificate: Certificate) -> None:
    """Insist that a request to revoke, suspend or resume a certificate was granted.

    Raises:
        AuthorityError: It was refused, or the answer is about another certificate.
    """
    if len(answer.statuses) != 1:
        raise wrong_answer("is to other requests than were made", "요청하지 않은 항목의 응답입니다")
    for status in answer.statuses:
        if status.status not in _DONE:
            check_granted(status)
    for found in answer.certificates:
        if (found.issuer, found.serial_number) != (
            certificate.issuer.der,
            certificate.serial_number,
        ):
            raise wrong_answer("is about another certificate", "다른 인증서에 대한 응답입니다")
