r"""What line does `--format` ask for? `{name}` of the JSON fields, `\t`, `\n`, `{{` and `}}`.

Refuses attributes, indexes and conversions: a template is data, not a program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\\([tn0\\])|[{}]")
_ESCAPES = {"t": "\t", "n": "\n", "0": "\0", "\\": "\\"}


class TemplateError(ValueError):
    """A template that cannot be filled."""


Template = list[tuple[bool, str]]
"""Pieces in order: (is a field, its name or the literal text)."""


def parse(template: str, known: tuple[str, ...]) -> Template:
    """Split a template into literal text and fields, all of them known."""
    pieces: Template = []
    end = 0
    for found in _PIECE.finditer(template):
        pieces.append((False, template[end : found.start()]))
        pieces.append(_piece(found, known))
        end = found.end()
    pieces.append((False, template[end:]))
    return [piece for piece in pieces if piece[0] or piece[1]]


def _piece(found: re.Match[str], known: tuple[str, ...]) -> tuple[bool, str]:
    """Whether a piece of a template is the name of a field, and the name or the text it stands for.

    Raises TemplateError for a lone brace and for an unknown field.
    """
    if found[2] is not None:
        return False, _ESCAPES[found[2]]
    if found[0] in ("{{", "}}"):
        return False, found[0][0]
    if found[1] is None:
        raise TemplateError(
            f"a lone {found[0]} in --format; write {found[0] * 2} for the character"
        )
    if found[1] not in known:
        raise TemplateError(
            f"unknown field {{{found[1]}}} in --format; the fields are: {', '.join(known)}"
        )
    return True, found[1]


def fill(template: Template, values: Mapping[str, object]) -> str:
    """The line for one hit, without its line end."""
    return "".join(_text(values[piece]) if is_field else piece for is_field, piece in template)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, list):
        return ", ".join(_text(item["word"] if isinstance(item, dict) else item) for item in value)
    return str(value)
