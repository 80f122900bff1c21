# SPDX-License-Identifier: Apache-2.0
"""Which certificate authority is spoken with, as options or a small file say it."""

from __future__ import annotations

import tomllib
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import frozen

import kcert
from kcert import lifecycle
from kcert.cli.believing import anchors, certificates_in
from kcert.cli.failures import Refusal
from kcert.cli.group import option
from kcert.trust import NetworkFetcher, RevocationSources

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.cli.session import Session

__all__ = ["Counterpart", "counterpart"]

_SPEAKS: Final = {
    "rfc4210": lifecycle.CmpProfile.RFC4210,
    "pbmac1": lifecycle.CmpProfile.PBMAC1,
    "korea": lifecycle.CmpProfile.KOREA,
}
_LARGEST: Final = 1 << 16
_PATHS: Final = click.Path(path_type=Path)


@frozen
class Counterpart:
    """An authority, as it was named.

    Attributes:
        address: ``http://…``, ``https://…`` or ``tcp://host:port``.
        certificate: File with its certificate.
        anchors: Files with authorities that are believed besides those of Korea.
        speaks: Name of the form of CMP.
        test: Whether test authorities are believed, and addresses on this computer asked.
    """

    address: str | None
    certificate: Path | None
    anchors: tuple[Path, ...]
    speaks: str
    test: bool

    def connect(self, session: Session) -> lifecycle.CmpAuthority:
        """The authority. Nothing is sent yet.

        Raises:
            Refusal: It was not named.
            KcertError: A certificate cannot be read.
        """
        before = session.where
        if self.address is None:
            raise Refusal(
                ("no authority was named", "인증기관을 지정하지 않았습니다"),
                (
                    "give its address with --authority, or --authority-file",
                    "--authority로 주소를 주거나 --authority-file을 쓰십시오",
                ),
            )
        trust = kcert.TrustStore.korea()
        if self.test:
            trust = trust.including_test()
        for path in self.anchors:
            session.where = str(path)
            trust = trust.including(*certificates_in(path))
        certificate = None
        if self.certificate is not None:
            session.where = str(self.certificate)
            certificate = certificates_in(self.certificate)[0]
        session.where = before
        fetcher = NetworkFetcher(allow_private=self.test)
        try:
            return lifecycle.CmpAuthority(
                self.address,
                trust=trust,
                certificate=certificate,
                profile=_SPEAKS[self.speaks],
                checker=RevocationSources(fetcher=fetcher),
            )
        except ValueError:
            pass
        raise Refusal(
            ("this is no address of an authority", "인증기관의 주소가 아닙니다"),
            (
                "give http://…, https://… or tcp://host:port",
                "http://…, https://…, tcp://host:port 형식으로 주십시오",
            ),
        )


def counterpart(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options; the function is given a `Counterpart` as ``authority``."""

    @wraps(function)
    def wrapper(session: Session, *args: Any, **kwargs: Any) -> Any:
        given = {
            "address": kwargs.pop("authority"),
            "certificate": kwargs.pop("authority_certificate"),
            "anchors": kwargs.pop("anchors"),
            "speaks": kwargs.pop("speaks"),
            "test": kwargs.pop("test_authority"),
        }
        file: Path | None = kwargs.pop("authority_file")
        facts = {} if file is None else _facts_in(session, file)
        facts |= {name: value for name, value in given.items() if value}
        made = Counterpart(
            address=facts.get("address"),
            certificate=facts.get("certificate"),
            anchors=facts.get("anchors", ()),
            speaks=facts.get("speaks", "rfc4210"),
            test=facts.get("test", False),
        )
        return function(session, *args, authority=made, **kwargs)

    for decorate in _OPTIONS:
        wrapper = decorate(wrapper)
    return wrapper


_OPTIONS: Final = (
    option(
        "--test-authority",
        is_flag=True,
        texts=(
            "It is a test authority: believe those of KISA, and ask on this computer.",
            "시험용 인증기관입니다. KISA의 시험용 최상위를 믿고 이 컴퓨터의 주소도 씁니다.",
        ),
    ),
    anchors,
    option(
        "--speaks",
        type=click.Choice(list(_SPEAKS)),
        texts=("In which form of CMP; default rfc4210.", "CMP의 형식. 기본값은 rfc4210입니다."),
    ),
    option(
        "--authority-certificate",
        type=_PATHS,
        metavar="FILE",
        texts=("Its certificate.", "그 인증기관의 인증서."),
    ),
    option(
        "--authority-file",
        type=_PATHS,
        metavar="FILE",
        texts=(
            "All of this from a file (TOML): address, certificate, anchors, speaks, test.",
            "이 모두를 적은 파일(TOML): address, certificate, anchors, speaks, test.",
        ),
    ),
    option(
        "--authority",
        metavar="ADDRESS",
        texts=(
            "The authority: http://…, https://… or tcp://host:port.",
            "인증기관의 주소: http://…, https://…, tcp://host:port.",
        ),
    ),
)


def _facts_in(session: Session, file: Path) -> dict[str, Any]:
    """What a file says; paths in it are beside it.

    Raises:
        Refusal: It is no such file.
    """
    session.where = str(file)
    with file.open("rb") as stream:
        data = stream.read(_LARGEST)
    try:
        facts = _checked(tomllib.loads(data.decode()), file.parent)
    except (ValueError, TypeError, RecursionError):
        raise Refusal(
            ("this file does not describe an authority", "인증기관을 적은 파일이 아닙니다"),
            (
                'write TOML such as address = "https://…", anchors = ["root.pem"], speaks = "rfc4210"',
                'address = "https://…", anchors = ["root.pem"], speaks = "rfc4210" 같은 TOML로 쓰십시오',
            ),
        ) from None
    session.where = None
    return facts


def _checked(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The facts of a file, each of its kind.

    Raises:
        TypeError: One is of another kind, or not known.
        ValueError: There is no such form of CMP.
    """
    kinds = {"address": str, "certificate": str, "anchors": list, "speaks": str, "test": bool}
    for name, value in table.items():
        if not isinstance(value, kinds.get(name, ())):
            raise TypeError(name)
    if table.get("speaks", "rfc4210") not in _SPEAKS:
        raise ValueError("speaks")
    facts = dict(table)
    if "certificate" in facts:
        facts["certificate"] = folder / facts["certificate"]
    if "anchors" in facts:
        facts["anchors"] = tuple(folder / str(each) for each in facts["anchors"])
    return facts
