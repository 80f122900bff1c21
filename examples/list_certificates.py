# SPDX-License-Identifier: Apache-2.0
"""List the certificates on this computer, or under the folders given.

    python examples/list_certificates.py [folder ...]

이 컴퓨터의, 또는 주어진 폴더 아래의 인증서를 보여 줍니다. 비밀번호는 묻지 않습니다.
"""

from __future__ import annotations

import sys

import kcert


def main(folders: list[str]) -> int:
    count = 0
    for found in kcert.discover(folders or None):
        print(found.location)
        if found.problem is not None:
            print(f"  문제 · problem: {found.problem.message_ko} · {found.problem}")
        if (certificate := found.certificate) is None:
            continue
        count += 1
        authority, policy = certificate.authority, certificate.policy
        print(f"  소유자 · holder: {certificate.holder_name or certificate.subject.rfc4514()}")
        print(f"  기관 · authority: {authority.name_ko if authority else '-'}")
        print(f"  용도 · policy: {policy.name_ko if policy else '-'}")
        print(f"  마지막 날 · last day: {certificate.validity.last_day}")
        print(f"  남은 날 · days left: {certificate.validity.days_left()}")
        if found.duplicate_of is not None:
            print(f"  같은 것 · same as: {found.duplicate_of}")
    print(f"인증서 {count}개 · {count} certificates")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
