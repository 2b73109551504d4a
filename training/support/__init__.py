"""Customer messages of our own, as a grammar: what no open data set with a free licence has enough of.

`messages` draws texts with what a careful reader would say of them. Nothing here is taken from a data set.
"""

import random

from . import drawing
from .sentences import RULES
from .composed import compose


def said(draw):
    """A message of the rules of `sentences`: text, negative, positive, frustration, urgency."""
    weights = [rule[3] for rule in RULES]
    sentiment, frustration, urgency, _, texts = draw.choices(RULES, weights)[0]
    text = drawing.choose(draw, draw.choice(texts))
    # A fifth of the messages say two things; what is felt in one is felt in both.
    if draw.random() < 0.22:
        other = draw.choices(RULES, weights)[0]
        if (other[0] or 0) * (sentiment or 0) >= 0:
            more = drawing.choose(draw, draw.choice(other[4]))
            pair = [text, more] if draw.random() < 0.5 else [more, text]
            text = draw.choice([". ", " ", "! ", ", ", "\n"]).join(pair)
            sentiment = sentiment or other[0] or (None if None in (sentiment, other[0]) else 0)
            frustration, urgency = max(frustration, other[1]), max(urgency, other[2])
    negative = None if sentiment is None else float(sentiment < 0)
    return text, negative, float((sentiment or 0) > 0), float(frustration), float(urgency)


def messages(seed, count, draw_one=compose):
    """`count` messages as (text, negative, positive, frustration, urgency): composed of scenes and turns, or `said`."""
    draw = random.Random(seed)
    rows = {}
    for _ in range(4 * count):
        if len(rows) >= count:
            break
        text, *labels = draw_one(draw)
        negative, positive, frustration, _ = labels
        feeling = 1 if positive > 0.5 else -1 if (negative or 0) > 0.5 else 0
        text = drawing.typed(draw, text, feeling, frustration > 0.5)
        rows.setdefault(text, (text, *labels))
    return list(rows.values())


if __name__ == "__main__":
    for row in messages(1, 30) + messages(1, 30, said):
        print(row)
