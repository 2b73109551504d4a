// What is happening, beside the chat: everything here is read from the decisions.

import { Chart } from "./chart.js";
import { Turns } from "./turns.js";
import {
  LIFECYCLE,
  POLICIES,
  SEVERITIES,
  TREND_MARKS,
  element,
  evidenceWords,
  headline,
  hintWords,
  lifecycleWord,
  reasonWords,
  scoreText,
  toneName,
} from "./words.js";

const DECISIONS_KEPT = 60;

export class Panel {
  #at;
  #chart;
  #turns = new Turns();

  constructor(root) {
    this.#at = (id) => root.querySelector(`#${id}`);
    this.#chart = new Chart(this.#at("canvas"), this.#at("legend"));
    for (const state of LIFECYCLE) this.#at("lifecycle").append(element("li", lifecycleWord(state)));
    for (const severity of SEVERITIES) this.#at("severity-steps").append(element("i", "", severity));
  }

  /** Begins a new conversation under `policy`. */
  begin(policy) {
    this.#turns = new Turns();
    this.#at("policy-note").textContent = `${POLICIES[policy]} A change starts a new conversation.`;
    this.#at("decisions").replaceChildren();
  }

  show(decision) {
    this.#turns.take(decision);
    this.#showVerdict(decision);
    this.#showTone(decision);
    this.#showEvidence(decision);
    this.#showScores(decision);
    this.#record(decision);
  }

  /** Where the scores come from, in words. */
  source(text) {
    if (this.#at("source").textContent !== text) this.#at("source").textContent = text;
  }

  #showVerdict(decision) {
    this.#at("action").textContent = decision.action;
    const waiting = this.#turns.all.length === 0 && decision.action === "respond" && decision.handoff === "bot";
    this.#at("headline").textContent = waiting ? "Waiting for a message" : headline(decision);
    this.#at("reason").textContent = reasonWords(decision);
    this.#at("severity").textContent = decision.severity;
    const reached = SEVERITIES.indexOf(decision.severity);
    [...this.#at("severity-steps").children].forEach((step, place) => step.toggleAttribute("data-on", place <= reached));
    this.#at("rule").textContent = decision.rule ?? "none";
    [...this.#at("lifecycle").children].forEach((step, place) => {
      if (LIFECYCLE[place] === decision.handoff) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    });
  }

  #showTone(decision) {
    const { tone } = decision;
    this.#at("tone-label").textContent = tone.label;
    this.#at("tone-name").textContent = toneName(decision);
    this.#at("tone-instruction").textContent = tone.instruction;
    const hints = tone.hints.map((hint) => element("li", hintWords(hint)));
    this.#at("tone-hints").replaceChildren(...hints);
    this.#at("tone-hints").hidden = hints.length === 0;
  }

  #showEvidence({ evidence }) {
    const items = evidence.map((piece) => {
      const { what, detail } = evidenceWords(piece, (id) => this.#turns.numberOf(id));
      const item = element("li");
      item.append(element("strong", what), element("span", detail));
      return item;
    });
    this.#at("evidence").replaceChildren(...(items.length > 0 ? items : [element("li", "No rule has fired.")]));
  }

  #showScores(decision) {
    this.#at("trend").textContent = decision.trend;
    this.#at("trend-mark").textContent = `${TREND_MARKS[decision.trend] ?? ""} `;
    const thresholds = {};
    for (const { input, threshold } of decision.evidence) {
      if ((input === "score" || input === "frustration") && typeof threshold === "number") thresholds[input] = threshold;
    }
    this.#chart.show(this.#turns.all, thresholds);
    this.#at("numbers").replaceChildren(
      ...this.#turns.all.map(({ number, label, score, frustration }) => {
        const row = element("tr");
        const head = element("th", String(number));
        head.scope = "row";
        const cells = score === null ? ["not scored", "", "", ""] : [scoreText(score.value), scoreText(frustration.value), label, score.source];
        row.append(head, ...cells.map((text) => element("td", text)));
        return row;
      }),
    );
  }

  #record(decision) {
    const list = this.#at("decisions");
    const item = element("li");
    item.append(
      element("code", decision.cause),
      element("span", ` → ${decision.action}`),
      element("small", `${decision.changed ? "changed" : "as before"}, ${lifecycleWord(decision.handoff)}`),
    );
    list.prepend(item);
    if (list.children.length > DECISIONS_KEPT) list.lastElementChild.remove();
    this.#at("json").textContent = JSON.stringify(decision, null, 2);
  }
}
