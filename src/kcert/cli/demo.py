# SPDX-License-Identifier: Apache-2.0
"""``kcert demo``: the whole way of a certificate, on made-up ones or on the user's own folder.

Nothing that the user owns is changed: what is written goes to a temporary folder or to memory.
"""

from __future__ import annotations

import getpass
import secrets
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import kcert
from kcert.cli import views
from kcert.cli.sample import ID_NUMBER, PASSWORD, make_sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kcert import Certificate, Credential, Found, UnlockedCredential
    from kcert.cli.voice import Voice

__all__ = ["run", "run_on_path", "run_on_sample"]

_MESSAGE = "동의합니다".encode()


class _Item(NamedTuple):
    """One line of the list."""

    certificate: Certificate | None
    remark: str
    credential: Credential | None = None
    is_repeated: bool = False


def run(voice: Voice, path: Path | None) -> None:
    """Run on the path, or on made-up certificates where there is none.

    Raises:
        KcertError: A step failed.
    """
    if path is None:
        run_on_sample(voice)
    else:
        run_on_path(voice, path)


def run_on_sample(voice: Voice) -> None:
    """Make certificates in a temporary place and go the whole way with them.

    Raises:
        KcertError: A step failed.
    """
    at = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="kcert-demo-") as folder:
        voice.say(
            "Making certificates of people who do not exist, in a temporary folder …",
            "존재하지 않는 사람들의 인증서를 임시 폴더에 만듭니다 …",
        )
        sample = make_sample(Path(folder), at)
        items = _discover(voice, [sample.computer, sample.stick])
        _show(voice, items, at)
        credential = next(
            item.credential
            for item in items
            if item.credential is not None and item.certificate == sample.main.certificate
        )
        voice.title("Unlock, sign, verify", "열기, 서명, 검증")
        _refuse_wrong_password(voice, credential)
        _use(voice, credential, PASSWORD, ID_NUMBER)
        _keep(voice, credential, Path(folder) / "backup")
    voice.say()
    voice.say(
        "Done; the temporary folder is gone. With a path, `python -m kcert demo PATH` looks at "
        "your own certificates.",
        "끝났습니다. 임시 폴더는 지웠습니다. `python -m kcert demo 경로`로 자신의 인증서를 볼 수 "
        "있습니다.",
    )


def run_on_path(voice: Voice, path: Path) -> None:
    """Look at the user's own certificates; go on with one where a password can be asked for.

    Args:
        voice: What to speak with.
        path: An NPKI folder, a folder above or below it, or one file that `kcert.load` opens.

    Raises:
        KcertError: There is nothing at the path, or a step failed.
    """
    at = datetime.now(UTC)
    items = _discover(voice, [path]) if path.is_dir() else [_opened(path)]
    _show(voice, items, at)
    voice.title("Unlock", "열기")
    usable = {n: item.credential for n, item in enumerate(items, 1) if item.credential is not None}
    if not usable:
        voice.say(
            "There is no certificate with a sound key here; choose another folder.",
            "쓸 수 있는 인증서와 키가 없습니다. 다른 폴더를 고르십시오.",
        )
        return
    if not sys.stdin.isatty():
        voice.say(
            "From here on a password is needed; run this in a terminal to be asked for it.",
            "여기서부터 비밀번호가 필요합니다. 터미널에서 실행하면 물어봅니다.",
        )
        return
    number = _ask_number(voice, list(usable))
    if number is not None:
        password = getpass.getpass(voice.pick("Password (not shown): ", "비밀번호(보이지 않음): "))
        _use(voice, usable[number], password, None)


def _discover(voice: Voice, roots: Sequence[Path]) -> list[_Item]:
    return [_item(voice, found) for found in kcert.discover(roots)]


def _item(voice: Voice, found: Found) -> _Item:
    remark = voice.error(found.problem) if found.problem is not None else ""
    if found.duplicate_of is not None:
        remark = voice.pick("the same as above, in another place", "위와 같은 인증서(다른 위치)")
    try:
        credential = found.load()
    except kcert.KcertError as error:
        return _Item(found.certificate, remark or voice.error(error))
    return _Item(found.certificate, remark, credential, found.duplicate_of is not None)


