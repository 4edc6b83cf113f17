"""Remove the endings of a folded word: pronoun, plural, feminine, nisba and tanween.

The rules are written over `operations`, so one word and a whole vocabulary go the same way. They
apply in the order in which Arabic adds endings, outermost first, and leave `MIN_STEM` letters.
"""

from __future__ import annotations

from pyarabic import araby_const as araby

from analyzers.operations import F, Operations, W

MIN_STEM = 3
"""Letters that an affix must leave; a stump of two would match unrelated words."""

WEAK = araby.ALEF + araby.WAW + araby.YEH

PRONOUNS = ("هما", "كما", "ها", "هم", "هن", "كم", "نا", "ه")
"""Suffixed pronouns, longest first; ه is also the folded ة. ي and ك are rules of their own."""

PLURALS = ("ات", "ان", "ون", "ين", "وا", "تم")
"""Sound plurals, duals, and the plural endings of verbs."""

BEFORE_PRONOUN = ("ات", "تم")
"""What may come before a pronoun in any word: a noun's ون, ين and ان lose their ن there."""

VERB_BEFORE_PRONOUN = ("ان", "ون", "ين")
"""What only an imperfect has before one (يكتبونه): neither زيتونة nor مدينة has a plural ending."""

IMPERFECT = (araby.YEH, araby.TEH)

LAST_LETTERS = "".join(sorted({affix[-1] for affix in (*PRONOUNS, *PLURALS)} | set("كيتنءو")))
"""The last letters of all removable endings; a word with any other is left alone at once."""


def _roots(beginnings: str) -> frozenset[str]:
    return frozenset(beginnings.split())


ROOTS_IN_KAF = _roots(
    "شر سل مل تر حر در مس هل ضح شب سم بر عر فت هت سف نس حب سب دل رب مح حن بن فر شو فك صك حك"
)
WORDS_IN_KAF = ("ديك", "تيك", "سيك", "كيك", "فيك", "جيك", "نيك", "ميك", "فبرك", "صعلك", "وك")
ROOTS_IN_TEH = _roots("ثب سك صم مو بي صو وق نح نب فت شت كب به لف خف مق قو نع حو تو زي سب نك بك")
WORDS_IN_TEH = ("كويت",)
"""Roots whose last letter is not an affix (مشترك, ثابت), by their first two; other such endings."""

_VERB_PLURAL = (araby.WAW + araby.ALEF,)
"""Its alef is dropped before a pronoun, so مستواه has no pronoun."""

DEFECTIVE = _roots(
    "دع بد نم شك خل عل رج تل غز طف نج له خط حذ صح عف غد دن سم كس جف قس هف طه زه سط رس"
)
"""Roots of verbs whose imperfect ends in و (يدعو), by their first two letters.

Left out are those that write other verbs so: يعدون is of يعد as well as of يعدو.
"""

ALEF_HAMZA = (araby.ALEF + araby.HAMZA,)
ALEF_YEH = (araby.ALEF + araby.YEH,)
YEH_NOON = (araby.YEH + araby.NOON,)
_TENTH_FORM = ("است",)
KUNNA = (araby.KAF + araby.NOON,)
NI = (araby.NOON + araby.YEH,)
BEFORE_OWN_KAF = araby.MEEM + araby.SEEN + araby.REH + araby.LAM
"""Letters before a كن that belongs to the word (ليتمكن, ساكن, أركن)."""


def without_suffixes(on: Operations[W, F], word: W) -> W:
    """The word without its endings."""
    return on.changed(word, on.letter_in(word, LAST_LETTERS), _without_some_suffix)


def _without_some_suffix(on: Operations[W, F], word: W) -> W:
    """The word without its endings, outermost first."""
    bare = without_pronoun(on, word)
    verb = on.same(bare, word) | on.begins(bare, IMPERFECT)
    plural = on.ends(bare, BEFORE_PRONOUN) | (on.ends(bare, VERB_BEFORE_PRONOUN) & verb)
    plural |= on.ends(bare, _VERB_PLURAL) & on.same(bare, word)
    bare = on.changed(bare, plural, without_plural)
    bare = on.changed(bare, on.letter_in(bare, araby.WAW) & on.same(bare, word), without_waw)
    bare = without_seatless_hamza(on, without_feminine_teh(on, bare))
    long = on.longer(bare, MIN_STEM)
    bare = on.changed(bare, on.letter_in(bare, araby.ALEF) & long, without_alef)
    long = on.longer(bare, MIN_STEM)
    return on.changed(bare, on.letter_in(bare, araby.YEH) & long, without_nisba)


