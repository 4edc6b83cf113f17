r"""What line does `--format` ask for? `{name}` of the JSON fields, `\t`, `\n`, `{{` and `}}`.

A field may say how wide it is and how it is written, as Python does: `{score:.2f}`, `{title:>40}`.
Attributes, indexes and conversions are refused: a template is data, not a program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from analyzers.named import NamedTuple

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}|\\([tn0\\])|[{}]")
_ESCAPES = {"t": "\t", "n": "\n", "0": "\0", "\\": "\\"}

_SPEC = re.compile(r"((?:[^{}]?[<>^])?0?\d{0,3})(?:\.\d{1,3})?[abd-zA-Z%]?")
"""The width, of up to 999, so that no line can fill the memory, and the rest; not `c`, which makes
a character of a number, any control character too."""

_NUMBERS = {"score": 0.0, "line": 1, "column": 1, "byte_offset": 1, "snippet_offset": 1, "part": 1}
"""Fields that are numbers, with one of their kind."""


class TemplateError(ValueError):
    """A template that cannot be filled."""


class Piece(NamedTuple):
    """Literal text, or the name of a field and how it is to be written."""

    is_field: bool
    text: str
    spec: str = ""


Template = list[Piece]


def parse(template: str, known: tuple[str, ...]) -> Template:
    """Split a template into literal text and fields, all of them known. Raises TemplateError."""
    pieces: Template = []
    end = 0
    for found in _PIECE.finditer(template):
        pieces.append(Piece(False, template[end : found.start()]))
        pieces.append(_piece(found, known))
        end = found.end()
    pieces.append(Piece(False, template[end:]))
    return [piece for piece in pieces if piece.is_field or piece.text]


def _piece(found: re.Match[str], known: tuple[str, ...]) -> Piece:
    """One piece of a template.

    Raises TemplateError for a lone brace, an unknown field and a way to write that it has not.
    """
    name, spec, escape = found.groups()
    if escape is not None:
        return Piece(False, _ESCAPES[escape])
    if found[0] in ("{{", "}}"):
        return Piece(False, found[0][0])
    if name is None:
        raise TemplateError(
            f"a lone {found[0]} in --format; write {found[0] * 2} for the character"
        )
    if name not in known:
        raise TemplateError(
            f"unknown field {{{name}}} in --format; the fields are: {', '.join(known)}"
        )
    if spec and not _can_be_written(name, spec):
        raise TemplateError(
            f"{{{name}}} cannot be written as {spec!r} in --format; "
            "{score:.2f} has two decimals, {title:>40} is 40 characters wide"
        )
    return Piece(True, name, spec or "")


def _can_be_written(name: str, spec: str) -> bool:
    """Whether the values of a field have this way to be written."""
    if not _SPEC.fullmatch(spec):
        return False
    try:
        format(_NUMBERS.get(name, ""), spec)
    except ValueError:
        return False
    return True


def fill(template: Template, values: Mapping[str, object]) -> str:
    """The line for one hit, without its line end."""
    return "".join(
        _written(piece.text, values[piece.text], piece.spec) if piece.is_field else piece.text
        for piece in template
    )


def _written(name: str, value: object, spec: str) -> str:
    if not spec:
        return text_of(value)
    if name not in _NUMBERS:
        return format(text_of(value), spec)
    if value is None:  # of a number that is missing only the width counts
        return format("", _SPEC.sub(r"\1", spec))
    return format(value, spec)


def text_of(value: object) -> str:
    """A value of the JSON as plain text: numbers with four decimals, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, list):
        return ", ".join(
            text_of(item["word"] if isinstance(item, dict) else item) for item in value
        )
    return str(value)
