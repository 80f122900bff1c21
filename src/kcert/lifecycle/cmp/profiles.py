# SPDX-License-Identifier: Apache-2.0
"""`CmpProfile`: in what authorities differ that speak the Certificate Management Protocol."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from kcert.lifecycle.cmp.macs import MacKind

__all__ = ["CmpProfile"]


@frozen(kw_only=True)
class CmpProfile:
    """How one authority speaks. `attrs.evolve` makes a variant.

    `CmpProfile.RFC4210` is the default, `CmpProfile.PBMAC1` the same with the MAC of RFC 9481.

    `CmpProfile.KOREA` follows **one** published client of one maker (INITECH, some years old), and
    nothing of it has been tried against a Korean authority: those answer only to who has a
    contract with them. Take it for a beginning. What is least sure: how DES-MAC pads and how long
    it is, to which certificate EncryptedVID is encrypted, whether anything answers ``pkiconf``,
    and whether the requests for both pairs travel in one message. Left out is what that client
    sends besides: information on the computer, and serial numbers as key identifiers. Version 0
    without transaction identifiers, as it speaks with signGATE, is not spoken.

    Attributes:
        name: For people.
        version: pvno of the messages.
        mac: How a message is protected with an authorization code.
        confirms: The issue is confirmed with certConf and its hash (RFC 4210); without it with a
            bare ``pkiconf`` (RFC 2510), and an issue is rejected with an error message.
        key_recovery: A certificate is reissued with ``krr`` (RFC 2510) instead of ``ir``.
        asks_first: A transaction of its own asks for the authority's certificates before a request.
        mac_proof: Proof of possession is over the public key and its MAC, also where the request
            names a subject.
        encryption_certificate: EncryptedVID is encrypted to the certificate that the authority
            announces for encryption, else to its signing certificate.
    """

    RFC4210: ClassVar[CmpProfile]
    PBMAC1: ClassVar[CmpProfile]
    KOREA: ClassVar[CmpProfile]

    name: str
    version: int = 2
    mac: MacKind = MacKind.PBM
    confirms: bool = True
    key_recovery: bool = False
    asks_first: bool = False
    mac_proof: bool = False
    encryption_certificate: bool = True

    @property
    def proof_mac(self) -> MacKind:
        """The MAC in a proof of possession: a PasswordBasedMac (RFC 4211 section 4.1).

        Whoever sees the message can try codes on either MAC, so it costs as much as the other one;
        where that is an old or the Korean one, the form that old servers know.
        """
        modern = self.mac in {MacKind.PBM, MacKind.PBMAC1}
        return MacKind.PBM if modern else MacKind.PBM_SHA1

    @property
    def accepted_macs(self) -> frozenset[MacKind]:
        """Which MACs an answer may have; the weak Korean one only where it is asked for."""
        standard = {MacKind.PBM, MacKind.PBM_SHA1, MacKind.PBMAC1}
        return frozenset({*standard, self.mac})


CmpProfile.RFC4210 = CmpProfile(name="RFC 4210")
CmpProfile.PBMAC1 = CmpProfile(name="RFC 4210 with PBMAC1", mac=MacKind.PBMAC1)
CmpProfile.KOREA = CmpProfile(
    name="Korea",
    version=1,
    mac=MacKind.KOREAN,
    confirms=False,
    key_recovery=True,
    asks_first=True,
    mac_proof=True,
    encryption_certificate=False,
)
