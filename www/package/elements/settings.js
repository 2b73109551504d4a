// Settings of which some cannot be used: what is bad falls away, the rest holds.

/** What a conversation refuses its settings with. */
const REFUSALS = new Set(["invalid-options", "invalid-policy", "unknown-policy"]);

/** Whether that is what an error says: the settings cannot be used. */
export function areRefused(error) {
  return REFUSALS.has(error?.code);
}

/**
 * Those of the settings that can be used: `attempt(settings)` throws for what cannot. `bad(name, error, within)` is told of
 * each of the others. Where something cannot be read that may hold the rules back, it is held that it does.
 */
export function usable(settings, attempt, bad) {
  return sorted(settings, attempt, (name, error, good) => {
    const value = settings[name];
    if (name === "texts") {
      good.texts = sorted(value, (texts) => attempt({ ...good, texts }), (text, problem) => bad(text, problem, name));
      return;
    }
    if (name === "enabled") good.enabled = false;
    // Also under a name that nobody knows.
    else if (name === "mode" || value === "shadow") good.mode = "shadow";
    bad(name, error);
  });
}

function sorted(settings, attempt, bad) {
  const good = {};
  for (const [name, value] of Object.entries(settings)) {
    try {
      attempt({ ...good, [name]: value });
      good[name] = value;
    } catch (error) {
      if (!areRefused(error)) throw error;
      bad(name, error, good);
    }
  }
  return good;
}
