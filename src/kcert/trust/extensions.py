# SPDX-License-Identifier: Apache-2.0
"""What path validation reads of one certificate (RFC 5280 sections 6.1.3 to 6.1.5)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import field, frozen

from kcert._asn1 import path_extensions as path
from kcert._asn1 import x509_extensions as x509
from kcert.certificate import KeyUsage
from kcert.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert._asn1.path_extensions import GeneralName, RawNameConstraints
    from kcert.certificate import Certificate

__all__ = ["ANY_POLICY", "PathExtensions", "unknown_critical"]

T = TypeVar("T")

ANY_POLICY: Final = "2.5.29.32.0"

# Extensions whose critical bit is no reason to refuse: they are processed during validation, or
# state facts that the caller reads (identifiers, other names), or belong to revocation.
_UNDERSTOOD: Final = frozenset(
    (
        path.INHIBIT_ANY_POLICY,
        path.NAME_CONSTRAINTS,
        path.POLICY_CONSTRAINTS,
        path.POLICY_MAPPINGS,
        x509.AUTHORITY_INFO_ACCESS,
        x509.AUTHORITY_KEY_IDENTIFIER,
        x509.BASIC_CONSTRAINTS,
        x509.CERTIFICATE_POLICIES,
        x509.CRL_DISTRIBUTION_POINTS,
        x509.EXTENDED_KEY_USAGE,
        x509.KEY_USAGE,
        x509.SUBJECT_ALT_NAME,
        x509.SUBJECT_KEY_IDENTIFIER,
        "2.5.29.18",  # issuerAltName
        "2.5.29.46",  # freshestCRL
    )
)
# Larger certificates are read anew each time, so that a hostile one is not kept.
_MAX_CACHED: Final = 16 << 10


@frozen
class PathExtensions:
    """The limits and names that one certificate brings into a path.

    Attributes:
        is_ca: basicConstraints says so.
        may_sign_certificates: keyUsage is absent or has keyCertSign.
        path_length: pathLenConstraint, or ``None``.
        policies: Certificate policies without anyPolicy; ``None`` where the extension is absent.
        any_policy: Whether anyPolicy is among them.
        policy_mappings: Pairs of issuer's and subject's policy.
        require_explicit_policy: From policyConstraints, or ``None``.
        inhibit_policy_mapping: From policyConstraints, or ``None``.
        inhibit_any_policy: From the extension of that name, or ``None``.
        name_constraints: Subtrees, or ``None``.
        alternative_names: Names in the subjectAltName.
        unknown_critical: The first critical extension that kcert does not understand, or ``None``.
    """

    is_ca: bool = True
    may_sign_certificates: bool = True
    path_length: int | None = None
    policies: tuple[str, ...] | None = None
    any_policy: bool = False
    policy_mappings: tuple[tuple[str, str], ...] = ()
    require_explicit_policy: int | None = None
    inhibit_policy_mapping: int | None = None
    inhibit_any_policy: int | None = None
    name_constraints: RawNameConstraints | None = field(default=None, repr=False)
    alternative_names: tuple[GeneralName, ...] = field(default=(), repr=False)
    unknown_critical: str | None = None

    @property
    def may_issue(self) -> bool:
        """Whether basicConstraints and keyUsage let it issue certificates."""
        return self.is_ca and self.may_sign_certificates

    @classmethod
    def of(cls, certificate: Certificate) -> PathExtensions:
        """What a certificate says.

        Raises:
            FormatError: An extension that matters here is malformed.
        """
        return _of_known(certificate) if len(certificate.der) <= _MAX_CACHED else _of(certificate)

    @classmethod
    def of_authority(
        cls, *, path_length: int | None = None, require_explicit_policy: int | None = None
    ) -> PathExtensions:
        """What is known of an authority without its certificate."""
        return cls(path_length=path_length, require_explicit_policy=require_explicit_policy)


def _policies(certificate: Certificate) -> tuple[str, ...] | None:
    if certificate.extension(x509.CERTIFICATE_POLICIES) is None:
        return None
    policies = certificate.policy_oids
    if not policies or len(set(policies)) < len(policies):
        raise FormatError("certificatePolicies", "policies are missing or occur twice")
    return policies


def unknown_critical(certificate: Certificate) -> str | None:
    """The first critical extension that kcert does not understand, or ``None``."""
    critical = (extension.oid for extension in certificate.extensions if extension.critical)
    return next((oid for oid in critical if oid not in _UNDERSTOOD), None)


def _of(certificate: Certificate) -> PathExtensions:
    values = {extension.oid: extension.value for extension in certificate.extensions}

    def read(oid: str, reader: Callable[[bytes], T], absent: T) -> T:
        return reader(values[oid]) if oid in values else absent

    policies = _policies(certificate)
    neither: tuple[int | None, int | None] = (None, None)
    explicit, mapping = read(path.POLICY_CONSTRAINTS, path.read_policy_constraints, neither)
    usage = certificate.key_usage
    if certificate.extended_key_usage == ():
        raise FormatError("extendedKeyUsage", "there is no purpose")
    return PathExtensions(
        is_ca=certificate.is_ca,
        may_sign_certificates=usage is None or KeyUsage.KEY_CERT_SIGN in usage,
        path_length=certificate.path_length,
        policies=None if policies is None else tuple(oid for oid in policies if oid != ANY_POLICY),
        any_policy=policies is not None and ANY_POLICY in policies,
        policy_mappings=read(path.POLICY_MAPPINGS, path.read_policy_mappings, ()),
        require_explicit_policy=explicit,
        inhibit_policy_mapping=mapping,
        inhibit_any_policy=read(path.INHIBIT_ANY_POLICY, path.read_inhibit_any_policy, None),
        name_constraints=read(path.NAME_CONSTRAINTS, path.read_name_constraints, None),
        alternative_names=read(x509.SUBJECT_ALT_NAME, path.read_general_names, ()),
        unknown_critical=unknown_critical(certificate),
    )


_of_known = lru_cache(maxsize=256)(_of)
