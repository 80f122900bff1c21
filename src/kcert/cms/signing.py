# SPDX-License-Identifier: Apache-2.0
"""Making signed messages (RFC 5652 section 5), with one signer or several at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from kcert._asn1 import oids
from kcert.cms.assembly import assemble
from kcert.cms.content import chunks
from kcert.cms.profile import Profile
from kcert.cms.signer_info import Signing, check_moment
from kcert.cms.verification import gather

if TYPE_CHECKING:
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.cms.content import Data
    from kcert.credential import Signer
    from kcert.keys import Padding

    Signers = Signer | Sequence[Signer | tuple[Signer, Profile]]

__all__ = ["collect", "plan", "sign"]


def plan(
    signers: Signers,
    profile: Profile,
    *,
    attributes: bool | None,
    digest: str | None,
    padding: Padding | None,
    chain: bool | None,
    signing_time: datetime | None,
) -> list[Signing]:
    """The signatures to be made: each signer with its profile, changed by what was given."""
    changes: dict[str, Any] = {
        "attributes": attributes,
        "digest": digest,
        "padding": padding,
        "chain": chain,
    }
    changes = {name: value for name, value in changes.items() if value is not None}
    moment = check_moment(signing_time)
    several = isinstance(signers, Sequence)
    found = []
    for one in cast("Sequence[Any]", signers) if several else (signers,):
        signer, own = one if isinstance(one, tuple) else (one, profile)
        found.append(Signing(signer, own.but(**changes) if changes else own, moment))
    if not found:
        raise ValueError("a message needs a signer")
    return found


def sign(
    data: Data,
    signers: Signers,
    *,
    detached: bool = False,
    profile: Profile = Profile.STANDARD,
    attributes: bool | None = None,
    digest: str | None = None,
    padding: Padding | None = None,
    chain: bool | None = None,
    signing_time: datetime | None = None,
    certificates: Iterable[Certificate] = (),
    content_type: str = oids.PKCS7_DATA,
) -> bytes:
    """Make a signed message.

    Args:
        data: Octets; text, encoded as the profile says; a binary file, or octets in pieces. A
            stream is read into memory unless ``detached``; see `sign_stream`.
        signers: Who signs: an open credential, a token; or several, each alone or as a tuple with
            a profile of its own.
        detached: Leave the content out of the message.
        profile: In which form, see `Profile`.
        attributes: Sign attributes instead of the content itself; default as the profile says.
        digest: ``"sha256"``, ``"sha384"`` or ``"sha512"``; default as the profile says.
        padding: ``Padding.PKCS1V15`` or ``Padding.PSS``; default as the profile says.
        chain: Put the signers' ``ca_certificates`` into the message; default as the profile says.
        signing_time: Aware; default the present.
        certificates: More certificates to put into the message.
        content_type: Type of the content, dotted; default plain data.

    Returns:
        The message, DER.

    Raises:
        FormatError: Text has characters that the encoding does not have; the profile asks for R
            and the key has none.
        SignatureError: The content could pass for the signed attributes of another message, and is
            to be signed without attributes.
        UnsupportedAlgorithmError: Another digest, a key that is not RSA or too short.
        ValueError: No signer, or a signing time without time zone.
    """
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
    if not (detached or isinstance(data, (bytes, bytearray, memoryview, str))):
        data = b"".join(chunks(data))
    content = gather(data, names, profile.encoding)
    return assemble(
        content_type,
        None if detached else content.octets,
        digest_algorithms=[one.digest_algorithm for one in signings],
        certificates=[one.der for one in collect(signings, certificates)],
        crls=(),
        signers=[one.sign(content, content_type) for one in signings],
        by_key=any(one.profile.key_identifier for one in signings),
        is_wrapped=signings[0].profile.content_info,
    )


def collect(signings: Iterable[Signing], others: Iterable[Certificate]) -> list[Certificate]:
    """The certificates of a message, each once."""
    found = dict.fromkeys(certificate for one in signings for certificate in one.certificates)
    found.update(dict.fromkeys(others))
    return list(found)
