# SPDX-License-Identifier: Apache-2.0
"""Certificates with the Korean facts typed."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Final, Self

from attrs import frozen

from kcert._asn1 import oids
from kcert._asn1 import x509_extensions as values
from kcert._asn1.pem import decode_base64, read_blocks
from kcert._asn1.x509 import MAX_CERTIFICATE_SIZE, RawCertificate
from kcert.certificate.authorities import Authority, authority_of_issuer, authority_of_policy
from kcert.certificate.identity import IdentifyData
from kcert.certificate.kinds import CertificateKind
from kcert.certificate.policies import Policy, classify, policy_of
from kcert.certificate.subjects import (
    bank_code,
    officer_name,
    plain_name,
    registered_name,
    registration_authority,
)
from kcert.certificate.validity import RenewalWindow
from kcert.certificate.x509 import X509Certificate
from kcert.errors import FormatError, KcertError, LimitError

__all__ = [
    "Certificate",
    "FinancialCertificate",
    "GovernmentCertificate",
    "JointCertificate",
]

_FORMAT: Final = "certificate"
_LABELS: Final = frozenset(("CERTIFICATE", "X509 CERTIFICATE"))
_SEQUENCE: Final = b"\x30"
_CONSTRAINTS: Final = values.BASIC_CONSTRAINTS
_POLICIES: Final = values.CERTIFICATE_POLICIES
# PEM is a third longer than DER, and text may stand around it.
_MAX_TEXT: Final = 2 * MAX_CERTIFICATE_SIZE


@frozen(repr=False)
class Certificate(X509Certificate):
    """The public part of any X.509 certificate, with the Korean facts typed. Frozen.

    Made by `load`. Which class it becomes is decided by its certificate policy: by exact OID, then
    by the authority's arc; an authority's own certificate, or one without a Korean policy, is a
    plain `Certificate`. That says what a certificate claims; whether to believe it is the business
    of a trust store.

    The Korean facts (`kind`, `policy`, `authority`, `holder_name`, `registration_authority`,
    `renewal_window`) never raise: what cannot be told is ``None``.
    """

    kind: ClassVar[CertificateKind] = CertificateKind.OTHER
    """Which system the certificate belongs to."""

    @classmethod
    def load(cls, data: bytes | str) -> Self:
        """Read one certificate.

        Args:
            data: DER; or PEM or bare base64, as bytes or text. PEM may hold blocks of other kinds
                (keys), but only one certificate. At most 1 MiB of DER.

        Returns:
            A `JointCertificate`, `FinancialCertificate`, `GovernmentCertificate` or `Certificate`.

        Raises:
            FormatError: Not one certificate and nothing else; or, called on a subclass, a
                certificate of another kind.
            LimitError: More than 1 MiB.
        """
        try:
            der = _to_der(data)
            raw = RawCertificate.read(der)
        except KcertError as error:
            # A private key may be in the data, or be given by mistake; the frames would show it.
            failure, der = error, b""
        else:
            found = _CLASSES[_kind_of(raw)](der, raw)
            if isinstance(found, cls):
                return found
            failure = FormatError(
                _FORMAT,
                f"it is a {found.kind.value} certificate, not a {cls.kind.value} one",
                reason_ko=f"{cls.__name__} 종류의 인증서가 아닙니다",
            )
        finally:
            del data
        raise failure.without_origin()

    @cached_property
    def policy(self) -> Policy | None:
        """The first certificate policy that is known, or ``None``; see `policy_oids` for all."""
        return policy_of(self._readable_policies())

    @cached_property
    def authority(self) -> Authority | None:
        """The Korean authority that issued it: by the issuer's name, then by the policy's arc."""
        found = authority_of_issuer(self.issuer.get("O"), self.issuer.common_name)
        if found is not None:
            return found
        candidates = map(authority_of_policy, self._readable_policies())
        return next(filter(None, candidates), None)

    @cached_property
    def identity(self) -> IdentifyData | None:
        """Real name and VID from the subjectAltName; ``None`` where there are none.

        Raises:
            FormatError: They are malformed.
        """
        value = self._value(values.SUBJECT_ALT_NAME)
        if value is None:
            return None
        encoded = values.read_other_name(value, oids.KISA_IDENTIFY_DATA)
        return None if encoded is None else IdentifyData.load(encoded)

    @property
    def holder_name(self) -> str | None:
        """Name of the holder: the CN without what the authority added to it."""
        return self.subject.common_name

    @property
    def registration_authority(self) -> str | None:
        """The bank, broker or office that registered the holder, where the name tells.

        In Korean where it is known, else as the certificate writes it.
        """
        return None

    @property
    def bank_code(self) -> str | None:
        """Three digits of the bank in a yessign CN, ``"020"``, or ``None``."""
        return None

    @property
    def renewal_window(self) -> RenewalWindow | None:
        """When it can be renewed; ``None`` for a certificate that cannot be renewed by its holder.

        From 30 days before the expiry day (Korean calendar) to the last moment of validity.
        """
        return None

    def _real_name(self) -> str | None:
        try:
            return self.identity.real_name if self.identity is not None else None
        except KcertError:
            return None

    def _readable_policies(self) -> tuple[str, ...]:
        try:
            return self.policy_oids
        except KcertError:
            return ()

    def __repr__(self) -> str:
        parts = [
            type(self).__name__,
            self.authority.code if self.authority is not None else None,
            self.policy.oid if self.policy is not None else None,
            f"until {self.validity.last_day.isoformat()}",
            f"sha256:{self.fingerprint()[:16]}",
        ]
        return f"<{' '.join(filter(None, parts))}>"

    def __reduce__(self) -> tuple[object, ...]:
        return Certificate.load, (self.der,)


# The classes below add no fields: what attrs made for `Certificate` holds for them as it is.


class _RegisteredCertificate(Certificate):
    """What joint and financial certificates have in common: a registered, renewable holder."""

    __slots__ = ()

    @property
    def holder_name(self) -> str | None:
        """Name of the holder: the CN without English name, registration digits and suffix."""
        common_name = self.subject.common_name
        return registered_name(common_name) or plain_name(common_name, self._real_name())

    @property
    def registration_authority(self) -> str | None:
        """The bank, broker or office that registered the holder, where the name tells.

        In Korean where it is known, else as the certificate writes it.
        """
        return registration_authority(self.subject)

    @property
    def bank_code(self) -> str | None:
        """Three digits of the bank in a yessign CN, ``"020"``, or ``None``."""
        return bank_code(self.subject.common_name)

    @property
    def renewal_window(self) -> RenewalWindow | None:
        """From 30 days before the expiry day (Korean calendar) to the last moment of validity."""
        return RenewalWindow.of(self.validity)


class JointCertificate(_RegisteredCertificate):
    """공동인증서 (NPKI), formerly 공인인증서."""

    __slots__ = ()

    kind: ClassVar[CertificateKind] = CertificateKind.JOINT


class FinancialCertificate(_RegisteredCertificate):
    """금융인증서 (YESKEY). Its key never leaves the KFTC, so there is no key file to it."""

    __slots__ = ()

    kind: ClassVar[CertificateKind] = CertificateKind.FINANCIAL


class GovernmentCertificate(Certificate):
    """행정전자서명 (GPKI) and 교육기관 전자서명 (EPKI)."""

    __slots__ = ()

    kind: ClassVar[CertificateKind] = CertificateKind.GOVERNMENT

    @property
    def holder_name(self) -> str | None:
        """Name of the officer without the digits around it; of a server or seal the CN."""
        return officer_name(self.subject.common_name)


_CLASSES: Final[dict[CertificateKind, type[Certificate]]] = {
    found.kind: found
    for found in (Certificate, JointCertificate, FinancialCertificate, GovernmentCertificate)
}


def _kind_of(raw: RawCertificate) -> CertificateKind:
    """Kind by the certificate policies; ``OTHER`` for authorities and where they cannot be read."""
    policies: tuple[str, ...] = ()
    try:
        for oid, _, value in raw.extensions:
            if oid == _POLICIES:
                policies = values.read_certificate_policies(value)
            elif oid == _CONSTRAINTS and values.read_basic_constraints(value)[0]:
                return CertificateKind.OTHER
    except KcertError:
        return CertificateKind.OTHER
    return classify(policies)


def _to_der(data: bytes | str) -> bytes:
    """The DER in what a caller has: DER, PEM or base64."""
    if isinstance(data, str):
        text = data.encode("utf-8", "replace")
    elif isinstance(data, (bytes, bytearray, memoryview)):
        text = bytes(data)
        if text[:1] == _SEQUENCE:
            return text
    else:
        raise TypeError(f"a certificate is loaded from bytes or str, not {type(data).__name__}")
    if len(text) > _MAX_TEXT:
        raise LimitError("certificate size", len(text), _MAX_TEXT, where=_FORMAT)
    if not text.strip():
        raise FormatError(_FORMAT, "there is no data", reason_ko="데이터가 없습니다")
    if b"-----BEGIN" not in text:
        return decode_base64(text)
    found = [block.data for block in read_blocks(text) if block.label in _LABELS]
    if len(found) != 1:
        raise FormatError(
            _FORMAT,
            f"PEM holds {len(found)} certificates where one is expected",
            reason_ko=f"PEM에 인증서가 {len(found)}개 있습니다 (1개여야 합니다)",
        )
    return found[0]