def _opened(path: Path) -> _Item:
    credential = kcert.load(path)
    return _Item(credential.certificate, "", credential)


def _show(voice: Voice, items: Sequence[_Item], at: datetime) -> None:
    voice.title("Certificates", "인증서 목록")
    if not items:
        voice.say("None found.", "찾지 못했습니다.")
        return
    views.show_certificates(voice, [(item.certificate, item.remark) for item in items], at)
    reports = [
        (number, kcert.inspect(item.credential, at))
        for number, item in enumerate(items, 1)
        if item.credential is not None and not item.is_repeated
    ]
    if reports:
        voice.title("Inspection (offline, no password)", "점검(오프라인, 비밀번호 없이)")
        views.show_findings(voice, reports)


def _ask_number(voice: Voice, usable: Sequence[int]) -> int | None:
    """Which certificate to go on with; ``None`` for none."""
    if len(usable) == 1:
        return usable[0]
    voice.say(
        f"Which one? ({', '.join(map(str, usable))}; Enter for none)",
        f"몇 번으로 계속할까요? ({', '.join(map(str, usable))}; 그만두려면 Enter)",
    )
    answer = sys.stdin.readline().strip()
    return int(answer) if answer in map(str, usable) else None


def _refuse_wrong_password(voice: Voice, credential: Credential) -> None:
    try:
        credential.unlock("wrong password")
    except kcert.UnlockError as error:
        _tell(voice, ("a wrong password", "틀린 비밀번호"), voice.error(error))


def _use(voice: Voice, credential: Credential, password: str, id_number: str | None) -> None:
    with credential.unlock(password) as unlocked:
        _tell(voice, ("unlocked", "열기"), repr(unlocked.private_key))
        signature = unlocked.sign(_MESSAGE)
        unlocked.verify(signature, _MESSAGE)
        _tell(
            voice,
            ("signed and verified", "서명과 검증"),
            voice.pick(f"{len(signature)} octets", f"{len(signature)}바이트"),
        )
        _check_identity(voice, unlocked, id_number)
        again = unlocked.lock(secrets.token_urlsafe(), profile=kcert.profiles.MODERN)
    _tell(
        voice,
        ("locked under a new password", "새 비밀번호로 잠금"),
        f"{again.key.scheme}, {again.key.cipher}, {again.key.prf}, {again.key.iterations}",
    )


def _check_identity(voice: Voice, unlocked: UnlockedCredential, id_number: str | None) -> None:
    """Prove the identity number, and that another one is not taken for it."""
    if id_number is None:
        has_random = unlocked.random is not None
        _tell(
            voice,
            ("R for identity checks", "본인확인용 R"),
            voice.pick("there", "있음") if has_random else voice.pick("missing", "없음"),
        )
        return
    unlocked.verify_identity(id_number)
    _tell(voice, ("identity check (VID)", "본인확인(VID)"), voice.pick("passed", "일치"))
    try:
        unlocked.verify_identity("9" * len(id_number))
    except kcert.IdentityMismatchError as error:
        _tell(voice, ("another number", "다른 번호"), voice.error(error))


def _keep(voice: Voice, credential: Credential, folder: Path) -> None:
    """Store and read back, in memory and in a folder."""
    voice.title("Keep", "보관")
    changed = credential.change_password(PASSWORD, secrets.token_urlsafe())
    for where, words in (
        ("memory:", ("store in memory", "메모리 저장소")),
        (folder, ("store in a folder", "폴더 저장소")),
    ):
        store = kcert.open_store(where, create=True)
        entry = store.add(changed)
        if store.get(entry.id).load() != changed:
            raise kcert.UnavailableError(
                "what was read back is not what was written",
                "다시 읽은 내용이 기록한 것과 다릅니다",
                backend="file",
            )
        remaining = sum(1 for _ in store.find(expiring_within=timedelta(days=3650)))
        _tell(
            voice,
            words,
            voice.pick(
                f"written, read back, equal; {remaining} in the store",
                f"기록하고 다시 읽어 비교함; 저장된 인증서 {remaining}개",
            ),
        )


def _tell(voice: Voice, what: tuple[str, str], result: str) -> None:
    label = voice.pick(*what)
    voice.say(f"- {label}: {result}", f"- {label}: {result}")