def without_last_letter(on: Operations[W, F], word: W) -> W:
    """The word without its last letter."""
    return on.without_last(word, 1)


def without_alef(on: Operations[W, F], word: W) -> W:
    """The word without the alef of a tanween (كتابا, لقاءا)."""
    return without_seatless_hamza(on, on.without_last(word, 1))


def without_waw(on: Operations[W, F], word: W) -> W:
    """The word without a plural's و, of participles in a construct or verbs without their alef.

    لاعبو, موظفو, استخدمو. Other words in و are usually foreign names.
    """
    bare = on.without_last(word, 1)
    four = on.longer(bare, MIN_STEM) & on.no(on.longer(bare, MIN_STEM + 1))
    active = four & on.letter_in(bare, araby.ALEF, 2)  # فاعل
    other = on.begins(bare, (araby.MEEM,)) & on.longer(bare, MIN_STEM)
    verb = on.begins(bare, _TENTH_FORM) & on.longer(bare, MIN_STEM + 2)
    return on.changed(word, active | other | verb, without_last_letter)


def without_nisba(on: Operations[W, F], word: W) -> W:
    """The word without nisba or the ي of "my", and what came before it (هوائي, حكومتي)."""
    word = without_feminine_teh(on, on.without_last(word, 1))
    hamza = on.ends(word, ALEF_YEH) & on.longer(word, MIN_STEM)  # هوائي
    word = on.changed(word, hamza, without_last_letter)
    last = on.letter_in(word, araby.ALEF + araby.YEH) & on.longer(word, MIN_STEM)  # سياسيي
    return on.changed(word, last, without_last_letter)


def without_plural(on: Operations[W, F], word: W) -> W:
    """The word without its plural ending, except a masdar تفعيل of a root in ن (تأمين, تحسين)."""
    five = on.longer(word, 4) & on.no(on.longer(word, 5))
    masdar = five & on.letter_in(word, araby.TEH, 4) & on.ends(word, YEH_NOON)
    return on.changed(word, on.no(masdar), _without_plural_ending)


def _is_of_defective(on: Operations[W, F], word: W) -> F:
    return is_defective(on, on.without_last(word, 1))  # يدعون and يدعوا are of يدعو


def is_defective(on: Operations[W, F], word: W) -> F:
    """Whether the word is the imperfect of a verb whose last letter is و (يدعو)."""
    four = on.longer(word, MIN_STEM) & on.no(on.longer(word, MIN_STEM + 1))
    imperfect = on.begins(word, (*IMPERFECT, araby.NOON)) & on.letter_in(word, araby.WAW)
    return four & imperfect & on.pair_in(on.without_last(word, 1), DEFECTIVE)


def _without_plural_ending(on: Operations[W, F], word: W) -> W:
    """The word without its plural ending; a hamza that the waw had seated is alef again (بدؤوا)."""
    defective = on.also(word, on.ends(word, ("وا", "ون")), _is_of_defective)
    bare = on.without_ending(word, PLURALS, MIN_STEM)
    bare = on.changed(word, defective, without_last_letter, bare)
    verb = on.letter_in(word, araby.WAW, 1) & on.letter_in(bare, araby.HAMZA)
    return on.changed(bare, verb & on.no(on.letter_in(bare, araby.ALEF, 1)), _with_verb_hamza)


def _with_verb_hamza(on: Operations[W, F], word: W) -> W:
    return on.changed(on.put(word, araby.ALEF), on.longer(word, MIN_STEM), without_last_letter)


def without_pronoun(on: Operations[W, F], word: W) -> W:
    """The word without its pronoun, and without what the pronoun had brought about.

    That is a seat of hamza (أعضاؤه), or the plural of a verb or a construct (كتبوه).
    """
    bare = on.without_ending(word, PRONOUNS, MIN_STEM)
    none = on.same(bare, word)
    waw = on.letter_in(bare, araby.WAW) & on.longer(bare, MIN_STEM) & on.no(none)
    return on.changed(word, none, without_rare_pronoun, on.changed(bare, waw, _without_seat))


