# SPDX-License-Identifier: Apache-2.0
"""Rows of the table of kinds that are told by their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.loading import text
from kcert.loading.kind import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.credential import Credential
    from kcert.keys.limits import Limits

__all__ = ["TEXT_KINDS"]


# OpenSSH, RFC 4716 and PuTTY.
_SSH = (b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"---- begin ssh2 ", b"putty-user-key-file-")


def _begins(*prefixes: bytes) -> Callable[[bytes], bool]:
    return lambda data: text.beginning(data).startswith(prefixes)


def _pem(wanted: Callable[[frozenset[str]], bool]) -> Callable[[bytes], bool]:
    return lambda data: wanted(text.pem_labels(data))


def _has_certificate(labels: frozenset[str]) -> bool:
    return any(label.endswith("CERTIFICATE") for label in labels)


def _has_key(labels: frozenset[str]) -> bool:
    return any(label.endswith("PRIVATE KEY") for label in labels)


def _open_pem(data: bytes, password: str | bytes | None, limits: Limits) -> Credential:
    # Late: folders and listings need none of it.
    from kcert.formats import pem

    return pem.load(data, password, limits=limits)


def _is_ssh_key(data: bytes) -> bool:
    return text.beginning(data).startswith(_SSH) or "OPENSSH PRIVATE KEY" in text.pem_labels(data)


TEXT_KINDS: tuple[Kind, ...] = (
    Kind(
        code="utf16",
        name="a text in UTF-16",
        name_ko="UTF-16 텍스트",
        looks=text.is_utf16,
        decode=text.decode_utf16,
        advice="save it as UTF-8",
        advice_ko="UTF-8로 저장하십시오",
    ),
    Kind(
        code="html",
        name="an HTML page, perhaps an error page saved under a certificate's name",
        name_ko="HTML 문서(인증서 이름으로 저장된 오류 페이지일 수 있음)",
        looks=_begins(b"<!doctype html", b"<html", b"<head", b"<body", b"<script"),
        advice="download it again",
        advice_ko="다시 내려받으십시오",
    ),
    Kind(
        code="xml",
        name="an XML document",
        name_ko="XML 문서",
        looks=_begins(b"<?xml", b"<"),
    ),
    Kind(
        code="json",
        name="a JSON text",
        name_ko="JSON 텍스트",
        looks=_begins(b"{", b"["),
    ),
    Kind(
        code="pem-pkcs12",
        name="a PKCS#12 file as PEM text",
        name_ko="PEM 텍스트로 된 PKCS#12 파일",
        looks=_pem(lambda labels: labels == {"PKCS12"}),
        decode=text.decode_pem,
        advice="the text is damaged or has several; give one whole PKCS#12 file",
        advice_ko="손상되었거나 여러 개가 들어 있습니다; PKCS#12 파일 하나를 온전히 지정하십시오",
    ),
    Kind(
        code="pem-bundle",
        name="a PEM text with a certificate and a private key",
        name_ko="인증서와 개인키가 있는 PEM 텍스트",
        looks=_pem(lambda labels: _has_certificate(labels) and _has_key(labels)),
        open=_open_pem,
    ),
    Kind(
        code="pem-certificate",
        name="a PEM certificate without a key",
        name_ko="개인키가 없는 PEM 인증서",
        looks=_pem(_has_certificate),
        advice="give its key as well, or use kcert.Certificate.load to read the certificate only",
        advice_ko="개인키도 함께 지정하거나 kcert.Certificate.load로 인증서만 읽으십시오",
    ),
    Kind(
        code="ssh-key",
        name="an SSH key",
        name_ko="SSH 키",
        looks=_is_ssh_key,
        advice="a certificate and the key that was issued with it are needed",
        advice_ko="인증서와 함께 발급된 개인키가 필요합니다",
    ),
    Kind(
        code="pem-locked-key",
        name="a locked PEM private key without its certificate",
        name_ko="인증서가 없는 잠긴 PEM 개인키",
        looks=_pem(lambda labels: "ENCRYPTED PRIVATE KEY" in labels),
        advice="give its certificate as well",
        advice_ko="인증서도 함께 지정하십시오",
    ),
    Kind(
        code="pem-ec-key",
        name="an elliptic-curve private key (PEM)",
        name_ko="타원곡선(EC) PEM 개인키",
        looks=_pem(lambda labels: "EC PRIVATE KEY" in labels),
        advice="give its certificate as well; Korean certificates have RSA keys, not such ones",
        advice_ko="인증서도 함께 지정하십시오; 국내 인증서의 키는 EC가 아니라 RSA입니다",
    ),
    Kind(
        code="pem-key",
        name="a PEM private key without its certificate",
        name_ko="인증서가 없는 PEM 개인키",
        looks=_pem(_has_key),
        advice="give its certificate as well",
        advice_ko="인증서도 함께 지정하십시오",
    ),
    Kind(
        code="pem-csr",
        name="a certification request (PKCS#10, PEM)",
        name_ko="인증서 발급요청(PKCS#10, PEM)",
        looks=_pem(lambda labels: any(label.endswith("CERTIFICATE REQUEST") for label in labels)),
        advice="give the certificate that was issued for it, and its key",
        advice_ko="이 요청으로 발급받은 인증서와 개인키를 지정하십시오",
    ),
    Kind(
        code="pem-crl",
        name="a certificate revocation list (PEM)",
        name_ko="인증서 폐지목록(CRL, PEM)",
        looks=_pem(lambda labels: "X509 CRL" in labels),
    ),
    Kind(
        code="pem-cms",
        name="a signed or encrypted message (CMS, PKCS#7, PEM)",
        name_ko="서명 또는 암호화된 메시지(CMS, PKCS#7, PEM)",
        looks=_pem(lambda labels: not labels.isdisjoint(("CMS", "PKCS7", "PKCS #7 SIGNED DATA"))),
    ),
    Kind(
        code="pem-public-key",
        name="a public key alone (PEM)",
        name_ko="공개키(PEM)",
        looks=_pem(lambda labels: not labels.isdisjoint(("PUBLIC KEY", "RSA PUBLIC KEY"))),
    ),
    Kind(
        code="pem-other",
        name="a PEM text with neither a certificate nor a private key in it",
        name_ko="인증서도 개인키도 없는 PEM 텍스트",
        looks=_pem(bool),
    ),
    Kind(
        code="hex",
        name="hexadecimal text",
        name_ko="16진수 텍스트",
        looks=text.is_hex,
        decode=text.decode_hex,
        advice="what it stands for is nothing that kcert knows; check that it was copied whole",
        advice_ko="풀어 보아도 알 수 없는 데이터입니다; 전체가 복사되었는지 확인하십시오",
    ),
    Kind(
        code="base64",
        name="base64 text",
        name_ko="base64 텍스트",
        looks=text.is_base64,
        decode=text.decode_base64,
        advice="what it stands for is nothing that kcert knows; check that it was copied whole",
        advice_ko="풀어 보아도 알 수 없는 데이터입니다; 전체가 복사되었는지 확인하십시오",
    ),
    Kind(
        code="text",
        name="a text of another kind",
        name_ko="다른 종류의 텍스트",
        looks=text.is_text,
    ),
)
