# SPDX-License-Identifier: Apache-2.0
"""Which key is whose: the signing pair, the key-management pair, and the rest of a bundle.

Keys are never told apart by their order. A locked key shows nothing of its public half: where
there are several, either a mark of the file (localKeyID) tells, or the keys have to be opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import field, frozen

from kcert.certificate import CertificateKind, KeyUsage
from kcert.errors import FormatError, KeyMismatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kcert.certificate import Certificate

__all__ = ["FoundCertificate", "FoundKey", "Paired", "is_key_management", "pair"]

K = TypeVar("K")

_SIGNING = {KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION}
_MANAGING = {KeyUsage.KEY_ENCIPHERMENT, KeyUsage.DATA_ENCIPHERMENT, KeyUsage.KEY_AGREEMENT}


@frozen
class FoundCertificate:
    """A certificate of a bundle and the mark that ties it to its key."""

    certificate: Certificate
    mark: bytes | None = None


@frozen(eq=False)
class FoundKey(Generic[K]):
    """A key of a bundle and the mark that ties it to its certificate."""

    key: K = field(repr=False)
    mark: bytes | None = None


@frozen(eq=False)
class Paired(Generic[K]):
    """What a bundle comes to: one pair or two, and the other certificates in their order."""

    signing: tuple[Certificate, K] = field(repr=False)
    key_management: tuple[Certificate, K] | None = field(repr=False)
    others: tuple[Certificate, ...]


def is_key_management(certificate: Certificate) -> bool:
    """Whether a certificate is for decryption and not for signatures, by its keyUsage."""
    usage = certificate.key_usage or frozenset()
    return bool(usage & _MANAGING) and not usage & _SIGNING


def _by_mark(
    certificates: Sequence[FoundCertificate], keys: Sequence[FoundKey[K]]
) -> list[Certificate | None]:
    """For each key the one certificate with the same mark, which no other key has."""
    marks = [key.mark for key in keys]
    answers: list[Certificate | None] = []
    for mark in marks:
        same = [each.certificate for each in certificates if mark and each.mark == mark]
        answers.append(same[0] if len(same) == 1 and marks.count(mark) == 1 else None)
    return answers


def _leaves(certificates: Sequence[Certificate]) -> Sequence[Certificate]:
    """Those that are no authority's; where all seem to be, those that issued no other."""
    if len(certificates) == 1:
        return certificates
    # Those of a Korean kind are holders', which is known since they were read.
    leaves = [one for one in certificates if one.kind is not CertificateKind.OTHER or not one.is_ca]
    if leaves:
        return leaves
    issuers = {each.issuer.der for each in certificates if not each.is_self_issued}
    return [each for each in certificates if each.subject.der not in issuers]


def pair(
    certificates: Sequence[FoundCertificate],
    keys: Sequence[FoundKey[K]],
    format: str,
    owner: Callable[[K, Certificate], bool] | None,
) -> Paired[K]:
    """Put a bundle in order. Of several certificates with one key the longest valid is taken.

    Args:
        certificates: All certificates, each once.
        keys: All keys, each once.
        format: Name of the format, for messages.
        owner: Whether a key is a certificate's; ``None`` where the keys cannot be opened.

    Raises:
        FormatError: Keys or certificates are missing or too many, two keys are one certificate's,
            or it takes the password to tell them apart.
        KeyMismatchError: There is one key, and it is no certificate's.
    """
    _check_counts(len(certificates), len(keys), format)
    found = _by_mark(certificates, keys)
    everything = [each.certificate for each in certificates]
    if None in found:
        taken = set(map(id, found))
        free = [each for each in everything if id(each) not in taken]
        leaves = _leaves(free)
        if len(keys) == 1 and len(leaves) == 1 and owner is None:
            found = [leaves[0]]
        elif owner is None:
            raise _undecided(len(leaves), len(keys), format)
        else:
            found = [
                known or _owned(each.key, free, leaves, owner)
                for known, each in zip(found, keys, strict=True)
            ]
    pairs = [
        (certificate, each.key)
        for certificate, each in zip(found, keys, strict=True)
        if certificate is not None
    ]
    if len(pairs) > 1:
        if len({certificate.der for certificate, _ in pairs}) < len(pairs):
            raise FormatError(
                format,
                "two private keys belong to one certificate; remove one of them",
                reason_ko="한 인증서에 개인키가 둘입니다; 하나를 지우십시오",
            )
        pairs.sort(key=lambda each: (is_key_management(each[0]), everything.index(each[0])))
    taken = {id(certificate) for certificate, _ in pairs}
    return Paired(
        signing=pairs[0],
        key_management=pairs[1] if len(pairs) > 1 else None,
        others=tuple([each for each in everything if id(each) not in taken]),
    )


def _owned(
    key: K,
    certificates: Sequence[Certificate],
    leaves: Sequence[Certificate],
    owner: Callable[[K, Certificate], bool],
) -> Certificate:
    owned = [certificate for certificate in certificates if owner(key, certificate)]
    if not owned:
        raise KeyMismatchError(leaves[0].fingerprint() if len(leaves) == 1 else None)
    # A renewed certificate may keep its key.
    return max(owned, key=lambda certificate: certificate.validity.not_after)


def _check_counts(certificates: int, keys: int, format: str) -> None:
    if not keys:
        raise FormatError(
            format,
            "there is no private key in it; use load_certificates for certificates alone",
            reason_ko="개인키가 없습니다; 인증서만 읽으려면 load_certificates를 쓰십시오",
        )
    if not certificates:
        raise FormatError(
            format,
            "there is no certificate in it; put it together with the certificate of its key",
            reason_ko="인증서가 없습니다; 개인키의 인증서를 함께 넣으십시오",
        )
    if keys > 2:
        raise FormatError(
            format,
            f"there are {keys} private keys in it; a credential has one for signatures and at "
            "most one for decryption; split it",
            reason_ko=f"개인키가 {keys}개 있습니다; 서명용과 암호용 각각 하나만 둘 수 있으니 "
            "나누십시오",
        )


def _undecided(leaves: int, keys: int, format: str) -> FormatError:
    return FormatError(
        format,
        f"there are {keys} locked private keys and {leaves} certificates that may be theirs; "
        "give the password, so that they can be matched",
        reason_ko=f"잠긴 개인키 {keys}개와 그 인증서일 수 있는 것이 {leaves}개 있습니다; "
        "짝을 맞출 수 있도록 비밀번호를 지정하십시오",
    )
