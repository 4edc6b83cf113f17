"""How do the pieces of a marked-up text become lines? White space folded, blocks apart."""

from __future__ import annotations

import re

from indexer.parts.layout import title_of

SPACES = re.compile(r"[ \t\n\r\f]+")


class Flow:
    """Text as laid out: white space folded, breaks between blocks never doubled."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._newlines = 0
        self._gap = ""
        self._length = 0
        self._watched: tuple[int, int] | None = None
        """(offset, number of the piece) at which what is watched begins."""
        self._waits = False

    @property
    def place(self) -> int:
        """The offset at which the next text begins."""
        return self._length + (len("\n" * self._newlines or self._gap) if self._pieces else 0)

    def watch(self) -> None:
        """Note where the next text begins."""
        self._waits, self._watched = True, None

    def watched(self) -> tuple[int, str] | None:
        """(offset, text) since `watch`; None where nothing came."""
        self._waits, found = False, self._watched
        self._watched = None
        return found and (found[0], title_of("".join(self._pieces[found[1] :])))

    def add(self, text: str, preformatted: bool) -> None:
        """Append the text of a text node."""
        body = text.strip("\n") if preformatted else SPACES.sub(" ", text)
        if not preformatted and body.startswith(" "):
            self._gap = self._gap or " "
        ends_in_space = not preformatted and body.endswith(" ")
        body = body if preformatted else body.strip(" ")
        if not body:
            return
        if self._pieces:
            self._pieces.append("\n" * self._newlines or self._gap)
            self._length += len(self._pieces[-1])
        if self._waits:
            self._watched, self._waits = (self._length, len(self._pieces)), False
        self._pieces.append(body)
        self._length += len(body)
        self._newlines, self._gap = 0, " " if ends_in_space else ""

    def separate(self, newlines: int) -> None:
        """Begin or end a block: at least so many line ends before what follows."""
        self._newlines = max(self._newlines, newlines)

    def break_line(self, entering: bool) -> None:
        """End a line; two of them together make a paragraph."""
        self._newlines = min(2, self._newlines + entering)

    def end_cell(self) -> None:
        """Keep the cells of a row apart."""
        self._gap = "\t"

    def finish(self) -> str:
        """All the text, with a line end at its end unless there is none."""
        return "".join(self._pieces) + ("\n" if self._pieces else "")
