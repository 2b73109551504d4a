// Words for what the decisions hold. Where a decision brings something new, its own name is shown.

const HEADLINES = {
  respond: "The assistant answers",
  watch: "Answer, and keep watching",
  offer: "Offer a person",
  ask: "Ask: a person?",
  handoff: "Bring in a person",
};

/** Once a person is on the way, who is there matters more than what the rules would do. */
const UNDER_WAY = {
  requested: "A person is asked for",
  queued: "In line for a person",
  human: "A person answers",
};

export const POLICIES = {
  balanced: "Shows the button early, hands over late.",
  article: "Three thresholds; reaching one brings in a person.",
};

export const LIFECYCLE = ["bot", "offered", "requested", "queued", "human", "returned"];

const LIFECYCLE_WORDS = {
  bot: "bot",
  offered: "offered",
  requested: "asked",
  queued: "in line",
  human: "person",
  returned: "back",
};

const TONES = {
  neutral: "Neutral",
  negative: "Calm and concrete",
  positive: "Warm",
};

export const TREND_MARKS = { improving: "↗", stable: "→", declining: "↘" };

export const SEVERITIES = ["low", "medium", "high", "critical"];

const COMPARISONS = {
  atLeast: "at or above",
  above: "above",
  atMost: "at or below",
  below: "below",
  is: "is",
  isNot: "is not",
};

/** How a value would have had to compare, after "had it been". */
const OTHERWISE = { ...COMPARISONS, is: "", isNot: "other than" };

const HINTS = {
  "already-apologised": "The assistant has apologised already",
  "already-said": "The assistant has repeated itself",
  "handoff-waiting": "A person is on the way: promise no time",
};

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const SCORE = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** A score with two places and a real minus sign. */
export function scoreText(score) {
  return SCORE.format(score).replace("-", "−");
}

/** `asks-human` and `consecutiveNegatives` as words. */
export function plain(name) {
  return String(name)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[-_]+/g, " ")
    .replace(/:\s*/g, ": ")
    .toLowerCase();
}

export function lifecycleWord(handoff) {
  return LIFECYCLE_WORDS[handoff] ?? plain(handoff);
}

function valueText(value) {
  if (value === null || value === undefined) return "unknown";
  if (typeof value === "number") return NUMBER.format(value).replace("-", "−");
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  if (typeof value === "object") return Object.entries(value).map(([key, held]) => `${plain(key)} ${valueText(held)}`).join(", ");
  return plain(value);
}

/** One piece of evidence as `{ what, detail }`; `numberOf` knows a message's place by its id. */
export function evidenceWords(piece, numberOf) {
  const { input, name, comparison, threshold, value, messages, values, unless, enough, ...others } = piece;
  const subject = name === undefined ? plain(input) : `${plain(input)} “${plain(name)}”`;
  const detail = [`${COMPARISONS[comparison] ?? plain(comparison)} ${valueText(threshold)}`];
  if (values?.length > 0) detail.push(`from ${valueText(values)}`);
  if (messages.length > 0) {
    const places = messages.map((id) => numberOf(id) ?? id).reverse();
    detail.push(`${places.length === 1 ? "message" : "messages"} ${places.join(", ")}`);
  }
  for (const [key, held] of Object.entries(others)) detail.push(`${plain(key)}: ${valueText(held)}`);
  const otherwise = `${OTHERWISE[unless] ?? plain(unless)} ${valueText(threshold)}`.trim();
  detail.push(enough ? `had it been ${otherwise}, this rule would not hold` : "without it this rule would still hold");
  return { what: `${sentence(subject)}: ${valueText(value)}`, detail: detail.join(" · ") };
}

/** Why a rule holds, as a report's point has it: names as words, numbers to two places with their signs. */
export function whyWords(why) {
  const words = why.replace(/([a-z])-(?=[a-z])/g, "$1 ");
  return words.replace(/-?\b\d+\.\d+/g, (number) => scoreText(Number(number)));
}

/** A hint of the tone as a sentence. */
export function hintWords({ hint, count }) {
  const words = HINTS[hint] ?? sentence(plain(hint));
  return count === undefined ? words : `${words} (${count}×)`;
}

/** Why, where no rule says it. */
export function reasonWords({ reason, handoff }) {
  if (reason !== "") return `${reason}.`;
  return UNDER_WAY[handoff] === undefined ? "No rule asks for a person." : "The rules rest until the person leaves.";
}

/** What the tone comes to for the next reply. */
export function toneName({ tone, botMuted }) {
  if (botMuted) return "The assistant is silent";
  return TONES[tone.label] ?? sentence(plain(tone.label));
}

/** The decision as a headline. */
export function headline({ action, handoff }) {
  if (UNDER_WAY[handoff] !== undefined) return UNDER_WAY[handoff];
  return outcomeWords({ outcome: action });
}

/** What the rules call for, as a headline. */
export function outcomeWords({ outcome }) {
  return HEADLINES[outcome] ?? sentence(plain(outcome));
}

const KEYS = {
  confirm: "Messages in a row",
  window: "Scores the trend looks at",
  delta: "Change that counts as a trend",
  negativeFrustration: "Frustration that counts as negative",
  maxOffers: "Offers the rules may make",
  offerDwellMs: "An offer stays for (ms)",
  acceptWithinMs: "The desk accepts within (ms)",
  messages: "messages",
  ms: "ms",
};
const SPANS = { dwell: "Holds at least", cooldown: "Rests afterwards" };

/** What a number of a policy is, in words. */
export function thresholdWords({ path, input, name, over, key }) {
  if (input === null) {
    const span = path.match(/\.(dwell|cooldown)\./)?.[1];
    return span === undefined ? KEYS[key] ?? sentence(plain(key)) : `${SPANS[span]} (${KEYS[key]})`;
  }
  const subject = name === null ? plain(input) : `${plain(input)} “${plain(name)}”`;
  const last = over === null ? "" : ` over ${over}`;
  const lets = path.includes(".clear") ? "Lets go: " : "";
  return sentence(`${lets}${subject}${last} ${COMPARISONS[key] ?? plain(key)}`);
}

/** What is allowed in the place of a number, in words. */
export function countWords({ path, low, high, unit, value }) {
  if (unit === "any") return "any number";
  const from = path === "trend.delta" ? "above 0" : valueText(low);
  const range = high > 100_000 ? `${from} or more` : `${from} to ${valueText(high)}`;
  return unit === "milliseconds" ? `${range} · ${valueText(value / 1000)} s` : range;
}

const PERCENT = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A share, -1 to 1, to the tenth of a per cent: halves away from zero, as in the report of `simmerdown replay`. */
export function tenths(share) {
  return (Math.sign(share) * Math.round(1_000 * Math.abs(share))) / 1_000;
}

/** A share, 0 to 1, as a percentage. */
export function percent(share) {
  return PERCENT.format(tenths(share));
}

/** A share with its interval and its sample, in words. */
export function shareWords({ share, low, high, count, of }) {
  return share === null ? "nothing to count" : `${percent(low)} to ${percent(high)}, ${count} of ${of}`;
}

/** An element with its text and class. */
export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
}

export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
