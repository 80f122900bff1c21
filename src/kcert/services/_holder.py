# SPDX-License-Identifier: Apache-2.0
"""What the log-ins ask of whoever logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.errors import FormatError

if TYPE_CHECKING:
    from kcert.credential import UnlockedKeyPair
    from kcert.keys import VidRandom


def random_of(unlocked: UnlockedKeyPair) -> VidRandom:
    """R of a key.

    Raises:
        FormatError: It has none.
    """
    random = unlocked.random
    if random is None:
        raise FormatError(
            "private key",
            "has no VID random, which the log-in sends",
            reason_ko="VID 난수(R)가 없어 로그인 값을 만들 수 없습니다",
        )
    return random
