"""What customers say whatever their trade, by what they speak of: crossly, mildly, calmly and gladly in like words.

Whoever is cross is negative and frustrated, whoever is mild negative and hardly frustrated. What is calm shares the words
of the others, so that no word of a topic tells a feeling by itself.
"""

from . import turns_chat, turns_idioms, turns_people, turns_plain, turns_things, turns_time, turns_tone, turns_trust

PARTS = [turns_time, turns_trust, turns_people, turns_things, turns_plain, turns_idioms, turns_chat, turns_tone]
TURNS = {topic: ways for part in PARTS for topic, ways in part.TURNS.items()}
