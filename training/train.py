"""Trains the on-device scorer: `python training/train.py DATA PACKAGE`.

Reads DATA/train and the rated sentences of PACKAGE, the sources of vaderSentiment, fits four linear heads (negative,
positive, frustration, urgency) on the features that the Rust core itself reads (`cargo xtask features`), keeps those that
matter and fits them once more, cuts the weights to four bits each, and writes src/on_device/weights.bin. What the scorer
reaches with it on DATA/dev (`simmerdown score`) is written with the file's hash into training/weights.json. The seed is
fixed: the same data give the same file.
"""

import argparse
import csv
import hashlib
import itertools
import json
import multiprocessing
import os
import struct
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score

import corpora
import lexicon
import support
from core import FEELINGS, NOTHING, coded_places, read_features, read_scores, steps

ROOT = Path(__file__).resolve().parent.parent
# The grammar is drawn from with each, and the mean of what is fitted counts: what one draw happens to hold matters less.
SEEDS = [3, 4, 5]
HEADS = ["negative", "positive", "frustration", "urgency"]
# log2 of the places of words, runs of letters, marks. In the large table a word that training never saw seldom stands where
# another's weight is; of runs of letters there are so many in a message that this evens out.
BITS = [18, 13, 6]
# Added to the number of features before the square root that divides their sum.
SMOOTHING = [6.0, 40.0, 0.0]
# How freely a group's weights may grow, against the others.
FREEDOM = [1.0, 1.0, 0.5, 3.0]
INVERSE_PENALTY = [2.0, 2.0, 2.0, 1.0]
# How many words and runs of letters each head keeps: those that do most to its sum.
KEPT = {"negative": (7200, 3500), "positive": (5200, 3000), "frustration": (7200, 3500), "urgency": (800, 800)}
# The lowest bit of each head's weight at a place, as weights.rs reads them.
PLACE = [0, 8, 4, 12]
SOURCES = {"goemotions": 1.0, "banking77": 0.5, "clinc150": 0.5, "nlupp": 1.0, "rasa": 1.0, "senti4sd": 1.5,
           "convabuse": 1.0, "said": 1.5, "composed": 1.0, "written": 1.5, "movies": 0.5, "editorials": 1.0}
# What each kind of message in training/messages.csv is: negative, positive, frustrated.
WRITTEN = {"glad": (0.0, 1.0, 0.0), "calm": (0.05, 0.03, 0.0), "sorry": (0.2, 0.03, 0.0), "repair": (0.25, 0.02, 0.25),
           "mild": (0.85, 0.0, 0.35), "angry": (1.0, 0.0, 1.0)}
# Messages of the grammar: whole sentences, and those composed of scenes and turns.
SAID, COMPOSED = 18000, 32000


def matrix(group, lists, counts):
    """A sparse matrix of a group, as weights.rs sums it: a row for so many lists of hashes each."""
    ends = np.concatenate([[0], np.cumsum([len(hashes) for hashes in lists])])[np.concatenate([[0], np.cumsum(counts)])]
    places = ((np.concatenate(lists).astype(np.uint64) * 0x9E3779B1 & 0xFFFFFFFF) >> (32 - BITS[group])).astype(np.int32)
    block = sp.csr_matrix((np.ones(len(places), np.float32), places, ends), shape=(len(counts), 1 << BITS[group]))
    block.sum_duplicates()
    if SMOOTHING[group]:
        block = sp.diags((1 / np.sqrt(np.diff(ends) + SMOOTHING[group])).astype(np.float32)) @ block
    return block


def matrices(seen):
    """What is seen of whole texts: a matrix for each group, and one of feelings."""
    return [matrix(0, seen.words, seen.sentences), matrix(1, seen.letters, seen.sentences),
            matrix(2, seen.marks, np.ones(len(seen.marks), int)), sp.csr_matrix(seen.feelings)]


