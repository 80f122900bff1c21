# SPDX-License-Identifier: Apache-2.0
"""Adding to a signed message: signatures beside the others, and signatures over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from kcert._asn1 import oids
from kcert._asn1.cms import encode_attribute
from kcert._asn1.signed_data import FORMAT
from kcert._asn1.signed_messages import load_signed_data
from kcert.cms.armour import to_binary
from kcert.cms.assembly import assemble
from kcert.cms.certificates import naming
from kcert.cms.content import Content
from kcert.cms.profile import Profile
from kcert.cms.signing import collect, plan
from kcert.cms.verification import find_content
from kcert.errors import FormatError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kcert._asn1.signed_data import RawSignedData
    from kcert.certificate import Certificate
    from kcert.cms.armour import Blob
    from kcert.cms.content import Data
    from kcert.cms.signing import Signers
    from kcert.credential import Signer
    from kcert.keys import Padding

__all__ = ["add_signature", "countersign", "locate", "read", "with_unsigned_attribute"]


def read(blob: Blob) -> RawSignedData:
    """A message in any form that `verify` reads, unverified.

    Raises:
        FormatError: It is not a SignedData.
    """
    message = load_signed_data(to_binary(blob, FORMAT))
    if message.content is not None and message.content_tag != 0x04:
        raise FormatError(
            FORMAT,
            "the content is not an OCTET STRING (PKCS#7 1.5); nothing can be added to it",
            reason_ko="PKCS#7 1.5 형식의 내용이라 서명을 추가할 수 없습니다",
        )
    return message


def add_signature(
    blob: Blob,
    signers: Signers,
    data: Data | None = None,
    *,
    profile: Profile = Profile.STANDARD,
    attributes: bool | None = None,
    digest: str | None = None,
    padding: Padding | None = None,
    chain: bool | None = None,
    signing_time: datetime | None = None,
    certificates: Iterable[Certificate] = (),
) -> bytes:
    """Add a signature beside those that a message has (joint signature).

    The others stay as they are, octet for octet, and are not verified: do that first.

    Args:
        blob: The message, in any form that `verify` reads.
        signers: Who signs, see `sign`.
        data: The content where the message does not hold it, see `verify`.
        profile: In which form; whether there is a ContentInfo stays as it was.
        attributes: See `sign`.
        digest: See `sign`.
        padding: See `sign`.
        chain: See `sign`.
        signing_time: Aware; default the present.
        certificates: More certificates to put into the message.

    Returns:
        The message, DER.

    Raises:
        FormatError: It is not a SignedData, or its content is missing.
        SignatureError: The content of the message is not ``data``. See `sign` for more.
    """
    message = read(blob)
    signings = plan(
        signers,
        profile,
        attributes=attributes,
        digest=digest,
        padding=padding,
        chain=chain,
        signing_time=signing_time,
    )
    names = {one.profile.digest for one in signings}
    content = find_content(message, data, profile.encoding, names)
    return _rebuild(
        message,
        [one.digest_algorithm for one in signings],
        collect(signings, certificates),
        [
            *(one.encoded for one in message.signers),
            *(one.sign(content, message.content_type) for one in signings),
        ],
        by_key=any(one.profile.key_identifier for one in signings),
    )


def countersign(
    blob: Blob,
    signer: Signer,
    of: int | Certificate = 0,
    *,
    profile: Profile = Profile.STANDARD,
    signing_time: datetime | None = None,
) -> bytes:
    """Sign the signature of another signer (RFC 5652 section 11.4), for example as a witness.

    Args:
        blob: The message, in any form that `verify` reads.
        signer: Who countersigns.
        of: Whose signature: its position among the signers, or the signer's certificate.
        profile: In which form. R is not sent along.
        signing_time: Aware; default the present.

    Returns:
        The message, DER.

    Raises:
        FormatError: It is not a SignedData.
        SignatureError: There is no such signer. See `sign` for more.
    """
    message = read(blob)
    position = locate(message, of)
    (signing,) = plan(
        signer,
        evolve(profile, random=False),
        attributes=None,
        digest=None,
        padding=None,
        chain=None,
        signing_time=signing_time,
    )
    content = Content({signing.profile.digest}, message.signers[position].signature)
    attribute = encode_attribute(oids.COUNTERSIGNATURE, signing.sign(content, None))
    return with_unsigned_attribute(message, position, attribute, collect([signing], ()))


def locate(message: RawSignedData, of: int | Certificate) -> int:
    """Position of a signer.

    Raises:
        SignatureError: There is no such signer.
    """
    if isinstance(of, int):
        if 0 <= of < len(message.signers):
            return of
        raise SignatureError(f"there is no signer {of}", reason_ko=f"{of}번 서명자가 없습니다")
    for position, signer in enumerate(message.signers):
        if naming(signer)(of):
            return position
    raise SignatureError(
        "that certificate did not sign the message",
        reason_ko="그 인증서로 서명한 메시지가 아닙니다",
    )


def with_unsigned_attribute(
    message: RawSignedData,
    position: int,
    attribute: bytes,
    certificates: Iterable[Certificate] = (),
) -> bytes:
    """The message with one more unsigned attribute at one signer, DER."""
    signers = [one.encoded for one in message.signers]
    signers[position] = message.signers[position].with_unsigned_attribute(attribute)
    return _rebuild(message, [], certificates, signers)


def _rebuild(
    message: RawSignedData,
    digest_algorithms: Iterable[bytes],
    certificates: Iterable[Certificate],
    signers: list[bytes],
    *,
    by_key: bool = False,
) -> bytes:
    return assemble(
        message.content_type,
        message.content,
        digest_algorithms=[
            *(one.encode() for one in message.digest_algorithms),
            *digest_algorithms,
        ],
        certificates=dict.fromkeys([*message.certificates, *(one.der for one in certificates)]),
        crls=message.crls,
        signers=signers,
        by_key=by_key or any(one.issuer is None for one in message.signers),
        is_wrapped=message.is_wrapped,
    )
