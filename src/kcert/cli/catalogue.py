# SPDX-License-Identifier: Apache-2.0
"""Which commands there are, where each lives, and what it is for, in both languages.

The help of `kcert` is made from this alone, so no command is imported to name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kcert.cli.voice import Text

__all__ = ["CATALOGUE", "SECTIONS", "Row"]


class Row(NamedTuple):
    """One command.

    Attributes:
        module: Module of `kcert.cli` that has it.
        section: Under which heading it stands.
        summary: What it is for.
    """

    module: str
    section: str
    summary: Text


SECTIONS: dict[str, Text] = {
    "look": ("Look", "보기"),
    "keep": ("Keep", "보관"),
    "use": ("Use", "쓰기"),
    "more": ("More", "그 밖에"),
}

CATALOGUE: dict[str, Row] = {
    "list": Row(
        "listing",
        "look",
        ("List certificates, on this computer or in a place.", "인증서 목록을 봅니다."),
    ),
    "show": Row("showing", "look", ("Show everything about one.", "인증서 하나를 자세히 봅니다.")),
    "check": Row(
        "checking",
        "look",
        (
            "Find problems; the exit status tells cron.",
            "문제를 찾습니다. cron은 종료 코드를 봅니다.",
        ),
    ),
    "import": Row(
        "importing", "keep", ("Take a file into a store.", "파일을 저장소로 가져옵니다.")
    ),
    "export": Row(
        "exporting",
        "keep",
        ("Write one as .pfx, .pem, .zip or folder.", ".pfx, .pem, .zip, 폴더로 내보냅니다."),
    ),
    "passwd": Row("relocking", "keep", ("Change the password.", "비밀번호를 바꿉니다.")),
    "demo": Row("demo", "more", ("Show it all on made-up ones.", "만든 인증서로 시연합니다.")),
}
