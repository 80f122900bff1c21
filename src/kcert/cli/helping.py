# SPDX-License-Identifier: Apache-2.0
"""Help: of `kcert` from the catalogue alone, of a command from its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kcert.cli.catalogue import CATALOGUE, SECTIONS, parts_of
from kcert.cli.table import display_width, wrap

if TYPE_CHECKING:
    import click

    from kcert.cli.voice import Text, Voice

__all__ = ["command_help", "group_help", "overview"]

_WIDTH = 80
_MOST = 100
_GLOBAL: list[tuple[str, Text]] = [
    (
        "--lang en|ko",
        ("Language; default that of the system.", "언어. 기본값은 시스템의 언어입니다."),
    ),
    ("--version", ("Show the version and end.", "버전을 보여 주고 끝냅니다.")),
    ("-h, --help", ("Show this and end.", "이 도움말을 보여 주고 끝냅니다.")),
]
_CLOSING: Text = (
    (
        "Passwords are asked for, or read with --password-stdin, --password-fd or --keyring; never "
        "taken from arguments or the environment. `kcert COMMAND --help` tells more. "
        "`python -m kcert demo` shows it all on made-up certificates."
    ),
    (
        "비밀번호는 물어보거나 --password-stdin, --password-fd, --keyring으로 읽습니다. 인자나 환경 "
        "변수로는 받지 않습니다. 자세한 것은 `kcert 명령 --help`에 있습니다. `python -m kcert demo`는 "
        "만든 인증서로 모두 보여 줍니다."
    ),
)


def overview(voice: Voice) -> str:
    """The help of `kcert`."""
    width = _width(voice)
    lines = [
        voice.pick(
            "usage: kcert [--lang en|ko] COMMAND ...", "사용법: kcert [--lang en|ko] 명령 ..."
        ),
        "",
        voice.pick(
            "Korean certificates: find, check, convert, keep, sign.",
            "한국 인증서를 찾고, 점검하고, 변환하고, 보관하고, 서명합니다.",
        ),
    ]
    for section, heading in SECTIONS.items():
        rows = [(name, row.summary) for name, row in CATALOGUE.items() if row.section == section]
        if not rows:
            continue
        lines += ["", f"{voice.pick(*heading)}:", *_columns(voice, rows, width)]
    lines += ["", voice.pick("Options:", "옵션:"), *_columns(voice, _GLOBAL, width)]
    lines += ["", *wrap(voice.pick(*_CLOSING), width)]
    return "\n".join(lines) + "\n"


def command_help(voice: Voice, ctx: click.Context) -> str:
    """The help of one command."""
    command = ctx.command
    width = _width(voice)
    pieces = [piece for piece in command.collect_usage_pieces(ctx) if piece != "[OPTIONS]"]
    usage = " ".join(["kcert", command.name or "", voice.pick("[OPTIONS]", "[옵션]"), *pieces])
    lines = [f"{voice.pick('usage', '사용법')}: {usage}", ""]
    lines += wrap(voice.pick(*CATALOGUE[command.name or ""].summary), width)
    body: Text = getattr(command, "body", ("", ""))
    for paragraph in filter(None, voice.pick(*body).split("\n\n")):
        lines += ["", *wrap(paragraph, width)]
    rows: list[tuple[str, Text]] = []
    for parameter in command.params:
        texts: Text | None = getattr(parameter, "texts", None)
        if texts is not None:
            rows.append((_label(parameter, ctx), texts))
    lines += ["", voice.pick("Options:", "옵션:"), *_columns(voice, rows, width)]
    return "\n".join(lines) + "\n"


def group_help(voice: Voice, ctx: click.Context) -> str:
    """The help of a command that others stand below."""
    name = ctx.command.name or ""
    width = _width(voice)
    usage = voice.pick(f"usage: kcert {name} COMMAND ...", f"사용법: kcert {name} 명령 ...")
    lines = [usage, "", *wrap(voice.pick(*CATALOGUE[name].summary), width)]
    rows = [(word, row.summary) for word, row in parts_of(name).items()]
    lines += ["", voice.pick("Commands:", "명령:"), *_columns(voice, rows, width)]
    more = (
        f"`kcert {name} COMMAND --help` tells more.",
        f"자세한 것은 `kcert {name} 명령 --help`에 있습니다.",
    )
    return "\n".join([*lines, "", *wrap(voice.pick(*more), width)]) + "\n"


def _label(parameter: click.Parameter, ctx: click.Context) -> str:
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    if getattr(parameter, "is_flag", False):
        return names
    choices = getattr(parameter.type, "choices", None)
    return f"{names} {'|'.join(choices) if choices else parameter.make_metavar(ctx)}"


def _columns(voice: Voice, rows: list[tuple[str, Text]], width: int) -> list[str]:
    """Labels on the left, texts on the right; a label too long stands on a line of its own."""
    left = min(24, max(display_width(label) for label, _ in rows) + 2)
    lines: list[str] = []
    for label, texts in rows:
        first, *rest = wrap(voice.pick(*texts), width - left - 2)
        if display_width(label) + 2 > left:
            lines += [f"  {label}", f"  {'':{left}}{first}"]
        else:
            lines.append(f"  {label:{left}}{first}")
        lines += [f"  {'':{left}}{line}" for line in rest]
    return lines


def _width(voice: Voice) -> int:
    return min(voice.width or _WIDTH, _MOST)