def _without_seat(on: Operations[W, F], word: W) -> W:
    return on.changed(word, on.no(is_defective(on, word)), without_last_letter)


def without_rare_pronoun(on: Operations[W, F], word: W) -> W:
    """The word without ك, كن or ني, which are more often part of the word."""
    bare = on.changed(word, on.letter_in(word, araby.KAF), _without_kaf)
    own = on.letter_in(word, BEFORE_OWN_KAF, 2)
    kunna = on.ends(word, KUNNA) & on.longer(word, MIN_STEM + 2) & on.no(own)
    bare = on.changed(word, kunna, _without_two_letters, bare)
    return on.changed(word, on.ends(word, NI) & on.longer(word, MIN_STEM + 1), _without_ni, bare)


def _without_two_letters(on: Operations[W, F], word: W) -> W:
    return on.without_last(word, 2)


def _without_kaf(on: Operations[W, F], word: W) -> W:
    after_teh = on.longer(word, MIN_STEM + 1) & on.letter_in(word, araby.TEH, 1)
    own = on.ends(word, WORDS_IN_KAF) | ends_in_root(on, word, ROOTS_IN_KAF)
    may = after_teh | (on.longer(word, MIN_STEM) & on.no(own))
    return on.changed(word, may, without_last_letter)


def _without_ni(on: Operations[W, F], word: W) -> W:
    return on.changed(word, is_verb_before_ni(on, on.without_last(word, 2)), _without_two_letters)


def is_verb_before_ni(on: Operations[W, F], rest: W) -> F:
    """Whether ني is the pronoun of a verb (سألتني, يخبرني, ضربني), not the nisba of a noun in ن."""
    is_weak = [on.letter_in(rest, WEAK, place) for place in range(4)]
    strong = on.no(is_weak[0] | is_weak[1])
    short = strong & on.no(is_weak[2] | on.letter_in(rest, araby.MEEM, 2))
    alef_second = on.letter_in(rest, araby.ALEF, 2) & on.no(is_weak[3])
    alef_first = on.letter_in(rest, araby.ALEF, 3) & on.no(is_weak[2])
    form_three = strong & (alef_first | alef_second) & on.no(on.longer(rest, MIN_STEM + 1))
    imperfect = on.begins(rest, (araby.YEH,)) | on.letter_in(rest, araby.TEH)
    longer = on.longer(rest, MIN_STEM)
    verb = on.no(is_weak[0]) & (imperfect | form_three)
    return (longer & verb) | (on.no(longer) & on.longer(rest, MIN_STEM - 1) & short)


def without_seatless_hamza(on: Operations[W, F], word: W) -> W:
    """The word without the hamza that an ending had preserved (لقاءات, أعضاءه)."""
    seatless = on.ends(word, ALEF_HAMZA) & on.longer(word, MIN_STEM)
    return on.changed(word, seatless, without_last_letter)


def without_feminine_teh(on: Operations[W, F], word: W) -> W:
    """The word without ت, which stands for ة before a pronoun or a dual, or is a verb's ending."""
    may = on.letter_in(word, araby.TEH) & on.longer(word, MIN_STEM)
    return on.changed(word, may, _without_teh)


def _without_teh(on: Operations[W, F], word: W) -> W:
    own = on.ends(word, WORDS_IN_TEH) | ends_in_root(on, word, ROOTS_IN_TEH)
    return on.changed(word, on.no(own), without_last_letter)


def ends_in_root(on: Operations[W, F], word: W, roots: frozenset[str]) -> F:
    """Whether a root's first two letters, with any weak letters between, precede the last one."""
    body = on.without_last(word, 1)
    weak = on.letter_in(body, WEAK) & on.longer(body, MIN_STEM - 1)
    return _has_root(on, body, roots) | (weak & _has_root(on, on.without_last(body, 1), roots))


def _has_root(on: Operations[W, F], body: W, roots: frozenset[str]) -> F:
    weak = on.letter_in(body, WEAK, 1) & on.longer(body, MIN_STEM - 1)
    return on.pair_in(body, roots) | (weak & on.pair_in(body, roots, 2))
