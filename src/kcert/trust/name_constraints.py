# SPDX-License-Identifier: Apache-2.0
"""Name constraints along a path (RFC 5280 sections 4.2.1.10 and 6.1).

Each authority's subtrees are kept as they are and every name is held against all of them, which is
the same as intersecting the permitted ones and uniting the excluded ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kcert.errors import TrustError
from kcert.trust import subtrees

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kcert._asn1.path_extensions import GeneralName, RawNameConstraints
    from kcert.certificate import Certificate, Name
    from kcert.trust.budget import Budget
    from kcert.trust.extensions import PathExtensions
    from kcert.trust.subtrees import Base, Subject

__all__ = ["NameConstraints"]

_EMAIL_ADDRESS: Final = "1.2.840.113549.1.9.1"
_EMAIL: Final = 1
_DIRECTORY: Final = 4
_Bases = dict[int, list["Base"]]


class NameConstraints:
    """The constraints in force below the certificates read so far."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._permitted: list[_Bases] = []
        self._excluded: _Bases = {}
        self._count = 0

    @property
    def are_empty(self) -> bool:
        """Whether any name may follow."""
        return not self._permitted and not self._excluded

    def add(self, constraints: RawNameConstraints | None) -> None:
        """Put the constraints of one more authority into force.

        Raises:
            FormatError: A subtree is malformed.
        """
        if constraints is None:
            return
        self._count += len(constraints.permitted) + len(constraints.excluded)
        if constraints.permitted:
            self._permitted.append(_by_form(constraints.permitted))
        for form, bases in _by_form(constraints.excluded).items():
            self._excluded.setdefault(form, []).extend(bases)

    def check(self, certificate: Certificate, extensions: PathExtensions) -> None:
        """Hold the names of a certificate against the constraints in force.

        Raises:
            TrustError: A name is not permitted, is excluded, or is of a form that is constrained
                and that kcert cannot compare.
            FormatError: A name of a constrained form is malformed.
            LimitError: There are too many names and subtrees.
        """
        if self.are_empty:
            return
        # Counted whatever their forms, as OpenSSL does: it is one product, known beforehand.
        names = len(certificate.subject.attributes) + len(extensions.alternative_names)
        self._budget.compare(names * self._count)
        for form, subject in _names(certificate, extensions, self._constrained()):
            self._check(form, subject, certificate)

    def _constrained(self) -> set[int]:
        return self._excluded.keys() | {form for bases in self._permitted for form in bases}

    def _check(self, form: int, subject: Subject, certificate: Certificate) -> None:
        sets = [bases[form] for bases in self._permitted if form in bases]
        excluded = self._excluded.get(form, [])
        if form not in subtrees.COMPARABLE:
            raise TrustError(
                f"a {subtrees.FORMS[form]} is under a name constraint that cannot be compared",
                f"비교할 수 없는 형식({subtrees.FORMS[form]})의 이름 제한이 걸려 있습니다",
                fingerprint=certificate.fingerprint(),
            )
        permitted = all(
            any(subtrees.is_within(form, subject, base) for base in bases) for bases in sets
        )
        if permitted and not any(subtrees.may_overlap(form, subject, base) for base in excluded):
            return
        raise TrustError(
            f"a {subtrees.FORMS[form]} is outside the name constraints of an authority above",
            f"이름({subtrees.FORMS[form]})이 상위 인증기관의 이름 제한을 벗어납니다",
            fingerprint=certificate.fingerprint(),
        )


def _by_form(names: Iterable[GeneralName]) -> _Bases:
    bases: _Bases = {}
    for form, content in names:
        bases.setdefault(form, []).append(subtrees.read_base(form, content))
    return bases


def _names(
    certificate: Certificate, extensions: PathExtensions, forms: set[int]
) -> Iterable[tuple[int, Subject]]:
    """The names of a certificate that are of a constrained form."""
    subject: Name = certificate.subject
    if _DIRECTORY in forms and subject.rdns:
        yield _DIRECTORY, subtrees.directory_key(subject)
    if _EMAIL in forms:
        # RFC 5280 wants this where there is no subjectAltName; with one it is as telling.
        for attribute in subject.attributes:
            if attribute.oid == _EMAIL_ADDRESS:
                yield _EMAIL, subtrees.read_subject(_EMAIL, attribute.raw)
    for form, content in extensions.alternative_names:
        if form in forms:
            yield form, subtrees.read_subject(form, content)
