# SPDX-License-Identifier: Apache-2.0
"""Sign a text, and verify the signature with the certificate alone, as a server does.

    python examples/sign_and_verify.py [folder of a certificate]

Without a folder a test certificate is made. The password is asked for; it is never an argument.

글에 서명하고, 서버가 하듯이 인증서만으로 검증합니다. 폴더를 주지 않으면 시험용 인증서를 만듭니다.
"""

from __future__ import annotations

import base64
import getpass
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

import kcert
from kcert.testing import TEST_PASSWORD, FakeAuthority

TEXT = "위 내용에 동의합니다. I agree to the above.".encode()


def sign(arguments: list[str]) -> tuple[bytes, bytes]:
    """What the holder of the certificate does: gives a certificate and a signature."""
    if arguments:
        credential = kcert.load(arguments[0])
        password = getpass.getpass("비밀번호 · password: ")
    else:
        credential = FakeAuthority("yessign").issue("홍길동")
        password = TEST_PASSWORD
    kcert.inspect(credential).raise_for_problems()
    with credential.unlock(password) as unlocked:
        return credential.certificate.der, unlocked.sign(TEXT)


def main(arguments: list[str]) -> int:
    try:
        der, signature = sign(arguments)
    except kcert.KcertError as error:
        print(f"{error.message_ko} · {error}", file=sys.stderr)
        return 1
    print("서명 · signature:", base64.b64encode(signature).decode()[:60] + "…")

    # The other side knows the certificate only; `public_key()` is a key of `cryptography`.
    certificate = kcert.Certificate.load(der)
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        print("RSA 인증서가 아닙니다 · not an RSA certificate", file=sys.stderr)
        return 1
    try:
        key.verify(signature, TEXT, PKCS1v15(), SHA256())
    except InvalidSignature:
        print("서명이 맞지 않습니다 · the signature does not verify", file=sys.stderr)
        return 1
    print("검증됨 · verified:", certificate.holder_name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
