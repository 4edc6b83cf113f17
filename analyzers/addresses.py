"""Find the words in a web address: its host and the words of its path.

https, www, query strings, codes and extensions such as html are nothing anyone would search for;
they separate the words around them, as white space does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# `re` compiles these when a text first asks for them: few have an address.
_ADDRESS = r"[^\s<>\"«»()\[\]{}]+"
_SCHEME_END = "://"
_SCHEMES = ("https", "http", "ftp", "HTTPS", "HTTP", "Https", "Http")
_WWW = "www."
_SCHEME = r"(?:[a-z]+://)?(?:www\d?\.)?"
_PART = r"%[0-9a-f]{2}|[^\W_]+"
_QUERY = r"[?#]"
_CODE = r"%.*|.|\d{5,}|(?=.*\d)(?=.*[^\W\d]).*|.*[a-z][A-Z].*"
_ENDINGS = frozenset(["html", "htm", "php", "asp", "aspx", "jsp", "shtml", "xhtml"])


def spoken(text: str, slashes: Iterable[int]) -> str:
    """The text, with everything in its addresses that is not a word replaced by spaces.

    slashes: the places of all `/`. The tokenizer knows them; to search Arabic text for them is
    slow, because half of the bytes of `د` are those of `/`.
    """
    done, kept = 0, []
    for start, end in _silent_spans(text, slashes):
        kept += [text[done:start], " " * (end - start)]
        done = end
    return "".join([*kept, text[done:]]) if kept else text


def _silent_spans(text: str, slashes: Iterable[int]) -> Iterator[tuple[int, int]]:
    """(start, end) of each stretch that is not a word, in ascending order."""
    done = 0
    for start in sorted(_starts(text, slashes)):
        address = re.compile(_ADDRESS).match(text, start) if start >= done else None
        if address is not None:
            yield from _silent_in(address)
            done = address.end()


def _starts(text: str, slashes: Iterable[int]) -> Iterator[int]:
    """Where addresses may begin.

    Searching for one letter is many times faster than searching for several, or for a pattern.
    """
    for at in slashes:
        if text.startswith(_SCHEME_END, at - 1):
            before = text[max(at - 6, 0) : at - 1]
            yield from (at - 1 - len(scheme) for scheme in _SCHEMES if before.endswith(scheme))
    for at in _places_of("w", text):
        if text.startswith(_WWW, at) and not text[at - 1 : at].isalnum():
            yield at


def _places_of(letter: str, text: str) -> Iterator[int]:
    at = text.find(letter)
    while at >= 0:
        yield at
        at = text.find(letter, at + 1)


def _silent_in(address: re.Match[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of the scheme, the parts that are no words, and the query of one address."""
    text, start, end = address.string, address.start(), address.end()
    scheme = re.compile(_SCHEME, re.IGNORECASE).match(text, start, end)
    begin = scheme.end() if scheme else start
    yield start, begin
    query = re.compile(_QUERY).search(text, begin, end)
    path_end = query.start() if query else end
    slash = text.find("/", begin, path_end)
    host_end = slash if slash >= 0 else path_end
    for part in re.compile(_PART, re.IGNORECASE).finditer(text, begin, path_end):
        if part.end() == end and text[part.start() - 1] == "/" and part[0].isalpha():
            continue  # a page may be called by one letter
        if _is_silent(part[0], in_path=part.start() >= host_end):
            yield part.span()
    yield path_end, end


def _is_silent(part: str, *, in_path: bool) -> bool:
    if not in_path:
        return len(part) == 1
    return part.lower() in _ENDINGS or re.fullmatch(_CODE, part) is not None
