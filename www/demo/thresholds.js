// The numbers of a policy as a form: each with its range, its old value, and what is wrong with it, by its path in the
// document. What is allowed is the engine's to say; this only draws it.

import { countWords, element, plain, sentence, thresholdWords } from "./words.js";

let forms = 0;

/** What a field holds, as it goes into the document: a number, with a decimal comma or point; a text that is none as it is. */
function entered(field) {
  const text = field.value.trim().replace("−", "-");
  const number = Number(text.replace(",", "."));
  return text === "" ? null : Number.isFinite(number) ? number : text;
}

export class ThresholdForm {
  #place;
  #edit;
  #changed;
  #base = "";
  #policy = null;
  #fields = new Map();
  #general;
  #name = `thresholds-${(forms += 1)}`;

  /**
   * Draws into `place`. `edit(document, edits)` is the engine's; `changed(policy)` is told the document after every
   * change, or null while something is wrong with it.
   */
  constructor(place, { edit, changed }) {
    this.#place = place;
    this.#edit = edit;
    this.#changed = changed;
  }

  /** Shows the numbers of this document, unmoved. Says what is wrong where it is no policy, and keeps what it had. */
  load(document) {
    const { policy, thresholds, faults } = this.#edit(document, []);
    if (faults.length > 0) return faults;
    this.#base = policy;
    this.#draw(JSON.parse(policy), thresholds);
    this.#moved();
    return [];
  }

  /** Shows no numbers: there is no policy. */
  clear() {
    this.#base = "";
    this.#policy = null;
    this.#fields.clear();
    this.#place.replaceChildren();
    this.#changed(null);
  }

  /** The document as it stands; null while something is wrong with it. */
  get policy() {
    return this.#policy;
  }

  /** The document before anything was moved. */
  get base() {
    return this.#base;
  }

  /** Whether a number differs from the document's. */
  get isMoved() {
    return [...this.#fields.values()].some(({ field, value }) => entered(field) !== value);
  }

  reset() {
    for (const { field, slider, value } of this.#fields.values()) {
      field.value = String(value);
      if (slider) slider.value = field.value;
    }
    this.#moved();
  }

  #draw({ rules, limits = [] }, thresholds) {
    this.#fields.clear();
    this.#general = element("ul", undefined, "faults");
    this.#general.hidden = true;
    const known = new Map([...rules, ...limits].map((rule) => [rule.id, rule]));
    const groups = Map.groupBy?.(thresholds, ({ rule }) => rule) ?? grouped(thresholds);
    const first = element("div", undefined, "groups");
    const rest = element("div", undefined, "groups");
    for (const [id, numbers] of groups) {
      const rule = known.get(id);
      const set = this.#group(rule, numbers);
      // What nothing holds back, what only asks whether a cue is there, and what holds for all rules is seldom moved.
      const levels = numbers.some(({ input }) => input !== null && input !== "cue");
      (rule?.outcome && !rule.ungated && levels ? first : rest).append(set);
    }
    const more = element("details");
    more.append(element("summary", "More numbers: cues, limits, offers, trend"), rest);
    this.#place.replaceChildren(first, more, this.#general);
  }

  #group(rule, thresholds) {
    const set = element("fieldset", undefined, "group");
    const legend = element("legend");
    const title = rule ? rule.reason || sentence(plain(rule.id)) : "The policy as a whole";
    legend.append(element("strong", title));
    if (rule) legend.append(element("small", rule.outcome ? `${rule.outcome}, ${rule.severity}` : `at most ${rule.atMost}`));
    set.append(legend, ...thresholds.map((threshold) => this.#number(threshold)));
    return set;
  }

  #number(threshold) {
    const { path, value, low, high, unit } = threshold;
    const id = `${this.#name}-${this.#fields.size}`;
    const row = element("div", undefined, "number");
    const label = element("label", thresholdWords(threshold));
    label.htmlFor = id;
    const field = element("input");
    const step = unit === "level" ? 0.01 : 1;
    // A text, since a browser drops the comma of a number that it does not know, and half a number is another one.
    Object.assign(field, { id, type: "text", value: String(value), inputMode: low < 0 ? "text" : "decimal", autocomplete: "off" });
    field.dataset.path = path;
    const range = element("small", countWords(threshold), "range");
    range.id = `${id}-range`;
    const fault = element("p", undefined, "fault");
    fault.id = `${id}-fault`;
    fault.hidden = true;
    field.setAttribute("aria-describedby", `${range.id} ${fault.id}`);
    const slider = unit === "level" ? element("input") : null;
    if (slider) {
      Object.assign(slider, { type: "range", min: low, max: high, step: 0.01, value });
      slider.setAttribute("aria-label", label.textContent);
      slider.addEventListener("input", () => {
        field.value = slider.value;
        this.#moved();
      });
    }
    field.addEventListener("input", () => {
      if (slider && typeof entered(field) === "number") slider.value = String(entered(field));
      this.#moved();
    });
    field.addEventListener("keydown", (event) => {
      const ways = { ArrowUp: step, ArrowDown: -step };
      const now = entered(field);
      if (!(event.key in ways) || typeof now !== "number") return;
      event.preventDefault();
      // Free of what binary fractions add.
      field.value = String(Number(Math.min(high ?? Infinity, Math.max(low ?? -Infinity, now + ways[event.key])).toFixed(6)));
      field.dispatchEvent(new Event("input"));
    });
    const words = element("span", undefined, "what");
    words.append(label, range);
    row.append(words, field, ...(slider ? [slider] : []), fault);
    this.#fields.set(path, { field, slider, value, range, fault, row, threshold });
    return row;
  }

  #moved() {
    const edits = [];
    for (const [path, { field, value, range, row, threshold }] of this.#fields) {
      const now = entered(field);
      row.toggleAttribute("data-moved", now !== value);
      range.textContent = now === value ? countWords(threshold) : `${countWords(threshold)} · was ${value}`;
      if (now !== value) edits.push({ path, value: now });
    }
    const { policy, faults } = this.#edit(this.#base, edits);
    this.#tell(faults);
    this.#policy = policy ?? null;
    this.#changed(this.#policy);
  }

  #tell(faults) {
    for (const [path, { field, fault }] of this.#fields) {
      const wrong = faults.filter((one) => one.path === path);
      fault.textContent = wrong.map(faultText).join("; ");
      fault.hidden = wrong.length === 0;
      if (wrong.length > 0) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
    const others = faults.filter(({ path }) => !this.#fields.has(path));
    this.#general.replaceChildren(...others.map((fault) => element("li", faultText(fault))));
    this.#general.hidden = others.length === 0;
  }
}

/** A fault as `simmerdown policy check` prints it. */
export function faultText({ path, message }) {
  return `${path || "the policy"} ${message}`;
}

function grouped(thresholds) {
  const groups = new Map();
  for (const threshold of thresholds) groups.set(threshold.rule, [...(groups.get(threshold.rule) ?? []), threshold]);
  return groups;
}

/** Puts `text` on the clipboard; where the browser does not let us, the text in `field` is marked for the customer to copy. */
export async function copy(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field.closest("details").open = true;
    field.focus();
    field.select();
    return false;
  }
}
