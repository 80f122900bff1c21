# SPDX-License-Identifier: Apache-2.0
"""Security tokens (보안토큰): sign with a key that never leaves the device, through PKCS#11.

A token's `TokenSigner` is a `Signer`, as an open credential is: `kcert.cms.sign` takes either.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from kcert._asn1 import encode, oids
from kcert.certificate import Certificate
from kcert.errors import (
    KcertError,
    MissingExtraError,
    NotFoundError,
    UnavailableError,
    UnlockError,
    UnsupportedAlgorithmError,
)
from kcert.keys import Padding, VidRandom

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Self

__all__ = ["Token", "TokenSigner"]

_BACKEND: Final = "token"
_DIGESTS: Final = {"sha256": oids.SHA256, "sha384": oids.SHA384, "sha512": oids.SHA512}
# One product stores R under this label and the key's id in hexadecimal; no other way is published.
_RANDOM_LABEL: Final = "R4VID="
_MAX_RANDOM: Final = 1_024


def _pkcs11() -> ModuleType:
    try:
        import pkcs11
    except ImportError:
        raise MissingExtraError("token", "reading a security token") from None
    found: ModuleType = pkcs11
    return found


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the driver says into kcert's errors."""
    library = _pkcs11()
    error: KcertError | None = None
    try:
        yield
    except (
        library.exceptions.PinIncorrect,
        library.exceptions.PinInvalid,
        library.exceptions.PinLenRange,
    ):
        error = _locked("the PIN is wrong; after a few wrong ones the token locks itself")
    except library.exceptions.PinLocked:
        error = _locked("the PIN is locked; its issuer can unlock it")
    except (library.exceptions.PKCS11Error, RuntimeError) as caught:
        name = type(caught).__name__
        error = UnavailableError(
            f"the token or its driver does not answer ({name})",
            f"보안토큰이나 드라이버가 응답하지 않습니다 ({name})",
            backend=_BACKEND,
        )
    if error is not None:
        # Outside of the handler, so that the driver's error does not come along.
        raise error


def _locked(reason: str) -> UnlockError:
    return UnlockError(
        "security token", "보안토큰", reason=reason, reason_ko="PIN이 틀렸거나 잠겼습니다"
    )


class _Key(Protocol):
    """A private key as python-pkcs11 has it."""

    def sign(self, data: bytes, *, mechanism: object, mechanism_param: object) -> bytes: ...

    def __getitem__(self, attribute: object) -> bytes: ...


class TokenSigner:
    """A certificate on a token and its key, which stays there."""

    __slots__ = ("_certificate", "_key", "_random")

    def __init__(self, certificate: Certificate, key: _Key, random: VidRandom | None) -> None:
        self._certificate = certificate
        self._key = key
        self._random = random

    def __repr__(self) -> str:
        return f"<TokenSigner {self._certificate!r}>"

    @property
    def certificate(self) -> Certificate:
        """The certificate that verifies the signatures."""
        return self._certificate

    @property
    def random(self) -> VidRandom | None:
        """R, where the token keeps it as a data object ``R4VID=<key id>``."""
        return self._random

    def sign(
        self,
        data: bytes | bytearray | memoryview,
        *,
        padding: Padding = Padding.PKCS1V15,
        digest: str = "sha256",
        prehashed: bool = False,
    ) -> bytes:
        """Sign on the token. Only the hash goes there; arguments as for `PrivateKey.sign`.

        Raises:
            UnsupportedAlgorithmError: Another hash.
            UnavailableError: The token was pulled out, or has no such mechanism.
            ValueError: ``data`` is said to be a hash and has not its length, or another padding.
        """
        if digest not in _DIGESTS:
            raise UnsupportedAlgorithmError(None, digest, use="signature")
        size = hashlib.new(digest).digest_size
        hashed = bytes(data) if prehashed else hashlib.new(digest, data).digest()
        if len(hashed) != size:
            raise ValueError(f"a {digest} hash has {size} octets")
        mechanism = _pkcs11().Mechanism
        parameters = None
        if padding is Padding.PKCS1V15:
            kind = mechanism.RSA_PKCS
            algorithm = encode.sequence(encode.oid(_DIGESTS[digest]), encode.null())
            hashed = encode.sequence(algorithm, encode.octet_string(hashed))
        elif padding is Padding.PSS:
            kind = mechanism.RSA_PKCS_PSS
            name = digest.upper()
            parameters = (mechanism[name], _pkcs11().MGF[name], size)
        else:
            raise ValueError("padding of a signature is Padding.PKCS1V15 or Padding.PSS")
        signature = b""
        with _translated():
            signature = self._key.sign(hashed, mechanism=kind, mechanism_param=parameters)
        return bytes(signature)


