# SPDX-License-Identifier: Apache-2.0
"""An authority in memory that answers CMP messages, rightly or in whatever way a test wants."""

from __future__ import annotations

import secrets
from datetime import timedelta

from attrs import evolve
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kcert import vid
from kcert._asn1 import encode, oids
from kcert._asn1.algorithm import NULL_PARAMETERS, AlgorithmIdentifier
from kcert._asn1.cmp import BodyType, PKIBody, PKIMessage
from kcert._asn1.cmp_answers import CertRepMessage, CertResponse, KeyRecRepContent
from kcert._asn1.cmp_exchange import (
    CertConfirmContent,
    ErrorMsgContent,
    GenMsgContent,
    PollRep,
    PollRepContent,
)
from kcert._asn1.cmp_header import InfoTypeAndValue, PKIHeader
from kcert._asn1.cmp_revocation import RevRepContent, RevReqContent
from kcert._asn1.cmp_status import PKIStatusInfo
from kcert._asn1.crmf import CertReqMessages
from kcert._asn1.general_name import directory_name
from kcert.certificate import Certificate
from kcert.credential.pair import UnlockedKeyPair
from kcert.keys import PrivateKey
from kcert.keys.passwords import Password
from kcert.keys.profiles import CHEAPEST
from kcert.lifecycle.cmp.macs import MacKind, compute_mac, new_mac
from kcert.lifecycle.cmp.requests import csr_public_key

CODE = "kcert-code-7!"
REFERENCE = "12345"
ACCEPTED = PKIStatusInfo("accepted")
REJECTED = PKIStatusInfo("rejection", ("등록되지 않은 번호입니다",), ("badRequest",))
EVERY_MAC = frozenset(MacKind)


def same(value):
    return value


