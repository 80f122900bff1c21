# SPDX-License-Identifier: Apache-2.0
"""Registering a certificate at another institution (타행/타기관 등록).

Somebody who has a certificate from one institution shows it to another. That one has to find out
that the key is there now, that the certificate is genuine, counts and is of a kind it takes, and
that it is this customer's. `register` does all of it, in this order, and stops at the first *no*.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from attrs import field, frozen
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from kcert import vid
from kcert.certificate.validity import moment
from kcert.errors import KcertError, SignatureError, UnsupportedAlgorithmError
from kcert.keys import Padding, VidRandom, rsa
from kcert.trust.purpose import Purpose
from kcert.trust.revocation import Revocation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from kcert.certificate import Certificate
    from kcert.trust.challenges import ChallengeStore
    from kcert.trust.path import ValidatedPath
    from kcert.trust.revocation import RevocationChecker
    from kcert.trust.store import TrustStore

__all__ = ["Proof", "Refusal", "Registration", "RegistrationStep", "register"]

_DIGESTS: Final = ("sha256", "sha384", "sha512")


class RegistrationStep(enum.Enum):
    """What is found out, in this order."""

    CHALLENGE = "challenge"
    """The challenge is one that was given out, in time, and has not come back before."""
    SIGNATURE = "signature"
    """The certificate's key signed the challenge."""
    TRUST = "trust"
    """Path, revocation and policy: the certificate counts now and is of a kind that is taken."""
    IDENTITY = "identity"
    """The identity number is the holder's (VID)."""


def _secret(random: VidRandom | bytes) -> VidRandom:
    # A copy: the key that R came from may be closed before the proof is looked at.
    return VidRandom(random.reveal() if isinstance(random, VidRandom) else random)


@frozen
class Proof:
    """What a customer sends. It holds a secret, so it cannot be pickled.

    Attributes:
        certificate: The certificate to be registered.
        challenge: The challenge, as it was given out.
        signature: The raw signature over exactly these octets.
        random: R, 20 octets as they came over the encrypted channel, or a `VidRandom`. Secret.
        intermediates: Certificates of authorities that came along; they are not believed.
        padding: How it was signed.
        digest: Hash of the signature: ``"sha256"``, ``"sha384"`` or ``"sha512"``.
    """

    certificate: Certificate
    challenge: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    random: VidRandom = field(repr=False, eq=False, converter=_secret)
    intermediates: tuple[Certificate, ...] = ()
    padding: Padding = Padding.PKCS1V15
    digest: str = "sha256"


@frozen
class Registration:
    """A record to keep: what was registered, when, and on what grounds. Holds nothing secret.

    Attributes:
        certificate: The registered certificate. From now on, who signs with its key is this
            customer, for as long as it counts; its successor has to be registered anew.
        path: Why it was believed: anchor, path, policies, revocation evidence, moment.
        challenge: What was signed.
        signature: The signature over it.
        registered_at: When, UTC.
    """

    certificate: Certificate
    path: ValidatedPath
    challenge: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    registered_at: datetime


@frozen
class Refusal:
    """Why a certificate was not registered.

    Attributes:
        step: What did not hold.
        error: The error that says why, with its facts.
    """

    step: RegistrationStep
    error: KcertError

    @property
    def code(self) -> str:
        """Stable name of the reason, that of the error, such as ``"revoked"``."""
        return self.error.code

    @property
    def message(self) -> str:
        """The reason in English."""
        return str(self.error)

    @property
    def message_ko(self) -> str:
        """The reason in Korean."""
        return self.error.message_ko


def register(
    proof: Proof,
    id_number: str,
    *,
    trust: TrustStore,
    challenges: ChallengeStore,
    policies: Iterable[str],
    checker: RevocationChecker | None = None,
    revocation: Revocation = Revocation.REQUIRE,
    at: datetime | None = None,
) -> Registration | Refusal:
    """Do what a relying party must before it takes a certificate for a customer's.

    Whatever the outcome, the challenge is spent. The identity number and R are not kept, and are in
    no message.

    Args:
        proof: What the customer sent.
        id_number: Identity number of the customer, as the institution knows it.
        trust: The authorities that are believed.
        challenges: Where the challenge was given out.
        policies: Certificate policies that are taken, dotted; a `PolicySet`, for example.
        checker: Who is asked about revocation, default the store's: see `RevocationSources`.
        revocation: How much is asked about it; registering without it is not advised.
        at: The moment, aware, default now.

    Returns:
        A record to keep, or why not.

    Raises:
        TypeError: An argument is of a wrong type.
        ValueError: ``at`` has no time zone.
    """
    at = moment(at)
    step = RegistrationStep.CHALLENGE
    try:
        if not challenges.take(proof.challenge, at):
            raise SignatureError(
                "the challenge was not given out, is too old, or was answered before",
                reason_ko="발급하지 않았거나, 시간이 지났거나, 이미 사용된 챌린지입니다",
            )
        step = RegistrationStep.SIGNATURE
        _check_signature(proof)
        step = RegistrationStep.TRUST
        path = trust.verify(
            proof.certificate,
            at,
            intermediates=proof.intermediates,
            revocation=revocation,
            checker=checker,
            policies=policies,
            purpose=Purpose.AUTHENTICATION,
        )
        step = RegistrationStep.IDENTITY
        vid.verify(proof.certificate, id_number, proof.random.reveal())
    except KcertError as error:
        # The caller gets the reason, not the frames in which number and R still are.
        return Refusal(step, error.without_origin())
    finally:
        del id_number
    return Registration(proof.certificate, path, proof.challenge, proof.signature, at)


def _check_signature(proof: Proof) -> None:
    key = proof.certificate.public_key()
    if proof.digest not in _DIGESTS:
        raise UnsupportedAlgorithmError(None, proof.digest, use="challenge signature")
    if not isinstance(key, RSAPublicKey):
        raise UnsupportedAlgorithmError(None, proof.certificate.key_type, use="challenge signature")
    rsa.verify(key, proof.signature, proof.challenge, proof.padding, proof.digest, prehashed=False)
