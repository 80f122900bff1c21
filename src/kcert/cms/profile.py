# SPDX-License-Identifier: Apache-2.0
"""What a signed message of one product looks like."""

from __future__ import annotations

from typing import ClassVar, Literal

from attrs import evolve, field, frozen
from attrs.validators import in_

from kcert.cms.algorithms import digest_identifier
from kcert.keys import Padding

__all__ = ["Profile", "TextEncoding"]

TextEncoding = Literal["utf-8", "cp949"]


def _is_for_signing(_instance: Profile, _attribute: object, name: str) -> None:
    digest_identifier(name, null=True)


@frozen(kw_only=True)
class Profile:
    """How a message is to be signed. Frozen; `but` makes another one that differs.

    Attributes:
        digest: ``"sha256"``, ``"sha384"`` or ``"sha512"``.
        padding: PKCS#1 v1.5 or PSS.
        attributes: Sign contentType, signingTime and messageDigest instead of the content itself.
        names_digest: Write ``sha256WithRSAEncryption`` as signature algorithm, not
            ``rsaEncryption``. PSS has only the one identifier.
        null_parameters: Write NULL as parameters of the digest; else leave them out.
        chain: Put the certificates of the authorities that the signer has into the message.
        content_info: Wrap the SignedData in a ContentInfo; else it stands bare.
        key_identifier: Name the signer by subject key identifier, not by issuer and serial number.
        random: Add R as the unsigned attribute 1.2.410.200005.1.10.1. Who reads the message can
            then find the holder's identity number by trying: only for whom it is meant, over TLS.
        encoding: How text is turned into octets, ``"utf-8"`` or ``"cp949"``.
    """

    digest: str = field(default="sha256", validator=_is_for_signing)
    padding: Padding = field(
        default=Padding.PKCS1V15, validator=in_((Padding.PKCS1V15, Padding.PSS))
    )
    attributes: bool = True
    names_digest: bool = True
    null_parameters: bool = True
    chain: bool = False
    content_info: bool = True
    key_identifier: bool = False
    random: bool = False
    encoding: TextEncoding = field(default="utf-8", validator=in_(("utf-8", "cp949")))

    STANDARD: ClassVar[Profile]
    """What every verifier reads: three signed attributes, ``sha256WithRSAEncryption``, the
    signer's certificate alone. Inferred from the messages below; nobody prescribes it."""

    DELFINO: ClassVar[Profile]
    """Wizvera Delfino: signed attributes, NULL after the digest, ``rsaEncryption``, UTF-8.

    Certain: read from two messages of 2021. Sent in base64url without padding."""

    MAGICLINE: ClassVar[Profile]
    """Dreamsecurity MagicLine and UCPID: signed attributes, nothing after the digest,
    ``sha256WithRSAEncryption``, UTF-8.

    Certain for the structure: read from one message of 2021."""

    FINCERT: ClassVar[Profile]
    """금융인증서 SDK, type CMS with generalSyntax and ``RSASSA-PKCS1-v1_5_SHA256``.

    Certain: base64url, the algorithm, UTF-8. Unsure: signed attributes and parameters, taken as
    in `STANDARD`; that generalSyntax means the ContentInfo rests on one source."""

    FINCERT_BARE: ClassVar[Profile]
    """As `FINCERT`, without generalSyntax: a SignedData without ContentInfo. One source."""

    FINCERT_PSS: ClassVar[Profile]
    """As `FINCERT` with ``RSASSA-PSS_SHA256_MGF_SHA256``. The salt length is not documented:
    as long as the hash here, any when verifying."""

    YESSIGN: ClassVar[Profile]
    """yessign client with an ``ssn`` argument: R as an unsigned attribute, last in the message.

    Certain: the attribute and its place. Unsure: the type of its value (OCTET STRING here; servers
    take the last 20 octets of the message) and the rest, taken as in `STANDARD`."""

    XECUREWEB: ClassVar[Profile]
    """XecureWeb and AnySign, as the log-in of gov.kr takes it: CP949 text, signed attributes.

    One source, a program that works against the site. Sent in hexadecimal. Parameters as in
    `STANDARD`, which is unsure."""

    KCASE: ClassVar[Profile]
    """KCase (HIRA): no signed attributes, ``sha256WithRSAEncryption``, CP949 text.

    One source, a client that works against the site; parameters of the digest unsure."""

    PYPINKSIGN: ClassVar[Profile]
    """PyPinkSign: no signed attributes, NULL after the digest, ``rsaEncryption``.

    Certain: its messages come out octet for octet. For relying parties that know no signed
    attributes."""

    def but(self, **changes: str | bool | Padding) -> Profile:
        """This profile with some attributes changed.

        Raises:
            TypeError: There is no such attribute.
            ValueError: A value is none of those possible.
            UnsupportedAlgorithmError: Nothing is signed with that digest.
        """
        return evolve(self, **changes)  # type: ignore[arg-type]  # attrs checks them


Profile.STANDARD = Profile()
Profile.DELFINO = Profile(names_digest=False)
Profile.MAGICLINE = Profile(null_parameters=False)
Profile.FINCERT = Profile()
Profile.FINCERT_BARE = Profile(content_info=False)
Profile.FINCERT_PSS = Profile(padding=Padding.PSS)
Profile.YESSIGN = Profile(random=True)
Profile.XECUREWEB = Profile(encoding="cp949")
Profile.KCASE = Profile(attributes=False, encoding="cp949")
Profile.PYPINKSIGN = Profile(attributes=False, names_digest=False)
