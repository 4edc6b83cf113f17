"""What may be asked of the site, and what does an address ask? One table of parameters.

The page's form, the JSON API and its description (`openapi`) are of this table. Their names are the
command line's. Refuses what is too long, too many or unknown, and says what would do.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from analyzers.named import NamedTuple
from indexer.results import (
    FIELD_NAMES,
    MATCH_LEVELS,
    SORT_KEYS,
    STRICT_SWITCHES,
    SearchOptions,
    ascii_digits,
)

Values = Mapping[str, tuple[str, ...]]
"""What an address says, by parameter."""

QUERY_CHARS = 1_000
"""Of a query: far more than a person types."""

_DEFAULT = SearchOptions()
_MOST_PARAMETERS = 64
_SPELLING = ("auto", "always", "never")


class QuestionError(Exception):
    """An address that asks for what there is not; the message says what would do."""


class Parameter(NamedTuple):
    """What one name in an address may be given.

    kind: text, number, flag, or a list. choices: of a text or of what is listed. least, most: of a
    number. chars: of a text, or of each listed one. pattern: what a text looks like, for its
    description; whoever reads it says what is wrong.
    """

    name: str
    kind: str
    help: str
    choices: tuple[str, ...] = ()
    default: str = ""
    least: int = 0
    most: int = 0
    chars: int = 300
    pattern: str = ""
    required: bool = False

    def checked(self, given: tuple[str, ...]) -> tuple[str, ...]:
        """The values given, if they may be; of a list each once, of others the last."""
        if self.kind == "list":
            parted = (
                part for text in given for part in (text.split(",") if self.choices else [text])
            )
            values = tuple(dict.fromkeys(part.strip() for part in parted))[:_MOST_PARAMETERS]
        else:
            values = given[-1:]
        for value in values:
            self._check(value)
        return values

    def _check(self, value: str) -> None:
        if len(value) > self.chars:
            raise QuestionError(f"{self.name} is too long: at most {self.chars} characters")
        if self.choices and value not in self.choices:
            raise QuestionError(f"{self.name} may be {', '.join(self.choices)}")
        if self.kind == "number":
            fits = value.isascii() and value.isdecimal() and len(value) < 16
            if not fits or not self.least <= int(value) <= self.most:
                raise QuestionError(f"{self.name} is a number from {self.least} to {self.most}")
        if self.kind == "flag" and value not in ("true", "false", "1", "0"):
            raise QuestionError(f"{self.name} is true or false")


_DAY = "^((?!0000)[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$"
"""But for days that a month has not; none is no limit."""

_QUERY = Parameter("q", "text", "The query, as the command line takes it.", chars=QUERY_CHARS)
_MATCHING = (
    Parameter("match", "text", "How loosely a word may match.", MATCH_LEVELS),
    Parameter("strict", "list", "Letters to be told apart.", STRICT_SWITCHES),
)
_SEARCH = (
    _QUERY,
    Parameter("limit", "number", "How many hits.", default="10", least=1, most=100),
    Parameter("offset", "number", "Skip so many hits.", default="0", most=10_000),
    Parameter("sort", "text", "The order of the hits.", SORT_KEYS, _DEFAULT.sort),
    Parameter("in", "list", "Only files whose path matches one of these globs."),
    Parameter(
        "since",
        "text",
        "Only documents of this year, month or day, or later.",
        chars=10,
        pattern=_DAY,
    ),
    Parameter(
        "until",
        "text",
        "Only documents of this year, month or day, or earlier.",
        chars=10,
        pattern=_DAY,
    ),
    Parameter("field", "list", "Search these fields only.", FIELD_NAMES),
    *_MATCHING,
    Parameter("all_words", "flag", "Only documents that hold every word."),
    Parameter("plain", "flag", "Take the query as words only: no operators, no errors."),
    Parameter(
        "spelling",
        "text",
        "Whether a word that the index lacks is replaced by the one that was probably meant; auto "
        "is for pages only.",
        _SPELLING,
        "auto",
    ),
    Parameter("snippets", "number", "Passages for each hit.", default="1", most=10),
    Parameter(
        "context", "number", "About how long a passage is.", default="160", least=20, most=2_000
    ),
    Parameter("explain", "flag", "Say what each word added to a score."),
)
_DOCUMENT = (
    Parameter(
        "id", "text", "What a hit calls its document, or a path.", chars=4_096, required=True
    ),
    Parameter(
        "line", "number", "In a file of records, the one at this line.", least=1, most=10**12
    ),
    _QUERY._replace(help="Mark the words that meet this."),
    *_MATCHING,
)
_PLACE = Parameter("at", "number", "Of a long text, the part around this place.", most=10**12)

PATHS: dict[str, tuple[Parameter, ...]] = {
    "/": _SEARCH,
    "/document": (*_DOCUMENT, _PLACE),
    "/api/search": _SEARCH,
    "/api/document": _DOCUMENT,
    "/api/stats": (),
}
"""The addresses that an index answers, and what each may be given."""


def read(path: str, query_string: bytes) -> Values:
    """What an address says, without what it says empty. Raises QuestionError."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            errors="surrogateescape",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise QuestionError(
            "the address cannot be read: too many parameters, or not ASCII"
        ) from None
    known = {parameter.name: parameter for parameter in PATHS[path]}
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known:
            raise QuestionError(
                f"no such parameter: {name}; there are {', '.join(known) or 'none'}"
            )
        given.setdefault(name, []).append(value)
    return {name: known[name].checked(tuple(values)) for name, values in given.items()}


def text_of(values: Values) -> str:
    """The query; what is not UTF-8 in it is replaced."""
    return first(values, "q").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def first(values: Values, name: str, default: str = "") -> str:
    """The value of a parameter that has one."""
    return next(iter(values.get(name, ())), default)


def is_set(values: Values, name: str) -> bool:
    """Whether a flag is."""
    return first(values, name) in ("true", "1")


def options_of(values: Values, *, for_page: bool) -> SearchOptions:
    """What is asked of the library; `for_page`: by a person, who sees what was replaced."""
    chosen = {
        "match": next((level for level in MATCH_LEVELS if level == first(values, "match")), None),
        "strict": frozenset(values.get("strict", ())),
        "fields": values.get("field", FIELD_NAMES),
        "sort": first(values, "sort", _DEFAULT.sort),
    }
    spelling = first(values, "spelling", "auto")
    return SearchOptions(
        **chosen,  # type: ignore[arg-type]  # checked against the choices
        limit=int(first(values, "limit", "10")),
        offset=int(first(values, "offset", "0")),
        within=values.get("in", ()),
        since=ascii_digits(first(values, "since")),
        until=ascii_digits(first(values, "until")),
        all_words=is_set(values, "all_words"),
        snippets=int(first(values, "snippets", "1")),
        context_chars=int(first(values, "context", "160")),
        places=True,
        mark_titles=True,
        explain=is_set(values, "explain"),
        plain=is_set(values, "plain"),
        respell=for_page if spelling == "auto" else spelling == "always",
    )


def address(path: str, values: Values, **changes: str) -> str:
    """The address that says this; a change to "" takes a parameter away."""
    said = {name: tuple(given) for name, given in values.items()} | {
        name: (value,) if value else () for name, value in changes.items()
    }
    pairs = [(name, value) for name, given in said.items() for value in given]
    return f"{path}?{urlencode(pairs, errors='surrogateescape')}" if pairs else path
