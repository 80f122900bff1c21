# SPDX-License-Identifier: Apache-2.0
"""Verifying signed messages (RFC 5652 section 5.6)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any, Protocol

from kcert._asn1 import oids
from kcert._asn1.cms import read_lenient
from kcert._asn1.signed_data import FORMAT, read_signed_data
from kcert.cms.algorithms import digest_name
from kcert.cms.armour import to_binary
from kcert.cms.checks import Certificates, Signed, check_signer, numbered
from kcert.cms.content import Content, chunks, to_octets
from kcert.cms.models import SignedMessage
from kcert.errors import FormatError, SignatureError, UnsupportedAlgorithmError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from kcert._asn1.signed_data import RawSignedData, RawSignerInfo
    from kcert.certificate import Certificate
    from kcert.cms.armour import Blob
    from kcert.cms.content import Data
    from kcert.cms.models import TimeStamp
    from kcert.cms.profile import TextEncoding

__all__ = ["Demands", "Trust", "judge", "verify"]


class Trust(Protocol):
    """What validates certificates: a `TrustStore`, or anything with this method."""

    def verify(
        self,
        certificate: Certificate,
        *,
        at: datetime | None = None,
        intermediates: Iterable[Certificate] = (),
    ) -> object:
        """Return the path to a trusted root, or raise `TrustError`."""
        ...


class Demands:
    """What is asked of a message beyond signatures that hold; see `verify` for the arguments."""

    __slots__ = ("_at", "_certificates", "_id_number", "_options", "_random", "_required", "_trust")

    def __init__(
        self,
        *,
        trust: Trust | None,
        at: datetime | None,
        revocation: object,
        policies: Collection[str] | None,
        certificates: Iterable[Certificate],
        require_signers: Iterable[Certificate],
        id_number: str | None,
        random: bytes | None,
    ) -> None:
        self._trust = trust
        self._at = at
        self._options: dict[str, object] = {}
        if revocation is not None:
            self._options["revocation"] = revocation
        if policies is not None:
            self._options["policies"] = policies
        self._certificates = tuple(certificates)
        self._required = tuple(require_signers)
        self._id_number = id_number
        self._random = random

    def candidates(self, message: RawSignedData) -> Certificates:
        """Where the certificates of the signers may be."""
        return Certificates(message.certificates, self._certificates)

    def path_of(self, certificate: Certificate, found: Certificates) -> object:
        """Path of a signer's certificate, or ``None`` where no trust store was given."""
        if self._trust is None:
            return None
        others = [*found.of_message, *self._certificates]
        # The protocol names what every trust store has; these are a TrustStore's.
        verify: Any = self._trust.verify
        return verify(
            certificate,
            at=self._at,
            intermediates=tuple(one for one in others if one != certificate),
            **self._options,
        )

    def time_stamp_of(self, signer: RawSignerInfo) -> TimeStamp | None:
        """The time stamp over a signature, checked."""
        if not any(oid == oids.TIME_STAMP_TOKEN for oid, _ in signer.unsigned_attributes):
            return None
        # Late: few messages have one.
        from kcert.cms.time_stamps import check_embedded

        return check_embedded(signer, trust=self._trust, at=self._at)

    def judge(self, message: SignedMessage) -> None:
        """Whether the right ones signed.

        Raises:
            SignatureError: A required signer did not.
            IdentityMismatchError: The identity number is not the signer's.
            FormatError: The identity check needs exactly one signer, and R.
        """
        for one in self._required:
            message.signer(one)
        if self._id_number is not None:
            if len(message.signers) != 1:
                raise FormatError(
                    FORMAT,
                    f"has {len(message.signers)} signers; check each with its verify_identity",
                    reason_ko="서명자가 여럿입니다; 서명자마다 verify_identity로 확인하십시오",
                )
            message.signers[0].verify_identity(self._id_number, self._random)


