"""What the core reads of a text, and weights in four bits: for the training of the scorer and of the cues."""

import json
import subprocess
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
# What the words of a text say by themselves; so many numbers.
FEELINGS = 8
# Lists of hashes: words, runs of letters and marks, which the scorer reads, and what the cues read.
GROUPS = 4
# The scale of a weight, in 64ths of the largest step, as in weights.rs.
STEPS = np.array([-64, -48, -35, -25, -17, -10, -5, 0, 5, 10, 17, 25, 35, 48, 64, 84])
NOTHING = 7


def read_features(texts):
    """What the core sees of each text: lists of hashes in four groups, and what the single words say."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    command = ["cargo", "run", "--quiet", "--release", "--package", "xtask", "--", "features"]
    answer = subprocess.run(command, cwd=ROOT, input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout
    words = np.frombuffer(answer, dtype="<u4")
    groups = [[] for _ in range(GROUPS)]
    feelings = np.zeros((len(texts), FEELINGS), np.float32)
    at = 0
    for row in range(len(texts)):
        for group in groups:
            count = int(words[at])
            group.append(words[at + 1:at + 1 + count])
            at += 1 + count
        feelings[row] = words[at:at + FEELINGS].view("<f4")
        at += FEELINGS
    return groups, feelings


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
