# SPDX-License-Identifier: Apache-2.0
"""Which commands there are, where each lives, and what it is for, in both languages.

The help of `kcert` is made from this alone, so no command is imported to name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kcert.cli.voice import Text

__all__ = ["CATALOGUE", "COMPLETE_VARIABLE", "SECTIONS", "Row", "parts_of"]


COMPLETE_VARIABLE = "_KCERT_COMPLETE"
"""What the script of `kcert completion` sets when it asks what could come next."""


class Row(NamedTuple):
    """One command.

    Attributes:
        module: Module of `kcert.cli.commands` that has it.
        section: Under which heading it stands; empty for a part of another command.
        summary: What it is for.
    """

    module: str
    section: str
    summary: Text


SECTIONS: dict[str, Text] = {
    "look": ("Look", "보기"),
    "keep": ("Keep", "보관"),
    "use": ("Use", "쓰기"),
    "live": ("Issue and renew", "발급과 갱신"),
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
    "trust": Row(
        "trusting",
        "look",
        ("Is it genuine, and does it still count?", "진짜이고 아직 유효한지 봅니다."),
    ),
    "report": Row(
        "reporting",
        "look",
        ("Everything on one page, as HTML.", "모든 인증서를 HTML 한 쪽에 담습니다."),
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
    "copy": Row("moving", "keep", ("Copy one into another store.", "다른 저장소로 복사합니다.")),
    "move": Row("moving", "keep", ("Move one into another store.", "다른 저장소로 옮깁니다.")),
    "backup": Row(
        "backups", "keep", ("Copy all that a store lacks.", "없는 것을 모두 백업합니다.")
    ),
    "restore": Row("backups", "keep", ("Copy back from a backup.", "백업에서 되돌립니다.")),
    "remove": Row("moving", "keep", ("Remove one, for good.", "완전히 삭제합니다.")),
    "history": Row(
        "histories", "keep", ("What was done in a store.", "저장소에서 한 일을 봅니다.")
    ),
    "history show": Row(
        "histories", "", ("Show what was done in a store.", "저장소에서 한 일을 보여 줍니다.")
    ),
    "history verify": Row(
        "histories", "", ("Check that nothing was changed.", "기록이 바뀌지 않았는지 확인합니다.")
    ),
    "history export": Row(
        "histories", "", ("Write the record as lines of JSON.", "기록을 JSON 줄로 씁니다.")
    ),
    "vault": Row(
        "vaults",
        "keep",
        ("Sealed stores: make, share, rotate.", "봉인된 저장소(금고)를 관리합니다."),
    ),
    "vault create": Row("vaults", "", ("Make a vault.", "금고를 만듭니다.")),
    "vault passphrase": Row(
        "vaults", "", ("Change the passphrase of a vault.", "금고의 암호를 바꿉니다.")
    ),
    "vault recipients": Row(
        "recipients",
        "",
        ("Who can open a vault: list, add, remove.", "금고를 열 수 있는 사람을 관리합니다."),
    ),
    "vault rotate": Row(
        "recipients", "", ("New keys for a vault; seal it anew.", "금고를 새 키로 다시 봉인합니다.")
    ),
    "sign": Row(
        "signing", "use", ("Sign a file (CMS, PKCS#7).", "파일에 서명합니다(CMS, PKCS#7).")
    ),
    "verify": Row("verifying", "use", ("Verify a signed file.", "서명을 확인합니다.")),
    "encrypt": Row("sealing", "use", ("Encrypt a file to certificates.", "파일을 암호화합니다.")),
    "decrypt": Row("sealing", "use", ("Decrypt a file.", "파일을 복호화합니다.")),
    "vid": Row(
        "identity",
        "use",
        ("Does an identity number belong to it?", "식별번호로 본인확인을 합니다."),
    ),
    "issue": Row("issuing", "live", ("Have a certificate issued.", "인증서를 발급받습니다.")),
    "renew": Row(
        "renewing", "live", ("Renew one, or all that are due.", "갱신할 때가 된 것을 갱신합니다.")
    ),
    "reissue": Row(
        "issuing", "live", ("Replace one that was lost.", "잃어버린 것을 재발급받습니다.")
    ),
    "revoke": Row("standing", "live", ("Have one revoked, for good.", "완전히 폐지합니다.")),
    "suspend": Row("standing", "live", ("Have one suspended.", "효력을 정지합니다.")),
    "resume": Row("standing", "live", ("Have a suspended one resumed.", "효력을 회복합니다.")),
    "remind": Row(
        "reminding",
        "live",
        ("What ends soon; the exit status tells cron.", "곧 만료될 것을 알려 줍니다."),
    ),
    "doctor": Row("doctor", "more", ("Look at this installation.", "설치 상태를 점검합니다.")),
    "demo": Row("demo", "more", ("Show it all on made-up ones.", "만든 인증서로 시연합니다.")),
    "completion": Row(
        "completion", "more", ("Completion for your shell.", "셸 자동완성 스크립트를 씁니다.")
    ),
}


def parts_of(name: str) -> dict[str, Row]:
    """The commands that a command has below it, by the word that follows its name."""
    begin = f"{name} "
    return {
        full.removeprefix(begin): row for full, row in CATALOGUE.items() if full.startswith(begin)
    }
