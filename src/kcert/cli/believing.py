# SPDX-License-Identifier: Apache-2.0
"""Whom to believe, as the options of `trust` and `verify` say it."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

import kcert
from kcert.cli.group import option
from kcert.trust import NetworkFetcher, RevocationSources

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert import Certificate, Revocation, TrustStore
    from kcert.cli.session import Session

__all__ = ["Belief", "anchors", "belief", "certificates_in"]

_REVOCATION = {each.value: each for each in kcert.Revocation}
_PATHS = click.Path(path_type=Path)

anchors = option(
    "--anchor",
    "anchors",
    type=_PATHS,
    multiple=True,
    metavar="FILE",
    texts=(
        "Believe these authorities, too, besides those of Korea. More than once.",
        "한국의 인증기관 외에 이 인증기관도 믿습니다. 여러 번 쓸 수 있습니다.",
    ),
)


@frozen
class Belief:
    """Whom to believe, and how much is asked about revocation.

    Attributes:
        store: The authorities.
        revocation: How much is asked.
    """

    store: TrustStore
    revocation: Revocation


def certificates_in(path: Path) -> tuple[Certificate, ...]:
    """The certificates of a file, PEM or DER.

    Raises:
        KcertError: There are none.
    """
    data = path.read_bytes()
    if b"-----BEGIN" in data:
        return kcert.pem.load_certificates(data)
    return (kcert.Certificate.load(data),)


def belief(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options; the function is given a `Belief` as ``belief``."""

    @wraps(function)
    def wrapper(session: Session, *args: Any, **kwargs: Any) -> Any:
        made = _believe(
            session,
            anchors=kwargs.pop("anchors"),
            crls=kwargs.pop("crls"),
            revocation=_REVOCATION[kwargs.pop("revocation")],
            online=kwargs.pop("online"),
        )
        return function(session, *args, belief=made, **kwargs)

    for decorate in (
        option(
            "--online",
            is_flag=True,
            texts=(
                "Fetch CRLs and ask OCSP responders; else nothing leaves this computer.",
                "CRL을 받고 OCSP에 묻습니다. 없으면 네트워크를 쓰지 않습니다.",
            ),
        ),
        option(
            "--crl",
            "crls",
            type=_PATHS,
            multiple=True,
            metavar="FILE",
            texts=("A CRL at hand. More than once.", "가지고 있는 CRL. 여러 번 쓸 수 있습니다."),
        ),
        option(
            "--revocation",
            type=click.Choice(list(_REVOCATION)),
            default="skip",
            texts=("How much is asked about revocation.", "폐지 여부를 얼마나 확인할지 정합니다."),
        ),
        anchors,
    ):
        wrapper = decorate(wrapper)
    return wrapper


def _believe(
    session: Session,
    *,
    anchors: tuple[Path, ...],
    crls: tuple[Path, ...],
    revocation: Revocation,
    online: bool,
) -> Belief:
    store = kcert.TrustStore.korea().including_government()
    for path in anchors:
        session.where = str(path)
        store = store.including(*certificates_in(path))
    lists = []
    for path in crls:
        session.where = str(path)
        lists.append(path.read_bytes())
    fetcher = NetworkFetcher() if online else None
    checker = RevocationSources(crls=lists, fetcher=fetcher)
    session.where = None
    return Belief(store.checking(checker), revocation)
