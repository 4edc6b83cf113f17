"""Words of a segment that may have a lone proclitic, and the stem that is left without it.

`analyzers.proclitics` decides; at query time counts only weigh it.
"""

from __future__ import annotations

from analyzers.bulk.packed import Numbering, Numbers
from analyzers.bulk.vocabulary import splits_all, stem_all
from analyzers.named import NamedTuple


class Bearings(NamedTuple):
    """Pairs, in no particular order. words: folded forms. targets: the stems of the rests.

    A word may have several targets, and most have none.
    """

    words: Numbers
    targets: Numbers


def bearings_of(numbering: Numbering, folded: Numbers) -> Bearings:
    """All pairs of these distinct folded forms."""
    owners, rests = splits_all(numbering, folded)
    return Bearings(folded.take(owners), stem_all(numbering, rests))
