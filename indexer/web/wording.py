"""What do the pages say, in Arabic? All words that are not of a document, a path or a query.

What the library itself says in English, of a query that it cannot read for one, is shown as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.named import NamedTuple
from indexer.reading.reasons import Reason
from indexer.results import SearchResults, Staleness

NAME = "فهرس"
PAGE = "صفحة"
SCORE, NEARNESS, LEAD = "الدرجة", "تقارب الكلمات", "في أول النص"
QUESTION, CONSTANT = "صيغة السؤال", "اجتماع الكلمات"

STALE: dict[Staleness, str] = {
    "changed": "تغيّر الملف بعد فهرسته",
    "vanished": "لم يعد الملف في مكانه",
}

LEGEND = {"same": "الكلمة كما كُتبت", "form": "صيغة أخرى منها", "like": "كلمة قريبة منها"}
"""By class of mark."""

DIVISIONS = {"page": "صفحة", "slide": "شريحة", "sheet": "ورقة"}

_OPTIONS = {
    "field": "الحقل",
    "strict": "تمييز الحروف",
    "all_words": "«كل الكلمات»",
    "match": "مدى التطابق",
    "in": "الملفات",
    "here": "هذا المجلد",
    "files_from": "قائمة الملفات",
    "since": "تاريخ البداية",
    "until": "تاريخ النهاية",
}
_FIELDS = {"title": "العنوان", "text": "النص"}


class _Noun(NamedTuple):
    """A counted noun: of one, of two, of three to ten, of eleven to 99, and of hundreds."""

    one: str
    two: str
    few: str
    many: str
    hundreds: str

    def counted(self, count: int, *, governed: bool = False) -> str:
        """The noun with its number; governed: after a preposition, as in «من وثيقتين»."""
        if count in (1, 2):
            two = self.two.removesuffix("ان") + "ين" if governed else self.two
            return two if count == 2 else self.one
        rest = count % 100
        noun = self.hundreds if rest < 3 else self.few if rest <= 10 else self.many
        return f"{count:,} {noun}"


_DOCUMENT = _Noun("وثيقة واحدة", "وثيقتان", "وثائق", "وثيقة", "وثيقة")
_PART = _Noun("قسم واحد", "قسمان", "أقسام", "قسمًا", "قسم")
_FILE = _Noun("ملف واحد", "ملفان", "ملفات", "ملفًا", "ملف")
_COPY = _Noun("نسخة أخرى", "نسختان أخريان", "نسخ أخرى", "نسخة أخرى", "نسخة أخرى")
_TIME = _Noun("مرة واحدة", "مرتين", "مرات", "مرة", "مرة")
_MATCH = _Noun("كلمة مطابقة", "كلمتان مطابقتان", "كلمات مطابقة", "كلمة مطابقة", "كلمة مطابقة")


def documents(count: int, *, governed: bool = False) -> str:
    """So many documents."""
    return _DOCUMENT.counted(count, governed=governed) if count else "لا وثائق"


def copies(count: int) -> str:
    """So many copies besides."""
    return _COPY.counted(count)


def matches(count: int) -> str:
    """So many matches."""
    return _MATCH.counted(count)


def totals(results: SearchResults) -> str:
    """How many of how many are shown, and how many copies they stand for."""
    shown, total = len(results.hits), results.hit_count
    noun = _PART if results.by == "part" else _DOCUMENT
    if not total:
        return documents(0)
    extent = noun.counted(total, governed=0 < shown < total)
    if 0 < shown < total:
        first, last = results.offset + 1, results.offset + shown
        extent = f"{first:,}{f'–{last:,}' if last > first else ''} من {extent}"
    folded = results.total - total
    return f"{extent} · {copies(folded)}" if folded else extent


def seconds(elapsed_ms: float) -> str:
    """A time that a person reads."""
    return f"{elapsed_ms / 1000:.2f} ث" if elapsed_ms >= 1000 else f"{elapsed_ms:.0f} مث"


def told(results: SearchResults) -> tuple[list[str], list[str]]:
    """What stands beside an answer: our sentences, and notes of the library as they are.

    A note on a word whose place another took is ours; `suggestions` says which might be meant.
    """
    ours, notes = [], list(results.notes)
    for unknown in results.unknown_words:
        quoted = f"«{unknown.word}»"
        note = next((note for note in notes if note.startswith(quoted)), None)
        if note is not None:
            notes.remove(note)
            others = note.rpartition(": ")[2].replace(", ", "، ")
            ours.append(f"ليست {quoted} في الفهرس؛ وُجدت النتائج بما يشبهها: {others}")
        elif unknown.held:
            often = _TIME.counted(unknown.written) if unknown.written else "بصيغ أخرى فقط"
            ours.append(f"وردت {quoted} في الفهرس {often}")
        else:
            ours.append(f"ليست {quoted} في الفهرس")
    return ours, notes


def sentence(reason: Reason) -> str:
    """Why nothing was found, as a person reads it."""
    code, words, names, counts = reason
    quoted = [word if word[:1] == "«" else f"«{word}»" for word in words]
    found = documents(counts[0]) if counts else ""
    among = documents(counts[0], governed=True) if counts else ""
    match code:
        case "no_words":
            return "ليس في السؤال كلمة، فلم يُبحث عن شيء: اكتب كلمة على الأقل"
        case "empty_index":
            return "الفهرس خالٍ من الوثائق"
        case "unknown_word":
            return f"ليست {quoted[0]} في الفهرس"
        case "doubted_word":
            often = _TIME.counted(counts[0]) if counts[0] else "بصيغ أخرى فقط"
            return f"وردت {quoted[0]} في الفهرس {often}"
        case "other_field":
            where = " أو ".join(_FIELDS.get(name, name) for name in names)
            return f"ليست {quoted[0]} في {where}؛ وهي في غير ذلك في {among}"
        case "other_form":
            return f"لا ترد {quoted[0]} بهذه الصورة؛ وترد بصور أخرى في {among}"
        case "no_form":
            return f"لا كلمة في الفهرس توافق {quoted[0]}"
        case "apart":
            return _apart(quoted, counts)
        case "phrase":
            return f"لا ترد كلمات {quoted[0]} متتابعة هكذا؛ وهي متفرقة في {among}"
        case "excluded":
            return f"من غير {' '.join(f'-{word}' for word in words)}: {found}"
        case "filter":
            return f"من غير {_spelled(names)}: {found}"
        case "no_file":
            return f"لا ملف في الفهرس يوافق مساره {names[0]}"
        case "no_place":
            return f"لا ملف مفهرسًا في {names[0]}"
        case "no_dates":
            return f"من غير {_spelled(names)}: {found}، ولا تاريخ لأي منها"
        case "other_dates":
            *filters, first, last = names
            dated = f"تاريخها {first}" if first == last else f"تواريخها من {first} إلى {last}"
            return f"من غير {_spelled(filters)}: {found}، {dated}"
        case "old_index":
            return _old_index(*counts)
        case "unreadable":
            return f"تعذّرت قراءة {_FILE.counted(counts[0], governed=True)}؛ يسمّيها fahras stats"
        case "other_kinds":
            kinds = zip(names, counts, strict=True)
            listed = "، ".join(f"{count:,} {name or 'بلا امتداد'}" for name, count in kinds)
            return f"في المجلد ملفات من أنواع لا تُقرأ: {listed}"


def _apart(quoted: Sequence[str], counts: Sequence[int]) -> str:
    if len(quoted) == 2:
        (first, second), (n, m) = quoted, counts
        return f"لا وثيقة تجمع {first} ({documents(n)}) و{second} ({documents(m)})"
    left_out, most = max(zip(quoted, counts, strict=True), key=lambda pair: pair[1])
    rest = f"؛ ومن غير {left_out}: {documents(most)}" if most else ""
    return f"لا وثيقة تجمع كل هذه: {'، '.join(quoted)}{rest}"


def _old_index(added: int, changed: int) -> str:
    parts = [f"أضيف {_FILE.counted(added)}"] if added else []
    parts += [f"ربما تغيّر {_FILE.counted(changed)}"] if changed else []
    return f"منذ تحديث الفهرس {' و'.join(parts)}: شغّل fahras index"


def _spelled(names: Sequence[str]) -> str:
    return "، ".join(_OPTIONS.get(name, name) for name in names)
