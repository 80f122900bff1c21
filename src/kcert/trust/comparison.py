# SPDX-License-Identifier: Apache-2.0
"""Comparing the figures of authorities with certificates at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from kcert.errors import KcertError
from kcert.trust.extensions import PathExtensions
from kcert.trust.figures import Family, known_authorities
from kcert.trust.signatures import signature_holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kcert.certificate import Certificate
    from kcert.trust.figures import AuthorityFigures

__all__ = ["Comparison", "compare_figures"]


@frozen
class Comparison:
    """What came of holding one certificate against the figures.

    Attributes:
        certificate: The certificate.
        figures: The row that is about it, or ``None``: an authority that the table does not have.
        differences: Figures that differ, each in words; empty where all agree.
    """

    certificate: Certificate
    figures: AuthorityFigures | None
    differences: tuple[str, ...] = ()


def compare_figures(certificates: Iterable[Certificate]) -> Iterator[Comparison]:
    """Hold certificates of authorities against the figures of all Korean authorities.

    Certificates that are no authority's are passed over. A row is about a certificate if it has the
    same subject and serial number, or the same key.

    Args:
        certificates: Certificates, from any source.
    """
    rows = [figures for family in Family for figures in known_authorities(family)]
    by_subject = {figures.subject.match_key: figures for figures in rows}
    for certificate in certificates:
        if not certificate.is_ca:
            continue
        row = next((figures for figures in rows if _is_about(figures, certificate)), None)
        if row is None:
            yield Comparison(certificate, None)
            continue
        issuer = by_subject.get(row.issuer.match_key)
        try:
            differences = tuple(_differences(row, certificate, issuer))
        except KcertError as error:
            differences = (f"certificate: {error}",)
        yield Comparison(certificate, row, differences)


def _is_about(figures: AuthorityFigures, certificate: Certificate) -> bool:
    if figures.public_key_info == certificate.public_key_info:
        return True
    return figures.serial_number == certificate.serial_number and figures.subject.matches(
        certificate.subject
    )


def _differences(
    figures: AuthorityFigures, certificate: Certificate, issuer: AuthorityFigures | None
) -> Iterator[str]:
    limits = PathExtensions.of(certificate)
    compared: tuple[tuple[str, object, object], ...] = (
        ("subject", figures.subject, certificate.subject),
        ("issuer", figures.issuer, certificate.issuer),
        ("serial_number", figures.serial_number, certificate.serial_number),
        ("public_key", figures.public_key_info, certificate.public_key_info),
        ("key_identifier", figures.key_identifier, certificate.subject_key_identifier),
        ("validity", figures.validity, certificate.validity),
        ("sha256", figures.fingerprint, certificate.fingerprint()),
        ("signature_hash", figures.signature_hash, certificate.signature_hash),
        ("path_length", figures.path_length, certificate.path_length),
        (
            "require_explicit_policy",
            figures.require_explicit_policy,
            limits.require_explicit_policy,
        ),
        (
            "crl_distribution_points",
            figures.crl_distribution_points,
            certificate.crl_distribution_points,
        ),
    )
    for name, known, found in compared:
        if known is None and name in ("validity", "sha256", "signature_hash"):
            yield f"{name}: not known so far"
        elif known != found:
            yield f"{name}: differs"
    if limits.name_constraints is not None or limits.inhibit_any_policy is not None:
        yield "limits: the certificate has some that the table has no columns for"
    if issuer is not None and not _is_signed(certificate, issuer):
        yield f"signature: does not verify under the key of {issuer.name}"


def _is_signed(certificate: Certificate, issuer: AuthorityFigures) -> bool:
    try:
        return signature_holds(
            issuer.public_key_info,
            certificate.signature_algorithm,
            certificate.tbs,
            certificate.signature,
        )
    except KcertError:
        return False