def fit(rows, blocks, column, penalty, begin=None):
    """Weights of one head, group by group, and its constant; and both as one list, where the next fit may begin. A soft label counts
    as both, by its share."""
    labels = np.array([np.nan if row[column] is None else row[column] for row in rows])
    weights = np.array([row[6] for row in rows])
    known = np.where(~np.isnan(labels))[0]
    soft = known[(labels[known] > 0) & (labels[known] < 1)]
    index = np.concatenate([known, soft])
    target = np.concatenate([np.where(labels[known] > 0, 1.0, 0.0), np.zeros(len(soft))])
    share = np.concatenate([np.where(labels[known] > 0, labels[known], 1.0), 1 - labels[soft]])
    x = sp.hstack([block * free for block, free in zip(blocks, FREEDOM)]).tocsr()[index]
    model = LogisticRegression(C=penalty, solver="lbfgs", max_iter=600, tol=2e-4, warm_start=True)
    if begin is not None:
        model.classes_, model.coef_, model.intercept_ = np.array([0.0, 1.0]), begin[:, :-1], begin[:, -1]
    model.fit(x, target, sample_weight=weights[index] * share)
    cuts = np.cumsum([block.shape[1] for block in blocks])[:-1]
    parts = [part * free for part, free in zip(np.split(model.coef_[0], cuts), FREEDOM)]
    return parts, float(model.intercept_[0]), np.column_stack([model.coef_, model.intercept_])


def mean(fits):
    """Of several fits of a head: weights, group by group, and the constant."""
    parts, constants = zip(*fits)
    return [np.mean(of_group, 0) for of_group in zip(*parts)], float(np.mean(constants))


def dev_sets(folder):
    """Name to (texts, sentiment or None, frustrated or None)."""
    sets = {}
    read = lambda name: corpora.lines(Path(folder) / "dev" / f"{name}.jsonl")
    rows = [(row["text"], set(row["emotions"])) for row in read("goemotions")]
    both = lambda e: bool(e & corpora.NEGATIVE) and bool(e & corpora.POSITIVE)
    sets["goemotions"] = ([t for t, _ in rows],
                          [None if both(e) else int(bool(e & corpora.POSITIVE)) - int(bool(e & corpora.NEGATIVE)) for _, e in rows],
                          [int(bool(e & corpora.FRUSTRATED)) for _, e in rows])
    for name in ["vader_tweets", "vader_amazon"]:
        rows = read(name)
        sets[name] = ([r["text"] for r in rows], [(r["valence"] >= 0.5) - (r["valence"] <= -0.5) for r in rows], None)
    rows = read("convabuse")
    sets["convabuse"] = ([r["text"] for r in rows], None, [int(np.mean(r["severity_votes"]) < 0) for r in rows])
    rows = [t for d in read("uss_sgd_dialogues") for t in d["turns"] if t["role"] == "customer" and t.get("satisfaction_votes")]
    sets["uss_sgd"] = ([r["text"] for r in rows], None, [int(np.mean(r["satisfaction_votes"]) < 2.5) for r in rows])
    sets["clinc150"] = ([r["text"] for r in read("clinc150")], None, [0] * len(read("clinc150")))
    rows = [r for r in read("nlupp") if "handoff" not in r["intents"]]
    sets["nlupp"] = ([r["text"] for r in rows], None, [0] * len(rows))
    return sets


def auroc(truth, score):
    truth = np.array(truth)
    return round(float(roc_auc_score(truth, score)), 4) if 0 < truth.sum() < len(truth) else None


