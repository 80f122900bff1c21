# SPDX-License-Identifier: Apache-2.0
"""The one error tree.

::

    KcertError
    ├── FormatError (ValueError)            not what the format promises
    ├── UnsupportedAlgorithmError           known structure, unknown algorithm
    ├── UnlockError                         wrong password or damaged key
    ├── KeyMismatchError                    the key is not this certificate's
    ├── LimitError                          iterations, size or depth over the cap
    ├── CertificateProblem                  raised by Report.raise_for_problems()
    ├── IdentityMismatchError               the id number and R do not give this VID
    ├── SignatureError                      a signature that does not verify
    ├── TrustError                          not to be believed
    │   ├── ExpiredError
    │   ├── NotYetValidError
    │   ├── RevokedError
    │   ├── UntrustedIssuerError
    │   ├── PolicyError
    │   ├── RevocationUnknownError
    │   └── WeakAlgorithmError
    ├── AuthorityError                      what the certificate authority answered
    ├── IdentityRefusedError                the holder was not identified
    ├── RenewalError                        not renewed or reissued now, and why
    ├── UnfinishedError                     stopped at a step; the next run goes on from there
    ├── WeakIntegrityError                  nothing, or little, tells whether a file was changed
    ├── MissingExtraError (ImportError)     an optional part is not installed
    └── StorageError
        ├── NotFoundError (LookupError)
        ├── AlreadyExistsError
        ├── AmbiguousError
        ├── ConflictError                   someone else changed it meanwhile
        ├── TamperedError                   a sealed store gives back what was not put there
        └── UnavailableError                unplugged, full, read-only, network down

Every class has a stable ``code``, carries its facts as attributes, and speaks
English (``str(error)``) and Korean (``error.message_ko``). A message is one line
of at most 300 characters and never holds a password, key material, the VID
random, an identity number or a person's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = [
    "AlreadyExistsError",
    "AmbiguousError",
    "AuthorityError",
    "CertificateProblem",
    "ConflictError",
    "ExpiredError",
    "FormatError",
    "IdentityMismatchError",
    "IdentityRefusedError",
    "KcertError",
    "KeyMismatchError",
    "LimitError",
    "MissingExtraError",
    "NotFoundError",
    "NotYetValidError",
    "PolicyError",
    "RenewalError",
    "RevocationUnknownError",
    "RevokedError",
    "SignatureError",
    "StorageError",
    "TamperedError",
    "TrustError",
    "UnavailableError",
    "UnfinishedError",
    "UnlockError",
    "UnsupportedAlgorithmError",
    "UntrustedIssuerError",
    "WeakAlgorithmError",
    "WeakIntegrityError",
]

_MAX_MESSAGE = 300


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_MESSAGE else line[: _MAX_MESSAGE - 1] + "…"


def _rebuild(cls: type[KcertError], args: tuple[Any, ...], state: dict[str, Any]) -> KcertError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class KcertError(Exception):
    """Base of everything kcert raises on purpose. Never raised itself.

    Attributes:
        code: Stable identifier of the kind of error, for programs and logs.
        message_ko: The message in Korean; ``str(error)`` is the English one.
    """

    code: ClassVar[str] = "kcert"
    message_ko: str

    def __init__(self, message: str, message_ko: str) -> None:
        super().__init__(_one_line(message))
        self.message_ko = _one_line(message_ko)

    def without_origin(self) -> Self:
        """The same without the frames and the errors in which it arose: those may know a secret."""
        self.__context__ = self.__cause__ = None
        return self.with_traceback(None)

    def __reduce__(self) -> tuple[Any, ...]:
        # The facts travel with the error to other processes; the constructors' signatures differ.
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class FormatError(KcertError, ValueError):
    """The bytes are not what their format promises.

    Attributes:
        format: Name of the format or structure, for example ``"PKCS#8"``.
        reason: What is wrong, in English.
        reason_ko: The same in Korean, where it was given.
        where: Byte offset or structure path of the fault, where known.
    """

    code = "format"

    def __init__(
        self, format: str, reason: str, *, reason_ko: str | None = None, where: str | None = None
    ) -> None:
        place = f" (at {where})" if where else ""
        place_ko = f" (위치: {where})" if where else ""
        super().__init__(
            f"{format}: {reason}{place}",
            f"{format}: {reason_ko or f'형식이 올바르지 않습니다: {reason}'}{place_ko}",
        )
        self.format = format
        self.reason = reason
        self.reason_ko = reason_ko
        self.where = where


class UnsupportedAlgorithmError(KcertError):
    """The structure is sound, but names an algorithm that kcert does not have.

    Attributes:
        oid: Dotted object identifier of the algorithm, where there is one.
        name: Its name where known, else ``None``.
        use: What it would have been needed for, for example ``"private key lock"``.
    """

    code = "unsupported-algorithm"

    def __init__(
        self,
        oid: str | None,
        name: str | None = None,
        *,
        use: str,
        hint: str = "",
        hint_ko: str = "",
    ) -> None:
        label = f"{name} ({oid})" if name and oid else name or oid or "?"
        super().__init__(
            f"{use}: algorithm {label} is not supported{'. ' + hint if hint else ''}",
            f"{use}: 지원하지 않는 알고리즘입니다: {label}{'. ' + hint_ko if hint_ko else ''}",
        )
        self.oid = oid
        self.name = name
        self.use = use


class UnlockError(KcertError):
    """A lock did not open: wrong password or damaged data; the file cannot tell which.

    Attributes:
        what: What stayed locked, for example ``"private key"``.
        reason: Why it may be so, in English.
    """

    code = "unlock"

    def __init__(
        self,
        what: str = "private key",
        what_ko: str = "개인키",
        *,
        reason: str = "the password is wrong or the data are damaged",
        reason_ko: str = "비밀번호가 틀렸거나 데이터가 손상되었습니다",
    ) -> None:
        super().__init__(
            f"{what} does not open: {reason}", f"{what_ko} 열기에 실패했습니다: {reason_ko}"
        )
        self.what = what
        self.reason = reason


class KeyMismatchError(KcertError):
    """The private key is sound but belongs to another certificate.

    Attributes:
        fingerprint: SHA-256 fingerprint (lower-case hex) of the certificate, where known.
    """

    code = "key-mismatch"

    def __init__(self, fingerprint: str | None = None) -> None:
        label = f" {fingerprint[:16]}" if fingerprint else ""
        super().__init__(
            f"the private key does not belong to the certificate{label}; "
            "look for the key file that was issued with it",
            f"개인키가 이 인증서{label}의 것이 아닙니다; 인증서와 함께 발급된 키 파일을 찾으십시오",
        )
        self.fingerprint = fingerprint


class LimitError(KcertError):
    """The input asks for more work or memory than the cap allows; nothing was done.

    Attributes:
        limit: Name of the cap, for example ``"iterations"``.
        maximum: The cap.
        value: What the input asked for.
    """

    code = "limit"

    def __init__(self, limit: str, value: int, maximum: int, *, where: str | None = None) -> None:
        # A hostile integer can have thousands of digits: printing it would be work of its own.
        shown = str(value) if value.bit_length() <= 64 else f"a {value.bit_length()}-bit number"
        place = f"{where}: " if where else ""
        super().__init__(
            f"{place}{limit} is {shown}, more than the limit of {maximum}; "
            "raise the limit only if the source is trusted",
            f"{place}{limit} 값({shown})이 한도({maximum})를 넘습니다; "
            "출처를 신뢰할 때만 한도를 올리십시오",
        )
        self.limit = limit
        self.value = value
        self.maximum = maximum
        self.where = where


class WeakIntegrityError(KcertError):
    """A file opened, but nothing or too little tells whether somebody changed it.

    Stands among the problems of a credential; `kcert.inspect` reports it.

    Attributes:
        format: Name of the format.
        mac: Name of the weak check; ``None`` where there is none.
        iterations: Rounds of its key derivation; 0 where there is none.
    """

    code = "weak-integrity"

    def __init__(self, format: str, mac: str | None, iterations: int = 0) -> None:
        if mac is None:
            message = "there is no MAC, so nothing tells whether it was changed; export it again"
            korean = "MAC이 없어 변경 여부를 알 수 없습니다; 다시 내보내십시오"
        else:
            message = f"its MAC ({mac}, {iterations} rounds) is weak by today's measure"
            korean = f"무결성 검사 값({mac}, {iterations}회)이 현재 기준보다 약합니다"
        super().__init__(f"{format}: {message}", f"{format}: {korean}")
        self.format = format
        self.mac = mac
        self.iterations = iterations


class CertificateProblem(KcertError):  # noqa: N818 - the name is public and says what it is
    """An inspection found problems; raised by ``Report.raise_for_problems()``.

    Attributes:
        findings: The findings of severity *error*, as in the report.
    """

    code = "certificate-problem"

    def __init__(self, findings: Sequence[Any]) -> None:
        super().__init__(
            "certificate has problems: " + ", ".join(finding.code for finding in findings),
            "인증서에 문제가 있습니다: " + ", ".join(finding.code for finding in findings),
        )
        self.findings = tuple(findings)


class IdentityMismatchError(KcertError):
    """The identity number and R do not give the VID of the certificate.

    A wrong number and a wrong R are the same answer on purpose.
    """

    code = "identity-mismatch"

    def __init__(self) -> None:
        super().__init__(
            "identity check failed: the number and R do not give the VID of this certificate",
            "본인확인 실패: 식별번호와 R 값이 이 인증서의 VID와 일치하지 않습니다",
        )


class SignatureError(KcertError):
    """A signature does not verify.

    Attributes:
        reason: What did not hold, in English.
        reason_ko: The same in Korean, where it was given.
        signer: Position of the signer in the message, where there are several.
    """

    code = "signature"

    def __init__(
        self, reason: str, *, reason_ko: str | None = None, signer: int | None = None
    ) -> None:
        place = f"signer {signer}: " if signer is not None else ""
        place_ko = f"서명자 {signer}: " if signer is not None else ""
        super().__init__(
            f"signature does not verify: {place}{reason}",
            f"서명 검증 실패: {place_ko}{reason_ko or reason}",
        )
        self.reason = reason
        self.reason_ko = reason_ko
        self.signer = signer


class TrustError(KcertError):
    """The certificate is not to be believed. Raised through its subclasses where they fit.

    Attributes:
        reason: What did not hold, in English.
        fingerprint: SHA-256 fingerprint of the certificate at fault, where known.
    """

    code = "trust"

    def __init__(
        self, reason: str, reason_ko: str | None = None, *, fingerprint: str | None = None
    ) -> None:
        label = f" (certificate {fingerprint[:16]})" if fingerprint else ""
        label_ko = f" (인증서 {fingerprint[:16]})" if fingerprint else ""
        super().__init__(f"{reason}{label}", f"{reason_ko or reason}{label_ko}")
        self.reason = reason
        self.fingerprint = fingerprint


class ExpiredError(TrustError):
    """A certificate on the path had expired at the moment in question.

    Attributes:
        not_after: When it ran out.
    """

    code = "expired"

    def __init__(self, not_after: datetime, *, fingerprint: str | None = None) -> None:
        super().__init__(
            f"certificate expired at {not_after.isoformat()}",
            f"인증서가 {not_after.isoformat()}에 만료되었습니다",
            fingerprint=fingerprint,
        )
        self.not_after = not_after


class NotYetValidError(TrustError):
    """A certificate on the path was not valid yet at the moment in question.

    Attributes:
        not_before: From when it is valid.
    """

    code = "not-yet-valid"

    def __init__(self, not_before: datetime, *, fingerprint: str | None = None) -> None:
        super().__init__(
            f"certificate is not valid before {not_before.isoformat()}",
            f"인증서는 {not_before.isoformat()}부터 유효합니다",
            fingerprint=fingerprint,
        )
        self.not_before = not_before


class RevokedError(TrustError):
    """A certificate on the path has been revoked or suspended.

    Attributes:
        revocation_reason: RFC 5280 reason name, for example ``"keyCompromise"``.
        since: Revocation date.
    """

    code = "revoked"

    def __init__(
        self, revocation_reason: str, since: datetime, *, fingerprint: str | None = None
    ) -> None:
        super().__init__(
            f"certificate was revoked ({revocation_reason}) at {since.isoformat()}",
            f"인증서가 {since.isoformat()}에 폐지되었습니다 ({revocation_reason})",
            fingerprint=fingerprint,
        )
        self.revocation_reason = revocation_reason
        self.since = since


class UntrustedIssuerError(TrustError):
    """No path leads from the certificate to an authority one is ready to believe."""

    code = "untrusted-issuer"


class PolicyError(TrustError):
    """The path holds, but not under the certificate policies that were asked for."""

    code = "policy"


class RevocationUnknownError(TrustError):
    """Whether the certificate was revoked could not be found out, and was required.

    Attributes:
        denied: Whether a responder that counts says that it does not know the certificate.
    """

    code = "revocation-unknown"

    def __init__(
        self,
        reason: str,
        reason_ko: str | None = None,
        *,
        fingerprint: str | None = None,
        denied: bool = False,
    ) -> None:
        super().__init__(reason, reason_ko, fingerprint=fingerprint)
        self.denied = denied


class WeakAlgorithmError(TrustError):
    """The path holds, but makes use of old cryptography that was not allowed by name.

    Attributes:
        weakness: What is weak: ``"sha1"``, ``"short-key"`` or ``"dsa"``.
    """

    code = "weak-algorithm"

    def __init__(self, weakness: str, what: str, *, fingerprint: str | None = None) -> None:
        super().__init__(
            f"{what} is weak ({weakness}); allow it by name only for old documents",
            f"약한 암호 알고리즘입니다 ({weakness}, {what}); "
            "옛 문서에만 이름을 지정해 허용하십시오",
            fingerprint=fingerprint,
        )
        self.weakness = weakness


class AuthorityError(KcertError):
    """The certificate authority refused or answered wrongly.

    Attributes:
        status: PKIStatus name (RFC 4210), where the authority gave one.
        failure: PKIFailureInfo names, where the authority gave them.
    """

    code = "authority"

    def __init__(
        self,
        message: str,
        message_ko: str | None = None,
        *,
        status: str | None = None,
        failure: Sequence[str] = (),
    ) -> None:
        facts = ", ".join(filter(None, [status, *failure]))
        tail = f" ({facts})" if facts else ""
        super().__init__(f"authority: {message}{tail}", f"인증기관: {message_ko or message}{tail}")
        self.status = status
        self.failure = tuple(failure)


class IdentityRefusedError(KcertError):
    """The holder was not identified, so nothing was asked of the authority.

    Raised by the application's `kcert.lifecycle.IdentityProof`.

    Attributes:
        reason: Why, in English. Without names and numbers of people.
        reason_ko: The same in Korean, where it was given.
    """

    code = "identity-refused"

    def __init__(self, reason: str, reason_ko: str | None = None) -> None:
        super().__init__(
            f"identity was not proved: {reason}",
            f"본인확인을 마치지 못했습니다: {reason_ko or reason}",
        )
        self.reason = reason
        self.reason_ko = reason_ko


class RenewalError(KcertError):
    """A certificate cannot be renewed or reissued now. Nothing was asked of the authority.

    Attributes:
        why: ``"too-early"``, ``"expired"``, ``"suspended"``, ``"revoked"`` or ``"not-offered"``
            (a certificate that its holder cannot renew).
        opens: When renewal opens, where it does.
        closes: When the certificate ends.
        since: When it was suspended or revoked, where the authority says so.
    """

    code = "renewal"

    def __init__(
        self,
        why: str,
        message: str,
        message_ko: str,
        *,
        opens: datetime | None = None,
        closes: datetime | None = None,
        since: datetime | None = None,
    ) -> None:
        super().__init__(message, message_ko)
        self.why = why
        self.opens = opens
        self.closes = closes
        self.since = since


class UnfinishedError(KcertError):
    """An issue, renewal or reissue stopped on its way. What was done stands, what was there works.

    Run again, it goes on from there. ``__cause__`` is what stopped it.

    Attributes:
        step: What could not be done: a value of `kcert.lifecycle.Step`.
        fingerprint: SHA-256 fingerprint of the new certificate, lower-case hex.
        reason: What stopped it, in English.
        reason_ko: The same in Korean.
    """

    code = "unfinished"

    def __init__(
        self, step: str, state: str, state_ko: str, *, cause: KcertError, fingerprint: str
    ) -> None:
        super().__init__(
            f"{state}; run it again ({step}: {cause})",
            f"{state_ko}; 다시 실행하십시오 ({step}: {cause.message_ko})",
        )
        self.step = step
        self.fingerprint = fingerprint
        self.reason = str(cause)
        self.reason_ko = cause.message_ko


class MissingExtraError(KcertError, ImportError):
    """An optional part of kcert is needed and not installed.

    Attributes:
        extra: Name of the extra, as in ``pip install "kcert[extra]"``.
    """

    code = "missing-extra"

    def __init__(self, extra: str, use: str) -> None:
        super().__init__(
            f'{use} needs an optional part: pip install "kcert[{extra}]"',
            f'{use} 기능에는 추가 구성요소가 필요합니다: pip install "kcert[{extra}]"',
        )
        self.extra = extra


class StorageError(KcertError):
    """A storage medium did not do what was asked.

    Attributes:
        reason: What went wrong, in English.
        reason_ko: The same in Korean, where it was given.
        backend: Kind of storage, for example ``"file"``.
        name: Name within the storage. It may hold a person's name, so it is not in the message.
        retryable: Whether trying again may help.
    """

    code = "storage"
    retryable: bool = False

    def __init__(
        self,
        reason: str,
        reason_ko: str | None = None,
        *,
        backend: str,
        name: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(f"{backend} storage: {reason}", f"{backend} 저장소: {reason_ko or reason}")
        self.reason = reason
        self.reason_ko = reason_ko
        self.backend = backend
        self.name = name
        if retryable is not None:
            self.retryable = retryable

    def told_of(self, backend: str, name: str | None) -> Self:
        """The same error, told of another backend or name: for backends that stand on others."""
        error = self.__class__.__new__(self.__class__)
        error.__dict__.update(self.__dict__)
        StorageError.__init__(error, self.reason, self.reason_ko, backend=backend, name=name)
        return error


class NotFoundError(StorageError, LookupError):
    """There is nothing under that name."""

    code = "not-found"


class AlreadyExistsError(StorageError):
    """Something is there already, and nothing was overwritten."""

    code = "already-exists"


class AmbiguousError(StorageError):
    """More than one thing answers to what was asked for.

    Attributes:
        choices: What there is to choose from, where it is known. Names of persons may be among
            them, so they are not in the message.
    """

    code = "ambiguous"

    def __init__(
        self,
        reason: str,
        reason_ko: str | None = None,
        *,
        backend: str,
        name: str | None = None,
        choices: Sequence[str] = (),
    ) -> None:
        super().__init__(reason, reason_ko, backend=backend, name=name)
        self.choices = tuple(choices)


class ConflictError(StorageError):
    """Somebody else changed it in the meantime; nothing was overwritten."""

    code = "conflict"


class TamperedError(StorageError):
    """A sealed store gives back something else than was put there. Nothing of it was used.

    Attributes:
        how: ``"altered"`` (damaged or truncated), ``"swapped"`` (another entry's or another
            vault's), ``"rolled-back"`` (an older state than was seen before) or ``"forged"``
            (sealed by somebody without the vault's key).
        seen: Counter of the newest state that was seen, where it was rolled back.
        counter: Counter of the state that came.
    """

    code = "tampered"

    def __init__(
        self,
        how: str,
        *,
        backend: str,
        name: str | None = None,
        seen: int | None = None,
        counter: int | None = None,
    ) -> None:
        english, korean = _TAMPERED[how]
        super().__init__(english, korean, backend=backend, name=name)
        self.how = how
        self.seen = seen
        self.counter = counter


_TAMPERED = {
    "altered": (
        "an entry was altered or damaged; restore it from another copy",
        "항목이 변조되었거나 손상되었습니다; 다른 사본에서 복원하십시오",
    ),
    "swapped": (
        "an entry is not the one that was put under this name; do not trust the service",
        "이 이름에 저장한 항목이 아닙니다; 서비스를 신뢰하지 마십시오",
    ),
    "rolled-back": (
        "an older state came back than was seen before; do not trust the service",
        "전에 본 것보다 오래된 상태입니다; 서비스를 신뢰하지 마십시오",
    ),
    "forged": (
        "sealed by somebody who does not have the vault's key; do not trust the service",
        "금고의 키가 없는 누군가가 봉인한 것입니다; 서비스를 신뢰하지 마십시오",
    ),
}


class UnavailableError(StorageError):
    """The medium cannot be used now: unplugged, full, read-only, or the network is down."""

    code = "unavailable"
