"""With which numbers does Fahras rank? All of them, in one place, each with its evidence.

They were chosen on samples of the queries of six judged collections, what roots and nearness weigh
and what is asked for with both halves in sight, and kept for gaining on each.
docs/ranking.md has the tables, the ablations, and how far they can be trusted.
`benchmarks/relevance.py` repeats them. None is fitted to one collection.
"""

from __future__ import annotations

from collections.abc import Mapping

from indexer.query.values import Value


class RankingSettings(Value):
    """Numbers of the ranking. The defaults are the product; others are for measuring.

    k1, b              BM25's own; flat from 0.8 to 1.0 and from 0.7 to 0.75 (k1 1.2: -0.12)
    field_weights      a word of a title counts as so many words of the text
    exact .. root      what one occurrence counts, by the tier at which its form met the word;
                       spelling is multiplied by the square of the likeness. Without root the
                       mean loses about 1.1, without proclitics 1.0, both beyond doubt; without
                       spelling, variant or the bonus of exact 0.0 to 0.1, which may be noise
    root_apart         share of the weight of a root for a stem unlike the word's; more the liker
    kindred            share of that for a root that the word may have besides, by its weak or
                       doubled letters
    likeness           least likeness (Dice of trigrams) of a spelling neighbour
    article_share      a word of which at least this share stands with the article hardly bears a
                       proclitic: nothing stands before the article but what the stemmer knows
    unlikely           share of the weight of a proclitic for a word that by the counts has none
    asked              what the word after a question word counts, which names the kind of the
                       answer rather than the topic
    negation           what a negator and the word behind it count together, beside the word: so
                       much that texts with both come first
    request            what a word of a query counts that only helps to ask (يتم, المقصود); flat
                       from 0.2 to 0.5
    asking             what one occurrence counts of a word that asks for the same (تعريف, معنى);
                       it makes no member
    noun               what the noun of a question word counts (معنى of ما), where it is not said
    answers, evades    what yes or no at the beginning adds where that is asked, and takes where
                       something else is
    lead               what a word at the very beginning gains; half of that after `lead_words`.
                       All of it where texts have `lead_length` words on average, less in shorter
    coverage           a document with all words of the query (by idf) gains this share
    proximity          weight of two neighbouring words of the query that stand side by side
    proximity_window   how many places apart they may stand; the weight falls evenly up to there
    proximity_relatives  share of that which relatives of the words have, by root or spelling
    part               share by which a document counts as its best part, not as a whole; 0.5 loses
                       0.2 to 5.6 of 100 of the mean reciprocal rank of books, 0 up to 20
    proximity_reach    how many documents are looked at for that, the best by their words alone
    """

    k1: float = 1.0
    b: float = 0.75
    field_weights: Mapping[str, float] = {"title": 2.0, "text": 1.0}
    exact: float = 1.2
    folded: float = 1.0
    stem: float = 1.0
    proclitic: float = 1.0
    plural: float = 0.3
    variant: float = 0.9
    spelling: float = 0.5
    root: float = 0.45
    root_apart: float = 0.1
    kindred: float = 0.6
    likeness: float = 0.55
    article_share: float = 0.05
    unlikely: float = 0.2
    asked: float = 0.7
    negation: float = 0.6
    request: float = 0.35
    asking: float = 0.25
    noun: float = 0.3
    answers: float = 0.15
    evades: float = 0.2
    lead: float = 0.15
    lead_words: int = 50
    lead_length: int = 70
    coverage: float = 0.3
    proximity: float = 0.3
    proximity_window: int = 6
    proximity_relatives: float = 0.4
    part: float = 1.0
    proximity_reach: int = 100

    def field_weight(self, name: str) -> float:
        """The weight of a field; one that is not named counts as text."""
        return self.field_weights.get(name, 1.0)


DEFAULT = RankingSettings()