# Slope and shift of each head's log-odds. Chosen on DATA/dev, without the sets for evaluation only, so that the
# thresholds of the presets mean what they say: frustration 0.75 and score -0.6 are reached by less than 1 % of calm
# messages to a bank or an assistant, 0.9 by almost none.
CALIBRATION = [(0.8, -1.9), (0.8, -0.6), (0.75, 0.08), (0.8, 0.0)]
# What the word list counts beyond the fit, in log-odds of negative and positive, of words with a feeling and of words of
# business. The fit leans on words and pairs of the sets it saw; what other customers write of them is less, and the list
# is what is left. Chosen by leaving a part of the grammar or a set out (senti4sd, goemotions) and ranking its texts.
WORDS_COUNT = (1.0, 0.5)
# The same for frustration, of what is bad among them alone: that a customer also says something good calms the fit enough.
# Chosen by fitting without goemotions or without convabuse and ranking their texts.
ANGER_COUNTS = (1.5, 0.75)
# Politeness that only closes a sentence is no feeling; said often enough to outweigh the sets that call it one.
COURTESIES = ["thanks", "thank you", "Thanks", "Thank you", "Thank you.", "Thanks!", "ok thanks", "ok thank you", "thx", "ty",
              "no thanks", "no thank you", "yes thanks", "yes please", "thanks, bye", "thank you, goodbye", "cheers", "okay",
              "ok", "no", "yes", "nope", "no, that's all", "hello", "please", ""]


def evaluation(folder):
    """What the scorer reaches, as it is built now, on each set."""
    sets = {}
    for name, (texts, sentiment, frustrated) in dev_sets(folder).items():
        scores = read_scores(texts)
        # What has no score is in a language that the scorer was not made for.
        known = [k for k, told in enumerate(scores) if told["score"] is not None]
        score = np.array([told["score"] for told in scores], float)
        frustration = np.array([told.get("frustration") for told in scores], float)
        entry = {"messages": len(texts)}
        if sentiment:
            labelled = [k for k in known if sentiment[k] is not None]
            truth = np.array([sentiment[k] for k in labelled])
            label = [{"negative": -1, "neutral": 0, "positive": 1}[scores[k]["label"]] for k in labelled]
            entry["aurocNegative"] = auroc(truth < 0, -score[labelled])
            entry["macroF1"] = round(float(f1_score(truth, label, average="macro")), 4)
        if frustrated:
            truth = np.array(frustrated)[known]
            score, frustration = score[known], frustration[known]
            calm = truth == 0
            entry["calmAtFrustration0.75"] = round(float((frustration[calm] >= 0.75).mean()), 4)
            entry["calmAtScore-0.6"] = round(float((score[calm] <= -0.6).mean()), 4)
            if truth.any():
                entry["aurocFrustration"] = auroc(truth, frustration)
                entry["frustratedAtFrustration0.75"] = round(float((frustration[~calm] >= 0.75).mean()), 4)
        sets[name] = entry
    return sets


def keep(seen, fits):
    """Of each head the places of each group that it keeps, those that do most to its sum, and its weights there, fitted once more by
    themselves, with its constant. `seen` is rows and features of each draw, `fits` what was fitted on each."""
    # What a feature does to a sum, over all messages.
    spread = [np.sqrt(np.asarray(block.multiply(block).sum(0)).ravel()) for block in seen[0][1]]
    kept, heads = [], []
    for head, of_head in enumerate(zip(*fits)):
        parts, constant = mean(of_head)
        effect = [np.abs(parts[group]) * np.sqrt(spread[group]) for group in range(2)]
        most = [np.sort(np.argsort(-effect[group], kind="stable")[:KEPT[HEADS[head]][group]]) for group in range(2)]
        kept.append((*most, np.arange(1 << BITS[2])))
        begin = [parts[0][most[0]], parts[1][most[1]], parts[2], parts[3]]
        begin = np.concatenate([*(part / free for part, free in zip(begin, FREEDOM)), [constant]])[None, :]
        with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
            jobs = [pool.submit(fit, rows, [blocks[0][:, most[0]], blocks[1][:, most[1]], *blocks[2:]], 1 + head,
                                INVERSE_PENALTY[head], begin) for rows, blocks in seen]
            heads.append(mean([job.result()[:2] for job in jobs]))
    return kept, heads