class Token:
    """An open token. Best in a ``with`` block, which closes it at the end.

    Args:
        driver: The PKCS#11 library of the token's maker.
        pin: The PIN. A wrong one counts against the token's own limit.
        label: Which token, where several are plugged in.

    Raises:
        UnlockError: The PIN is wrong or locked.
        NotFoundError: There is no such token.
        UnavailableError: The driver cannot be loaded, or does not answer.
        MissingExtraError: python-pkcs11 is not installed: ``pip install "kcert[token]"``.
    """

    __slots__ = ("_session",)

    def __init__(
        self, driver: str | os.PathLike[str], pin: str, *, label: str | None = None
    ) -> None:
        try:
            with _translated():
                found = list(_pkcs11().lib(str(driver)).get_tokens(token_label=label))
                self._session: Any = found[0].open(user_pin=pin) if len(found) == 1 else None
        finally:
            del pin
        if self._session is None:
            raise NotFoundError(
                f"there are {len(found)} such tokens; name one by its label",
                f"해당하는 토큰이 {len(found)}개입니다; 이름(label)으로 지정하십시오",
                backend=_BACKEND,
            )

    def __repr__(self) -> str:
        return "<Token>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Log out. Its signers are of no use any more."""
        session, self._session = self._session, None
        if session is not None:
            with _translated():
                session.close()

    def signers(self) -> tuple[TokenSigner, ...]:
        """Every certificate whose RSA key is on the token, too.

        Raises:
            UnavailableError: The token does not answer.
            ValueError: It is closed.
        """
        if self._session is None:
            raise ValueError("the token is closed")
        library = _pkcs11()
        found: list[TokenSigner] = []
        with _translated():
            keys = {
                bytes(key[library.Attribute.ID]): key
                for key in self._session.get_objects(
                    {library.Attribute.CLASS: library.ObjectClass.PRIVATE_KEY}
                )
            }
            certificates = [
                (bytes(one[library.Attribute.ID]), bytes(one[library.Attribute.VALUE]))
                for one in self._session.get_objects(
                    {library.Attribute.CLASS: library.ObjectClass.CERTIFICATE}
                )
            ]
            for identifier, encoded in certificates:
                key, certificate = keys.get(identifier), _readable(encoded)
                if key and certificate and _belongs(key, certificate):
                    found.append(TokenSigner(certificate, key, self._random(identifier)))
        return tuple(found)

    def _random(self, identifier: bytes) -> VidRandom | None:
        attribute = _pkcs11().Attribute
        for one in self._session.get_objects(
            {
                attribute.CLASS: _pkcs11().ObjectClass.DATA,
                attribute.LABEL: _RANDOM_LABEL + identifier.hex(),
            }
        ):
            octets = bytes(one[attribute.VALUE])
            if 0 < len(octets) <= _MAX_RANDOM:
                return VidRandom(octets)
        return None


def _readable(encoded: bytes) -> Certificate | None:
    with suppress(KcertError):
        return Certificate.load(encoded)
    return None


def _belongs(key: _Key, certificate: Certificate) -> bool:
    """Whether a key is the certificate's; that both have one id is only what the token says."""
    numbers = certificate.rsa_numbers
    modulus = key[_pkcs11().Attribute.MODULUS]
    return numbers is not None and int.from_bytes(modulus, "big") == numbers[0]
