# SPDX-License-Identifier: Apache-2.0
"""Messages that only their recipients can read: EnvelopedData and AuthEnvelopedData."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from kcert._asn1 import oids
from kcert._asn1.enveloped import MAX_RECIPIENTS, EnvelopedData
from kcert.cms.armour import to_binary
from kcert.cms.ciphers import Cipher, ContentEncryption, Sealed
from kcert.cms.recipients import KeyTransport, address, is_addressed_to
from kcert.credential import UnlockedCredential
from kcert.errors import FormatError, LimitError, UnlockError, UnsupportedAlgorithmError
from kcert.keys import Padding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kcert._asn1.enveloped import KeyTransRecipientInfo
    from kcert.certificate import Certificate
    from kcert.cms.armour import Blob
    from kcert.credential import UnlockedKeyPair

__all__ = ["Decrypted", "decrypt", "encrypt"]

_FORMAT: Final = "enveloped message"


@frozen
class Decrypted:
    """A message that was opened.

    Attributes:
        content: What was encrypted.
        authenticated: Whether a change to the message would have been noticed. Only
            AuthEnvelopedData (AES-GCM) notices; of any other message anybody could have changed
            the content or made the whole, so sign what has to be believed. Nobody's name stands
            behind either kind: everybody can encrypt to a certificate.
        content_type: Dotted type of the content, ``"1.2.840.113549.1.7.1"`` for data.
        cipher: How the content was encrypted.
        padding: How the content key was.
        certificate: The certificate that it was encrypted to.
        recipients: How many recipients the message names.
    """

    content: bytes = field(repr=False)
    authenticated: bool
    content_type: str
    cipher: Cipher
    padding: Padding
    certificate: Certificate
    recipients: int


def encrypt(
    data: bytes | bytearray | memoryview,
    recipients: Iterable[Certificate],
    *,
    cipher: Cipher = Cipher.AES_256_CBC,
    padding: Padding = Padding.PKCS1V15,
    digest: str = "sha256",
    key_identifier: bool = False,
    content_info: bool = True,
    content_type: str = oids.PKCS7_DATA,
    any_key_usage: bool = False,
) -> bytes:
    """Encrypt to one certificate or several (RFC 5652 section 6, RFC 5083, RFC 4010).

    Args:
        data: The content.
        recipients: Key-management certificates (kmCert) of those who are to read it.
        cipher: How to encrypt the content. AES-GCM makes an AuthEnvelopedData.
        padding: How to encrypt the content key: PKCS#1 v1.5, which everybody opens, or OAEP.
        digest: Hash of OAEP and of its MGF1.
        key_identifier: Name the recipients by key identifier, not by issuer and serial number.
        content_info: Put a ContentInfo around it, as RFC 5652 has it.
        content_type: Dotted type of the content.
        any_key_usage: Encrypt to certificates that are not meant for it, too.

    Returns:
        The message in DER.

    Raises:
        PolicyError: A certificate's keyUsage does not speak of encryption.
        UnsupportedAlgorithmError: A key is not RSA or too short, or another hash.
        FormatError: The public key of a certificate cannot be read.
        LimitError: More than 1,000 recipients.
        ValueError: No recipients, or AES-GCM without a ContentInfo.
    """
    certificates = tuple(recipients)
    if not certificates:
        raise ValueError("there is nobody to encrypt to")
    if len(certificates) > MAX_RECIPIENTS:
        raise LimitError("number of recipients", len(certificates), MAX_RECIPIENTS, where=_FORMAT)
    if cipher.authenticated and not content_info:
        raise ValueError("without a ContentInfo, nobody can tell an AuthEnvelopedData")
    transport = KeyTransport(padding, digest, digest)
    content_key = cipher.new_key()
    infos = tuple(
        address(
            certificate,
            content_key,
            transport,
            key_identifier=key_identifier,
            any_key_usage=any_key_usage,
        )
        for certificate in certificates
    )
    sealed = ContentEncryption.fresh(cipher).encrypt(content_key, bytes(data))
    return EnvelopedData(
        cipher.authenticated,
        infos,
        content_type,
        sealed.algorithm,
        sealed.ciphertext,
        mac=sealed.mac,
    ).encode(content_info=content_info)


def decrypt(blob: Blob, unlocked: UnlockedKeyPair) -> Decrypted:
    """Open a message with the key that it was encrypted to.

    Takes ContentInfo and bare EnvelopedData, DER and BER, any version numbers; as octets, PEM,
    base64, base64url or hexadecimal.

    Whether the key, the content key, the padding or the content is wrong is one and the same
    answer, and takes the same time: from the difference one could learn to decrypt without the
    key (RFC 3218).

    Args:
        blob: The message.
        unlocked: An open credential, whose key-management pair is asked first, or one open pair.

    Returns:
        The content and how it was kept.

    Raises:
        UnlockError: It was not made for this key, or was changed or damaged.
        FormatError: It is not an enveloped message, or keeps its content elsewhere.
        UnsupportedAlgorithmError: kcert does not have the cipher or the way to its key.
        LimitError: It names more than 1,000 recipients, or is nested too deeply.
    """
    message = EnvelopedData.load(to_binary(blob, _FORMAT))
    if message.encrypted_content is None:
        raise FormatError(
            _FORMAT,
            "it holds no content; that must have been kept elsewhere",
            reason_ko="메시지 안에 암호화된 내용이 없습니다",
        )
    encryption = ContentEncryption.read(message.algorithm, authenticated=message.authenticated)
    if not message.recipients:
        kinds = ", ".join(sorted(set(message.other_recipients)))
        raise UnsupportedAlgorithmError(
            None,
            kinds,
            use="recipients",
            hint="only recipients by RSA key are supported",
            hint_ko="RSA 공개키 수신자만 지원합니다",
        )
    pair, recipient = _recipient(message, unlocked)
    content = None
    if pair is not None and recipient is not None:
        transport = KeyTransport.read(recipient.algorithm)
        content_key = pair.unwrap(
            recipient.encrypted_key,
            encryption.key_size,
            padding=transport.padding,
            digest=transport.digest,
            mask_digest=transport.mask_digest,
        )
        sealed = Sealed(message.algorithm, message.encrypted_content, message.mac)
        content = encryption.decrypt(content_key, sealed, message.authenticated_attributes)
        del content_key
        if content is not None:
            return Decrypted(
                content,
                message.authenticated,
                message.content_type,
                encryption.cipher,
                transport.padding,
                pair.certificate,
                len(message.recipients) + len(message.other_recipients),
            )
    raise UnlockError(
        "message",
        "메시지",
        reason="it was not encrypted to this certificate, or was changed or damaged",
        reason_ko="이 인증서로 암호화된 메시지가 아니거나, 변경 또는 손상되었습니다",
    )


def _recipient(
    message: EnvelopedData, unlocked: UnlockedKeyPair
) -> tuple[UnlockedKeyPair, KeyTransRecipientInfo] | tuple[None, None]:
    """The pair that is to open a message, and its entry there: the first, and no other is tried."""
    pairs = [unlocked]
    if isinstance(unlocked, UnlockedCredential) and unlocked.key_management is not None:
        pairs.insert(0, unlocked.key_management)
    for pair in pairs:
        for recipient in message.recipients:
            if is_addressed_to(recipient, pair.certificate):
                return pair, recipient
    return None, None
