# SPDX-License-Identifier: Apache-2.0
"""The cloud services that kcert knows, their addresses, and what they want to be shown.

Credentials are given by the caller, never looked for: not in the environment, not in the home
folder, not at a cloud's metadata address. Every switch that would make opendal look is off.
"""

from __future__ import annotations

import base64
import ipaddress
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from attrs import frozen

from kcert.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLOUD_SCHEMES", "DEFAULT_TIMEOUT", "Service", "operator_settings"]

#: Seconds.
DEFAULT_TIMEOUT: Final = 30.0


@frozen
class Service:
    """One kind of service.

    Attributes:
        opendal: Its name there.
        place: Which setting takes the first part of the address; empty for none.
        secrets: Names that a mapping of credentials may have.
        needed: Sets of names, one of which must be there.
        options: Names that may stand in the query of an address. None is a secret.
        fixed: Settings that are always the same.
        atomic: A reader never sees half an object.
    """

    opendal: str
    place: str
    secrets: frozenset[str]
    needed: tuple[frozenset[str], ...]
    options: frozenset[str] = frozenset()
    fixed: tuple[tuple[str, str], ...] = ()
    atomic: bool = True


_TOKENS: Final = frozenset({"access_token", "refresh_token", "client_id", "client_secret"})
_TOKENS_NEEDED: Final = (
    frozenset({"access_token"}),
    frozenset({"refresh_token", "client_id", "client_secret"}),
)
_PASSWORD: Final = frozenset({"username", "password"})
_WEBDAV: Final = Service(
    "webdav", "", _PASSWORD | {"token"}, (_PASSWORD, frozenset({"token"})), atomic=False
)

#: By the scheme of their address.
CLOUD_SCHEMES: Final[dict[str, Service]] = {
    "s3": Service(
        "s3",
        "bucket",
        frozenset({"access_key_id", "secret_access_key", "session_token"}),
        (frozenset({"access_key_id", "secret_access_key"}),),
        frozenset({"endpoint", "region"}),
        (("disable_config_load", "true"), ("disable_ec2_metadata", "true")),
    ),
    "az": Service(
        "azblob",
        "container",
        frozenset({"account_name", "account_key", "sas_token"}),
        (frozenset({"account_name", "account_key"}), frozenset({"account_name", "sas_token"})),
        frozenset({"endpoint"}),
    ),
    "gs": Service(
        "gcs",
        "bucket",
        frozenset({"service_account_key", "token"}),
        (frozenset({"service_account_key"}), frozenset({"token"})),
        frozenset({"endpoint"}),
        (("disable_config_load", "true"), ("disable_vm_metadata", "true")),
    ),
    "webdav": _WEBDAV,
    "webdavs": _WEBDAV,
    "gdrive": Service("gdrive", "", _TOKENS, _TOKENS_NEEDED),
    "onedrive": Service("onedrive", "", _TOKENS, _TOKENS_NEEDED),
    "dropbox": Service("dropbox", "", _TOKENS, _TOKENS_NEEDED),
}


