# SPDX-License-Identifier: Apache-2.0
"""``python -m kcert.testing.authority``: a test authority for anyone's integration tests.

It writes a JSON object a line: first where it is, then one for each enrolment, then nothing until
it is interrupted. The authorization codes among them are those of a test authority, which nobody
believes; that is why they may be printed.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from kcert.testing.authority import AUTHORITY_NAMES
from kcert.testing.cmp import CmpServer
from kcert.testing.cmp.database import MEMORY

if TYPE_CHECKING:
    from collections.abc import Sequence


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m kcert.testing.authority",
        description="A certificate authority for tests: CMP over HTTP and TCP, OCSP, CRLs.",
        epilog="Everything it says is one JSON object a line. It runs until it is interrupted.",
    )
    add = parser.add_argument
    add("--authority", choices=AUTHORITY_NAMES, default="yessign", help="whose form it takes")
    add("--database", default=MEMORY, metavar="FILE", help="SQLite file, to go on with later")
    add("--port", type=int, default=0, help="port of HTTP; default one that is free")
    add("--tcp-port", type=int, default=0, help="port of CMP over TCP; default one that is free")
    add("--days", type=int, default=0, metavar="N", help="days its clock is ahead (or behind)")
    add(
        "--enrol",
        action="append",
        default=[],
        metavar="NAME",
        help="holder to hand a reference number and an authorization code out to; may be repeated",
    )
    return parser.parse_args(arguments)


def _say(event: str, **facts: object) -> None:
    line = json.dumps({"event": event, **facts}, ensure_ascii=True)
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None, *, ended: threading.Event | None = None) -> int:
    """Run the authority until it is interrupted.

    Args:
        arguments: Instead of the command line's.
        ended: Ends it when set.

    Returns:
        0.
    """
    options = _arguments(arguments)
    ended = ended or threading.Event()
    ahead = timedelta(days=options.days)
    with CmpServer(
        options.authority,
        database=options.database,
        port=options.port,
        tcp_port=options.tcp_port,
        clock=lambda: datetime.now(UTC) + ahead,
    ) as server:
        host, port = server.tcp_address
        root, authority = server.ca_certificates
        _say(
            "started",
            authority=options.authority,
            cmp=server.url,
            tcp=f"tcp://{host}:{port}",
            ocsp=server.ocsp_url,
            crl=server.crl_url("{n}"),
            arl=server.arl_url,
            office=server.office_url,
            root=root.to_pem(),
            certificate=authority.to_pem(),
        )
        for holder in options.enrol:
            with server.enrol(holder) as enrolment:
                _say(
                    "enrolment",
                    holder=holder,
                    reference_number=enrolment.reference_number,
                    authorization_code=bytes(enrolment.authorization_code.octets).decode(),
                )
        # In pieces, because a wait without end cannot be interrupted on Windows.
        while not ended.wait(0.2):
            pass
    _say("ended")
    return 0


def _run() -> int:
    ended = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: ended.set())
    return main(ended=ended)


if __name__ == "__main__":
    sys.exit(_run())
