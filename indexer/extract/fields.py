"""Which field of a record is its text, which its title? By the usual names, or those that are said.

A record is a row of a table, a line of JSON lines, an object of a JSON file. Each role has names
that are known without being said: a field `body` is a text, `عنوان` a title. `--fields text=story`
says another, which then comes first; the known ones serve files that lack it. A name with dots may
lead into objects: `text=article.body`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

Role = Literal["text", "title", "date", "author", "id"]
ROLES: tuple[Role, ...] = ("text", "title", "date", "author", "id")

KNOWN: dict[Role, tuple[str, ...]] = {
    "text": ("text", "body", "content", "نص", "النص", "محتوى", "المحتوى"),
    "title": ("title", "headline", "subject", "عنوان", "العنوان"),
    "date": ("date", "published", "تاريخ", "التاريخ"),
    "author": (),
    "id": ("id", "identifier", "معرف", "المعرف"),
}
"""The names of each role that need not be said, the likeliest first. An author, who becomes part of
the title, is only taken where a name is said."""

_MOST_NAMED = 12
"""Names of fields that a message lists."""


class Fields:
    """The names that were said, by role, and which of them a file turned out to have.

    One for each file: `unmet` is complete when all its records were read.
    """

    def __init__(self, said: Mapping[Role, str] | None = None) -> None:
        self.said = dict(said or {})
        self._unmet = set(self.said)
        self._names = {
            role: ((self.said[role],) if role in self.said else ()) + names
            for role, names in KNOWN.items()
        }
        self._seen: dict[str, int] = {}
        """The fields of records that lack a name that was said, or a text, with the length of the
        longest text in each."""

    def value(self, record: Mapping[str, object], role: Role) -> object:
        """What an object holds for a role; None if nothing."""
        for name in self._names[role]:
            if name in record:
                self._unmet.discard(role) if name == self.said.get(role) else None
                return record[name]
            if "." in name and (found := _within(record, name)) is not None:
                self._unmet.discard(role)
                return found
        return None

    def columns(self, header: Sequence[str]) -> dict[Role, int]:
        """The column of each role in a table that has one for it; capitals do not count."""
        places = {name.lower(): at for at, name in reversed(list(enumerate(header)))}
        found: dict[Role, int] = {}
        for role, names in self._names.items():
            at = next((places[name.lower()] for name in names if name.lower() in places), None)
            if at is not None:
                found[role] = at
                if header[at].lower() == self.said.get(role, "").lower():
                    self._unmet.discard(role)
        self.note(dict.fromkeys(header))
        return found

    def note(self, record: Mapping[str, object]) -> None:
        """Remember the names of a record's fields for a message, while one may be needed."""
        for name, value in record.items():
            if name in self._seen or len(self._seen) < _MOST_NAMED:
                size = len(value) if isinstance(value, str) else 0
                self._seen[name] = max(self._seen.get(name, 0), size)

    @property
    def is_unmet(self) -> bool:
        """Whether a name that was said has not been met yet."""
        return bool(self._unmet)

    def unmet(self) -> list[str]:
        """A message for each name that was said and no record has."""
        return [
            f'no record has a field "{self.said[role]}", which was said to be the {role}; '
            f"{self.listed()}"
            for role in ROLES
            if role in self._unmet
        ]

    def without_text(self) -> str:
        """The message for a file of which no record has a text."""
        longest = max(self._seen, key=self._seen.__getitem__, default="")
        advice = f": say which is the text, as in text={longest}" if self._seen else ""
        said = self.said.get("text")
        wanted = f'"{said}", which was said to be the text' if said else "text, body or content"
        return f"no record has a field {wanted}; {self.listed()}{advice}"

    def listed(self) -> str:
        """The fields that there are."""
        names = ", ".join(f"{name:.40}" for name in self._seen if name)
        return f"its fields are {names}" if names else "it has no fields"


def _within(record: Mapping[str, object], name: str) -> object:
    """What a name with dots leads to, object by object; None if it leads nowhere."""
    place: object = record
    for part in name.split("."):
        place = place.get(part) if isinstance(place, Mapping) else None
    return place


def full_title(title: object, author: object) -> str:
    """`title - author`, as far as both are texts: so the author is found and shown."""
    parts = [" ".join(part.split()) for part in (title, author) if isinstance(part, str)]
    return " - ".join(filter(None, parts))
