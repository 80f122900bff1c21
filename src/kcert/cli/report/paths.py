# SPDX-License-Identifier: Apache-2.0
"""From a certificate to the steps of its trust path, as far as they can be known.

Whether it is to be believed is what its inspection says. The path is drawn also where the answer is
no, since that is when somebody wants to see why: old cryptography is marked, and of what has ended
the path is drawn as it held within its validity. Nothing is fetched for a drawing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import kcert
from kcert.cli.report.model import VERDICTS, Chain, Mark, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from kcert import Certificate, Finding, Report, TrustAnchor, TrustStore, ValidatedPath
    from kcert.cli.report.model import Pick

__all__ = ["chain_of", "said_of"]

_MOST = 8  # steps, where names alone lead on


def chain_of(
    report: Report, above: Sequence[Certificate], title: str, trust: TrustStore, pick: Pick
) -> Chain:
    """The trust path of what was inspected.

    Args:
        report: The inspection; it has asked about trust.
        above: Certificates of authorities that came along.
        title: What to call the certificate.
        trust: Whom to believe.
        pick: Chooses the language.
    """
    certificate = report.certificate
    verdicts = {each.code: each for each in report.findings if each.code in VERDICTS}
    refusal = verdicts.get("revoked") or verdicts.get("not-trusted")
    path, fault = _path(certificate, report.at, above, trust)
    if path is None:
        steps = tuple(_by_name(certificate, above, title, pick))
    elif refusal is None:
        steps = tuple(_validated(path, title, pick, fault=None))
    else:
        # Where it is refused for old cryptography, the mark of that says so.
        weak = path.weak_parts and refusal.code != "revoked"
        fault = fault or (None if weak else certificate.fingerprint())
        steps = tuple(_validated(path, title, pick, fault=fault))
    if refusal is not None:
        return Chain(steps, said_of(certificate, refusal, pick), Mark.REFUSED)
    doubt = verdicts.get("revocation-unknown")
    remark = "" if doubt is None else said_of(certificate, doubt, pick)
    if "trusted" in verdicts:
        root = str(verdicts["trusted"].facts["root"])
        verdict = pick(f"Leads to {root}", f"{root}까지 이어집니다")
        if len(steps) == 1:
            verdict = pick("It is believed itself", "그 자체를 신뢰합니다")
        return Chain(steps, verdict, Mark.SOUND, remark)
    return Chain(steps, remark, Mark.UNKNOWN)


def said_of(certificate: Certificate, finding: Finding, pick: Pick) -> str:
    """What a finding says, without the fingerprint where that is the certificate's own.

    It stands beside the certificate, and equal findings of several are told once.
    """
    own = certificate.fingerprint()[:16]
    english = finding.message.replace(f" (certificate {own})", "")
    return pick(english, finding.message_ko.replace(f" (인증서 {own})", ""))


def _path(
    certificate: Certificate, at: datetime, above: Sequence[Certificate], trust: TrustStore
) -> tuple[ValidatedPath | None, str | None]:
    """The path, and the fingerprint of what is at fault, where one is known.

    It is sought at the moment, then at the nearest one within the validity, then as on the first
    day. Old cryptography goes.
    """
    validity = certificate.validity
    nearest = min(max(at, validity.not_before), validity.not_after)
    fault: str | None = None
    for moment in dict.fromkeys((at, nearest, validity.not_before)):
        try:
            path = trust.verify(
                certificate, moment, intermediates=above, allow_weak=tuple(kcert.Weakness)
            )
        except kcert.TrustError as error:
            fault = fault or error.fingerprint
        except kcert.KcertError:
            continue
        else:
            return path, fault
    return None, fault


def _validated(path: ValidatedPath, title: str, pick: Pick, *, fault: str | None) -> Iterator[Step]:
    weak = {part.fingerprint: f"{part.subject} {part.weakness.value}" for part in path.weak_parts}

    def step(of: Certificate | TrustAnchor, name: str, note: str) -> Step:
        fingerprint = of.fingerprint()
        what = weak.get(fingerprint)
        if what is not None:
            note += pick(f", weak: {what}", f", 약함: {what}")
        refused = Mark.REFUSED if fingerprint == fault else None
        return Step(name, note, refused or (Mark.WEAK if what else Mark.SOUND))

    leaf, *between = path.certificates
    authority, root = (
        pick("issuing authority", "발급기관"),
        pick("root, believed", "최상위, 신뢰함"),
    )
    yield step(leaf, title, pick("certificate", "인증서"))
    for each in between:
        yield step(each, _name(each), authority)
    if path.anchor.fingerprint() == leaf.fingerprint():
        return
    if path.root is not path.anchor:
        yield step(path.anchor, path.anchor.name, authority)
    yield step(path.root, path.root.name, root)


def _by_name(
    certificate: Certificate, above: Sequence[Certificate], title: str, pick: Pick
) -> Iterator[Step]:
    """The certificate and whoever its names lead to. Nothing of that was verified."""
    yield Step(title, pick("certificate", "인증서"), Mark.REFUSED)
    current = certificate
    for _ in range(_MOST):
        if current.is_self_issued:
            return
        issuer = next((each for each in above if each.subject.matches(current.issuer)), None)
        if issuer is None:
            name = current.issuer.common_name or current.issuer.rfc4514()
            yield Step(name, pick("its certificate is not here", "인증서가 없음"), Mark.UNKNOWN)
            return
        note = pick("came along, not believed", "함께 있으나 신뢰하지 않음")
        yield Step(_name(issuer), note, Mark.UNKNOWN)
        current = issuer


def _name(certificate: Certificate) -> str:
    return certificate.subject.common_name or certificate.subject.rfc4514()
