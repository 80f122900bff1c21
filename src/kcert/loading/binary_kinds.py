# SPDX-License-Identifier: Apache-2.0
"""Rows of the table of kinds that are told by their octets: DER structures, containers, others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kcert._asn1 import encode
from kcert.loading.kind import Kind
from kcert.loading.outline import outline

if TYPE_CHECKING:
    from collections.abc import Callable

    from kcert.credential import Credential
    from kcert.keys.limits import Limits

__all__ = ["BINARY_KINDS", "starts"]


_EC_PUBLIC_KEY = encode.oid("1.2.840.10045.2.1")


def starts(*prefixes: bytes) -> Callable[[bytes], bool]:
    """Look for one of some beginnings."""
    return lambda data: data.startswith(prefixes)


def _structure(*names: str) -> Callable[[bytes], bool]:
    return lambda data: data[:1] == b"\x30" and outline(data) in names


# The beginning of a PFX in BER: version 3, then a ContentInfo of PKCS#7. Lengths in any form.
_LENGTH = rb"(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)"
_PFX = re.compile(
    rb"\x30%b\x02\x01\x03\x30%b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07" % (_LENGTH, _LENGTH),
    re.DOTALL,
)


def _looks_like_pfx(data: bytes) -> bool:
    return _PFX.match(data) is not None or _structure("PFX")(data)


def _open_pkcs12(data: bytes, password: str | bytes | None, limits: Limits) -> Credential:
    # Late: folders and listings need none of it.
    from kcert.formats import pkcs12

    return pkcs12.load(data, password, limits=limits)


def _open_zip(data: bytes, _password: str | bytes | None, _limits: Limits) -> Credential:
    # Late: folders and listings need none of it.
    from kcert.formats import archive

    return archive.load(data)


def _is_open_ec_key(data: bytes) -> bool:
    kind = outline(data) if data[:1] == b"\x30" else None
    return kind == "ECPrivateKey" or (kind == "PrivateKeyInfo" and _EC_PUBLIC_KEY in data[:64])


BINARY_KINDS: tuple[Kind, ...] = (
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
        code="ec-key",
        name="an elliptic-curve private key that is not locked",
        name_ko="암호화되지 않은 타원곡선(EC) 개인키",
        looks=_is_open_ec_key,
        advice="give its certificate as well; Korean certificates have RSA keys, not such ones",
        advice_ko="인증서도 함께 지정하십시오; 국내 인증서의 키는 EC가 아니라 RSA입니다",
    ),
    Kind(
        code="open-key",
        name="a private key that is not locked",
        name_ko="암호화되지 않은 개인키",
        looks=_structure("PrivateKeyInfo", "RSAPrivateKey"),
        advice="use kcert.UnlockedCredential.from_parts with its certificate, and lock it",
        advice_ko="인증서와 함께 kcert.UnlockedCredential.from_parts로 연 뒤 잠그십시오",
    ),
    Kind(
        code="pkcs12",
        name="a PKCS#12 file (.pfx, .p12)",
        name_ko="PKCS#12 파일(.pfx, .p12)",
        looks=_looks_like_pfx,
        open=_open_pkcs12,
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
        code="ocsp",
        name="an answer or a question about revocation (OCSP)",
        name_ko="인증서 상태 확인(OCSP) 메시지",
        looks=_structure("OCSPResponse", "OCSPRequest"),
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
        looks=starts(b"\x30\x80"),
    ),
    Kind(
        code="zip",
        name="a zip archive",
        name_ko="ZIP 압축파일",
        looks=starts(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
        open=_open_zip,
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
        looks=starts(b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"),
        advice="convert it to PKCS#12 with keytool -importkeystore first",
        advice_ko="먼저 keytool -importkeystore로 PKCS#12로 바꾸십시오",
    ),
    Kind(
        code="pdf",
        name="a PDF document",
        name_ko="PDF 문서",
        looks=starts(b"%PDF-"),
    ),
    Kind(
        code="image",
        name="a picture",
        name_ko="그림 파일",
        looks=starts(b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8"),
    ),
)
