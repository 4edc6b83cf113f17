"""Small files with pages, made by hand: a PDF, a presentation."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence


def pdf_of(pages: Sequence[Sequence[str]], outline: Sequence[tuple[str, int]] = ()) -> bytes:
    """A PDF of lines of ASCII, page by page; `outline`: (title, page from 0) of its bookmarks."""
    objects: list[bytes] = []

    def add(body: str | bytes) -> int:
        objects.append(body if isinstance(body, bytes) else body.encode("ascii"))
        return len(objects)

    catalogue, tree = add(""), add("")
    font = add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    kids = []
    for lines in pages:
        drawn = "".join(f"({line})Tj 0 -20 Td " for line in lines)
        stream = f"BT /F 12 Tf 50 750 Td {drawn}ET"
        content = add(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
        kids.append(
            add(
                f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 600 800]"
                f"/Resources<</Font<</F {font} 0 R>>>>/Contents {content} 0 R>>"
            )
        )
    marks = ""
    if outline:
        root = add("")
        items = [
            add(f"<</Title({title})/Parent {root} 0 R/Dest[{kids[at]} 0 R/Fit]>>")
            for title, at in outline
        ]
        objects[root - 1] = f"<</First {items[0]} 0 R/Last {items[-1]} 0 R>>".encode()
        marks = f"/Outlines {root} 0 R"
    refs = " ".join(f"{kid} 0 R" for kid in kids)
    objects[tree - 1] = f"<</Type/Pages/Kids[{refs}]/Count {len(kids)}>>".encode()
    objects[catalogue - 1] = f"<</Type/Catalog/Pages {tree} 0 R{marks}>>".encode()
    data = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, table, len(objects) + 1, len(data))
    )


def presentation_of(slides: Sequence[str]) -> bytes:
    """A presentation of one line a slide."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("ppt/presentation.xml", "<p/>")
        for number, text in enumerate(slides, 1):
            body = f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"
            slide = f'<p:sld xmlns:p="p" xmlns:a="a">{body}</p:sld>'
            package.writestr(f"ppt/slides/slide{number}.xml", slide)
    return buffer.getvalue()
