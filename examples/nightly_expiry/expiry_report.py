# SPDX-License-Identifier: Apache-2.0
"""Report certificates that need attention; for a nightly job.

    python examples/nightly_expiry/expiry_report.py [--days 30] [folder ...]

Ends with 1 where a certificate has ended or ends within the days given, or could not be read.
One line each, tab-separated: state, days left, fingerprint, place. No name of a person is written.

만료되었거나 곧 만료될 인증서, 읽을 수 없는 인증서를 알려 줍니다. 있으면 1로 끝납니다.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

import kcert


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("folders", nargs="*")
    options = parser.parse_args(arguments)

    now = datetime.now(UTC)
    attention = False
    for found in kcert.discover(options.folders or None):
        if found.certificate is None:
            attention = True
            print("unreadable", "", "", found.location, sep="\t")
            continue
        days_left = found.certificate.validity.days_left(at=now)
        if not found.certificate.validity.contains(now):
            state = "expired"
        elif days_left <= options.days:
            state = "expiring"
        else:
            continue
        attention = True
        print(state, days_left, found.certificate.fingerprint()[:16], found.location, sep="\t")
    return 1 if attention else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
