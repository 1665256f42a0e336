"""The language of the shell: sentences and refusals of the command line are said in it."""

from __future__ import annotations

import os
from typing import IO, Any

import click

from warehouse.text import Text, say, translate


def language() -> str:
    """Return 'zh' or 'en', as the shell is set."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next((n for n in names if n), "").startswith("zh") else "en"


def spoken(text: Text | str) -> str:
    """Return the sentence in the shell's language."""
    return translate(text, language())


def tell(text: Text | str) -> None:
    """Print a sentence."""
    click.echo(spoken(text))


def note(text: Text | str) -> None:
    """Tell something that is no result: on standard error."""
    click.echo(spoken(text), err=True)


class Refusal(click.ClickException):
    """What the command line itself refuses. Exit 1."""

    def __init__(self, text: Text | str) -> None:
        super().__init__(spoken(text))

    def show(self, file: IO[Any] | None = None) -> None:
        note(say("Error: {what}", what=self.message))


class Misuse(click.UsageError):
    """The command was not called as it can be. Exit 2."""

    def __init__(self, text: Text) -> None:
        super().__init__(spoken(text))

    def show(self, file: IO[Any] | None = None) -> None:
        if self.ctx is not None:
            note(self.ctx.get_usage())
        note(say("Error: {what}", what=self.message))
