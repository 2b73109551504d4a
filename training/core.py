"""What the core reads of a text, and weights in four bits: for the training of the scorer and of the cues."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
# What the words of a text say by themselves; so many numbers.
FEELINGS = 8
# The scale of a weight, in 64ths of the largest step, as in weights.rs.
STEPS = np.array([-64, -48, -35, -25, -17, -10, -5, 0, 5, 10, 17, 25, 35, 48, 64, 84])
NOTHING = 7
# Stands for that many empty places, and no weight behind them, as in sparse.rs.
EMPTY = 93


@dataclass
class Features:
    """What the core sees of texts, sentence by sentence."""

    # Of each text, how many sentences it has.
    sentences: np.ndarray
    # Of each sentence, hashes of its words, of its runs of letters, and of what the cues read.
    words: list
    letters: list
    cues: list
    # Of each sentence, what its single words say.
    told: np.ndarray
    # Of each text, hashes of its marks, and what all its words and emoji say.
    marks: list
    feelings: np.ndarray


def read_features(texts):
    """What the core sees of each text."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    command = ["cargo", "run", "--quiet", "--release", "--package", "xtask", "--", "features"]
    answer = subprocess.run(command, cwd=ROOT, input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout
    numbers = np.frombuffer(answer, dtype="<u4")
    at = 0

    def take(count):
        nonlocal at
        at += count
        return numbers[at - count:at]

    def hashes():
        return take(int(take(1)[0]))

    sentences, words, letters, cues, told, marks, feelings = [], [], [], [], [], [], []
    for _ in texts:
        sentences.append(int(take(1)[0]))
        for _ in range(sentences[-1]):
            for group in (words, letters, cues):
                group.append(hashes())
            told.append(take(FEELINGS).view("<f4"))
        marks.append(hashes())
        feelings.append(take(FEELINGS).view("<f4"))
    return Features(np.array(sentences), words, letters, cues, np.array(told), marks, np.array(feelings))


def read_scores(texts):
    """What the scorer tells of each text, as it is built now."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    command = ["cargo", "run", "--quiet", "--release", "--package", "simmerdown-cli", "--", "score"]
    answer = subprocess.run(command, cwd=ROOT, input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in answer.splitlines()]


def steps(weights):
    """Places in the scale of sixteen steps, and the size of a 64th."""
    best = None
    for largest in np.quantile(np.abs(weights), [0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 1.0]):
        unit = max(largest, 1e-6) / 64
        places = np.abs(weights[:, None] / unit - STEPS[None, :]).argmin(1)
        error = ((STEPS[places] * unit - weights) ** 2).sum()
        if best is None or error < best[0]:
            best = error, places.astype(np.uint16), np.float32(unit)
    return best[1:]


def coded_gaps(places):
    """How many places are empty before each of these, as sparse.rs reads it."""
    gaps, last = [], -1
    for place in places:
        gap = int(place) - last - 1
        gaps += [EMPTY] * (gap // EMPTY) + [gap % EMPTY]
        last = int(place)
    return gaps


def coded_places(places):
    """Places as `Rest::places` in sparse.rs reads them."""
    gaps = coded_gaps(places)
    return len(gaps).to_bytes(2, "little") + bytes(gap + 1 for gap in gaps)