class Responder:
    """A transport that leads to an authority of `kcert.testing`.

    Tests set the attributes to have it answer otherwise.
    """

    def __init__(self, authority, now, *, mac=MacKind.PBM):
        self.authority = authority
        self.now = now
        self.mac = mac
        self.requests: list[PKIMessage] = []
        self.waits: list[int] = []
        self.identity = None
        self.confirmed = None
        self.revoked = []
        # What a test changes: the header, the body, the whole message, and its octets.
        self.header = same
        self.body = same
        self.message = same
        self.octets = same
        self.template = same
        self.signer = authority.key
        self.signs = False
        self.term = timedelta(days=400)
        self.policy = None
        self.lost = 0
        self.only = None
        self.confirm_again = None

    def exchange(self, message: bytes) -> bytes:
        asked = PKIMessage.load(message)
        self.requests.append(asked)
        assert self.protection_holds(asked)
        if asked.body.type is BodyType.CERT_CONF and self.lost:
            self.lost -= 1
            self.answer(asked)
            raise self.confirm_again
        return self.answer(asked)

    def protection_holds(self, asked: PKIMessage) -> bool:
        algorithm = asked.header.protection_algorithm
        if algorithm.oid == oids.SHA256_WITH_RSA:
            key = Certificate.load(asked.extra_certificates[0]).public_key()
            key.verify(asked.protection, asked.protected_part, padding.PKCS1v15(), hashes.SHA256())
            return True
        assert asked.header.sender_key_id == REFERENCE.encode()
        made = compute_mac(algorithm, Password(CODE), asked.protected_part, accept=EVERY_MAC)
        return made == asked.protection

    def answer(self, asked: PKIMessage) -> bytes:
        kind, content = self._content(asked)
        body = PKIBody(kind, content)
        mine = self.only is None or asked.body.type is self.only
        if mine:
            body = self.body(body)
        answer = self.protected(asked, body, self.header if mine else same)
        if not mine:
            return answer.encode()
        return self.octets(self.message(answer).encode())

    def protected(self, asked, body, header=same):
        by_key = self.signs or asked.header.protection_algorithm.oid == oids.SHA256_WITH_RSA
        algorithm = (
            AlgorithmIdentifier(oids.SHA256_WITH_RSA, NULL_PARAMETERS)
            if by_key
            else new_mac(self.mac)
        )
        made = header(
            PKIHeader(
                version=asked.header.version,
                sender=directory_name(self.authority.certificate.subject.der),
                recipient=asked.header.sender,
                message_time=self.now,
                protection_algorithm=algorithm,
                transaction_id=asked.header.transaction_id,
                sender_nonce=secrets.token_bytes(16),
                recipient_nonce=asked.header.sender_nonce,
            )
        )
        answer = PKIMessage(
            made, body, extra_certificates=(self.authority.certificate.der,) if by_key else ()
        )
        return self.seal(answer)

    def seal(self, answer):
        """Protect a message as its header says."""
        algorithm = answer.header.protection_algorithm
        data = answer.protected_part
        if algorithm.oid in (oids.PBM, oids.PBMAC1):
            return answer.with_protection(
                compute_mac(algorithm, Password(CODE), data, accept=EVERY_MAC)
            )
        digest = "sha1" if algorithm.oid == oids.SHA1_WITH_RSA else "sha256"
        return answer.with_protection(self.signer.sign(data, digest=digest))

    def _content(self, asked):
        match asked.body.type:
            case BodyType.IR | BodyType.CR | BodyType.KUR | BodyType.KRR as kind:
                self.order = asked
                if self.waits:
                    waiting = CertResponse(0, PKIStatusInfo("waiting"))
                    return BodyType(kind + 1), CertRepMessage((waiting,)).encode()
                return BodyType(kind + 1), self._issued(asked)
            case BodyType.POLL_REQ:
                wait = self.waits.pop(0)
                if wait:
                    return BodyType.POLL_REP, PollRepContent((PollRep(0, wait),)).encode()
                return BodyType(self.order.body.type + 1), self._issued(self.order)
            case BodyType.P10CR:
                certificate = self.certificate(csr_public_key(asked.body.content))
                response = CertResponse(-1, ACCEPTED, certificate.der)
                return BodyType.CP, CertRepMessage((response,)).encode()
            case BodyType.RR:
                (details,) = RevReqContent.load(asked.body.content).details
                self.revoked.append((details.template.serial_number, details.reason))
                return BodyType.RP, RevRepContent((ACCEPTED,)).encode()
            case BodyType.GENM:
                items = (InfoTypeAndValue(oids.CA_PROT_ENC_CERT, self.authority.certificate.der),)
                return BodyType.GENP, GenMsgContent(items).encode()
            case BodyType.CERT_CONF:
                self.confirmed = CertConfirmContent.load(asked.body.content).statuses
                return BodyType.PKICONF, encode.null()
            case BodyType.PKICONF:
                self.confirmed = ()
                return BodyType.PKICONF, encode.null()
            case BodyType.ERROR:
                self.confirmed = ErrorMsgContent.load(asked.body.content).status
                return BodyType.PKICONF, encode.null()

    def _issued(self, asked):
        messages = CertReqMessages.load(asked.body.content).messages
        random = self._random(messages[0])
        issued = [
            self.certificate(
                one.request.template.public_key, one.request.template.subject, random, km=number > 0
            )
            for number, one in enumerate(messages)
        ]
        if asked.body.type is BodyType.KRR:
            return KeyRecRepContent(
                ACCEPTED, issued[0].der, (self.authority.certificate.der,)
            ).encode()
        return CertRepMessage(
            tuple(
                CertResponse(number, ACCEPTED, certificate.der)
                for number, certificate in enumerate(issued)
            ),
            (self.authority.certificate.der,),
        ).encode()

    def _random(self, message):
        for info in message.registration_info:
            if info.oid == oids.ENCRYPTED_VID:
                with PrivateKey.load(self.authority.key.pkcs8()) as key:
                    pair = UnlockedKeyPair(self.authority.certificate, key)
                    self.identity = vid.open_encrypted(info.value, pair)
                    return self.identity.random.reveal()
        return None

    def certificate(self, public_key_info, subject=None, random=None, *, km=False):
        credential = self.authority.issue(
            profile=CHEAPEST,
            random=random,
            km=km,
            policy=self.policy,
            subject=subject,
            not_before=self.now,
            not_after=self.now + self.term,
            adjust=lambda template: self.template(
                evolve(template, public_key_info=public_key_info)
            ),
        )
        if km:
            return credential.key_management.certificate
        return credential.certificate
