# SPDX-License-Identifier: Apache-2.0
"""Parameters of RSASSA-PSS (RFC 4055 section 3.1)."""

from __future__ import annotations

from typing import NamedTuple

from kcert._asn1 import der, oids
from kcert._asn1.algorithm import AlgorithmIdentifier
from kcert._asn1.der import Reader

__all__ = ["PssParameters", "read_pss_parameters"]

_FORMAT = "RSASSA-PSS parameters"
_MAX_SALT = 4096


class PssParameters(NamedTuple):
    """Hash, hash of the mask generation function MGF1 (dotted), and salt length in octets."""

    hash_oid: str
    mask_hash_oid: str
    salt_length: int


def read_pss_parameters(parameters: bytes) -> PssParameters:
    """Read RSASSA-PSS-params; what is left out has its default: SHA-1, MGF1 with SHA-1, 20.

    Raises:
        FormatError: Another structure, another mask generation function than MGF1, a salt length
            out of range, or a trailer other than 1.
    """
    reader = Reader(parameters, _FORMAT)
    fields = reader.sequence()
    reader.finish()
    hash_oid = mask_hash_oid = oids.SHA1
    salt_length = 20
    wrapper = fields.enter_optional(der.context(0))
    if wrapper is not None:
        hash_oid = AlgorithmIdentifier.read(wrapper).oid
        wrapper.finish()
    wrapper = fields.enter_optional(der.context(1))
    if wrapper is not None:
        mask = AlgorithmIdentifier.read(wrapper)
        wrapper.finish()
        if mask.oid != oids.MGF1 or mask.parameters is None:
            raise fields.fail("mask generation function is not MGF1 with a hash")
        mask_hash_oid = AlgorithmIdentifier.read(Reader(mask.parameters, _FORMAT)).oid
    wrapper = fields.enter_optional(der.context(2))
    if wrapper is not None:
        salt_length = wrapper.integer()
        wrapper.finish()
        if not 0 <= salt_length <= _MAX_SALT:
            raise fields.fail("salt length is out of range")
    wrapper = fields.enter_optional(der.context(3))
    if wrapper is not None:
        trailer = wrapper.integer()
        wrapper.finish()
        if trailer != 1:
            raise fields.fail("trailer field is not 1")
    fields.finish()
    return PssParameters(hash_oid, mask_hash_oid, salt_length)
