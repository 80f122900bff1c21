# SPDX-License-Identifier: Apache-2.0
"""Show a certificate of kcert's to a server, with httpx (``pip install httpx``).

httpx takes contexts of Python's own `ssl`, and those read a client's key from a file only. So the
key goes there locked, under a password of 256 random bits that never leaves this process and is
forgotten at once: into a file in memory where the system has such (Linux), else into a temporary
file of the user's own that is removed before the function returns. What is left of it on a disk
opens for nobody.

서버에 클라이언트 인증서를 보여 줍니다. `ssl`은 키를 파일에서만 읽으므로, 한 번만 쓰는 무작위
비밀번호로 잠근 키를 메모리 파일이나 곧바로 지우는 임시 파일로 넘깁니다.
"""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import kcert
from kcert import pem, profiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kcert import Certificate, UnlockedCredential


def client_context(
    unlocked: UnlockedCredential, server_roots: Iterable[Certificate]
) -> ssl.SSLContext:
    """A context that shows an open credential to servers: ``httpx.Client(verify=context)``.

    Args:
        unlocked: The credential. The context keeps its key in memory.
        server_roots: Certificates of the authorities that are believed to certify servers.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata="".join(root.to_pem() for root in server_roots))
    password = secrets.token_urlsafe(32)
    key = unlocked.private_key.lock(password, profiles.MODERN)
    shown = kcert.Credential(unlocked.certificate, key, ca_certificates=unlocked.ca_certificates)
    with _file(pem.dump(shown)) as path:
        context.load_cert_chain(path, password=password)
    return context


@contextmanager
def _file(text: bytes) -> Iterator[str]:
    """A path to the text for as long as the block lasts."""
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("kcert"), "wb") as memory:
            memory.write(text)
            memory.flush()
            yield f"/proc/self/fd/{memory.fileno()}"
        return
    # mkstemp makes it readable and writable for the user alone.
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        yield path
    finally:
        Path(path).unlink()
