"""Writes the word list of the on-device scorer: of VADER's (MIT) the words of one kind of letters that any text of the training
says, and some of our own.

Support chat says "please", "help" or "credit" without a feeling, so those stand apart, and the model learns what they
are worth; what customers say that the list lacks is added.
"""

import re
import struct
from pathlib import Path

import numpy as np

from core import coded_places

# log2 of the places of the table, as in lexicon.rs.
BITS = 19
# What is added to the class of a word of business.
BUSINESS = 16
# So many numbers are tried to be mixed into the hashes, and so many of the most usual words are to be told from those of the list.
MIXED_IN, USUAL = 10000, 8000
VALENCE = [-3.4, -2.9, -2.5, -2.1, -1.7, -1.3, -0.9, -0.5, 0.5, 0.9, 1.3, 1.7, 2.1, 2.5, 2.9, 3.4]

# Words of business, not of feeling: politeness, requests, plain faults.
PLAIN = set("""please yes ok okay help helps helping credit credits credited share shared shares dear interest
    interested interests want wanted like liked cancel cancelled canceled cancelling canceling alert alerts error errors
    debt debts fee demand demands charge charged charges number secure security value values stop stopped stops pay
    cut cutting fire matter matters certain certainly clear clearly chance natural reach reached ready save saved saves
    safe safely safer create active energy free trust trusted treat true won allow easy gift gifts award number
    no number agree agreed agreement apology apologies blocked block blocks discount protect protected protection
    resolve resolved solve solution solutions grant granted assets asset bonus benefit benefits rewards reward
    responsible support supported supports supporting promise promised promises premium ease strong importance
    important keen hand miss missed missing lost low lower lowest uncertain unclear unsure limited limit suspended
    delay delayed delays emergency urgent lack lacking lacks avoid avoids drop dropped emergency check reject rejected
    declined refuse refused vacation hospital war weapon death die dead sentence prison funeral legal fine fun
    interesting super broken broke damaged damage wrong failed fail stuck stolen fraud incorrect forgot""".split()) - set("super fun interesting fine".split())

# What customers say.
OURS = {
    "unacceptable": -2.8, "unhelpful": -2.3, "appalling": -2.9, "atrocious": -3.0, "abysmal": -3.0, "shambles": -2.5,
    "clueless": -2.3, "incompetent": -2.6, "incompetence": -2.6, "unprofessional": -2.4, "shoddy": -2.3, "farce": -2.3,
    "rubbish": -2.3, "garbage": -2.3, "trash": -2.0, "scammers": -2.9, "scam": -2.7, "scammed": -2.7, "ripoff": -2.7,
    "overcharged": -1.8, "overpriced": -1.7, "furious": -3.0, "livid": -3.0, "fuming": -2.8, "ridiculous": -2.3,
    "ridiculously": -2.0, "ludicrous": -2.4, "laughable": -2.3, "diabolical": -2.8, "disgraceful": -2.9, "shocking": -2.2,
    "woeful": -2.5, "dire": -2.2, "useless": -2.5, "pointless": -2.2, "nonsense": -1.9, "joke": -1.3, "liars": -2.6,
    "thieves": -2.7, "waste": -1.8, "wasted": -1.9, "wasting": -1.9, "ignored": -1.6, "ignoring": -1.7, "sucks": -2.3,
    "infuriating": -2.9, "frustrating": -2.4, "frustrated": -2.4, "annoying": -2.1, "annoyed": -2.0, "unreal": -0.9,
    "unbelievable": -1.3, "insane": -1.3, "pathetic": -2.7, "smh": -1.3, "ffs": -2.2, "wtf": -2.6, "grr": -1.7,
    "ugh": -1.7, "meh": -0.9, "unreliable": -2.0, "buggy": -1.5, "glitchy": -1.5, "filthy": -2.2, "rude": -2.3,
    "inexcusable": -2.6, "unresponsive": -1.7, "inept": -2.4, "crooks": -2.6, "nightmare": -2.5, "headache": -1.5,
    "hassle": -1.7, "downhill": -1.3, "regret": -1.9, "disservice": -2.0, "fiasco": -2.5, "debacle": -2.4,
    "helpful": 1.9, "kudos": 2.3, "flawless": 2.6, "seamless": 2.0, "prompt": 1.3, "courteous": 2.1, "hassle-free": 1.9,
    "recommend": 1.7, "sorted": 1.3, "solved": 1.3, "fixed": 1.3, "resolved": 1.3, "stellar": 2.6, "superb": 2.9,
    "yay": 2.3, "woohoo": 2.5, "phew": 0.9, "cheers": 1.3, "legend": 1.9, "lifesaver": 2.6, "thanku": 1.7, "thx": 1.3,
    "ty": 1.3, "tysm": 2.1, "brill": 2.0, "ace": 1.7, "fab": 2.2, "smooth": 1.3, "impressed": 2.1, "efficient": 1.7,
}