def verify(
    blob: Blob,
    data: Data | None = None,
    *,
    trust: Trust | None = None,
    at: datetime | None = None,
    revocation: object = None,
    policies: Collection[str] | None = None,
    certificates: Iterable[Certificate] = (),
    require_signers: Iterable[Certificate] = (),
    id_number: str | None = None,
    random: bytes | None = None,
    encoding: TextEncoding = "utf-8",
) -> SignedMessage:
    """Verify a signed message: every signature in it, and what is asked beyond.

    NULL and absent parameters, rsaEncryption and ``sha…WithRSAEncryption``, PSS with any salt,
    messages with and without signed attributes, with and without ContentInfo, in DER and BER are
    read. SHA-1 verifies and is told in the signer's ``weaknesses``. The signing time is the
    signer's own clock and is never used.

    Args:
        blob: The message: DER, BER, PEM, base64, base64url (with or without padding), hexadecimal.
        data: The content where the message does not hold it: octets, text, a binary file, or
            octets in pieces. Where the message holds it too, the two must be equal.
        trust: Validates the signers' certificates. Without it a signature says only that somebody
            made it.
        at: Moment of that validation, aware; default is up to ``trust``, usually the present.
        revocation: Passed to ``trust``.
        policies: Passed to ``trust``.
        certificates: Certificates that the message may lack.
        require_signers: All of these must have signed; others may have, too.
        id_number: Identity number that must be that of the only signer (본인확인).
        random: R for that, octets, where it came on another way than inside the message.
        encoding: Encoding of ``data`` that is text.

    Returns:
        The message. All signatures in it hold.

    Raises:
        SignatureError: A signature does not hold, says which signer's; or there is none at all.
        FormatError: It is not a SignedData, or its content is missing.
        UnsupportedAlgorithmError: kcert does not have an algorithm in it, for example MD5.
        LimitError: Over 256 signers or 1,024 certificates.
        TrustError: A signer's certificate is not to be believed.
        IdentityMismatchError: The identity number is not the signer's.
    """
    message = read_lenient(to_binary(blob, FORMAT), FORMAT, read_signed_data)
    demands = Demands(
        trust=trust,
        at=at,
        revocation=revocation,
        policies=policies,
        certificates=certificates,
        require_signers=require_signers,
        id_number=id_number,
        random=random,
    )
    del id_number, random
    require_a_signer(message)
    return judge(message, find_content(message, data, encoding), demands)


def require_a_signer(message: RawSignedData) -> None:
    """Zero signers are never verified.

    Raises:
        SignatureError: There is none.
    """
    if not message.signers:
        raise SignatureError("nobody signed the message", reason_ko="서명자가 없는 메시지입니다")


def digest_names(message: RawSignedData) -> set[str]:
    """Names of all hashes that signers of the message use, as far as they are known here."""
    names = set()
    for one in message.signers:
        try:
            names.add(digest_name(one.digest_algorithm))
        except (UnsupportedAlgorithmError, FormatError):
            continue  # its signer says so when it is checked
    return names


def find_content(
    message: RawSignedData,
    data: Data | None,
    encoding: TextEncoding,
    digests: Collection[str] = (),
) -> Content:
    """The content: in the message, or given with it.

    Args:
        message: The message.
        data: What was given.
        encoding: Of text that was given.
        digests: Names of hashes that are needed besides those of the signers.

    Raises:
        FormatError: It is in neither.
        SignatureError: It is in both, and they differ.
    """
    names = digest_names(message).union(digests)
    if data is None:
        if message.content is None:
            raise FormatError(
                FORMAT,
                "the message does not hold its content; pass it as data",
                reason_ko="메시지에 내용이 없습니다 (detached); data로 내용을 주십시오",
            )
        return Content(names, message.content)
    given = _given(names, data, encoding)
    if message.content is not None:
        inside = Content(names, message.content)
        if any(not hmac.compare_digest(inside.digest(one), given.digest(one)) for one in names):
            raise SignatureError(
                "the content of the message is not the data that were given",
                reason_ko="메시지의 내용이 주어진 데이터와 다릅니다",
            )
        return inside
    return given


def _given(names: set[str], data: Data, encoding: TextEncoding) -> Content:
    if isinstance(data, (bytes, bytearray, memoryview, str)):
        return Content(names, to_octets(data, encoding))
    content = Content(names)
    for piece in chunks(data):
        content.update(piece)
    return content


def judge(message: RawSignedData, content: Content, demands: Demands) -> SignedMessage:
    """Check every signature of a message, and what is asked beyond.

    Raises:
        SignatureError: One does not hold; see `verify` for the rest.
    """
    certificates = demands.candidates(message)
    signed = Signed(content, message.content_type)
    signers = []
    for position, raw in enumerate(message.signers):
        with numbered(position):
            signers.append(
                check_signer(
                    raw,
                    signed,
                    certificates,
                    path_of=lambda one: demands.path_of(one, certificates),
                    time_stamp_of=demands.time_stamp_of,
                )
            )
    found = SignedMessage(
        content=content.octets,
        content_type=message.content_type,
        is_detached=message.content is None,
        signers=tuple(signers),
        certificates=certificates.of_message,
        size=content.size,
    )
    demands.judge(found)
    return found
