"""Draws a text from a rule, and types it as people do."""

import re

from .words import WORDS

# {kind} is a word of that kind, [a|b] a choice, (a) may be left out.
SLOT = re.compile(r"\{(\w+)\}")
CHOICE = re.compile(r"\[([^\[\]()]*)\]|\(([^\[\]()]*)\)")

ANGRY = ["😡", "😠", "🙄", "🤬", "😤", "👏", "🤦", "😑", "😒", "👎", "🤡", "😩"]
GLAD = ["😊", "🙏", "❤️", "😍", "🎉", "👏", "👍", "🥰", "😁", "💯", "🙌"]
SAD = ["😕", "😞", "😔", "☹️", "😢"]
ANGRY_TAGS = ["#fail", "#badservice", "#poorservice", "#neveragain", "#customerservice", "#joke", "#stillwaiting", "#notimpressed",
              "#worstever", "#ripoff", "#shambles", "#fedup", "#disappointed"]
GLAD_TAGS = ["#happycustomer", "#greatservice", "#thankyou", "#customerservice", "#impressed", "#love", "#winning"]
# As typed on a phone.
SHORT = {"you": "u", "your": "ur", "you're": "ur", "please": "pls", "thanks": "thx", "people": "ppl", "because": "cuz", "right now": "rn",
         "tomorrow": "tmrw", "about": "abt", "are": "r", "to be honest": "tbh", "i don't know": "idk", "what": "wot", "before": "b4",
         "with": "w", "and": "n", "going to": "gonna", "want to": "wanna", "great": "gr8", "though": "tho", "number": "no.",
         "customer service": "cs", "nothing": "nothin", "message": "msg", "minutes": "mins", "weeks": "wks", "hours": "hrs"}
AMERICAN = {"mum": "mom", "favourite": "favorite", "colour": "color", "cheque": "check", "organise": "organize", "cancelled": "canceled",
            "parcel": "package", "holiday": "vacation", "queue": "line", "flat": "apartment", "apologise": "apologize", "rubbish": "garbage",
            "mobile": "cell", "lift": "elevator", "neighbour": "neighbor", "programme": "program", "bill": "check", "rang": "called"}
LONG = {"i'm": "i am", "don't": "do not", "can't": "cannot", "it's": "it is", "isn't": "is not", "i've": "i have", "didn't": "did not",
        "won't": "will not", "you've": "you have", "that's": "that is", "doesn't": "does not", "haven't": "have not", "i'd": "i would"}

# What a scene says in place of the words of all.
OF_SCENE = {"noun", "ask"}


def choose(draw, text, scene=None):
    """One text of a rule; a scene has nouns and questions of its own."""
    while found := SLOT.search(text):
        kind = found.group(1)
        if kind == "n":
            word = str(draw.randint(3, draw.choice([12, 60, 999, 99999])))
        elif kind in OF_SCENE:
            options = scene[kind]
            word = draw.choice(options.split("|") if isinstance(options, str) else options)
        else:
            word = draw.choice(WORDS[kind].split("|"))
        text = text[:found.start()] + word + text[found.end():]
    while found := CHOICE.search(text):
        options = (found.group(1) if found.group(1) is not None else found.group(2)).split("|")
        if found.group(2) is not None and "|" not in found.group(2):
            options.append("")
        text = text[:found.start()] + draw.choice(options) + text[found.end():]
    text = re.sub(r"\bon (tomorrow|next|tonight)", r"\1", text)
    return re.sub(r"\s+", " ", text).replace(" ,", ",").replace(" .", ".").replace("??", "?").strip()


def swap(draw, text, words, share):
    """Some of the words in place of others."""
    for word, other in words.items():
        if word in text and draw.random() < share:
            text = re.sub(rf"\b{word}\b", other, text)
    return text


def slip(draw, text):
    """A slip of the keyboard: a letter left out, doubled, or exchanged for its neighbour."""
    if len(text) < 9:
        return text
    place, kind = draw.randrange(1, len(text) - 2), draw.random()
    if not text[place].isalpha() or not text[place + 1].isalpha():
        return text
    if kind < 0.4:
        return text[:place] + text[place + 1:]
    if kind < 0.6:
        return text[:place] + text[place] + text[place:]
    return text[:place] + text[place + 1] + text[place] + text[place + 2:]


def typed(draw, text, feeling, frustrated):
    """The same text as somebody types it: case, slips, marks. `feeling` is -1, 0 or 1."""
    kind = draw.random()
    if kind < 0.15:
        text = swap(draw, text, SHORT, 0.5)
    elif kind < 0.27:
        text = swap(draw, text, LONG, 0.8)
    if draw.random() < 0.35:
        text = swap(draw, text, AMERICAN, 0.8)
    case = draw.random()
    if case < 0.5:
        text = re.sub(r"(^|[.!?] +|\n)([a-z])", lambda found: found.group(1) + found.group(2).upper(), text)
        text = re.sub(r"\bi\b", "I", text)
    elif case < (0.59 if frustrated else 0.52):
        if draw.random() < 0.6:
            text = text.upper()
        else:
            words = text.split()
            place = draw.randrange(len(words))
            words[place] = words[place].upper()
            text = " ".join(words)
    slips = 0.16 if kind < 0.15 else 0.06
    while draw.random() < slips:
        text = slip(draw, text)
    if draw.random() < 0.25:
        text = text.replace("'", "")
    if text[-1:].isalnum() and draw.random() < 0.3:
        text += draw.choice([".", ".", ".", "...", "!"] if feeling <= 0 else [".", "!", "!", "!!"])
    mark = draw.random()
    if frustrated and mark < 0.14:
        text += " " + draw.choice(ANGRY) * draw.choice([1, 1, 1, 3])
    elif frustrated and mark < 0.2:
        text += draw.choice(["!!!", " :(", "...", "?!", "??", " >:("])
    elif feeling > 0 and mark < 0.16:
        text += " " + draw.choice(GLAD) * draw.choice([1, 1, 1, 2])
    elif feeling < 0 and not frustrated and mark < 0.1:
        text += " " + draw.choice(SAD)
    elif feeling == 0 and mark < 0.03:
        text += draw.choice([" 🙂", " :)", " 🙏", " 🤔", " ...", "!"])
    return text