# More of what customers say, by how strongly.
CUSTOMERS = {
    -2.9: """bullcrap clusterfuck horseshit shite shitshow crapshow bollocks robbery extortion scammer scammy extortionate inedible
        shambolic trainwreck farcical seething robbed""",
    -2.4: """arse asinine brainless clowns conned cowboys deceptive jokers muppets misled mugged ripped negligent patronising
        patronizing condescending preposterous unfit unusable unplayable unwatchable wrecked tripe amateurs crock
        hogwash drivel senseless inane peeved gutted gutting absurd absurdity mayhem meltdown idiots bricked fobbed stranded""",
    -1.9: """abrupt bummed cheesed cobblers cockup claptrap baloney curt dismissive disorganised disgruntled dingy downgrade
        downgraded draining deteriorated endless endlessly excuses fedup filthy flimsy flabbergasted ghosted glitching
        grubby laggy miffed moldy mouldy muddle naff narked nuisance ordeal overcrowded overcharging overcharge overbilled
        pestering pestered pleading begging runaround saga shady sloppy smelly snotty spammed spoilt substandard
        subpar tasteless tat tiring undercooked overcooked underwhelmed underwhelming waffle incompetents unsafe chasing
        unanswered crickets cluelessness rammed slowest paywall""",
    -1.4: """baffled baffling bewildered bland clunky cumbersome declining deflated dense faff faffing illogical lacklustre lackluster
        mediocre nerfed nonsensical palaver pricey robotic scripted soggy stale unresolved unsolved unread waited
        vanished steep speechless salty slower buffering bug bugs glitch glitches copypaste umpteenth automated
        ages forever gobsmacked squashed""",
    1.4: """accommodating attentive comfy cosy cozy cheaper faster quicker quieter smoother breeze doddle effortless effortlessly obliging
        intuitive knowledgeable personable promptly pronto punctual resourceful roomy sleek slick spacious speedy sturdy
        transformed upgraded yippee recommending patience""",
    2.2: """angel angels chuffed clap dreamy exceeded flavoursome gem gems genius immaculate bravo huzzah hooked legends
        lifesavers magician magicians magical mouthwatering outdone props rockstar rockstars saviour savior selfless shoutout
        smitten spotless stoked surpassed tasty tickled wizard""",
}
OURS.update({word: valence for valence, words in CUSTOMERS.items() for word in words.split() if word not in OURS})


def fnv(word):
    value = 0x811C9DC5
    for byte in word.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def words_of(text):
    """The words of a text as the list has them."""
    return (re.sub(r"(.)\1{2,}", r"\1\1", word) for word in re.findall(r"[a-z][a-z']+", text.lower().replace("’", "'")))


def entries(said):
    """Word and valence, VADER's and ours: of words with a feeling, and of words of business. Of VADER's those that are among
    the words `said`."""
    import vaderSentiment
    path = Path(vaderSentiment.__file__).parent / "vader_lexicon.txt"
    words, plain = {}, {}
    for line in path.read_text(encoding="utf-8").splitlines():
        word, valence = line.split("\t")[:2]
        if re.fullmatch(r"[a-z][a-z']+", word):
            word = re.sub(r"(.)\1{2,}", r"\1\1", word)
            if word in said:
                (plain if word in PLAIN else words)[word] = float(valence)
    words.update(OURS)
    told = lambda words: {word: valence for word, valence in words.items() if abs(valence) >= 0.3 and "-" not in word}
    return told(words), told({word: valence for word, valence in plain.items() if word not in words})


def step(valence):
    """The place of a valence among the steps."""
    return min(range(16), key=lambda k: abs(VALENCE[k] - valence))


def places(hashes, mixed_in):
    """Where words of these hashes stand in the table; as `mix` in features.rs and `at` in sparse.rs have it."""
    mixed = (hashes ^ np.uint32(mixed_in * 0x9E3779B1 & 0xFFFFFFFF)) * np.uint32(0x85EBCA6B)
    return (mixed ^ mixed >> np.uint32(15)) * np.uint32(0x9E3779B1) >> np.uint32(32 - BITS)


def write(path, said):
    """Writes the file that src/on_device/lexicon.rs describes, of the words `said`, with how often each is, and of ours."""
    words, plain = entries(said)
    classes = {**{word: 1 + BUSINESS + step(valence) for word, valence in plain.items()}, **{word: 1 + step(valence) for word, valence in words.items()}}
    # Of two words at one place the one that is said more often stands there.
    listed = sorted(classes, key=lambda word: (said[word], word))
    usual = [word for word, _ in said.most_common(USUAL) if word not in classes]
    told = np.array([*(classes[word] for word in listed), *(0 for _ in usual)], np.uint8)
    hashes, counts = (np.array([of(word) for word in listed + usual], np.uint32) for of in (fnv, lambda word: said[word]))

    def table(mixed_in):
        table = np.zeros(1 << BITS, np.uint8)
        table[places(hashes[:len(listed)], mixed_in)] = told[:len(listed)]
        return table

    def taken_wrong(mixed_in):
        """How often words are said that are taken for another."""
        return int(counts[table(mixed_in)[places(hashes, mixed_in)] != told].sum())

    mixed_in = min(range(MIXED_IN), key=taken_wrong)
    print("words said that are taken for another of the list:", taken_wrong(mixed_in), "of", said.total(), flush=True)
    table = table(mixed_in)
    taken = np.flatnonzero(table)
    Path(path).write_bytes(struct.pack("<I", mixed_in) + coded_places(taken) + table[taken].tobytes())
