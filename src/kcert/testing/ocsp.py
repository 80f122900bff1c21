# SPDX-License-Identifier: Apache-2.0
"""OCSP responses of made-up authorities and responders, right or deliberately wrong."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

from kcert._asn1 import der, encode, oids
from kcert._asn1.ocsp import BASIC_RESPONSE, NONCE, read_request
from kcert.certificate import Certificate
from kcert.testing.crl import REASONS
from kcert.testing.dates import aware
from kcert.testing.extensions import crl_distribution_points, key_usage, subject_key_identifier
from kcert.testing.keypool import shared_keys
from kcert.testing.subscriptions import subject_public_key
from kcert.testing.template import CertificateTemplate, Extension, name, sign_statement

if TYPE_CHECKING:
    from kcert.testing.keypool import FakeKey
    from kcert.testing.template import StatementSigner

__all__ = ["Responder", "ResponseSigner"]

_HASHES: Final = {"sha1": oids.SHA1, "sha256": oids.SHA256, "sha512": oids.SHA512}


@frozen
class Responder:
    """Who signs OCSP responses for an authority."""

    key: FakeKey
    certificate: Certificate


class ResponseSigner:
    """The part of an authority that answers OCSP, or certifies who does."""

    def ocsp_responder(
        self: StatementSigner,
        common_name: str = "kcert Test OCSP",
        *,
        no_check: bool = True,
        purpose: str = "1.3.6.1.5.5.7.3.9",
        crl_url: str | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        serial_number: int = 0x0C5F,
    ) -> Responder:
        """A responder that this authority has certified; KISA's root certifies those of Korea.

        Args:
            common_name: Its CN.
            no_check: Whether its certificate says that its revocation need not be checked.
            purpose: Extended key usage, dotted; id-kp-OCSPSigning.
            crl_url: Where its own revocation is published.
            not_before: First second of validity, default the authority's.
            not_after: Last second of validity, default the authority's.
            serial_number: Of its certificate.
        """
        key = shared_keys.key("OCSP responder", 2048, ring=1)
        validity = self.certificate.validity
        extensions = [
            subject_key_identifier(key),
            key_usage("digitalSignature", "nonRepudiation"),
            Extension("2.5.29.37", encode.sequence(encode.oid(purpose)), critical=True),
        ]
        if no_check:
            extensions.append(Extension("1.3.6.1.5.5.7.48.1.5", encode.null()))
        if crl_url is not None:
            extensions.append(crl_distribution_points(crl_url))
        template = CertificateTemplate(
            serial_number=serial_number,
            issuer=self.certificate.subject.der,
            subject=name(("C", "KR"), ("O", "kcert Test"), ("CN", common_name)),
            not_before=not_before or validity.not_before,
            not_after=not_after or validity.not_after,
            public_key_info=key.public_key_info,
            extensions=tuple(extensions),
            digest=self.digest,
        )
        return Responder(key, Certificate.load(template.sign(self.key)))

    def ocsp_response(
        self: StatementSigner,
        certificate: Certificate,
        *,
        request: bytes | None = None,
        status: Literal["good", "revoked", "unknown"] = "good",
        reason: str | None = "keyCompromise",
        revoked_at: datetime | None = None,
        at: datetime | None = None,
        next_update: datetime | None = None,
        without_next_update: bool = False,
        fraction: str = "",
        nonce: bytes | None = None,
        responder: Responder | None = None,
        by_key: bool = False,
        without_certificates: bool = False,
        hash_algorithm: Literal["sha1", "sha256", "sha512"] = "sha1",
        declared_hash: Literal["sha1", "sha256", "sha512"] | None = None,
        serial_number: int | None = None,
        issuer: Certificate | None = None,
        extensions: tuple[Extension, ...] = (),
    ) -> bytes:
        """What a responder answers about a certificate, OCSPResponse, DER.

        Args:
            certificate: The certificate, issued by this authority.
            request: The question, DER; its nonce is repeated and its CertID answered.
            status: The answer.
            reason: Reason of the revocation, ``None`` for none.
            revoked_at: Since when it is revoked, default a day before the answer.
            at: thisUpdate and producedAt, default now.
            next_update: Default a day later.
            without_next_update: Leave that out: newer information is always there.
            fraction: Digits after the seconds of its times, for example ``"123456"``.
            nonce: A nonce instead of the request's.
            responder: Who signs, default this authority itself.
            by_key: Name the responder by the hash of its key.
            without_certificates: Do not put the responder's certificate in.
            hash_algorithm: Hash of the CertID where there is no request.
            declared_hash: Hash that the CertID says it uses instead.
            serial_number: Answer about another serial number.
            issuer: Answer about another issuer's certificate.
            extensions: More extensions of the response.
        """
        this_update = aware(at or datetime.now(UTC)).replace(microsecond=0)

        def time(moment: datetime, tag: int = der.GENERALIZED_TIME) -> bytes:
            digits = encode.generalized_time(moment)[2:-1]
            return encode.value(tag, digits + (f".{fraction}".encode() if fraction else b"") + b"Z")

        asked = read_request(request) if request is not None else None
        certificate_id = _certificate_id(
            serial_number or certificate.serial_number,
            issuer or self.certificate,
            hash_algorithm,
            declared_hash or hash_algorithm,
        )
        if asked is not None:
            certificate_id = asked[0].encode()
            nonce = nonce or asked[1]
        answer = {
            "good": encode.context(0, b"", constructed=False),
            "unknown": encode.context(2, b"", constructed=False),
            "revoked": encode.context(
                1,
                time(revoked_at or this_update - timedelta(days=1))
                + (
                    encode.context(0, encode.integer(REASONS[reason], der.ENUMERATED))
                    if reason is not None
                    else b""
                ),
            ),
        }[status]
        due = next_update or this_update + timedelta(days=1)
        single = encode.sequence(
            certificate_id,
            answer,
            time(this_update),
            b"" if without_next_update else encode.context(0, time(due)),
        )
        all_extensions = list(extensions)
        if nonce is not None:
            all_extensions.append(Extension(NONCE, encode.octet_string(nonce)))
        encoded = [extension.encode() for extension in all_extensions]
        signer = responder or Responder(self.key, self.certificate)
        tbs = encode.sequence(
            encode.context(2, encode.octet_string(signer.key.key_identifier))
            if by_key
            else encode.context(1, signer.certificate.subject.der),
            time(this_update),
            encode.sequence(single),
            encode.context(1, encode.sequence(*encoded)) if encoded else b"",
        )
        certificates = b""
        if responder is not None and not without_certificates:
            certificates = encode.context(0, encode.sequence(responder.certificate.der))
        basic = sign_statement(tbs, signer.key, self.digest, certificates)
        return encode.sequence(
            encode.integer(0, der.ENUMERATED),
            encode.context(
                0, encode.sequence(encode.oid(BASIC_RESPONSE), encode.octet_string(basic))
            ),
        )


def _certificate_id(
    serial_number: int, issuer: Certificate, hash_algorithm: str, declared: str
) -> bytes:
    key = subject_public_key(issuer.public_key_info)
    return encode.sequence(
        encode.sequence(encode.oid(_HASHES[declared]), encode.null()),
        encode.octet_string(hashlib.new(hash_algorithm, issuer.subject.der).digest()),
        encode.octet_string(hashlib.new(hash_algorithm, key).digest()),
        encode.integer(serial_number),
    )
