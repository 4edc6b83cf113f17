"""What does a spreadsheet say? Each sheet is a record, a row a line, its cells apart by tabs.

Read by calamine in the worker. A sheet is called `FILE#NAME`; a file of one sheet is one document.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

from indexer.errors import ExtractError
from indexer.extract.types import Extraction, Record
from indexer.parts.layout import Division, Layout

_SECONDS, _SECONDS_A_MIB = 20, 5
_EXACT = 1e16
"""Larger numbers have more digits than a cell holds: they are shown as 1e+300."""


def extract_sheets(data: bytes, extraction: Extraction) -> None:
    """Fill in a record for each sheet that holds anything."""
    from indexer.extract.worker import read_apart

    seconds = _SECONDS + _SECONDS_A_MIB * (len(data) >> 20)
    sheets = read_apart(f"{__name__}:parse", data, seconds=seconds)
    if len(sheets) == 1:
        ((name, text),) = sheets
        layout = Layout((Division(0, "sheet", "1", name),))
        extraction.records = (Record(None, name, text, layout=layout),)
        return
    extraction.records = tuple(
        Record(None, name, text, line=number, item=name)
        for number, (name, text) in enumerate(sheets, 1)
    )


def parse(data: bytes) -> list[tuple[str, str]]:
    """(name, text) of the sheets that hold anything; what the worker is asked for."""
    import python_calamine

    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise ExtractError("protected by a password: save it without") from None
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise ExtractError("damaged: save it again, or leave it out") from error
    texts = [(name, _text_of(book.get_sheet_by_name(name))) for name in book.sheet_names]
    return [(name, text) for name, text in texts if text]


def _text_of(sheet: Any) -> str:
    rows = ("\t".join(map(_shown, row)).rstrip("\t") for row in sheet.iter_rows())
    return "".join(f"{row}\n" for row in rows if row.strip())


def _shown(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    return " ".join(str(cell).split())
