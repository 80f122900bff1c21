# SPDX-License-Identifier: Apache-2.0
"""One order of certificates: new keys, the request, the checks, keeping, and the confirmation."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from kcert import vid
from kcert._asn1.cmp import BodyType, PKIBody
from kcert.credential import Credential
from kcert.credential.pair import KeyPair
from kcert.errors import AuthorityError, KcertError
from kcert.lifecycle.cmp.announced import encryption_certificate
from kcert.lifecycle.cmp.issues import ANSWERS, Issue
from kcert.lifecycle.cmp.refusals import malformed_is_wrong, wrong_answer
from kcert.lifecycle.cmp.requests import (
    Wanted,
    certificate_requests,
    encrypted_vid,
)
from kcert.lifecycle.cmp.transactions import Line, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack

    from kcert._asn1.cmp_header import InfoTypeAndValue
    from kcert.certificate import Certificate
    from kcert.keys import EncryptedKey, PrivateKey
    from kcert.keys.passwords import Password
    from kcert.keys.profiles import LockProfile
    from kcert.lifecycle.authority import Keep
    from kcert.lifecycle.cmp.guards import Guard
    from kcert.trust import TrustStore

__all__ = ["KeyMaker", "KeySource", "NewPair", "Order", "Orders"]


class KeySource(Protocol):
    """Makes key pairs, as `kcert.keys.generation.generate_key` does."""

    def __call__(self, key_size: int, *, random: bool) -> PrivateKey:
        """A new open key of so many bits, with R or without."""
        ...


@frozen
class NewPair:
    """A new key: open, to sign the request with, and locked, to be kept."""

    wanted: Wanted = field(repr=False)
    locked: EncryptedKey = field(repr=False)


class KeyMaker:
    """Makes the keys of one order and locks them at once, before anything is sent.

    So the password is needed no longer than that, and a profile that cannot be written is told
    before the authority is bothered.

    Args:
        opened: Closes the keys at its end.
        source: Makes them.
        profile: How they are locked.
    """

    def __init__(self, opened: ExitStack, source: KeySource, profile: LockProfile) -> None:
        self._opened = opened
        self._source = source
        self._profile = profile

    def make(
        self,
        key_size: int,
        password: str | bytes,
        *,
        random: bool = True,
        subject: bytes | None = None,
        replaces: Certificate | None = None,
    ) -> NewPair:
        """A new pair; see `Wanted` for what is asked for."""
        try:
            key = self._opened.enter_context(self._source(key_size, random=random))
            locked = key.lock(password, self._profile)
        finally:
            del password
        wanted = Wanted(
            key=key, public_key_info=key.public_key_info, subject=subject, replaces=replaces
        )
        return NewPair(wanted, locked)


@frozen(kw_only=True)
class Order:
    """What is asked for, and what has to come of it.

    Attributes:
        type: Type of the request.
        guard: What protects it.
        pairs: The signature pair, and that for key management where it is wanted.
        secret: The shared secret, where there is one.
        id_number: Number behind the VID, where it is known.
        check: More checks of what was issued.
        keep: What is done with the credential before the issue is confirmed.
    """

    type: BodyType
    guard: Guard
    pairs: tuple[NewPair, ...]
    secret: Password | None = None
    id_number: str | None = field(default=None, repr=False)
    check: Callable[[Issue], None] | None = None
    keep: Keep | None = None


@frozen
class Orders:
    """Places orders at one authority.

    Attributes:
        line: The way to it.
        trust: The authorities to believe.
    """

    line: Line
    trust: TrustStore

    def place(self, order: Order) -> Credential:
        """Have certificates issued; see `CmpAuthority.issue` for what is raised."""
        profile = self.line.profile
        wanted = tuple(pair.wanted for pair in order.pairs)
        content = certificate_requests(
            wanted,
            registration_info=self._registration_info(order, wanted[0].key),
            secret=order.secret,
            mac=profile.proof_mac,
            mac_proof=profile.mac_proof,
        )
        transaction = Transaction(self.line, order.guard)
        answer = transaction.ask(PKIBody(order.type, content), ANSWERS[order.type])
        issue = Issue.read(answer, len(wanted))
        with self._deciding(transaction, issue):
            chain = self._checked(order, issue)
            credential = _credential(order.pairs, issue, chain)
            if order.keep is not None:
                order.keep(credential)
        return credential

    def certify(self, csr: bytes, public_key: bytes, guard: Guard) -> Certificate:
        """Have a certificate issued for a PKCS#10 request."""
        transaction = Transaction(self.line, guard)
        answer = transaction.ask(PKIBody(BodyType.P10CR, csr), ANSWERS[BodyType.P10CR])
        issue = Issue.read(answer, 1, any_number=True)
        with self._deciding(transaction, issue), malformed_is_wrong():
            issue.check_keys((public_key,))
            self._believe(issue)
        return issue.certificates[0]

    @contextmanager
    def _deciding(self, transaction: Transaction, issue: Issue) -> Iterator[None]:
        """Tell the authority that the certificates are accepted, or rejected where this fails."""
        profile = self.line.profile
        try:
            yield
        except BaseException:
            # Why they are rejected matters more than that the authority did not hear of it.
            with suppress(KcertError):
                transaction.confirm(issue.rejected(profile), retries=0)
            raise
        transaction.confirm(issue.accepted(profile), retries=self.line.retries)

    def _checked(self, order: Order, issue: Issue) -> tuple[Certificate, ...]:
        """Check what came; the authorities above the first certificate."""
        with malformed_is_wrong():
            issue.check_keys(tuple(pair.wanted.public_key_info for pair in order.pairs))
            chain = self._believe(issue)
            self._check_identity(order, issue)
            if order.check is not None:
                order.check(issue)
        return chain

    def _believe(self, issue: Issue) -> tuple[Certificate, ...]:
        known = () if self.line.certificate is None else (self.line.certificate,)
        return issue.believe(self.trust, self.line.clock(), self.line.tolerance, known)

    def _registration_info(self, order: Order, key: PrivateKey) -> tuple[InfoTypeAndValue, ...]:
        recipient = encryption_certificate(
            self.line, self.trust, order.guard, needed=order.id_number is not None
        )
        if recipient is not None:
            return encrypted_vid(recipient, order.id_number, key)
        if order.id_number is None:
            return ()
        raise AuthorityError(
            "the identity number has to be encrypted to the authority, whose certificate is not "
            "known; give it as certificate",
            "식별번호를 암호화할 인증기관 인증서가 없습니다; certificate 인자로 전달하십시오",
        )

    @staticmethod
    def _check_identity(order: Order, issue: Issue) -> None:
        certificate, random = issue.certificates[0], order.pairs[0].wanted.key.random
        if order.id_number is None or random is None:
            return
        if certificate.identity is None or certificate.identity.vid is None:
            # Nobody could ever check its holder's identity (본인확인).
            raise wrong_answer(
                "brings a certificate without the VID that was asked for",
                "요청한 VID(본인확인 정보)가 없는 인증서입니다",
            )
        vid.verify(certificate, order.id_number, random.reveal())


def _credential(
    pairs: tuple[NewPair, ...], issue: Issue, chain: tuple[Certificate, ...]
) -> Credential:
    second = None
    if len(pairs) > 1:
        second = KeyPair(issue.certificates[1], pairs[1].locked)
    return Credential(issue.certificates[0], pairs[0].locked, second, chain)
