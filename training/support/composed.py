"""Messages put together of a scene of some trade and of what customers say in any: complaints, sighs, questions, praise."""

from . import drawing
from .scenes import SCENES
from .turns import TURNS

JOINTS = [". ", ". ", ". ", ", ", ", ", " ", " - ", "... ", "! ", "\n", " and "]
GREETINGS = ["hi,", "hello,", "hi there,", "hey", "good morning,", "good evening.", "dear team,", "hi {name},", "hiya,", "hello again,"]
CLOSINGS = [", thanks", ". thank you", ", please", " please", ". many thanks", ". thanks in advance", ". regards, {name}", ". best, {name}", ", cheers"]
# Before anything, whatever is felt.
OPENINGS = ["so ", "ok so ", "honestly ", "tbh ", "look, ", "well ", "just so you know, ", "i have to say, ", "guys, ", "and ", "right, "]
# What is asked for by somebody who tells of a problem and is calm.
REQUESTS = ["what should i do?", "can you check?", "(how|where) do i fix it?", "can you help(| me with it)?", "what now?", "is that right?", "can i get a new one?",
            "could you look into it(| please)?", "any idea why?", "the number is {n}", "(could|can) you (check|ask|look|find out|send another|resend it|tell me more)?",
            "is (there a fault|it a known issue|that normal|it covered)(| in {place}| on your side)?", "do i need to (do anything|call|wait|send it back)?",
            "please (advise|let me know|check|send a new one|change it)", "what are my options?", "can i (return|swap|rebook|get a refund for|keep) it?",
            "how long will it take(| to fix)?", "who do i (call|write to|ask)?", "i attached a photo", "reference {n}", "order {n}", "(no rush|no hurry|whenever you can)",
            "can someone have a look (on {day}|today|this week)?", "thanks for checking", "should i (wait|restart it|call you|reorder)?", "will it be (fixed|here) by {day}?",
            "i'd like a (refund|replacement|new date) please", "can we move it to {day}?", "does the warranty cover that?", "just letting you know"]
# How the kinds of message are mixed.
KINDS = {"cross": 0.28, "terse": 0.05, "mild": 0.1, "problem": 0.16, "calm": 0.2, "remark": 0.03, "glad": 0.18}
# negative, positive, frustration, urgency; None where nothing is said of it.
LABELS = {"cross": (1.0, 0.0, 1.0, None), "bad": (0.95, 0.0, 0.8, None), "terse": (0.75, 0.0, 0.5, None), "mild": (0.9, 0.0, 0.3, 0.0), "worry": (0.8, 0.0, 0.1, None),
          "problem": (0.12, 0.0, 0.05, None), "request": (0.05, 0.0, 0.02, None),
          "public": (0.35, 0.0, 0.2, None), "calm": (0.0, 0.0, 0.0, 0.0), "glad": (0.0, 1.0, 0.0, 0.0)}


def turn(draw, scene, kind):
    """One phrase of any topic, said in one way; and the topic."""
    topics = [topic for topic in TURNS if TURNS[topic][kind]]
    # Tone has more to say than the others.
    topic = draw.choice(topics + [topic for topic in ("irony", "anger", "letdown", "praise") if topic in topics])
    return drawing.choose(draw, draw.choice(TURNS[topic][kind]), scene), topic


def of_scene(draw, scene, kind):
    return drawing.choose(draw, draw.choice(scene[kind]), scene)


def join(draw, parts):
    text = parts[0]
    for part in parts[1:]:
        joint = draw.choice(JOINTS)
        if text[-1:] in "?!.":
            joint = draw.choice([" ", " ", "\n"])
        text += joint + part
    return text


def cross(draw, scene):
    kind = draw.random()
    phrase = turn(draw, scene, "cross")[0]
    if kind < 0.42:
        return [phrase], "cross"
    if kind < 0.6:
        parts = [of_scene(draw, scene, "problem"), phrase]
    elif kind < 0.75:
        return [of_scene(draw, scene, "bad")], "bad"
    elif kind < 0.85:
        parts = [of_scene(draw, scene, "bad"), phrase]
    elif kind < 0.92:
        return [of_scene(draw, scene, "sarcasm")] + ([phrase] if draw.random() < 0.3 else []), "cross"
    else:
        parts = [turn(draw, scene, "cross")[0], phrase]
    draw.shuffle(parts)
    return parts, "cross"


