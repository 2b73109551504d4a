"""Trains the cues that no list of phrases holds: `python training/cues.py DATA`.

Reads the sentences of training/cues (all our own) and, as what is none of them, the calm sets of DATA/train; fits a linear
model for each family of cues on the features that the Rust core itself reads (`cargo xtask features`), keeps the features
that matter, cuts their weights to four bits, and writes those of English into src/on_device/cues.bin, each other as a line of
its language's pack, and what they reach into training/cues.json. The seed is fixed: the same data give the same files.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import re
import sys
from collections import Counter
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

import corpora
import support
from core import NOTHING, STEPS, coded_gaps, coded_places, read_features, steps

ROOT = Path(__file__).resolve().parent.parent
SMOOTHING = 10.0
# log2 of the places of a table.
BITS = 16
INVERSE_PENALTY = 20.0
# Of the grammar's messages, and of fragments.
SEED = 3
# Fragments that are none of the families, and how much each counts: what stands alone in a chat ("credit", "x") is judged by few
# features, and nothing else says that these tell nothing.
WORDS, SPANS, FRAGMENT = 4000, 15000, 0.3
# Of each family: how many features are kept; how much more a sentence of it counts than one that is none; how much a calm
# message of the sets counts, and a message of training/messages.csv; and what is taken from the constant, in log-odds, so that a
# half is where the cue begins.
FAMILIES = {
    "asks-human": (5250, 1.5, 2.0, 1.0, -0.1),
    "legal": (2050, 3.0, 1.0, 2.0, 1.4),
    "churn": (2650, 3.0, 1.0, 3.0, 0.1),
    "publicity": (2100, 3.0, 1.0, 2.0, 0.9),
    "insult": (1050, 2.0, 1.0, 2.0, 0.3),
    # Joyful swearing is swearing, too, and was not looked for.
    "profanity": (800, 2.0, 1.0, 0.0, -0.5),
    "safety": (1700, 2.0, 3.0, 2.0, 1.05),
}
PACK = (3400, 1.5, 2.0)
# What is taken from the constant of each: "no quiero hablar con un agente" is to be none.
PACKS = {"de": 0.5, "es": 0.75, "fr": 0.3, "it": 0.4, "nl": -0.15, "pt": -0.45}
# How much more a case of tests/data/cues counts: each has to be judged as it says.
HELD = 12.0


def cases(path):
    with open(path, newline="") as file:
        return [(row.get("language", "en"), row["text"], row["expected"] == "yes") for row in csv.DictReader(file)]


def calm_sets(folder):
    """Texts of the sets that are none of the families, and those of them in which somebody asks for a person."""
    read = lambda name: corpora.lines(folder / "train" / f"{name}.jsonl")
    calm = [row["text"] for name in ("banking77", "clinc150") for row in read(name)]
    asks = []
    for row in read("nlupp"):
        (asks if "handoff" in row["intents"] else calm).append(row["text"])
    for row in read("rasa_bots"):
        if row["intent"] == "human_handoff":
            asks.append(row["text"])
        elif not row["intent"].startswith("mood"):
            calm.append(row["text"])
    return calm, asks


def messages():
    """What customers say who are not angry, with the families that were found in it by reading; those in doubt end in a question mark."""
    with open(ROOT / "training/cues/in-messages.csv", newline="") as file:
        found = {row["text"]: row["cues"].split() for row in csv.DictReader(file)}
    with open(ROOT / "training/messages.csv", newline="") as file:
        return [(row["text"], found.get(row["text"], [])) for row in csv.DictReader(file) if row["is"] != "angry"]


def fragments(texts):
    """Single words of these texts, the most frequent ones, and up to six words in a row out of them."""
    words = Counter(word for text in texts for word in re.findall(r"[a-z0-9']+", text.lower()))
    drawn, spans = random.Random(SEED), []
    for _ in range(SPANS):
        words_of = drawn.choice(texts).split() or [""]
        begin = drawn.randrange(len(words_of))
        spans.append(" ".join(words_of[begin:begin + drawn.randint(1, 6)]))
    return [word for word, _ in words.most_common(WORDS)] + spans


def matrix(hashes):
    """The features of each text as cues.rs sums them."""
    places = (np.concatenate(hashes).astype(np.uint64) * 0x9E3779B1 & 0xFFFFFFFF) >> (32 - BITS)
    counts = np.array([len(list_) for list_ in hashes])
    ends = np.concatenate([[0], np.cumsum(counts)])
    rows = sp.csr_matrix((np.ones(len(places)), places.astype(np.int32), ends), shape=(len(hashes), 1 << BITS))
    rows.sum_duplicates()
    return (sp.diags(1 / np.sqrt(counts + SMOOTHING)) @ rows).tocsr()


def by_sentence(rows, seen, ones):
    """The features of each sentence once, whether it is one of the family, and how much it counts: of a message that is none every
    sentence, of one that is one what `ones` has of it."""
    sentences = {}
    for text, is_one, count in rows:
        for hashes in [ones[text]] if is_one else seen[text]:
            key = hashes.tobytes()
            _, was_one, counted = sentences.get(key, (hashes, is_one, 0.0))
            if is_one or not was_one:
                sentences[key] = (hashes, is_one, max(count, counted) if is_one == was_one else count)
    return zip(*sentences.values())


def fit(rows, seen, keep, shift):
    """The constant of a family, the size of a step, and its weights as places in the scale of sixteen steps. Each message that is
    one counts whole at first, and then by that of its sentences which is most likely what makes it one."""
    rows = [row for row in rows if seen[row[0]]]
    ones = {text: seen[text] for text, is_one, _ in rows if is_one}
    first = fitted(*by_sentence(rows, seen, {text: np.concatenate(sentences) for text, sentences in ones.items()}), keep, shift)
    likely = odds([hashes for sentences in ones.values() for hashes in sentences], first)
    parts = np.split(likely, np.cumsum([len(sentences) for sentences in ones.values()])[:-1])
    best = {text: sentences[int(np.argmax(part))] for (text, sentences), part in zip(ones.items(), parts)}
    return fitted(*by_sentence(rows, seen, best), keep, shift)


def fitted(hashes, y, counts, keep, shift):
    """As `fit`, of sentences."""
    x = matrix(hashes)
    y, counts = np.array(y), np.array(counts)
    model = lambda x: LogisticRegression(C=INVERSE_PENALTY, max_iter=2000, tol=1e-6).fit(x, y, sample_weight=counts)
    # What a feature does to the sum, over all messages; what does least is left out, and the rest fitted once more.
    spread = np.sqrt(np.asarray(x.multiply(x).sum(0)).ravel())
    kept = np.argsort(-np.abs(model(x).coef_[0]) * np.sqrt(spread), kind="stable")[:keep]
    again = model(x[:, kept])
    places = np.full(1 << BITS, NOTHING)
    places[kept], unit = steps(again.coef_[0])
    # As they are written.
    constant = round((float(again.intercept_[0]) - shift + 44.5) * 8192) / 8192 - 44.5
    return constant, round(float(unit) * 1048576) / 1048576, places


def letters(number):
    """A number as three letters."""
    return "".join(chr(33 + number // power % 90) for power in (8100, 90, 1))


def coded(model):
    """A model as cues.rs reads it: its two numbers as letters, where its weights stand, and which steps they are."""
    constant, unit, places = model
    taken = np.flatnonzero(places != NOTHING)
    return letters(round((constant + 44.5) * 8192)) + letters(round(unit * 1048576)), taken, [int(place) for place in places[taken]]


def line(model):
    """A model as a line of a pack."""
    numbers, taken, weights = coded(model)
    return f"={numbers} {''.join(chr(33 + gap) for gap in coded_gaps(taken))} {''.join(chr(33 + weight) for weight in weights)}"


def packed(model):
    """A model as the file of English has it."""
    numbers, taken, weights = coded(model)
    weights += [NOTHING] * (len(weights) % 2)
    return numbers.encode() + coded_places(taken) + bytes(low | high << 4 for low, high in zip(weights[::2], weights[1::2]))


def write(pack, family, text):
    """Puts the line of a model under the name of its family."""
    path = ROOT / f"src/cue/{pack}.txt"
    lines = path.read_text().splitlines()
    at = lines.index(f"[{family}]") + 1
    rest = lines[at + 1:] if lines[at].startswith("=") else lines[at:]
    path.write_text("\n".join([*lines[:at], text, *rest]) + "\n")


def odds(sentences, model):
    """Of each sentence."""
    constant, unit, places = model
    return matrix(sentences) @ (STEPS[places] * unit) + constant


def reached(rows, seen, model):
    """Recall and precision of sentences that no model was fitted on."""
    told = np.zeros(len(rows), bool)
    of = np.repeat(np.arange(len(rows)), [len(seen[text]) for text, _ in rows])
    np.logical_or.at(told, of, odds([hashes for text, _ in rows for hashes in seen[text]], model) >= 0)
    is_one = np.array([is_one for _, is_one in rows])
    return {"recall": round(float(told[is_one].mean()), 3), "precision": round(float(is_one[told].mean()), 3)}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    calm, asks = calm_sets(arguments.parse_args().data)
    # Requests have a file a language.
    own = {family: [case for path in sorted((ROOT / "training/cues").glob(f"{family}.*csv")) for case in cases(path)] for family in FAMILIES}
    held = set()
    for family in ("asks-human", "churn", "safety"):
        tested = cases(ROOT / f"tests/data/cues/{family}.csv")
        own[family] += tested
        held |= {(text, is_one) for _, text, is_one in tested}
    with open(ROOT / "training/cues/calm.csv", newline="") as file:
        ours = [(row["language"], row["text"]) for row in csv.DictReader(file)]
    # A yes or a no asks for nobody by itself.
    with open(ROOT / "tests/data/cues/answers.csv", newline="") as file:
        ours += [(row["language"], row["text"]) for row in csv.DictReader(file) if row["answer"] == "no"]
    calm += [text for language, text in ours if language == "en"]
    # What customers of sixteen trades say is danger to nobody, however angry they are.
    angry = [row[0] for row in support.messages(SEED, 8000)]
    angry += [row["text"] for row in corpora.lines(ROOT / "tests/data/injections.jsonl") if row["signal"] != "safety"]
    customers = messages()
    fragmentary = fragments([text for text, found in customers if not found])
    texts = set(angry) | set(fragmentary) | {text for text, _ in customers} | {text for rows in own.values() for _, text, _ in rows}
    texts |= {text for _, text in ours} | set(calm) | set(asks)
    texts = sorted(texts)
    features = read_features(texts)
    ends = np.cumsum(features.sentences)
    seen = {text: features.cues[end - count:end] for text, end, count in zip(texts, ends, features.sentences)}

    def english(family):
        _, more, calmly, customers_count, _ = FAMILIES[family]
        rows = {text: (text, False, FRAGMENT) for text in fragmentary} if customers_count > 0 else {}
        # What others wrote for another family is seldom of this one; swearing and insults stand anywhere.
        for other, cases in own.items():
            for language, text, is_one in cases:
                if language == "en" and not (is_one and family in ("insult", "profanity")):
                    rows[text] = (text, False, 0.3 if is_one else 0.5)
        if customers_count > 0:
            rows |= {text: (text, family in cues, customers_count) for text, cues in customers if f"{family}?" not in cues}
        rows |= {text: (text, False, calmly) for text in calm}
        if family == "safety":
            rows |= {text: (text, False, 1.0) for text in angry}
        if family == "asks-human":
            rows |= {text: (text, True, more) for text in asks}
        rows |= {text: (text, is_one, (more if is_one else 1.0) * (HELD if (text, is_one) in held else 1.0))
                 for language, text, is_one in own[family] if language == "en"}
        return list(rows.values())

    def foreign(pack):
        _, more, calmly = PACK
        rows = {text: (text, False, 0.3) for text in calm[::8]}
        # Its neighbours' words are among its own.
        rows |= {text: (text, False, 0.5) for language, text in ours if language != pack}
        rows |= {text: (text, False, HELD if (text, is_one) in held else 1.0)
                 for language, text, is_one in own["asks-human"] if not is_one and language != pack}
        rows |= {text: (text, False, calmly) for language, text in ours if language == pack}
        rows |= {text: (text, is_one, (more if is_one else 1.0) * (HELD if (text, is_one) in held else 1.0))
                 for language, text, is_one in own["asks-human"] if language == pack}
        return list(rows.values())

    report = {}

    def trained(name, rows, settings):
        keep, shift = settings
        halves = [[row for row in rows if hashlib.sha256(row[0].encode()).digest()[0] % 2 == half] for half in (0, 1)]
        own_rows = {text for family in own.values() for _, text, _ in family}
        figures = [reached([row[:2] for row in halves[1 - half] if row[0] in own_rows and row[2] >= 1], seen,
                           fit(halves[half], seen, keep, shift)) for half in (0, 1)]
        report[name] = {"messages": len(rows), "ofIt": sum(is_one for _, is_one, _ in rows),
                        "fittedOnOneHalfReachesOnTheOther": figures}
        print(name, report[name], flush=True)
        return fit(rows, seen, keep, shift)

    models = [packed(trained(family, english(family), (keep, shift))) for family, (keep, *_, shift) in FAMILIES.items()]
    (ROOT / "src/on_device/cues.bin").write_bytes(b"".join(models))
    for pack, shift in PACKS.items():
        write(pack, "asks-human", line(trained(f"asks-human {pack}", foreign(pack), (PACK[0], shift))))
    (ROOT / "training/cues.json").write_text(json.dumps(report, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
