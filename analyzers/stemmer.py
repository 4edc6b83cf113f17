"""What is left of a folded word without its affixes? The light stem `s = stem(f)`.

Takes off what is written together with a word but is not the word: the article with all that
stands before it, و, the future's س, pronouns, endings of plural, dual, feminine and verb. It goes
beyond light10 (Larkey, Ballesteros and Connell 2007) in the compounds, in all the pronouns, in
giving ة back before them, and in the words that it knows (data/protected.txt).

It does not take off a lone ب ل ف ك: whether بطاقة is ب and طاقة only a collection can tell, so
that is decided when a query is expanded. Nor does it seek roots: see `roots`.
"""

from __future__ import annotations

from pyarabic import araby

from analyzers.protected import protected_stem, waw_words

MIN_STEM = 3
"""Letters that an affix must leave; two would be a stump that meets strangers."""

MIN_AFTER_ARTICLE = 2
"""Letters that the article must leave (اليد, الأب)."""

_FIRST, _LAST = araby.HAMZA, araby.YEH
"""The letters of folded Arabic words; a word that begins or ends with another is left alone."""

ARTICLE = araby.ALEF + araby.LAM
_LI_ARTICLE = araby.LAM + araby.LAM
_CONJUNCTIONS = araby.WAW + araby.FEH

COMPOUNDS = tuple(
    conjunction + particle
    for conjunction in (*_CONJUNCTIONS, "")
    for particle in (araby.BEH + ARTICLE, araby.KAF + ARTICLE, _LI_ARTICLE, ARTICLE)
)
"""The article with what may stand before it, longest first: وبال, كال, ولل, فال, ال."""

PRONOUNS = ("هما", "كما", "ها", "هم", "هن", "كم", "نا", "ه")
"""Suffixed pronouns, longest first; ه is also the folded ة. ي and ك are rules of their own."""

PLURALS = ("ات", "ان", "ون", "ين", "وا", "تم")
"""Sound plurals, duals, and what a verb has in the plural."""

BEFORE_PRONOUN = tuple(plural for plural in PLURALS if plural != araby.WAW + araby.ALEF)
"""Plurals that a pronoun may follow: the alef of وا goes before it, so that مستواه has none."""

WEAK = araby.ALEF + araby.WAW + araby.YEH


def _roots(beginnings: str) -> frozenset[str]:
    return frozenset(beginnings.split())


ROOTS_IN_KAF = _roots(
    "شر سل مل تر حر در مس هل ضح شب سم بر عر فت هت سف نس حب سب دل رب مح حن بن فر شو فك صك حك"
)
WORDS_IN_KAF = ("ديك", "تيك", "سيك", "كيك", "فيك", "جيك", "نيك", "ميك", "فبرك", "صعلك", "وك")
ROOTS_IN_TEH = _roots("ثب سك صم مو بي صو وق نح نب فت شت كب به لف خف مق قو نع حو تو زي سب نك بك")
WORDS_IN_TEH = ("كويت",)
"""Roots whose last letter is no affix (مشترك, ثابت), by their first two; other such endings."""


def _ends_in_root(word: str, roots: frozenset[str]) -> bool:
    """Whether a root's first two letters, and weak letters between, stand before the last one."""
    body = word[:-1]
    if _has_root(body, roots):
        return True
    return len(body) >= MIN_STEM and body[-1] in WEAK and _has_root(body[:-1], roots)


def _has_root(body: str, roots: frozenset[str]) -> bool:
    if body[-2:] in roots:
        return True
    return len(body) >= MIN_STEM and body[-2] in WEAK and body[-3] + body[-1] in roots


ALEF_HAMZA = araby.ALEF + araby.HAMZA
ALEF_YEH = araby.ALEF + araby.YEH
YEH_NOON = araby.YEH + araby.NOON
KUNNA = araby.KAF + araby.NOON
NI = araby.NOON + araby.YEH
BEFORE_OWN_KAF = araby.MEEM + araby.SEEN + araby.REH + araby.LAM
"""Letters before a كن that is the word's own (ليتمكن, ساكن, أركن)."""

LAST_LETTERS = frozenset([affix[-1] for affix in (*PRONOUNS, *PLURALS)] + list("كيتنء"))
"""Last letters of all that may go; a word with another is left alone at once."""

FUTURE_MIN = 5


def stem(folded: str) -> str:
    """The light stem of a folded form; the form itself where nothing can safely go."""
    if len(folded) < MIN_STEM or not _FIRST <= folded[0] <= _LAST or not folded[-1] <= _LAST:
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
    if not word.startswith(COMPOUNDS):
        return word
    for compound in COMPOUNDS:
        if word.startswith(compound):
            least = MIN_AFTER_ARTICLE if compound == ARTICLE else MIN_STEM
            if len(word) - len(compound) >= least:
                return word[len(compound) :]
    return word