def mild(draw, scene):
    if draw.random() < 0.45:
        parts, label = [of_scene(draw, scene, "mild")], "mild"
    else:
        phrase, topic = turn(draw, scene, "mild")
        parts, label = [phrase], "worry" if topic == "worry" else "mild"
    more = draw.random()
    if more < 0.15:
        parts.append(of_scene(draw, scene, "ask"))
    elif more < 0.3:
        parts.insert(0, of_scene(draw, scene, "problem"))
    elif more < 0.4:
        parts.append(turn(draw, scene, "mild")[0])
    elif more < 0.5:
        parts = [f"{of_scene(draw, scene, 'good')} but {parts[0]}"]
    return parts, label


def calm(draw, scene):
    if draw.random() < 0.5:
        parts = [of_scene(draw, scene, "ask")]
    else:
        parts = [turn(draw, scene, "calm")[0]]
    if draw.random() < 0.15:
        parts.append(of_scene(draw, scene, "ask"))
    return parts, "calm"


def problem(draw, scene):
    parts, label = [of_scene(draw, scene, "problem")], "problem"
    more = draw.random()
    if more < 0.5:
        parts.append(drawing.choose(draw, draw.choice(REQUESTS), scene))
        label = "request"
    elif more < 0.6:
        parts.append(of_scene(draw, scene, "ask"))
        label = "request"
    elif more < 0.65:
        parts.append(of_scene(draw, scene, "problem"))
    return parts, label


def glad(draw, scene):
    kind = draw.random()
    phrase = turn(draw, scene, "glad")[0]
    if kind < 0.5:
        parts = [phrase]
    elif kind < 0.7:
        parts = [of_scene(draw, scene, draw.choice(["good", "good", "cheer"]))]
    elif kind < 0.85:
        parts = [of_scene(draw, scene, "good"), phrase]
        draw.shuffle(parts)
    elif kind < 0.95:
        # What was bad once and is good now.
        before = of_scene(draw, scene, draw.choice(["problem", "mild"]))
        parts = [f"{before}, but {of_scene(draw, scene, 'good')}", phrase] if draw.random() < 0.5 else [before, f"now {phrase}"]
    else:
        parts = [turn(draw, scene, "glad")[0], phrase]
    return parts, "glad"


def in_public(kind, label):
    """A fact, a remark or cheer, mostly by itself."""
    def way(draw, scene):
        parts = [of_scene(draw, scene, kind)]
        if kind == "terse" and draw.random() < 0.3:
            parts.append(turn(draw, scene, "cross")[0])
            return parts, "cross"
        return parts, label
    return way


WAYS = {"terse": in_public("terse", "terse"), "remark": in_public("remark", "calm"), "cross": cross, "mild": mild, "calm": calm, "problem": problem, "glad": glad}


def compose(draw):
    """A message as (text, negative, positive, frustration, urgency)."""
    scene = SCENES[draw.choice(list(SCENES))]
    kind = draw.choices(list(KINDS), list(KINDS.values()))[0]
    parts, label = WAYS[kind](draw, scene)
    text = join(draw, parts)
    angry, happy = kind == "cross", kind == "glad"
    if draw.random() < (0.75 if kind in ("terse", "remark") else 0.25 if angry or happy else 0.1):
        # In public: to the company by name, and to all the world.
        text = draw.choice(["@acme ", "@acme ", "@acme_help ", "hey @acme ", "@acme @acmecare "]) + text
        if angry or happy:
            if draw.random() < 0.25:
                text += " " + draw.choice(drawing.ANGRY_TAGS if angry else drawing.GLAD_TAGS)
        label = {"problem": "public", "request": "problem"}.get(label, label)
    else:
        start = draw.random()
        if start < 0.16:
            text = f"{drawing.choose(draw, draw.choice(GREETINGS))} {text}"
        elif start < 0.24:
            text = draw.choice(OPENINGS) + text
        if draw.random() < (0.04 if angry else 0.12):
            closing = drawing.choose(draw, draw.choice(CLOSINGS))
            text = text.rstrip(".") + closing if closing[0] == "." and text[-1:] not in "?!" else f"{text.rstrip('?.!')}{closing if closing[0] == ',' else ' ' + closing}"
    return text, *LABELS[label]
