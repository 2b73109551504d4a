// The policy panel: the numbers of the policy, moved, and what they would have made of the conversation that is going
// on. The engine judges it from the beginning; the chat itself goes on under its own policy until told otherwise.

import { ThresholdForm, copy } from "./thresholds.js";
import { element, outcomeWords, scoreText, whyWords } from "./words.js";

export class RedecidePanel {
  #at;
  #engine;
  #form;
  #name = "";
  #conversation = () => null;

  /**
   * `engine` has `editPolicy` and `presetDocument`; `conversation()` is the one that is going on, or null; `use(policy)`
   * begins a new one under a policy document.
   */
  constructor(root, { engine, conversation, use }) {
    this.#at = (id) => root.querySelector(`#${id}`);
    this.#engine = engine;
    this.#conversation = conversation;
    this.#form = new ThresholdForm(this.#at("numbers-form"), {
      edit: engine.editPolicy,
      changed: () => this.judge(),
    });
    this.#at("numbers-reset").addEventListener("click", () => this.#form.reset());
    this.#at("numbers-copy").addEventListener("click", () => this.#copy());
    this.#at("numbers-use").addEventListener("click", () => use(JSON.parse(this.#form.policy)));
  }

  /** Shows the numbers of a preset, unmoved, unless they are shown already. */
  begin(name) {
    if (this.#name === name) return;
    this.#name = name;
    this.#form.load(this.#engine.presetDocument(name));
  }

  /** Judges the conversation by the numbers as they stand. */
  judge() {
    const policy = this.#form.policy;
    for (const id of ["numbers-copy", "numbers-use"]) this.#at(id).disabled = policy === null;
    this.#at("numbers-reset").disabled = !this.#form.isMoved;
    this.#at("policy-json").value = policy ?? "";
    const conversation = this.#conversation();
    if (policy === null) return this.#say("Something is not allowed", "The conversation is judged again once it is.", []);
    if (!conversation) return this.#say("No conversation yet", "", []);
    const [before, now] = [this.#form.base, policy].map((document) => conversation.redecide(document));
    this.#show(before, now);
  }

  #show(before, now) {
    if (now.length === 0) return this.#say("Write a message to see what these numbers make of it", "", []);
    const rows = now.map((point, place) => [before[place], point]);
    const differ = rows.filter(([one, other]) => one.outcome !== other.outcome || one.severity !== other.severity);
    // What the rules call for: what the page has shown already is not untold by other numbers.
    const [here, there] = [now, before].map((points) => outcomeWords(points.at(-1)));
    const changed = here === there ? `${here}, as before` : `${here}, instead of: ${there.toLowerCase()}`;
    const count = differ.length === 0 ? "No message is judged differently." : `${differ.length} of ${rows.length} messages are judged differently.`;
    this.#say(changed, count, rows);
  }

  #say(title, text, rows) {
    this.#at("redecided").textContent = title;
    this.#at("redecided-count").textContent = text;
    this.#at("redecided-table").hidden = rows.length === 0;
    this.#at("redecided-rows").replaceChildren(
      ...rows.map(([before, now]) => {
        const row = element("tr");
        const head = element("th", String(now.turn));
        head.scope = "row";
        const same = before.outcome === now.outcome && before.severity === now.severity;
        row.toggleAttribute("data-differs", !same);
        const cell = (point) => {
          const made = element("td", `${point.outcome}, ${point.severity}`);
          made.append(element("small", point.why === "" ? "no rule holds" : whyWords(point.why)));
          return made;
        };
        const after = same ? element("td", "the same") : cell(now);
        row.append(head, element("td", now.score === null ? "not scored" : scoreText(now.score)), cell(before), after);
        return row;
      }),
    );
  }

  async #copy() {
    const copied = await copy(this.#form.policy, this.#at("policy-json"));
    this.#at("numbers-told").textContent = copied ? "The policy is on the clipboard." : "The policy stands below, marked: copy it from there.";
  }
}
