# SPDX-License-Identifier: Apache-2.0
"""The table of everything that `kcert.load` recognises, in the order in which it looks.

A row says how a kind of content looks, what to call it, and either how to open it (``open``) or
what a person with such a file can do instead (``advice``). A new format is one more ``open``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.loading import text
from kcert.loading.kind import Kind
from kcert.loading.outline import outline

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KINDS", "recognise"]


def recognise(data: bytes) -> Kind:
    """Find the kind of some octets. Every input has one; the last row takes what is left."""
    return next(kind for kind in KINDS if kind.looks(data))


def _starts(*prefixes: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(prefixes)


def _begins_text(*prefixes: bytes) -> Callable[[bytes], bool]:
    return lambda data: text.beginning(data).startswith(prefixes)


def _structure(*names: str) -> Callable[[bytes], bool]:
    return lambda data: data[:1] == b"\x30" and outline(data) in names


def _pem(wanted: Callable[[frozenset[str]], bool]) -> Callable[[bytes], bool]:
    return lambda data: wanted(text.pem_labels(data))


def _has_certificate(labels: frozenset[str]) -> bool:
    return any(label.endswith("CERTIFICATE") for label in labels)


def _has_key(labels: frozenset[str]) -> bool:
    return any(label.endswith("PRIVATE KEY") for label in labels)


KINDS: tuple[Kind, ...] = (
    Kind(
        code="empty",
        name="an empty file",
        name_ko="빈 파일",
        looks=lambda data: not data,
        advice="copy it again from where it came",
        advice_ko="원본에서 다시 복사하십시오",
    ),
    Kind(
        code="blank",
        name="nothing but zero octets, as a copy that broke off leaves behind",
        name_ko="0으로만 채워진 파일(중단된 복사)",
        looks=lambda data: not data.strip(b"\0"),
        advice="copy it again from where it came",
        advice_ko="원본에서 다시 복사하십시오",
    ),
    Kind(
        code="certificate",
        name="a certificate alone",
        name_ko="개인키가 없는 인증서",
        looks=_structure("Certificate"),
        advice="give its key as well, or use kcert.Certificate.load to read the certificate only",
        advice_ko="개인키도 함께 지정하거나 kcert.Certificate.load로 인증서만 읽으십시오",
    ),
    Kind(
        code="locked-key",
        name="a locked private key (PKCS#8) without its certificate",
        name_ko="인증서가 없는 잠긴 개인키(PKCS#8)",
        looks=_structure("EncryptedPrivateKeyInfo"),
        advice="give its certificate as well, or use kcert.EncryptedKey.load for the key only",
        advice_ko="인증서도 함께 지정하거나 kcert.EncryptedKey.load로 개인키만 읽으십시오",
    ),
    Kind(
        code="open-key",
        name="a private key that is not locked",
        name_ko="암호화되지 않은 개인키",
        looks=_structure("PrivateKeyInfo", "RSAPrivateKey", "ECPrivateKey"),
        advice="use kcert.UnlockedCredential.from_parts with its certificate, and lock it",
        advice_ko="인증서와 함께 kcert.UnlockedCredential.from_parts로 연 뒤 잠그십시오",
    ),
    Kind(
        code="pkcs12",
        name="a PKCS#12 file (.pfx, .p12)",
        name_ko="PKCS#12 파일(.pfx, .p12)",
        looks=_structure("PFX"),
    ),
    Kind(
        code="ca-certificates",
        name="a list of certificates (CaPubs)",
        name_ko="인증서 목록(CaPubs)",
        looks=_structure("SEQUENCE OF Certificate"),
        advice="give the folder that it lies in, or use kcert.npki.load_ca_certificates",
        advice_ko="이 파일이 있는 폴더를 지정하거나 kcert.npki.load_ca_certificates를 쓰십시오",
    ),
    Kind(
        code="crl",
        name="a certificate revocation list",
        name_ko="인증서 폐지목록(CRL)",
        looks=_structure("CertificateList"),
    ),
    Kind(
        code="csr",
        name="a certification request (PKCS#10)",
        name_ko="인증서 발급요청(PKCS#10)",
        looks=_structure("CertificationRequest"),
        advice="give the certificate that was issued for it",
        advice_ko="이 요청으로 발급받은 인증서를 지정하십시오",
    ),
    Kind(
        code="cms",
        name="a signed or encrypted message (CMS, PKCS#7)",
        name_ko="서명 또는 암호화된 메시지(CMS, PKCS#7)",
        looks=_structure("ContentInfo", "SignedData"),
    ),
    Kind(
        code="public-key",
        name="a public key alone",
        name_ko="공개키",
        looks=_structure("SubjectPublicKeyInfo"),
    ),
    Kind(
        code="ber",
        name="BER data of indefinite length, perhaps PKCS#12 or CMS of an old program",
        name_ko="길이가 정해지지 않은 BER 데이터(오래된 프로그램의 PKCS#12나 CMS)",
        looks=_starts(b"\x30\x80"),
    ),
    Kind(
        code="zip",
        name="a zip archive",
        name_ko="ZIP 압축파일",
        looks=_starts(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
        advice="unpack it and give the folder with signCert.der and signPri.key",
        advice_ko="압축을 풀고 signCert.der와 signPri.key가 있는 폴더를 지정하십시오",
    ),
    Kind(
        code="archive",
        name="an archive of another kind (7z, rar, gzip, tar, egg, alz)",
        name_ko="다른 종류의 압축파일(7z, rar, gzip, tar, egg, alz)",
        looks=lambda data: (
            data.startswith(
                (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"EGGA", b"ALZ\x01")
            )
            or data[257:262] == b"ustar"
        ),
        advice="unpack it and give the folder with signCert.der and signPri.key",
        advice_ko="압축을 풀고 signCert.der와 signPri.key가 있는 폴더를 지정하십시오",
    ),
    Kind(
        code="java-keystore",
        name="a Java key store (JKS, JCEKS)",
        name_ko="자바 키저장소(JKS, JCEKS)",
        looks=_starts(b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"),
        advice="convert it to PKCS#12 with keytool -importkeystore first",
        advice_ko="먼저 keytool -importkeystore로 PKCS#12로 바꾸십시오",
    ),
    Kind(
        code="image",
        name="a picture or a PDF document",
        name_ko="그림이나 PDF 문서",
        looks=_starts(b"%PDF-", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8"),
    ),
    Kind(
        code="html",
        name="an HTML page, perhaps an error page saved under a certificate's name",
        name_ko="HTML 문서(인증서 이름으로 저장된 오류 페이지일 수 있음)",
        looks=_begins_text(b"<!doctype html", b"<html", b"<head", b"<body", b"<script"),
        advice="download it again",
        advice_ko="다시 내려받으십시오",
    ),
    Kind(
        code="xml",
        name="an XML document",
        name_ko="XML 문서",
        looks=_begins_text(b"<?xml", b"<"),
    ),
    Kind(
        code="json",
        name="a JSON text",
        name_ko="JSON 텍스트",
        looks=_begins_text(b"{", b"["),
    ),
    Kind(
        code="pem-bundle",
        name="a PEM text with a certificate and a private key",
        name_ko="인증서와 개인키가 있는 PEM 텍스트",
        looks=_pem(lambda labels: _has_certificate(labels) and _has_key(labels)),
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
        code="pem-locked-key",
        name="a locked PEM private key without its certificate",
        name_ko="인증서가 없는 잠긴 PEM 개인키",
        looks=_pem(lambda labels: "ENCRYPTED PRIVATE KEY" in labels),
        advice="give its certificate as well",
        advice_ko="인증서도 함께 지정하십시오",
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
        advice="turn it into octets first (bytes.fromhex)",
        advice_ko="먼저 바이트로 바꾸십시오(bytes.fromhex)",
    ),
    Kind(
        code="base64",
        name="base64 text",
        name_ko="base64 텍스트",
        looks=text.is_base64,
        advice="turn it into octets first (base64.b64decode)",
        advice_ko="먼저 바이트로 바꾸십시오(base64.b64decode)",
    ),
    Kind(
        code="text",
        name="a text of another kind",
        name_ko="다른 종류의 텍스트",
        looks=text.is_text,
    ),
    Kind(
        code="der",
        name="DER data of another kind, or a file that was cut",
        name_ko="다른 종류의 DER 데이터이거나 잘린 파일",
        looks=_starts(b"\x30"),
        advice="check that it was copied whole",
        advice_ko="파일 전체가 복사되었는지 확인하십시오",
    ),
    Kind(
        code="unknown",
        name="data of an unknown kind",
        name_ko="알 수 없는 데이터",
        looks=lambda _data: True,
    ),
)
