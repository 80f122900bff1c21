# SPDX-License-Identifier: Apache-2.0
"""The relying party and a customer in one program, with a test certificate, on loopback.

    python examples/relying_party/demo.py

Needs ``pip install fastapi uvicorn httpx``.

시험용 인증서로 서버와 고객을 한 번에 실행합니다.
"""

from __future__ import annotations

import httpx
from app import create_app, serving
from client import log_in, register

import kcert
from kcert.testing import FakeAuthority
from kcert.trust import RevocationSources

PASSWORD = "kcert-Demo-1!"  # of a certificate that lives as long as this program
ID_NUMBER = "1234561234567"  # nobody's


def main() -> None:
    """Register, log in, and see what is refused."""
    authority = FakeAuthority("yessign")
    checker = RevocationSources(crls=[authority.crl(), authority.root.crl()])
    app = create_app(kcert.TrustStore([authority.root.certificate]), checker)
    credential = authority.issue("홍길동", password=PASSWORD, id_number=ID_NUMBER, chain=True)
    with (
        serving(app) as address,
        httpx.Client(base_url=address, trust_env=False) as server,
        credential.unlock(PASSWORD) as unlocked,
    ):
        print("고객 · customer:", register(server, unlocked, ID_NUMBER))
        print("로그인 · session:", log_in(server, unlocked)[:8] + "…")
        try:
            register(server, unlocked, "9999999999999")
        except SystemExit as refusal:
            print(refusal)


if __name__ == "__main__":
    main()
