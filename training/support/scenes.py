"""What happens to customers, a trade at a time.

For each trade: its nouns; what is asked of it (`ask`) and what fails (`problem`), told calmly; what makes a customer
complain though no word of feeling stands there (`bad`); what disappoints (`mild`); what delights (`good`); bitter irony
(`sarcasm`); and what is said of it in public (`terse`, `remark`, `cheer`).
"""

from . import scenes_goods, scenes_homes, scenes_public, scenes_ways

PARTS = [scenes_goods, scenes_homes, scenes_ways]
SCENES = {trade: {**scene, **scenes_public.SCENES[trade]} for part in PARTS for trade, scene in part.SCENES.items()}
