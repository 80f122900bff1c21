# SPDX-License-Identifier: Apache-2.0
"""A customer's side of the relying party: registers a certificate and logs in with it.

    python examples/relying_party/client.py [--server http://127.0.0.1:8000] folder

Needs ``pip install httpx``. Password and identity number are asked for; they are no arguments.

인증서 폴더를 주면 비밀번호와 식별번호를 묻고, 서버에 등록한 다음 로그인합니다.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode

import httpx

import kcert
from kcert import cms


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


def register(server: httpx.Client, unlocked: kcert.UnlockedCredential, id_number: str) -> int:
    """Register a certificate; gives the customer's number."""
    text = _json(server.post("/challenge"))["challenge"]
    challenge = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    body = {
        "certificate": _text(unlocked.certificate.der),
        "intermediates": [_text(one.der) for one in unlocked.ca_certificates],
        "challenge": text,
        "signature": _text(unlocked.sign(challenge)),
        "random": _text(unlocked.random.reveal()) if unlocked.random is not None else "",
        "id_number": id_number,
    }
    return int(_json(server.post("/register", json=body))["customer"])


def log_in(server: httpx.Client, unlocked: kcert.UnlockedCredential) -> str:
    """Log in; gives the session."""
    text = _json(server.post("/login/text"))["text"]
    message = cms.sign(text, unlocked, chain=True)
    return _json(server.post("/login", json={"message": _text(message)}))["session"]


def _json(answer: httpx.Response) -> dict[str, str]:
    if answer.is_error:
        facts = answer.json()
        reason = facts.get("message_ko") or facts.get("detail") or facts.get("code")
        raise SystemExit(f"서버가 거절했습니다 · refused: {reason}")
    facts = answer.json()
    assert isinstance(facts, dict)
    return facts


def main(arguments: list[str]) -> int:
    """Register and log in with a certificate in a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--server", default="http://127.0.0.1:8000")
    parser.add_argument("folder")
    options = parser.parse_args(arguments)
    try:
        credential = kcert.load(options.folder)
        with (
            credential.unlock(getpass.getpass("비밀번호 · password: ")) as unlocked,
            httpx.Client(base_url=options.server, trust_env=False, timeout=60) as server,
        ):
            id_number = getpass.getpass("식별번호 · identity number: ")
            print("고객 · customer:", register(server, unlocked, id_number))
            print("로그인 · session:", log_in(server, unlocked)[:8] + "…")
    except (kcert.KcertError, httpx.HTTPError) as error:
        print(getattr(error, "message_ko", error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
