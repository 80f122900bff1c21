# SPDX-License-Identifier: Apache-2.0
"""Korean electronic certificates: open, inspect, sign, keep.

The front door. Every public name is imported when it is first used, so that ``import kcert`` costs
next to nothing; type checkers see all of them.
"""

from __future__ import annotations

# Type checkers take this for typing.TYPE_CHECKING; importing typing would cost more than this file.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kcert import (
        certificate,
        cms,
        discovery,
        errors,
        formats,
        inspection,
        keys,
        lifecycle,
        loading,
        passwords,
        storage,
        store,
        testing,
        token,
        trust,
        vid,
    )
    from kcert.certificate import (
        Authority,
        Certificate,
        CertificateKind,
        FinancialCertificate,
        GovernmentCertificate,
        Holder,
        JointCertificate,
        KeyUsage,
        Name,
        Policy,
        RenewalWindow,
        Usage,
        Validity,
    )
    from kcert.credential import (
        Credential,
        KeyPair,
        Signer,
        UnlockedCredential,
    )
    from kcert.discovery import (
        Found,
        discover,
    )
    from kcert.errors import (
        AlreadyExistsError,
        AmbiguousError,
        AuthorityError,
        CertificateProblem,
        ConflictError,
        ExpiredError,
        FormatError,
        IdentityMismatchError,
        IdentityRefusedError,
        KcertError,
        KeyMismatchError,
        LimitError,
        MissingExtraError,
        NotFoundError,
        NotYetValidError,
        PolicyError,
        RenewalError,
        RevocationUnknownError,
        RevokedError,
        SignatureError,
        StorageError,
        TamperedError,
        TrustError,
        UnavailableError,
        UnfinishedError,
        UnlockError,
        UnsupportedAlgorithmError,
        UntrustedIssuerError,
        WeakAlgorithmError,
        WeakIntegrityError,
    )
    from kcert.formats import (
        archive,
        gpki,
        npki,
        pem,
        pkcs12,
    )
    from kcert.inspection import (
        Finding,
        Report,
        Severity,
        inspect,
    )
    from kcert.keys import (
        EncryptedKey,
        Limits,
        LockProfile,
        Padding,
        PrivateKey,
        profiles,
    )
    from kcert.loading import (
        load,
    )
    from kcert.storage import (
        Backend,
        CloudProfile,
    )
    from kcert.store import (
        Entry,
        Store,
        open_store,
    )
    from kcert.store.sealing import (
        Passphrase,
        SealedStore,
        VaultIdentity,
        VaultMemory,
        VaultWriter,
    )
    from kcert.trust import (
        PolicySet,
        Purpose,
        Revocation,
        TrustAnchor,
        TrustStore,
        ValidatedPath,
        Weakness,
    )

    __version__: str

__all__ = [
    "AlreadyExistsError",
    "AmbiguousError",
    "Authority",
    "AuthorityError",
    "Backend",
    "Certificate",
    "CertificateKind",
    "CertificateProblem",
    "CloudProfile",
    "ConflictError",
    "Credential",
    "EncryptedKey",
    "Entry",
    "ExpiredError",
    "FinancialCertificate",
    "Finding",
    "FormatError",
    "Found",
    "GovernmentCertificate",
    "Holder",
    "IdentityMismatchError",
    "IdentityRefusedError",
    "JointCertificate",
    "KcertError",
    "KeyMismatchError",
    "KeyPair",
    "KeyUsage",
    "LimitError",
    "Limits",
    "LockProfile",
    "MissingExtraError",
    "Name",
    "NotFoundError",
    "NotYetValidError",
    "Padding",
    "Passphrase",
    "Policy",
    "PolicyError",
    "PolicySet",
    "PrivateKey",
    "Purpose",
    "RenewalError",
    "RenewalWindow",
    "Report",
    "Revocation",
    "RevocationUnknownError",
    "RevokedError",
    "SealedStore",
    "Severity",
    "SignatureError",
    "Signer",
    "StorageError",
    "Store",
    "TamperedError",
    "TrustAnchor",
    "TrustError",
    "TrustStore",
    "UnavailableError",
    "UnfinishedError",
    "UnlockError",
    "UnlockedCredential",
    "UnsupportedAlgorithmError",
    "UntrustedIssuerError",
    "Usage",
    "ValidatedPath",
    "Validity",
    "VaultIdentity",
    "VaultMemory",
    "VaultWriter",
    "WeakAlgorithmError",
    "WeakIntegrityError",
    "Weakness",
    "__version__",
    "archive",
    "certificate",
    "cms",
    "discover",
    "discovery",
    "errors",
    "formats",
    "gpki",
    "inspect",
    "inspection",
    "keys",
    "lifecycle",
    "load",
    "loading",
    "npki",
    "open_store",
    "passwords",
    "pem",
    "pkcs12",
    "profiles",
    "storage",
    "store",
    "testing",
    "token",
    "trust",
    "vid",
]

