"""What is left of a folded word without its affixes? The light stem `s = stem(f)`.

Takes off what is written together with a word but is not the word: the article with all that
stands before it, و, the future's س, pronouns, endings of plural, dual, feminine and verb. It goes
beyond light10 (Larkey, Ballesteros and Connell 2007) in the compounds, in all the pronouns, in
giving ة back before them, and in the words that it knows (data/protected.txt).

It does not take off a lone ب ل ف ك: whether بطاقة is ب and طاقة only a collection can tell, so
that is decided when a query is expanded. Nor does it seek roots: see `roots`.
"""

from __future__ import annotations

import re

from pyarabic import araby

from analyzers.protected import protected_stem, waw_words

MIN_STEM = 3
"""Letters that an affix must leave; two would be a stump that meets strangers."""

MIN_AFTER_ARTICLE = 2
"""Letters that the article must leave (اليد, الأب)."""

_IS_ARABIC = re.compile(f"[{araby.HAMZA}-{araby.GHAIN}{araby.FEH}-{araby.YEH}]+").fullmatch

_ARTICLE = araby.ALEF + araby.LAM
_LI_ARTICLE = araby.LAM + araby.LAM
_CONJUNCTIONS = araby.WAW + araby.FEH

COMPOUNDS = tuple(
    conjunction + particle
    for conjunction in (*_CONJUNCTIONS, "")
    for particle in (araby.BEH + _ARTICLE, araby.KAF + _ARTICLE, _LI_ARTICLE, _ARTICLE)
)
"""The article with what may stand before it, longest first: وبال, كال, ولل, فال, ال."""

PRONOUNS = ("هما", "كما", "ها", "هم", "هن", "كم", "نا", "ه")
"""Suffixed pronouns, longest first; ه is also the folded ة. ي and ك are rules of their own."""

PLURALS = ("ات", "ان", "ون", "ين", "وا", "تم")
"""Sound plurals, duals, and what a verb has in the plural."""

_WEAK = f"[{araby.ALEF}{araby.WAW}{araby.YEH}]?"


def _ends_in_root(pairs: str, last: str, others: str) -> re.Pattern[str]:
    """Words that end in a root of one of the pairs and the last letter, weak letters between."""
    roots = "|".join(pair[0] + _WEAK + pair[1] for pair in pairs.split())
    return re.compile(f"(?:(?:{roots}){_WEAK}|{others}){last}$")


_RADICAL_KAF = _ends_in_root(
    "شر سل مل تر حر در مس هل ضح شب سم بر عر فت هت سف نس حب سب دل رب مح حن بن فر شو فك صك حك",
    araby.KAF,
    "[دتسكفجنم]ي|فبر|صعل|و",
).search
_RADICAL_TEH = _ends_in_root(
    "ثب سك صم مو بي صو وق نح نب فت شت كب به لف خف مق قو نع حو تو زي سب نك بك",
    araby.TEH,
    "كوي",
).search
"""Words whose last letter belongs to the root (مشترك, ثابت), as far as letters can tell."""

_IMPERFECT = araby.YEH + araby.TEH + araby.NOON
_ALEF_HAMZA = araby.ALEF + araby.HAMZA
_ALEF_YEH = araby.ALEF + araby.YEH
_YEH_NOON = araby.YEH + araby.NOON
_FUTURE_MIN = 5


def stem(folded: str) -> str:
    """The light stem of a folded form; the form itself where nothing can safely go."""
    if len(folded) < MIN_STEM or not _IS_ARABIC(folded):
        return folded
    known = protected_stem(folded)
    if known is not None:
        return known
    if folded[0] == araby.WAW and not folded.startswith(COMPOUNDS):
        return _stem_after_waw(folded)
    return strip_suffixes(_strip_future(strip_article(folded)))


def _stem_after_waw(word: str) -> str:
    """The stem of a word in و, which is a letter of its root (وزير) or the conjunction (وقال)."""
    whole = strip_suffixes(word)
    if len(word) <= MIN_STEM or whole in waw_words():
        return whole
    known = protected_stem(word[1:])
    return strip_suffixes(_strip_future(word[1:])) if known is None else known


def strip_article(word: str) -> str:
    """The word without its article and what stands before it."""
    for compound in COMPOUNDS:
        if word.startswith(compound):
            least = MIN_AFTER_ARTICLE if compound == _ARTICLE else MIN_STEM
            if len(word) - len(compound) >= least:
                return word[len(compound) :]
    return word


def _strip_future(word: str) -> str:
    """A verb without the future's س (سيكتب)."""
    if len(word) >= _FUTURE_MIN and word[0] == araby.SEEN and word[1] in _IMPERFECT[0]:
        return word[1:]
    return word


def strip_suffixes(word: str) -> str:
    """The word without pronoun, plural, feminine, nisba and tanween, in the order they are put."""
    word = _strip_pronoun(word)
    if not _is_masdar_in_nun(word):
        word = _strip_one(word, PLURALS)
    word = _strip_seatless_hamza(_strip_feminine_teh(word))
    if len(word) > MIN_STEM and word[-1] == araby.ALEF:
        word = word[:-1]
    if len(word) > MIN_STEM and word[-1] == araby.YEH:
        word = _strip_feminine_teh(word[:-1])
        if len(word) > MIN_STEM and word.endswith(_ALEF_YEH):  # هوائي
            word = word[:-1]
        if len(word) > MIN_STEM and word[-1] == araby.ALEF:
            word = word[:-1]
    return word


def _is_masdar_in_nun(word: str) -> bool:
    """Whether the word has the letters of a masdar تفعيل of a root in ن (تأمين, تحسين)."""
    return len(word) == 5 and word[0] == araby.TEH and word.endswith(_YEH_NOON)


def _strip_one(word: str, suffixes: tuple[str, ...]) -> str:
    if word.endswith(suffixes):
        for suffix in suffixes:
            if word.endswith(suffix) and len(word) - len(suffix) >= MIN_STEM:
                return word[: -len(suffix)]
    return word


def _strip_pronoun(word: str) -> str:
    """The word without its pronoun; a hamza that the pronoun had seated goes again (أعضاؤه)."""
    bare = _strip_one(word, PRONOUNS)
    if bare is word and word[-1] == araby.KAF and _may_lose_kaf(word):
        bare = word[:-1]
    if bare is not word and len(bare) > MIN_STEM and bare[-1] == araby.WAW:
        return bare[:-1]  # a seat of hamza (أعضاؤه) or a verb's or a construct's plural (كتبوه)
    return bare


def _may_lose_kaf(word: str) -> bool:
    if len(word) > MIN_STEM + 1 and word[-2] == araby.TEH:
        return True
    return len(word) > MIN_STEM and not _RADICAL_KAF(word)


def _strip_seatless_hamza(word: str) -> str:
    """The word without the hamza that an ending had kept from falling (لقاءات, أعضاءه)."""
    return word[:-1] if len(word) > MIN_STEM and word.endswith(_ALEF_HAMZA) else word


def _strip_feminine_teh(word: str) -> str:
    """The word without the ت that ة becomes before a pronoun or a dual, and that verbs have."""
    if word[-1] == araby.TEH and len(word) > MIN_STEM and not _RADICAL_TEH(word):
        return word[:-1]
    return word
