"""The data sets of a folder as rows of one shape.

A row is (text, negative, positive, frustration, urgency, weight, source); a label is 0 to 1, or None where the set
says nothing of it.
"""

import hashlib
import io
import json
import math
import random
import re
import tarfile
from pathlib import Path

NEGATIVE = {"anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment", "fear", "grief",
            "nervousness", "remorse", "sadness"}
POSITIVE = {"admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy", "love",
            "optimism", "pride", "relief"}
FRUSTRATED = {"anger", "annoyance", "disappointment"}
# Neither frustrated nor surely calm.
UNSURE = {"disapproval", "disgust", "sadness", "remorse", "embarrassment", "grief", "fear", "nervousness"}
FIRST_NAMES = ["John", "Anna", "he", "she", "Tom", "Maria", "they", "you"]


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def named(text, draw):
    """GoEmotions hides names; a placeholder is no word that anybody types."""
    text = re.sub(r"\[NAME\]", lambda _: draw.choice(FIRST_NAMES), text)
    return text.replace("[RELIGION]", "religious")


def goemotions(path):
    draw = random.Random(7)
    for row in lines(path):
        emotions = set(row["emotions"])
        bad, good = len(emotions & NEGATIVE), len(emotions & POSITIVE)
        total = max(1, bad + good)
        if emotions & FRUSTRATED:
            frustration = 1.0
        elif emotions & UNSURE:
            frustration = None
        else:
            frustration = 0.0
        yield named(row["text"], draw), bad / total, good / total, frustration, None, "goemotions"


def convabuse(path):
    for row in lines(path):
        votes = row["severity_votes"]
        mean = sum(votes) / len(votes)
        if mean < 0:
            yield row["text"], 1.0, 0.0, 1.0, None, "convabuse"
        elif mean >= 1:
            yield row["text"], None, None, 0.0, None, "convabuse"


def nlupp(path):
    for row in lines(path):
        intents = set(row["intents"])
        if "handoff" in intents:
            continue
        yield row["text"], 0.0, None, 0.0, None, "nlupp"


def calm(path):
    for row in lines(path):
        yield row["text"], 0.0, 0.0, 0.0, None, path.stem


RASA = {"mood_angry": (1.0, 0.0, 1.0), "mood_unhappy": (1.0, 0.0, None), "mood_happy": (0.0, 1.0, 0.0),
        "mood_excited": (0.0, 1.0, 0.0), "mood_lonely": (1.0, 0.0, 0.0), "mood_scared": (1.0, 0.0, 0.0),
        "mood_nervous": (1.0, 0.0, 0.0), "mood_bored": (1.0, 0.0, None), "mood_tired": (None, 0.0, None),
        "human_handoff": None}


def rasa(path):
    seen = set()
    for row in lines(path):
        key = row["text"].lower()
        labels = RASA.get(row["intent"], (0.0, None, 0.0))
        if key not in seen and labels:
            seen.add(key)
            yield row["text"], *labels, None, "rasa"


def senti4sd(path):
    for row in lines(path):
        bad, good = row["label"] == "negative", row["label"] == "positive"
        yield row["text"], float(bad), float(good), None if bad else 0.0, None, "senti4sd"


# The source package of VADER's word list. Its ratings of tweets and of product reviews are what the scorer is evaluated
# on, so they are never opened here.
RATED = "vaderSentiment-3.3.2.tar.gz"
RATED_SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
RATED_ARCHIVE = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
RATED_SETS = {"movies": "movieReviewSnippets_GroundTruth.txt", "editorials": "nytEditorialSnippets_GroundTruth.txt"}


def rated(package):
    """Sentences with the mean of what twenty raters gave them, from -4 to 4.

    A sentence is called negative from -0.5 down, positive from 0.5 up; near there the raters are of two minds, and so is
    the label. What a reviewer or an editor is angry at is no frustration of a customer: nothing is said of that.
    """
    data = Path(package).read_bytes()
    if hashlib.sha256(data).hexdigest() != RATED_SHA256:
        raise ValueError(f"{package} is not the package the weights are made with")
    likely = lambda above: 1 / (1 + math.exp(-2 * above))
    with tarfile.open(fileobj=io.BytesIO(data)) as outer:
        with tarfile.open(fileobj=outer.extractfile(RATED_ARCHIVE)) as inner:
            for source, name in RATED_SETS.items():
                text = inner.extractfile(f"hutto_ICWSM_2014/{name}").read().decode("utf-8")
                for line in text.split("\n"):
                    _, valence, sentence = line.rstrip("\r").split("\t", 2)
                    valence = float(valence)
                    yield sentence, likely(-0.5 - valence), likely(valence - 0.5), None, None, source


READERS = {"goemotions": goemotions, "convabuse": convabuse, "nlupp": nlupp, "banking77": calm, "clinc150": calm,
           "rasa_bots": rasa, "senti4sd": senti4sd}


def training_rows(folder, package):
    rows = []
    for name, reader in READERS.items():
        rows += reader(Path(folder) / "train" / f"{name}.jsonl")
    rows += rated(package)
    return rows