def count_words(heads):
    """Has the word list count more than the fit would have it."""
    # Joy and anger of the words with a feeling stand first among the feelings, those of words of business last.
    for head, way in [(0, -1), (1, 1)]:
        for place, more in [(0, WORDS_COUNT[0]), (1, WORDS_COUNT[0]), (6, WORDS_COUNT[1]), (7, WORDS_COUNT[1])]:
            heads[head][0][3][place] += way * more / CALIBRATION[head][0]
    for place, more in [(1, ANGER_COUNTS[0]), (7, ANGER_COUNTS[1])]:
        heads[2][0][3][place] -= more / CALIBRATION[2][0]


def written(kept, heads):
    """The file, as weights.rs reads it."""
    constants = [intercept for _, intercept in heads]
    tables, units = [], []
    for group in range(3):
        packed = np.full(1 << BITS[group], sum(NOTHING << place for place in PLACE), np.uint16)
        for head in range(4):
            places, unit = steps(heads[head][0][group])
            packed[kept[head][group]] ^= (places ^ np.uint16(NOTHING)) << np.uint16(PLACE[head])
            units.append(unit)
        taken = np.flatnonzero(packed != sum(NOTHING << place for place in PLACE))
        # All the first bytes of a table, then all the second ones: with the order of heads some 2,000 bytes less after brotli.
        tables.append(coded_places(taken) + (packed[taken] & 255).astype(np.uint8).tobytes()
                      + (packed[taken] >> 8).astype(np.uint8).tobytes())
    constants += units + SMOOTHING
    constants += [heads[head][0][3][place] for place in range(FEELINGS) for head in range(4)]
    constants += [value for pair in CALIBRATION for value in pair]
    return b"SMW2" + bytes(BITS) + b"\0" + struct.pack(f"<{len(constants)}f", *constants) + b"".join(tables)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("package", type=Path)
    folder = (given := arguments.parse_args()).data
    sets = [(*row, SOURCES[row[5]]) for row in corpora.training_rows(folder, given.package)]
    with open(ROOT / "training/messages.csv", newline="") as file:
        sets += [(row["text"], *WRITTEN[row["is"]], None, "written", SOURCES["written"]) for row in csv.DictReader(file)]
    drawn = [(support.messages(seed, SAID, support.said), support.messages(seed, COMPOSED)) for seed in SEEDS]
    said = Counter(word for row in itertools.chain(sets, *drawn[0]) for word in lexicon.words_of(row[0]))
    for path in sorted((ROOT / "training/cues").glob("*.csv")):
        with open(path, newline="") as file:
            said.update(word for row in csv.DictReader(file) for word in lexicon.words_of(row["text"]))
    lexicon.write(ROOT / "src/on_device/lexicon.bin", said)
    sets += [(text, 0.0, 0.0, 0.0, 0.0, "courtesy", 120.0) for text in COURTESIES]
    same = matrices(read_features([row[0] for row in sets]))
    seen, fits, ends = [], [], [None] * 4
    for seed, (whole, composed) in zip(SEEDS, drawn):
        ours = [(*row, "said", SOURCES["said"]) for row in whole]
        ours += [(*row, "composed", SOURCES["composed"]) for row in composed]
        rows = sets + ours
        blocks = [sp.vstack(pair).tocsr() for pair in zip(same, matrices(read_features([row[0] for row in ours])))]
        seen.append((rows, blocks))
        print(f"seed {seed}: {len(rows)} messages, {sum(block.nnz for block in blocks)} features", flush=True)
        # Each head for itself, two at a time; what comes out does not depend on that.
        with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
            jobs = [pool.submit(fit, rows, blocks, 1 + head, INVERSE_PENALTY[head], ends[head]) for head in range(4)]
            *fitted, ends = zip(*[job.result() for job in jobs])
            fits.append(list(zip(*fitted)))
    kept, heads = keep(seen, fits)
    count_words(heads)
    data = written(kept, heads)
    (ROOT / "src/on_device/weights.bin").write_bytes(data)

    report = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "messages": len(rows), "sets": evaluation(folder)}
    (ROOT / "training/weights.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