def operator_settings(url: str, credentials: Mapping[str, str] | None) -> dict[str, str]:
    """What opendal has to be told for an address.

    Args:
        url: ``s3://bucket/prefix?endpoint=…&region=…``, ``az://container/prefix``,
            ``gs://bucket/prefix``, ``webdavs://host/path``, ``gdrive:path``, ``onedrive:path``,
            ``dropbox:path``.
        credentials: The names are those of `Service.secrets`.

    Raises:
        StorageError: If the address holds a user, a password or an unknown option, if it is
            neither TLS nor this computer, or if credentials are missing or of another service.
    """
    scheme = url.partition(":")[0].lower()
    service = CLOUD_SCHEMES[scheme]
    try:
        parts = urlsplit(url)
        host = parts.hostname
        has_user = "@" in parts.netloc
    except ValueError:
        raise _refused(scheme, "not an address", "주소가 아닙니다") from None
    if has_user or parts.fragment:
        raise _refused(
            scheme,
            "an address holds no user, password or fragment; give them as credentials=",
            "주소에는 사용자, 비밀번호, #을 쓸 수 없습니다; credentials=로 전달하십시오",
        )
    given = _credentials(scheme, service, credentials)
    options = _options(scheme, service, parts.query)
    settings = {
        **given,
        **options,
        **dict(service.fixed),
        "root": "/" + unquote(parts.path).strip("/"),
    }
    if service.place:
        if not host or parts.netloc != host:
            raise _refused(
                scheme, f"the address has no {service.place}", "주소에 버킷(컨테이너)이 없습니다"
            )
        settings[service.place] = host
    elif service is not _WEBDAV and parts.netloc:
        raise _refused(
            scheme,
            f"write {scheme}:folder, without //",
            f"{scheme}:폴더 형식으로 쓰십시오(// 없이)",
        )
    _complete(scheme, parts, settings)
    _require_safe(scheme, settings.get("endpoint"))
    return settings


def _credentials(
    scheme: str, service: Service, credentials: Mapping[str, str] | None
) -> dict[str, str]:
    given = dict(credentials or {})
    if any(not isinstance(value, str) for value in given.values()):
        raise TypeError("credentials are a mapping of str to str")
    if set(given) - service.secrets or not any(needed <= set(given) for needed in service.needed):
        wanted = " or ".join(" + ".join(sorted(needed)) for needed in service.needed)
        raise _refused(
            scheme,
            f"credentials= must have {wanted}; kcert looks for none by itself",
            f"credentials=에 {wanted} 값을 지정하십시오; kcert가 스스로 찾지 않습니다",
        )
    if "service_account_key" in given:
        key = given.pop("service_account_key")
        given["credential"] = base64.b64encode(key.encode()).decode()
    return given


def _options(scheme: str, service: Service, query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=8
        )
    except ValueError:
        pairs = [("", "")]
    options = dict(pairs)
    if len(options) != len(pairs) or set(options) - service.options:
        known = ", ".join(sorted(service.options)) or "none"
        raise _refused(
            scheme,
            f"unknown option in the address (known: {known}); secrets go into credentials=",
            f"주소에 알 수 없는 옵션이 있습니다(가능: {known}); 비밀은 credentials=로 전달하십시오",
        )
    return options


def _complete(scheme: str, parts: SplitResult, settings: dict[str, str]) -> None:
    """Addresses that follow from what was given."""
    if scheme == "s3":
        if "endpoint" not in settings:
            if "region" not in settings:
                raise _refused(
                    scheme,
                    "the address needs ?region= (AWS) or ?endpoint= (others)",
                    "주소에 ?region=(AWS) 또는 ?endpoint=(그 밖)이 필요합니다",
                )
            settings["endpoint"] = f"https://s3.{settings['region']}.amazonaws.com"
        settings.setdefault("region", "us-east-1")
    elif scheme == "az":
        account = settings["account_name"]
        settings.setdefault("endpoint", f"https://{account}.blob.core.windows.net")
    elif scheme in {"webdav", "webdavs"}:
        if not parts.hostname:
            raise _refused(scheme, "the address has no host", "주소에 호스트가 없습니다")
        protocol = "https" if scheme == "webdavs" else "http"
        settings["endpoint"] = f"{protocol}://{parts.netloc}"


def _require_safe(scheme: str, endpoint: str | None) -> None:
    """TLS, or this computer: credentials do not travel in the clear."""
    if endpoint is None:
        return
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
        safe = safe and bool(host) and "@" not in parts.netloc and not parts.query
    except ValueError:
        safe = False
    if not safe:
        raise _refused(
            scheme,
            "the service's address must be https:// without user or query (http:// on loopback)",
            "서비스 주소는 사용자와 질의가 없는 https://여야 합니다; http://는 이 컴퓨터만 됩니다",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(scheme: str, reason: str, reason_ko: str) -> StorageError:
    return StorageError(reason, reason_ko, backend=scheme)
