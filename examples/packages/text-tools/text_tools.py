"""Counts, summaries and excerpts of plain text, with the standard library alone."""

import re
from collections import Counter

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_COMMON = frozenset(
    "a an and are as at be but by for from has have in is it its of on or that the this to was were with".split()
)


def words(text):
    return _WORD.findall(text)


def word_count(text):
    return len(words(text))


def frequent_words(text, limit=5):
    """The most frequent words that carry meaning, ties in alphabetical order."""
    counts = Counter(word.lower() for word in words(text))
    telling = [(word, count) for word, count in counts.items() if word not in _COMMON]
    return [word for word, _ in sorted(telling, key=lambda item: (-item[1], item[0]))[:limit]]


def summarise(text, sentences=2):
    """The sentences that hold the most of the frequent words, in their own order."""
    found = [sentence for sentence in _SENTENCE_END.split(text.strip()) if sentence]
    telling = set(frequent_words(text, limit=10))
    weights = [len(telling & {word.lower() for word in words(sentence)}) for sentence in found]
    best = sorted(range(len(found)), key=lambda at: (-weights[at], at))[:sentences]
    return " ".join(found[at] for at in sorted(best))


def excerpt(text, length=80):
    """The beginning, cut between words, of at most `length` characters."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    cut = flat[: length - 1].rsplit(" ", 1)[0]
    return cut + "…"
