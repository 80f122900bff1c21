# SPDX-License-Identifier: Apache-2.0
"""Compare the figures of the Korean authorities in kcert with certificates at hand.

    python tools/compare_authorities.py FILE_OR_FOLDER...

A file is a certificate (DER or PEM) or a CaPubs list; folders are searched. Each certificate of an
authority is listed with what differs. Exit status: 0 where nothing differs, 1 where something does,
2 where no certificate was found.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kcert import KcertError
from kcert.certificate import Certificate
from kcert.formats.npki import load_ca_certificates
from kcert.trust.comparison import compare_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_FILE_SIZE = 4 << 20


def read(file: Path) -> list[Certificate]:
    """Certificates in a file; none where it holds something else."""
    if file.stat().st_size > _MAX_FILE_SIZE:
        return []
    data = file.read_bytes()
    try:
        return [Certificate.load(data)]
    except KcertError:
        pass
    try:
        return list(load_ca_certificates(data))
    except KcertError:
        return []


def files(arguments: list[str]) -> Iterator[Path]:
    """All files named or in folders named, in order."""
    for argument in arguments:
        path = Path(argument)
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file())
        else:
            yield path


def main(arguments: list[str]) -> int:
    """Compare and report."""
    if not arguments:
        print(__doc__)
        return 2
    found = dict.fromkeys(certificate for file in files(arguments) for certificate in read(file))
    seen = differing = 0
    for comparison in compare_figures(found):
        seen += 1
        certificate, figures = comparison.certificate, comparison.figures
        fingerprint = certificate.fingerprint()[:16]
        print(f"{certificate.subject.common_name}  sha256:{fingerprint}…")
        if figures is None:
            print("    is not in the table")
        elif comparison.differences:
            differing += 1
            for difference in comparison.differences:
                print(f"    {difference}")
        else:
            print(f"    agrees ({figures.family.value}, {figures.certainty.value})")
    print(f"{seen} authorities compared, {differing} differ")
    return 2 if not seen else 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