def _strip_future(word: str) -> str:
    """A verb without the future's س (سيكتب)."""
    if len(word) >= FUTURE_MIN and word[0] == araby.SEEN and word[1] == araby.YEH:
        return word[1:]
    return word


def strip_suffixes(word: str) -> str:
    """The word without pronoun, plural, feminine, nisba and tanween, in the order they are put."""
    if word[-1] not in LAST_LETTERS:
        return word
    bare = _strip_pronoun(word)
    if bare.endswith(PLURALS if bare is word else BEFORE_PRONOUN):
        bare = _strip_plural(bare)
    word = bare
    word = _strip_seatless_hamza(_strip_feminine_teh(word))
    if len(word) > MIN_STEM and word[-1] == araby.ALEF:
        word = _strip_seatless_hamza(word[:-1])
    if len(word) > MIN_STEM and word[-1] == araby.YEH:
        word = _strip_nisba(word)
    return word


def _strip_nisba(word: str) -> str:
    """The word without nisba, or ي of mine, and what stood before it (هوائي, حكومتي)."""
    word = _strip_feminine_teh(word[:-1])
    if len(word) > MIN_STEM and word.endswith(ALEF_YEH):  # هوائي
        word = word[:-1]
    if len(word) > MIN_STEM and word[-1] == araby.ALEF:
        word = word[:-1]
    return word


def _is_masdar_in_nun(word: str) -> bool:
    """Whether the word has the letters of a masdar تفعيل of a root in ن (تأمين, تحسين)."""
    return len(word) == 5 and word[0] == araby.TEH and word.endswith(YEH_NOON)


def _strip_one(word: str, suffixes: tuple[str, ...]) -> str:
    for suffix in suffixes:
        if word.endswith(suffix) and len(word) - len(suffix) >= MIN_STEM:
            return word[: -len(suffix)]
    return word


def _strip_plural(word: str) -> str:
    """The word without its plural; a verb's last hamza, seated by it, is alef again (بدؤوا)."""
    if _is_masdar_in_nun(word):
        return word
    bare = _strip_one(word, PLURALS)
    if bare[-1] == araby.HAMZA and word[-2] == araby.WAW and bare[-2] != araby.ALEF:
        return bare[:-1] + araby.ALEF if len(bare) == MIN_STEM else bare[:-1]
    return bare


def _strip_pronoun(word: str) -> str:
    """The word without its pronoun; a hamza that the pronoun had seated goes again (أعضاؤه)."""
    bare = _strip_one(word, PRONOUNS) if word.endswith(PRONOUNS) else word
    if bare is word:
        return _strip_rare_pronoun(word)
    if len(bare) > MIN_STEM and bare[-1] == araby.WAW:
        return bare[:-1]  # a seat of hamza (أعضاؤه) or a verb's or a construct's plural (كتبوه)
    return bare


def _strip_rare_pronoun(word: str) -> str:
    """The word without ك, كن or ني, which are oftener a part of it."""
    if word[-1] == araby.KAF:
        return word[:-1] if _may_lose_kaf(word) else word
    if word.endswith(KUNNA):
        return word[:-2] if len(word) > MIN_STEM + 2 and word[-3] not in BEFORE_OWN_KAF else word
    if word.endswith(NI) and _is_verb_before_ni(word[:-2]):
        return word[:-2]
    return word


def _is_verb_before_ni(rest: str) -> bool:
    """Whether ني is the pronoun of a verb (سألتني, يخبرني, ضربني) and no nisba of a noun in ن."""
    if len(rest) == MIN_STEM:
        return rest[0] != araby.MEEM and not any(letter in WEAK for letter in rest)
    if len(rest) < MIN_STEM or rest[-1] in WEAK:
        return False
    if rest[0] == araby.YEH or rest[-1] == araby.TEH:
        return True
    strong = sum(letter not in WEAK for letter in rest)
    return len(rest) == strong + 1 == MIN_STEM + 1 and araby.ALEF in rest[:2]


def _may_lose_kaf(word: str) -> bool:
    if len(word) > MIN_STEM + 1 and word[-2] == araby.TEH:
        return True
    if len(word) <= MIN_STEM or word.endswith(WORDS_IN_KAF):
        return False
    return not _ends_in_root(word, ROOTS_IN_KAF)


def _strip_seatless_hamza(word: str) -> str:
    """The word without the hamza that an ending had kept from falling (لقاءات, أعضاءه)."""
    return word[:-1] if len(word) > MIN_STEM and word.endswith(ALEF_HAMZA) else word


def _strip_feminine_teh(word: str) -> str:
    """The word without the ت that ة becomes before a pronoun or a dual, and that verbs have."""
    if word[-1] != araby.TEH or len(word) <= MIN_STEM or word.endswith(WORDS_IN_TEH):
        return word
    return word if _ends_in_root(word, ROOTS_IN_TEH) else word[:-1]
