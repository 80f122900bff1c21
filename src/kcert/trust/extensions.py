# SPDX-License-Identifier: Apache-2.0
"""What path validation reads of one certificate (RFC 5280 sections 6.1.3 to 6.1.5)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import path_extensions as path
from kcert._asn1 import x509_extensions as x509
from kcert.certificate import KeyUsage
from kcert.errors import FormatError

if TYPE_CHECKING:
    from kcert._asn1.path_extensions import GeneralName, RawNameConstraints
    from kcert.certificate import Certificate

__all__ = ["ANY_POLICY", "PathExtensions"]

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


def _of(certificate: Certificate) -> PathExtensions:
    unknown_critical: str | None = None
    policies: tuple[str, ...] | None = None
    mappings: tuple[tuple[str, str], ...] = ()
    explicit: int | None = None
    mapping: int | None = None
    inhibit_any: int | None = None
    constraints: RawNameConstraints | None = None
    names: tuple[GeneralName, ...] = ()
    for extension in certificate.extensions:
        oid, value = extension.oid, extension.value
        if oid == x509.CERTIFICATE_POLICIES:
            policies = certificate.policy_oids
            if not policies or len(set(policies)) < len(policies):
                raise FormatError("certificatePolicies", "policies are missing or occur twice")
        elif oid == x509.SUBJECT_ALT_NAME:
            names = path.read_general_names(value)
        elif oid == path.POLICY_MAPPINGS:
            mappings = path.read_policy_mappings(value)
        elif oid == path.POLICY_CONSTRAINTS:
            explicit, mapping = path.read_policy_constraints(value)
        elif oid == path.INHIBIT_ANY_POLICY:
            inhibit_any = path.read_inhibit_any_policy(value)
        elif oid == path.NAME_CONSTRAINTS:
            constraints = path.read_name_constraints(value)
        elif extension.critical and oid not in _UNDERSTOOD and unknown_critical is None:
            unknown_critical = oid
    usage = certificate.key_usage
    return PathExtensions(
        is_ca=certificate.is_ca,
        may_sign_certificates=usage is None or KeyUsage.KEY_CERT_SIGN in usage,
        path_length=certificate.path_length,
        policies=None if policies is None else tuple(oid for oid in policies if oid != ANY_POLICY),
        any_policy=policies is not None and ANY_POLICY in policies,
        policy_mappings=mappings,
        require_explicit_policy=explicit,
        inhibit_policy_mapping=mapping,
        inhibit_any_policy=inhibit_any,
        name_constraints=constraints,
        alternative_names=names,
        unknown_critical=unknown_critical,
    )


_of_known = lru_cache(maxsize=256)(_of)
