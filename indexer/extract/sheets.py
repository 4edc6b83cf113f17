"""What does a spreadsheet say? Each sheet is a record, a row a line, its cells apart by tabs.

Read by calamine in the worker. The id of a sheet is `FILE#NAME`; a file of one sheet is one
document.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

from indexer.errors import ExtractError
from indexer.extract.types import Extraction, Record

_SECONDS, _SECONDS_A_MIB = 20, 5


def extract_sheets(data: bytes, extraction: Extraction) -> None:
    """Fill in a record for each sheet that holds anything."""
    from indexer.extract.worker import read_apart

    seconds = _SECONDS + _SECONDS_A_MIB * (len(data) >> 20)
    sheets = read_apart(f"{__name__}:parse", data, seconds=seconds)
    file_name = extraction.path.rpartition("/")[2]
    alone = len(sheets) < 2
    extraction.records = tuple(
        Record(None if alone else f"{file_name}#{name}", name, text, line=number)
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
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    return " ".join(str(cell).split())
