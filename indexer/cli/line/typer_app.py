"""The commands as Typer knows them, made from the table: for `--help` and completion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer
from typer.core import TyperCommand

from indexer.cli.commands import execute
from indexer.cli.line.kinds import (
    Choice,
    Flag,
    Number,
    Option,
    OptionalChoice,
    OptionalNumber,
    Remaining,
    Request,
    Row,
    Word,
)
from indexer.cli.line.manual import ABOUT, HELP
from indexer.cli.line.options import COMMANDS, FahrasRequest

if TYPE_CHECKING:
    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter


def build(only: str = "") -> typer.Typer:
    """The application, with all its commands or with one."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=ABOUT)(_function(FahrasRequest, lambda request: None))
    for name in (only,) if only else COMMANDS:
        function = _function(COMMANDS[name], execute)
        app.command(name, help=HELP[name], cls=_Command)(function)
    return app


def show_help(command: str) -> None:
    """Print the help of a command, or of `fahras`."""
    group = typer.main.get_command(build(command))
    words = [command, "--help"] if command else ["--help"]
    try:
        with group.make_context("fahras", words) as context:
            group.invoke(context)
    except typer.Exit:
        return


class _Command(TyperCommand):
    """A command whose help lists the options by their groups."""

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write a section for each group, in the order of the table; help is in the last."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                group = getattr(parameter, "rich_help_panel", None)
                sections.setdefault(group or next(reversed(sections)), []).append(record)
        for name, rows in sections.items():
            with formatter.section(name):
                formatter.write_dl(rows)


def _function(kind: type[Request], run: Callable[[Request], object]) -> Callable[..., object]:
    """A function with a parameter for each row, which is what Typer makes a command of."""

    def command(**values: object) -> object:
        return run(request_of(kind, values))

    parameters = [_parameter(argument, "Arguments") for argument in kind.arguments()]
    for group, options in kind.groups().items():
        parameters += [_parameter(option, group) for option in options]
    vars(command)["__signature__"] = Signature(parameters)
    return command


def request_of(kind: type[Request], values: Mapping[str, object]) -> Request:
    """The request that holds the values that Typer read. Raises UsageError."""
    rows = kind.rows()
    given = {name: value for name, value in values.items() if value is not None and value != []}
    return kind(**{name: _read(rows[name], value) for name, value in given.items()})


def _read(row: Row[object], value: object) -> object:
    """The value of a row for what Typer made of its words."""
    if row.repeats:
        return row.read(cast(list[str], value))
    return row.read([value]) if isinstance(value, str) else value


def _parameter(row: Row[object], group: str) -> Parameter:
    """The parameter of a row: its type, and what Typer is told of it."""
    required = isinstance(row, Word | Remaining) and row.required
    default = Parameter.empty if required else None if row.repeats else row.default
    return Parameter(
        row.name,
        Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[_type(row), _told(row, group)],
    )


def _type(row: Row[object]) -> object:
    """The type by which Typer reads a row."""
    match row:
        case Flag():
            return bool
        case Choice():
            return Literal[row.choices]
        case OptionalChoice():
            return Literal[row.choices] | None
        case Number():
            return int
        case OptionalNumber():
            return int | None
        case _ if row.repeats:
            return list[str] | None
        case Word():
            return str
    return str | None


def _told(row: Row[object], group: str) -> object:
    if not isinstance(row, Option):
        return typer.Argument(metavar=row.metavar, help=row.help, rich_help_panel=group)
    return typer.Option(
        *row.names,
        metavar=row.metavar or None,
        help=row.help,
        envvar=row.environment or None,
        min=row.minimum if isinstance(row, Number | OptionalNumber) else None,
        rich_help_panel=group,
    )
