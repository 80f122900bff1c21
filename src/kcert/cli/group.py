# SPDX-License-Identifier: Apache-2.0
"""The commands as click sees them: loaded when used, with help and complaints in two languages."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.shell_completion import shell_complete

from kcert.cli.catalogue import CATALOGUE, COMPLETE_VARIABLE, parts_of
from kcert.cli.failures import Refusal, Status
from kcert.cli.guard import guarded, refuse
from kcert.cli.helping import command_help, group_help
from kcert.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kcert.cli.voice import Text, Voice

__all__ = ["KcertCommand", "command", "group", "option", "root", "run", "session_of"]


class TextOption(click.Option):
    """An option whose help is in two languages."""

    def __init__(self, *args: Any, texts: Text, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = texts


class KcertCommand(click.Command):
    """A command whose help is in two languages.

    Args:
        body: What stands in its help under the summary of the catalogue.
    """

    def __init__(self, *args: Any, body: Text = ("", ""), **kwargs: Any) -> None:
        kwargs["add_help_option"] = False
        super().__init__(*args, **kwargs)
        self.body = body
        self.params.append(_help_option(command_help))

    def get_short_help_str(self, limit: int = 45) -> str:
        """The summary, for completion."""
        return CATALOGUE[self.name or ""].summary[0][:limit]


def _help_option(make: Callable[[Voice, click.Context], str]) -> TextOption:
    """``--help``, with the text that `make` makes."""

    def show(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            voice = session_of(ctx).voice
            voice.write(*[make(voice, ctx)] * 2)
            ctx.exit()

    return TextOption(
        ["-h", "--help"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        texts=("Show this and end.", "이 도움말을 보여 주고 끝냅니다."),
    )


class _Group(click.Group):
    """Commands of the catalogue, imported when they are run."""

    _parts: dict[str, str]
    """Full names, by the word that is typed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the help."""
        del ctx
        return list(self._parts)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        name = self._parts.get(cmd_name)
        if name is None:
            return None
        module = import_module(f"kcert.cli.commands.{CATALOGUE[name].module}")
        found: click.Command = getattr(module, f"{name.replace(' ', '_')}_command")
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name."""
        if args[0] not in self._parts and not ctx.resilient_parsing:
            raise _unknown(ctx, args[0])
        return super().resolve_command(ctx, args)


class KcertGroup(_Group):
    """A command that others stand below, such as `kcert vault`."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name, callback=_require_part, invoke_without_command=True, add_help_option=False
        )
        self._parts = {word: f"{name} {word}" for word in parts_of(name)}
        self.params.append(_help_option(group_help))

    def get_short_help_str(self, limit: int = 45) -> str:
        """The summary, for completion."""
        return CATALOGUE[self.name or ""].summary[0][:limit]


@click.pass_context
def _require_part(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        words = ", ".join(parts_of(ctx.command.name or ""))
        raise Refusal(
            (f"one more word is missing: {words}", f"뒤에 올 명령이 빠졌습니다: {words}"),
            (f"see `{ctx.command_path} --help`", f"`{ctx.command_path} --help`를 보십시오"),
        )


class _Root(_Group):
    """`kcert` itself."""

    def __init__(self) -> None:
        super().__init__("kcert", add_help_option=False)
        self._parts = {name: name for name in CATALOGUE if " " not in name}

    def main(  # type: ignore[override]  # it always ends the process
        self, args: Sequence[str] | None = None, **extra: Any
    ) -> NoReturn:
        """Run a command and end the process with its status; no exception leaves this."""
        session = extra.get("obj") or Session()
        arguments = list(args or ())

        def act() -> int:
            if (instruction := os.environ.get(COMPLETE_VARIABLE)) is not None:
                import_module("kcert.cli.commands.completion")  # it knows PowerShell
                return shell_complete(self, {}, "kcert", COMPLETE_VARIABLE, instruction)
            try:
                with self.make_context("kcert", arguments, obj=session) as ctx:
                    return int(self.invoke(ctx) or 0)
            except click.exceptions.Exit as end:
                return end.exit_code
            except click.UsageError as error:
                return refuse(session, _usage(error))

        sys.exit(guarded(session, act))


def _unknown(ctx: click.Context, name: str) -> Refusal:
    path = ctx.command_path
    return Refusal(
        (f"there is no command {name!r}", f"{name!r} 명령은 없습니다"),
        (f"see `{path} --help`", f"`{path} --help`를 보십시오"),
    )


def _usage(error: click.UsageError) -> Refusal:
    """What click complains about, in both languages."""
    match error:
        case click.NoSuchOption():
            what = (
                f"there is no option {error.option_name}",
                f"{error.option_name} 옵션은 없습니다",
            )
        case click.MissingParameter(param=click.Parameter() as parameter):
            name = _name(parameter)
            what = (f"{name} is missing", f"{name} 값이 빠졌습니다")
        case click.BadParameter(param=click.Parameter() as parameter):
            name = _name(parameter)
            choices = ""
            if isinstance(parameter.type, click.Choice):
                choices = ": " + ", ".join(parameter.type.choices)
            what = (
                f"{name} takes something else{choices}",
                f"{name} 값이 올바르지 않습니다{choices}",
            )
        case click.BadOptionUsage():
            name = error.option_name
            what = (f"{name} is not used like that", f"{name} 옵션의 사용법이 다릅니다")
        case _:
            what = ("there are arguments too many", "알 수 없는 인자가 더 있습니다")
    path = error.ctx.command_path if error.ctx is not None else "kcert"
    return Refusal(what, (f"see `{path} --help`", f"`{path} --help`를 보십시오"), Status.USAGE)


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return (parameter.name or "").upper()


def session_of(ctx: click.Context) -> Session:
    """The session of this run."""
    return ctx.ensure_object(Session)


def option(*declarations: str, texts: Text, **kwargs: Any) -> Callable[[Any], Any]:
    """An option with help in two languages."""
    return click.option(*declarations, cls=TextOption, texts=texts, **kwargs)


def command(
    name: str, body: Text = ("", "")
) -> Callable[[Callable[..., int | None]], KcertCommand]:
    """Make a function a command: it is given the session, and returns an exit status."""
    return click.command(name, cls=KcertCommand, body=body)


def group(name: str) -> KcertGroup:
    """Make a command that the catalogue has others below."""
    return KcertGroup(name)


root = _Root()


def run(arguments: Sequence[str], session: Session) -> int:
    """Run a command.

    Returns:
        The exit status.
    """
    try:
        root.main(arguments, obj=session)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Status.MEDIUM
