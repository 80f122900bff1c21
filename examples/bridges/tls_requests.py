# SPDX-License-Identifier: Apache-2.0
"""Show a certificate of kcert's to a server, with requests (``pip install requests pyopenssl``).

Python's own `ssl` reads a client's key from a file only, and a key in the clear does not belong
into one. pyOpenSSL takes it from memory, and urllib3, on which requests stands, takes pyOpenSSL.
For httpx, which takes contexts of `ssl` only, see ``tls_httpx.py``.

서버에 클라이언트 인증서를 보여 줍니다. 키를 파일로 쓰지 않으려면 pyOpenSSL이 필요합니다.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from OpenSSL import crypto
from requests.adapters import HTTPAdapter
from urllib3.contrib.pyopenssl import PyOpenSSLContext

if TYPE_CHECKING:
    from cryptography import x509

    from kcert import UnlockedCredential


class CertificateAdapter(HTTPAdapter):
    """Shows an open credential to every server it is mounted for.

    Args:
        unlocked: The credential. The key stays in memory as long as the adapter.
        server_roots: Certificates of the authorities that are believed to certify servers.
    """

    def __init__(self, unlocked: UnlockedCredential, server_roots: list[x509.Certificate]) -> None:
        context = PyOpenSSLContext(ssl.PROTOCOL_TLS_CLIENT)
        inner = context._ctx  # noqa: SLF001 - urllib3 has no public way to it
        inner.use_certificate(unlocked.certificate.to_cryptography())
        for one in unlocked.ca_certificates:
            inner.add_extra_chain_cert(one.to_cryptography())
        inner.use_privatekey(unlocked.to_cryptography())
        context.verify_mode = ssl.CERT_REQUIRED
        for root in server_roots:
            inner.get_cert_store().add_cert(crypto.X509.from_cryptography(root))
        self._context = context
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Connect through the context."""
        super().init_poolmanager(*arguments, ssl_context=self._context, **options)

    def cert_verify(self, *arguments: Any, **options: Any) -> None:
        """Leave the roots as they were given; requests would put its own in their place."""
