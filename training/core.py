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


def steps(weights, negligible):
    """Places in the scale of sixteen steps, and the size of a 64th; steps of up to `negligible` are nothing."""
    best = None
    for largest in np.quantile(np.abs(weights), [0.97, 0.98, 0.99, 0.995, 0.998, 1.0]):
        unit = max(largest, 1e-6) / 64
        places = np.abs(weights[:, None] / unit - STEPS[None, :]).argmin(1)
        error = ((STEPS[places] * unit - weights) ** 2).sum()
        if best is None or error < best[0]:
            best = error, places.astype(np.uint16), np.float32(unit)
    return np.where(np.abs(STEPS[best[1]]) <= negligible, NOTHING, best[1]).astype(np.uint16), best[2]
