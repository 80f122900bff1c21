# SPDX-License-Identifier: Apache-2.0
"""Registering at another institution: everything is found out, and the first no ends it."""

from __future__ import annotations

import copy
import pickle
import threading
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from attrs import evolve

from kcert import TrustStore
from kcert.certificate import CertificateKind, Holder, Usage
from kcert.testing import TEST_ID_NUMBER, TEST_PASSWORD, FakeAuthority, FakeRoot
from kcert.trust import (
    MemoryChallengeStore,
    PolicySet,
    Proof,
    Refusal,
    Registration,
    RegistrationStep,
    Revocation,
    RevocationSources,
    register,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Bank:
    """The other institution, and a customer with a certificate."""

    def __init__(self) -> None:
        self.authority = FakeAuthority(at=AT - timedelta(days=3))
        self.root = self.authority.root
        self.random = bytes(range(20))
        self.credential = self.authority.issue(random=self.random)
        self.certificate = self.credential.certificate
        self.trust = TrustStore([self.root.certificate])
        self.challenges = MemoryChallengeStore()
        self.policies = PolicySet.of(
            kinds={CertificateKind.JOINT, CertificateKind.FINANCIAL},
            holders={Holder.INDIVIDUAL},
            usages={Usage.UNIVERSAL, Usage.BANKING},
        )
        self.lists = [self.root.crl(at=AT), self.authority.crl(at=AT)]

    def proof(self, **changes: object) -> Proof:
        challenge = self.challenges.issue(AT)
        with self.credential.unlock(TEST_PASSWORD) as unlocked:
            signature = unlocked.sign(challenge)
        proof = Proof(
            certificate=self.certificate,
            challenge=challenge,
            signature=signature,
            random=self.random,
            intermediates=(self.authority.certificate,),
        )
        return evolve(proof, **changes)

    def register(self, proof: Proof, id_number: str = TEST_ID_NUMBER, **options: object):
        return register(
            proof,
            id_number,
            **{
                "trust": self.trust,
                "challenges": self.challenges,
                "policies": self.policies,
                "checker": RevocationSources(crls=self.lists),
                "at": AT + MINUTE,
                **options,
            },
        )


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank()


def refused(outcome: object, step: RegistrationStep, code: str) -> Refusal:
    assert isinstance(outcome, Refusal), outcome
    assert (outcome.step, outcome.code) == (step, code)
    assert outcome.message
    assert outcome.message_ko
    assert TEST_ID_NUMBER not in outcome.message + outcome.message_ko
    return outcome


def test_a_good_proof_gives_a_record_to_keep(bank):
    proof = bank.proof()
    record = bank.register(proof)
    assert isinstance(record, Registration)
    assert record.certificate == bank.certificate
    assert record.path.root.subject.matches(bank.root.certificate.subject)
    assert all(status.evidence for status in record.path.revocation)
    assert record.registered_at == AT + MINUTE
    assert (record.challenge, record.signature) == (proof.challenge, proof.signature)
    shown = repr(record) + repr(proof)
    assert bank.random.hex() not in shown
    assert repr(bank.random) not in shown
    assert TEST_ID_NUMBER not in shown


def test_a_replayed_challenge_is_refused(bank):
    proof = bank.proof()
    assert isinstance(bank.register(proof), Registration)
    refused(bank.register(proof), RegistrationStep.CHALLENGE, "signature")


def test_a_challenge_is_spent_whatever_the_outcome(bank):
    proof = bank.proof()
    refused(bank.register(proof, "9999999999999"), RegistrationStep.IDENTITY, "identity-mismatch")
    refused(bank.register(proof), RegistrationStep.CHALLENGE, "signature")


def test_a_challenge_that_nobody_gave_out_is_refused(bank):
    refused(bank.register(bank.proof(challenge=bytes(32))), RegistrationStep.CHALLENGE, "signature")


def test_a_challenge_answered_too_late_is_refused(bank):
    late = bank.register(bank.proof(), at=AT + 6 * MINUTE)
    refused(late, RegistrationStep.CHALLENGE, "signature")


def test_a_signature_of_another_key_is_refused(bank):
    other = bank.authority.issue("홍길남", fresh_key=True)
    proof = bank.proof()
    with other.unlock(TEST_PASSWORD) as unlocked:
        proof = evolve(proof, signature=unlocked.sign(proof.challenge))
    refused(bank.register(proof), RegistrationStep.SIGNATURE, "signature")


def test_a_signature_over_sha1_is_refused(bank):
    proof = bank.proof(digest="sha1")
    refused(bank.register(proof), RegistrationStep.SIGNATURE, "unsupported-algorithm")


def test_a_certificate_of_nobody_who_is_believed_is_refused(bank):
    stranger = TrustStore([FakeRoot("kcert Test RootCA 7").certificate])
    outcome = bank.register(bank.proof(), trust=stranger)
    refused(outcome, RegistrationStep.TRUST, "untrusted-issuer")


def test_a_revoked_certificate_is_refused_and_so_is_one_of_unknown_status(bank):
    revoked = [bank.root.crl(at=AT), bank.authority.crl([bank.certificate], at=AT)]
    outcome = bank.register(bank.proof(), checker=RevocationSources(crls=revoked))
    refused(outcome, RegistrationStep.TRUST, "revoked")
    outcome = bank.register(bank.proof(), checker=None)
    refused(outcome, RegistrationStep.TRUST, "revocation-unknown")
    outcome = bank.register(bank.proof(), checker=None, revocation=Revocation.SKIP)
    assert isinstance(outcome, Registration)


def test_an_expired_certificate_is_refused(bank):
    later = bank.certificate.validity.not_after + MINUTE
    proof = bank.proof()
    challenge = bank.challenges.issue(later)
    with bank.credential.unlock(TEST_PASSWORD) as unlocked:
        proof = evolve(proof, challenge=challenge, signature=unlocked.sign(challenge))
    refused(bank.register(proof, at=later), RegistrationStep.TRUST, "expired")


def test_a_certificate_for_other_business_is_refused(bank):
    outcome = bank.register(bank.proof(), policies={"1.2.410.200005.1.1.5"})
    refused(outcome, RegistrationStep.TRUST, "policy")


@pytest.mark.parametrize("change", [{"random": bytes(20)}, {}])
def test_a_wrong_number_and_a_wrong_r_are_the_same_answer(bank, change):
    number = TEST_ID_NUMBER if change else "1112221112222"
    outcome = bank.register(bank.proof(**change), number)
    refused(outcome, RegistrationStep.IDENTITY, "identity-mismatch")


def test_a_refusal_holds_no_frames_in_which_number_and_r_are(bank):
    outcome = bank.register(bank.proof(), "1112221112222")
    assert outcome.error.__traceback__ is None
    assert outcome.error.__context__ is None
    assert outcome.error.__cause__ is None


# The store of challenges


def test_challenges_are_random_and_taken_once():
    store = MemoryChallengeStore()
    one, two = store.issue(AT), store.issue(AT)
    assert one != two
    assert len(one) == 32
    assert [store.take(one, AT), store.take(one, AT), store.take(two, AT)] == [True, False, True]


def test_a_challenge_counts_from_when_it_was_given_out_to_the_end_of_its_lifetime():
    store = MemoryChallengeStore(lifetime=MINUTE)
    for moment, counts in ((-MINUTE, False), (timedelta(), True), (MINUTE, True)):
        assert store.take(store.issue(AT), AT + moment) is counts
    assert not store.take(store.issue(AT), AT + MINUTE + timedelta(seconds=1))


def test_the_store_forgets_the_oldest_beyond_its_capacity():
    store = MemoryChallengeStore(capacity=2)
    issued = [store.issue(AT) for _ in range(3)]
    assert [store.take(challenge, AT) for challenge in issued] == [False, True, True]
    with pytest.raises(ValueError, match="positive"):
        MemoryChallengeStore(capacity=0)


def test_of_many_threads_one_takes_a_challenge():
    store = MemoryChallengeStore()
    challenge = store.issue()
    taken = []
    threads = [
        threading.Thread(target=lambda: taken.append(store.take(challenge))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 1


def test_a_proof_keeps_r_from_printing_pickling_copying_and_comparing(bank):
    proof = bank.proof()
    for leak in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="holds a secret"):
            leak(proof)
    assert bank.random.hex() not in repr(attrs.asdict(proof, recurse=False))
    assert evolve(proof, random=bytes(20)) == proof


def test_r_may_come_straight_from_the_open_key(bank):
    with bank.credential.unlock(TEST_PASSWORD) as unlocked:
        proof = bank.proof(random=unlocked.random)
    assert isinstance(bank.register(proof), Registration)
