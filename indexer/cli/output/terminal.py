"""What may be sent to stdout and stderr, and in what form.

Text of documents, file names and error messages is a stranger's: on a terminal every control
character, escape sequence and bidi override in it is made harmless here. Into pipes nothing is
changed. Refuses to know what a hit is.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from contextlib import suppress
from functools import cache
from io import TextIOWrapper
from types import FrameType
from typing import IO

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"

_BIDI_CONTROLS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_LINE_BREAKS = (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029)

_LONGEST_MESSAGE = 400
"""Code points of a complaint; ten times a usual one."""

_ON_ONE_LINE = dict.fromkeys(_LINE_BREAKS, " ")
_ON_LINES = {0x09: "\t", 0x0A: "\n"}

_JSON_UNSAFE = "[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"


@cache
def _made_visible() -> dict[int, str | None]:
    """Harmless stand-ins: control pictures, U+FFFD, and nothing for embeddings and overrides."""
    return {
        **{code: chr(0x2400 + code) for code in range(0x20)},
        0x7F: "\u2421",
        **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
        **dict.fromkeys((0x2028, 0x2029), "\u240a"),
        **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
        **dict.fromkeys(_BIDI_CONTROLS),
    }


@cache
def _made_safe() -> dict[int, str | None]:
    return {**_made_visible(), **_ON_ONE_LINE}


@cache
def _made_safe_lines() -> dict[int, str | None]:
    return {**_made_visible(), **_ON_LINES}


def prepare_streams() -> None:
    """UTF-8 whatever the locale, undecodable bytes of file names as they were, quiet pipes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    end_on_closed_pipe(True)


def end_on_closed_pipe(quietly: bool) -> None:
    """Let a closed pipe end the process, as it ends grep; off while an index is being written."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL if quietly else signal.SIG_IGN)


def interrupt_on_end_signals() -> None:
    """Let SIGTERM and SIGHUP end a run as Ctrl-C does, so that it takes back what it began."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _interrupt)


_AGAIN_S = 0.005


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, but not in a finalizer: Python would print it there and go on."""
    if not _in_finalizer(frame):
        raise KeyboardInterrupt(number)
    signal.signal(signal.SIGALRM, lambda _, now: _interrupt(number, now))
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)


def _in_finalizer(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code.co_name != "__del__":
        frame = frame.f_back
    return frame is not None


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether a person is at the other end."""
    return stream is not None and not stream.closed and stream.isatty()


def columns(stream: IO[str]) -> int:
    """How wide the terminal at a stream is: as COLUMNS says or the system, else 80."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told[:5]):
        return int(told[:5])
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or 80
    return 80


def wants_colour(choice: str) -> bool:
    """Decide on colour for stdout: `always`, `never`, or `auto` by terminal, NO_COLOR and TERM."""
    if choice != "auto":
        return choice == "always"
    dumb = os.environ.get("TERM") == "dumb"
    return is_terminal(sys.stdout) and not os.environ.get("NO_COLOR") and not dumb


def one_line(text: str) -> str:
    """The same text on one line, each line break and tab a space; its length is kept."""
    return text.translate(_ON_ONE_LINE)


def safe(text: str) -> str:
    """Text that can do nothing to a terminal, on one line."""
    return text.translate(_made_safe())


def safe_lines(text: str) -> str:
    """Text that can do nothing to a terminal, its lines and tabs kept."""
    return text.replace("\r\n", "\n").translate(_made_safe_lines())


def safe_name(name: str) -> str:
    """A file name that can do nothing to a terminal; a line break in it becomes visible."""
    return utf8_name(name).translate(_made_visible())


def safe_json(line: str) -> str:
    """JSON with control characters and overrides as escapes of JSON: the same value."""
    return re.sub(_JSON_UNSAFE, lambda found: f"\\u{ord(found[0]):04x}", line)


def utf8_name(name: str) -> str:
    """A file name as UTF-8 would read it, whatever locale decoded it; other bytes escaped."""
    if name.isascii():
        return name
    return os.fsencode(name).decode("utf-8", "surrogateescape")


def utf8_argument(argument: str) -> str:
    """A word of the command line as UTF-8 where the locale could not decode it."""
    try:
        argument.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(argument).decode("utf-8", "replace")
    return argument


def write(text: str) -> None:
    """Write to stdout."""
    sys.stdout.write(text)


def write_bytes(data: bytes) -> None:
    """Write bytes to stdout, after all that was written before."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def shortened(message: str) -> str:
    """A message without its middle where it repeats a very long query or name."""
    if len(message) <= _LONGEST_MESSAGE:
        return message
    return f"{message[: _LONGEST_MESSAGE // 2]} … {message[-_LONGEST_MESSAGE // 2 :]}"


def complain(message: str) -> None:
    """Write one line to stderr, headed by the program's name; wrapped where a person reads it."""
    with suppress(OSError):  # a stdout that takes nothing is another complaint, and comes itself
        sys.stdout.flush()
    line = f"fahras: {safe(shortened(message))}"
    if is_terminal(sys.stderr):
        from indexer.cli.output.wrap import wrapped

        rows = wrapped([(line, "")], columns(sys.stderr))
        line = "\n".join(text for row in rows for text, _ in row)
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def complain_more(line: str) -> None:
    """Write a line to stderr that belongs to the complaint before it."""
    sys.stderr.write(f"{safe(line)}\n")
    sys.stderr.flush()


def flush() -> None:
    """Send what was written, so that a failure to do so is still ours to report."""
    sys.stdout.flush()


def drop_unwritten() -> None:
    """Give up what stdout cannot take (a full disk), which Python would try again at its exit."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
