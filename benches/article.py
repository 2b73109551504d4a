"""The same job as `simmerdown replay --policy article` in Python: json.loads and the article's engine.

Reads a conversation log from a file and prints how many conversations and messages it held, how many escalated,
how long that took, and how many messages a second the engine alone takes from memory. The benchmark `cargo xtask bench replay` runs it beside the native command.
"""

import itertools
import json
import resource
import sys
import time
from dataclasses import dataclass


@dataclass
class SentimentScore:
    score: float
    label: str
    frustration: float
    urgency: float


class SentimentTracker:
    def __init__(self):
        self.history = []

    def add(self, score):
        self.history.append(score)

    @property
    def current(self):
        return self.history[-1].score if self.history else 0.0

    @property
    def trend(self):
        if len(self.history) < 2:
            return "stable"
        recent = self.history[-3:]
        difference = recent[-1].score - recent[0].score
        if difference < -0.3:
            return "declining"
        if difference > 0.3:
            return "improving"
        return "stable"


def evaluate(tracker):
    if not tracker.history:
        return False
    latest = tracker.history[-1]
    if latest.frustration >= 0.9:
        return True
    if latest.score <= -0.6 and tracker.trend == "declining":
        return True
    return latest.frustration >= 0.75


def replay(lines):
    conversations = messages = escalated = 0
    for line in lines:
        record = json.loads(line)
        tracker = SentimentTracker()
        escalates = False
        for event in record["events"]:
            kind = event["type"]
            if kind == "customer-message":
                messages += 1
            elif kind == "score":
                score = event["score"]
                tracker.add(SentimentScore(score["score"], score["label"], score["frustration"], score["urgency"]))
                escalates = evaluate(tracker) or escalates
        conversations += 1
        escalated += escalates
    return conversations, messages, escalated


def engine_alone(lines):
    """Messages a second of the tracker and the rules, on scores that are in memory already."""
    conversations = []
    for line in lines:
        events = json.loads(line)["events"]
        scores = [event["score"] for event in events if event["type"] == "score"]
        conversations.append([SentimentScore(s["score"], s["label"], s["frustration"], s["urgency"]) for s in scores])
    started = time.perf_counter()
    for scores in conversations:
        tracker = SentimentTracker()
        for score in scores:
            tracker.add(score)
            evaluate(tracker)
    return sum(map(len, conversations)) / (time.perf_counter() - started)


def main():
    started = time.perf_counter()
    with open(sys.argv[1], encoding="utf-8") as lines:
        conversations, messages, escalated = replay(lines)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open(sys.argv[1], encoding="utf-8") as lines:
        alone = engine_alone(itertools.islice(lines, 20_000))
    figures = {"conversations": conversations, "messages": messages, "escalated": escalated, "seconds": seconds}
    print(json.dumps({**figures, "peakKb": peak, "engineAlone": alone}))


main()
