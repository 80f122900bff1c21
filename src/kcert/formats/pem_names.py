# SPDX-License-Identifier: Apache-2.0
"""From what the text around PEM blocks says to the names and attributes of a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert._asn1 import encode, oids
from kcert.credential import BagAttribute
from kcert.formats.pem_attributes import NOTHING

if TYPE_CHECKING:
    from kcert.certificate import Certificate
    from kcert.formats.pairing import Paired
    from kcert.formats.pem_attributes import BagAttributes
    from kcert.formats.pem_blocks import Bundle

__all__ = ["bundle_attributes", "bundle_name"]


def bundle_name(bundle: Bundle, found: Paired[int]) -> str | None:
    """The friendly name of the signature certificate, or else of its key."""
    certificate, position = found.signing
    name = bundle.attributes[certificate.der].friendly_name
    return bundle.keys[position].attributes.friendly_name if name is None else name


def bundle_attributes(
    bundle: Bundle, found: Paired[int], name: str | None
) -> tuple[BagAttribute, ...]:
    """All other attributes: of each pair the certificate's and the key's, then of the rest.

    Args:
        bundle: What was read.
        found: What belongs together.
        name: The friendly name, which is not said twice.
    """
    said = [*bundle.attributes.values(), *[key.attributes for key in bundle.keys]]
    if said.count(NOTHING) == len(said):
        return ()
    attributes: list[BagAttribute] = []
    for certificate, position in filter(None, (found.signing, found.key_management)):
        of_certificate = bundle.attributes[certificate.der]
        known = name if certificate == found.signing[0] else None
        attributes += _attributes(of_certificate, certificate, False, known)
        attributes += _attributes(bundle.keys[position].attributes, certificate, True, known)
    for other in found.others:
        attributes += _attributes(bundle.attributes[other.der], other, False, None)
    return tuple(attributes)


def _attributes(
    said: BagAttributes, certificate: Certificate, of_key: bool, known: str | None
) -> list[BagAttribute]:
    found = list(said.others)
    name = said.friendly_name
    if name is not None and name != known and name.isprintable():
        found.append((oids.FRIENDLY_NAME, (encode.bmp_string(name),)))
    if not found:
        return []
    fingerprint = certificate.fingerprint()
    return [BagAttribute(fingerprint, of_key, oid, values) for oid, values in found]