# Modules that are attributes of the package, and where they are.
_MODULES = {
    "archive": "kcert.formats.archive",
    "certificate": "kcert.certificate",
    "cms": "kcert.cms",
    "discovery": "kcert.discovery",
    "errors": "kcert.errors",
    "formats": "kcert.formats",
    "gpki": "kcert.formats.gpki",
    "inspection": "kcert.inspection",
    "keys": "kcert.keys",
    "lifecycle": "kcert.lifecycle",
    "loading": "kcert.loading",
    "npki": "kcert.formats.npki",
    "passwords": "kcert.passwords",
    "pem": "kcert.formats.pem",
    "pkcs12": "kcert.formats.pkcs12",
    "profiles": "kcert.keys.profiles",
    "storage": "kcert.storage",
    "store": "kcert.store",
    "testing": "kcert.testing",
    "token": "kcert.token",
    "trust": "kcert.trust",
    "vid": "kcert.vid",
}

# Names of other modules that are also names of the package.
_NAMES = {
    "kcert.certificate": (
        "Authority Certificate CertificateKind FinancialCertificate GovernmentCertificate "
        "Holder JointCertificate KeyUsage Name Policy RenewalWindow Usage Validity"
    ),
    "kcert.credential": ("Credential KeyPair Signer UnlockedCredential"),
    "kcert.discovery": ("Found discover"),
    "kcert.errors": (
        "AlreadyExistsError AmbiguousError AuthorityError CertificateProblem ConflictError "
        "ExpiredError FormatError IdentityMismatchError IdentityRefusedError KcertError "
        "KeyMismatchError LimitError MissingExtraError NotFoundError NotYetValidError PolicyError "
        "RenewalError RevocationUnknownError RevokedError SignatureError StorageError "
        "TamperedError TrustError UnavailableError UnfinishedError UnlockError "
        "UnsupportedAlgorithmError UntrustedIssuerError WeakAlgorithmError WeakIntegrityError"
    ),
    "kcert.inspection": ("Finding Report Severity inspect"),
    "kcert.keys": ("EncryptedKey Limits LockProfile Padding PrivateKey"),
    "kcert.loading": ("load"),
    "kcert.storage": ("Backend CloudProfile"),
    "kcert.store": ("Entry Store open_store"),
    "kcert.store.sealing": ("Passphrase SealedStore VaultIdentity VaultMemory VaultWriter"),
    "kcert.trust": ("PolicySet Purpose Revocation TrustAnchor TrustStore ValidatedPath Weakness"),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Import a public name on its first use (PEP 562)."""
    if name in _MODULES:
        from importlib import import_module

        found: object = import_module(_MODULES[name])
    elif name in _HOMES:
        from importlib import import_module

        found = getattr(import_module(_HOMES[name]), name)
    elif name == "__version__":
        from importlib.metadata import version

        found = version("kcert")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
