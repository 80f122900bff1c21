# SPDX-License-Identifier: Apache-2.0
"""`kcert completion`, and what PowerShell needs that click does not have."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from kcert.cli.catalogue import COMPLETE_VARIABLE
from kcert.cli.group import command, root

if TYPE_CHECKING:
    from kcert.cli.session import Session

__all__ = ["PowerShell", "completion_command"]

_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $ast, $cursor)
    $env:%(complete_var)s = "powershell_complete"
    $env:COMP_WORDS = $ast.ToString()
    $env:COMP_CWORD = $word
    try {
        %(prog_name)s | ForEach-Object {
            $name, $help = $_ -split "`t", 2
            [System.Management.Automation.CompletionResult]::new(
                $name, $name, "ParameterValue", $(if ($help) { $help } else { $name }))
        }
    } finally {
        Remove-Item Env:%(complete_var)s, Env:COMP_WORDS, Env:COMP_CWORD
    }
}
"""


class PowerShell(ShellComplete):
    """Completion for Windows PowerShell 5 and PowerShell 7."""

    name = "powershell"
    source_template = _POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one that is begun."""
        words = split_arg_string(os.environ.get("COMP_WORDS", ""))[1:]
        incomplete = os.environ.get("COMP_CWORD", "")
        if incomplete and words and words[-1] == incomplete:
            words.pop()
        return words, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """One line for each proposal."""
        return f"{item.value}\t{item.help or ''}"


add_completion_class(PowerShell)


@command(
    "completion",
    (
        (
            'Writes a script for your shell. bash: add `eval "$(kcert completion bash)"` to ~/.bashrc; '
            "zsh: the same to ~/.zshrc; fish: `kcert completion fish > "
            "~/.config/fish/completions/kcert.fish`; PowerShell: add `kcert completion powershell | "
            "Out-String | Invoke-Expression` to $PROFILE."
        ),
        (
            '셸 자동완성 스크립트를 씁니다. bash: ~/.bashrc에 `eval "$(kcert completion bash)"`를 넣습니다. '
            "zsh: ~/.zshrc에 같은 것을 넣습니다. fish: `kcert completion fish > "
            "~/.config/fish/completions/kcert.fish`. PowerShell: $PROFILE에 `kcert completion powershell | "
            "Out-String | Invoke-Expression`을 넣습니다."
        ),
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
@click.pass_obj
def completion_command(session: Session, shell: str) -> int:
    """Write the script."""
    maker = get_completion_class(shell)
    if maker is None:
        raise click.UsageError(shell)
    made = maker(root, {}, "kcert", COMPLETE_VARIABLE)
    script = made.source_template % made.source_vars()
    session.voice.write(script, script)
    return 0
