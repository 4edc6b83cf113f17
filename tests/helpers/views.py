"""The folder that the golden views show, and how to renew them.

    python tests/helpers/views.py

writes `tests/data/views/`; look at what changed before you commit it.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

from cli_process import PROJECT, run
from screens import View, view

GOLDEN = PROJECT / "tests" / "data" / "views"
WIDTHS = (60, 80, 200)

NEWS = """الجيش السوري وحلفاؤه يسيطرون على معظم مدينة البوكمال و"داعش" يتقهقر

وتُشَكِّلُ البُوكَمَالُ آخِرَ معقلٍ بارزٍ للتنظيم في سورية، حيث لا يزال يسيطر على 25 في المئة من مساحة محافظة \
دير الزور الغنية بالنفط والحدودية مع العراق. ومني التنظيم بخسائر (انظر \
https://example.org/reports/2017/11/a-report-with-a-very-long-name-that-fits-no-row.html).

ويدفع الرئيس الأميركي المنتخب دونالد ترمب، من أجل «هدنة في غزة»، وكان ترامب طالب حركة «حماس»، \
في وقت سابق، بإطلاق سراح المحتجزين في غزة.
"""

BIRDS = """طيور تعود إلى الساحل

تصل أسراب السنونو كل ربيع إلى الساحل، فتبني أعشاشها من الطين تحت سقوف البيوت القديمة، وتصيد \
الحشرات قرب الماء. يقول هواة الطبيعة إن أعدادها زادت في السنوات الأخيرة، لأن الناس كفوا عن \
إزالة الأعشاش، ولأن الشتاء كان دافئا. وتقطع هذه الطيور آلاف الأميال بين القارتين، ثم تهتدي إلى \
العش نفسه.
"""

COOKING, CARPETS = (
    """خبز التنور

يعجن الخباز الدقيق بالماء والملح قبل الفجر، ثم يترك العجين ساعتين حتى يختمر، ويقطعه كرات \
متساوية. وترق كل كرة رغيفا رقيقا يلصق بجدار التنور الساخن، فينضج في دقيقة، ويخرج مقمرا هشا تفوح \
منه رائحة السمسم. ويباع مع الجبن والزعتر والشاي.
""",
    """سجاد يدوي

تغزل النساء الصوف في البيت، ثم يصبغ بقشور الرمان وجذور الفوة حتى تثبت ألوانه، ويجفف في الظل \
أياما. وتشد الخيوط على النول، فتعقد الصانعة آلاف العقد الصغيرة كل أسبوع، وتقص الأطراف بمقص حاد. \
ولا تنسج قطعتان متشابهتان أبدا، إذ لكل عائلة رسم تعرف به.
""",
)

TEXTS = {
    "pages/bread.txt": f"{COOKING}\n\n\n{BIRDS}",
    "pages/carpets.txt": f"{CARPETS}\n\n\n{BIRDS}",
    "news/2017/albukamal.txt": NEWS,
    "عين/مدينة البوكمال.txt": "البوكمال\n\nلم تكن المدينة بعيدة عن الحدود، ومدن أخرى حولها.\n",
    "notes.md": "# مذكرات عن مدن الفرات\n\nفي المدائن أسواق [bold]كثيرة[/bold]، ومدينة واحدة.\n",
    "changed.txt": "هدنة في المدينة\n\nهدنة قصيرة، ثم لا شيء.\n",
}

RECORDS = [
    {
        "id": "rec-7",
        "title": "دليل المدينة",
        "text": "شارع النخيل، ثم سوق المدينة والميناء.",
        "date": "2017-11-19",
    },
    {"id": "rec-8", "text": "ميناء بلا عنوان.", "date": "2019"},
]

VIEWS = {
    "words": ["search", "--sort", "path", "مدينة البوكمال ترامب"],
    "limited": [
        "search",
        "--sort",
        "path",
        "-n",
        "2",
        "--snippets",
        "2",
        "--offset",
        "1",
        "--match",
        "root",
        "المدينة هدنة",
    ],
    "explained": ["search", "-n", "1", "--explain", "--in", "news/*", "البوكمال العراق"],
    "parts": ["search", "الأعشاش دافئا"],
    "visual": ["search", "-n", "1", "--bidi", "visual", "--in", "news/*", "البوكمال ترامب"],
}

SHOWN = [
    *((name, columns) for name in ("words", "limited") for columns in WIDTHS),
    ("explained", 60),
    ("parts", 80),
    ("visual", 80),
]
"""Each view and the widths at which it is kept."""

_TIME = re.compile(r"in [\d.]+ m?s")
_NUMBER = re.compile(r"\d+\.\d+")


def make_folder(folder: Path) -> None:
    """Index the texts; then one of them changes."""
    for name, text in TEXTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)
    (folder / "records.jsonl").write_text(lines, "utf-8")
    indexed = run("index", cwd=folder)
    assert indexed.code == 0, indexed.err
    (folder / "changed.txt").write_text("شيء آخر\n", "utf-8")


def seen(name: str, columns: int, folder: Path) -> View:
    """A view as it is now."""
    return view(*VIEWS[name], cwd=folder, columns=columns)


def golden(shown: View) -> str:
    """The text of a golden file: the rows, then what is painted, one run of a style a line.

    Times, scores and weights are not what these are about: their digits are zeros.
    """
    lines = [*shown.rows, "-" * 8, *(f"{style}: {text}" for style, text in shown.painted)]
    timeless = [_TIME.sub("in 1.0 ms", line) for line in lines]
    return "".join(_NUMBER.sub(lambda n: re.sub(r"\d", "0", n[0]), t) + "\n" for t in timeless)


def path_of(name: str, columns: int) -> Path:
    """Where a golden view is kept."""
    return GOLDEN / f"{name}-{columns}.txt"


def renew() -> None:
    """Write all golden views."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        make_folder(Path(place))
        for name, columns in SHOWN:
            path_of(name, columns).write_text(golden(seen(name, columns, Path(place))), "utf-8")


if __name__ == "__main__":
    sys.exit(renew())
