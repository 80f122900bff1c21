# SPDX-License-Identifier: Apache-2.0
"""From a PEM text to its certificates and keys, by label; other blocks are passed over."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from attrs import define, field

from kcert._asn1.der import Reader
from kcert._asn1.pem import read_blocks
from kcert._asn1.traditional_keys import WRAPPERS
from kcert.errors import FormatError, KcertError, LimitError, UnsupportedAlgorithmError
from kcert.formats import authorities
from kcert.formats.pairing import FoundCertificate
from kcert.formats.pem_attributes import BagAttributes, read_attributes
from kcert.keys import traditional

if TYPE_CHECKING:
    from kcert._asn1.pem import PemBlock
    from kcert.keys.limits import Limits

__all__ = [
    "CERTIFICATE",
    "FORMAT",
    "LOCKED_KEY",
    "MAX_BLOCKS",
    "OPEN_KEY",
    "Bundle",
    "KeyBlock",
    "read_bundle",
]

FORMAT = "PEM"

CERTIFICATE = "CERTIFICATE"
LOCKED_KEY = "ENCRYPTED PRIVATE KEY"
OPEN_KEY = "PRIVATE KEY"

MAX_BLOCKS = 1000
"""Most blocks that a text may have."""

# Old names of the same (RFC 7468 section 5.1); OpenSSL's trusted form has more after the value.
_CERTIFICATES = (CERTIFICATE, "X509 CERTIFICATE", "X.509 CERTIFICATE")
_TRUSTED = "TRUSTED CERTIFICATE"
_KEYS = (LOCKED_KEY, OPEN_KEY, *WRAPPERS)

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@define
class KeyBlock:
    """A private key of a bundle, as it stands there.

    Attributes:
        label: What it says it is.
        headers: RFC 1421 headers by name.
        data: The octets of the block.
        attributes: What the text before it says.
    """

    label: str
    headers: dict[str, str] = field(repr=False)
    data: bytes = field(repr=False)
    attributes: BagAttributes

    @property
    def is_locked(self) -> bool:
        """Whether it takes a password to read it."""
        return self.label == LOCKED_KEY or traditional.is_encrypted(self.headers)


@define
class Bundle:
    """What a text has in it, in its order, each certificate and key once.

    Attributes:
        certificates: The certificates, with their marks.
        attributes: What the text before a certificate says, by its DER.
        keys: The private keys.
        problems: Certificates that could not be read.
    """

    certificates: list[FoundCertificate] = field(factory=list)
    attributes: dict[bytes, BagAttributes] = field(factory=dict, repr=False)
    keys: list[KeyBlock] = field(factory=list)
    problems: list[KcertError] = field(factory=list)


def _octets(text: str | bytes | bytearray | memoryview, limits: Limits) -> bytes:
    """The text as octets with ASCII in them, within the cap."""
    size = len(text) if isinstance(text, str) else memoryview(text).nbytes
    if size > limits.max_file_size:
        raise LimitError("file size", size, limits.max_file_size, where=FORMAT)
    if isinstance(text, str):
        return text.removeprefix("\ufeff").encode("utf-8", "surrogatepass")
    data = bytes(text).removeprefix(codecs.BOM_UTF8)
    if data.startswith(_UTF_16):
        # As Windows PowerShell writes the output of a program.
        try:
            return data.decode("utf-16").encode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise FormatError(FORMAT, "it begins as UTF-16 text and does not go on so") from None
    return data


def read_bundle(text: str | bytes | bytearray | memoryview, limits: Limits) -> Bundle:
    """Read a text.

    Raises:
        FormatError: It has no blocks, or they are not well formed.
        UnsupportedAlgorithmError: A key is under a label that kcert does not read.
        LimitError: It is larger than ``limits.max_file_size``, or has over `MAX_BLOCKS` blocks.
        TypeError: It is neither text nor octets.
    """
    failure: KcertError | None = None
    try:
        blocks = read_blocks(_octets(text, limits), authorities.decode)
    except KcertError as error:
        failure = error
    finally:
        del text
    if failure is not None:
        # The frames in which it arose know the text, and a key in it that is perhaps not locked.
        raise failure.without_origin()
    if not blocks:
        raise FormatError(
            FORMAT,
            "there is no line -----BEGIN …----- in it",
            reason_ko="-----BEGIN …----- 줄이 없습니다",
        )
    if len(blocks) > MAX_BLOCKS:
        raise LimitError("blocks", len(blocks), MAX_BLOCKS, where=FORMAT)
    bundle = Bundle()
    for number, block in enumerate(blocks, 1):
        if block.label in _CERTIFICATES or block.label == _TRUSTED:
            _add_certificate(bundle, block, number)
        elif block.label.endswith(OPEN_KEY):
            _add_key(bundle, block)
    return bundle


def _add_certificate(bundle: Bundle, block: PemBlock, number: int) -> None:
    try:
        der = block.data
        if block.label == _TRUSTED:
            der = Reader(der, "certificate").read_encoded()
        certificate = authorities.load_certificate(der)
    except FormatError as error:
        reason_ko, where = error.reason_ko, f"block {number}"
        problem = FormatError(
            f"{FORMAT}: {error.format}", error.reason, reason_ko=reason_ko, where=where
        )
        bundle.problems.append(problem)
        return
    except LimitError as error:
        bundle.problems.append(error)
        return
    attributes = read_attributes(block.preface)
    if certificate.der not in bundle.attributes:
        bundle.attributes[certificate.der] = attributes
        bundle.certificates.append(FoundCertificate(certificate, attributes.local_key_id))


def _add_key(bundle: Bundle, block: PemBlock) -> None:
    if block.label not in _KEYS:
        raise UnsupportedAlgorithmError(
            None,
            block.label,
            use="private key",
            hint="convert it with openssl pkcs8 -topk8 or ssh-keygen -p -m PKCS8 first",
            hint_ko="먼저 openssl pkcs8 -topk8이나 ssh-keygen -p -m PKCS8로 변환하십시오",
        )
    if block.data in [each.data for each in bundle.keys]:
        return
    bundle.keys.append(
        KeyBlock(block.label, dict(block.headers), block.data, read_attributes(block.preface))
    )
