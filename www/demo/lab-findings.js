// What the thresholds come to, drawn: the rate with its interval, verdicts, the list of conversations with a bar for
// each message, and timelines.

import { draw } from "./chart.js";
import { element, percent, plain, scoreText, shareWords, tenths, whyWords } from "./words.js";

const PAGE = 25;
const OUTCOMES = ["respond", "watch", "offer", "ask", "handoff"];
const WORDS = { respond: "left to the bot", watch: "watched", offer: "offered a person", ask: "asked", handoff: "handed off" };
/** The rate the field aims at. */
const AIM = [0.05, 0.15];

export class Findings {
  #at;
  #lab = null;
  #from = 0;
  #open = new Set();
  #moved = false;

  constructor(root) {
    this.#at = (id) => root.querySelector(`#${id}`);
    this.#at("filters").addEventListener("change", () => {
      this.#from = 0;
      this.#list();
    });
    for (const [id, way] of [["earlier", -PAGE], ["later", PAGE]]) {
      this.#at(id).addEventListener("click", () => {
        this.#from = Math.max(0, this.#from + way);
        this.#list();
        this.#at("list-heading").scrollIntoView({ block: "start" });
      });
    }
    this.#at("strip-legend").append(
      ...["offer", "ask", "handoff"].map((outcome) => {
        const item = element("li");
        item.append(strip([{ outcome }]), WORDS[outcome]);
        return item;
      }),
      element("li", "one bar a message; the upper row is the policy as it was"),
    );
  }

  /** Shows what `lab` has judged; `moved` says whether any number differs from the policy's. */
  show(lab, moved) {
    if (lab !== this.#lab) {
      this.#open.clear();
      this.#from = 0;
      this.#lab = lab;
    }
    // Nothing has changed yet: the list begins with something to see.
    if (this.#moved !== moved) {
      const only = this.#at("filters").elements.filter;
      if (moved && only.value === "all") only.value = "changed";
      if (!moved && only.value === "changed") only.value = "all";
      this.#from = 0;
    } else if (!moved && this.#at("filters").elements.filter.value === "changed") {
      this.#at("filters").elements.filter.value = "all";
    }
    this.#moved = moved;
    const report = lab.report();
    this.#rate(report);
    this.#verdicts(report);
    this.#shares(report);
    this.#list();
  }

  #rate({ all, other, comparison }) {
    const { escalated } = all;
    const none = escalated.share === null;
    this.#at("rate").textContent = none ? "–" : percent(escalated.share);
    const before = other?.escalated;
    this.#at("rate-before").textContent = this.#moved && before?.share !== null ? `was ${percent(before.share)}` : "";
    this.#at("rate-scale").replaceChildren(scale(escalated, this.#moved ? before : undefined));
    const inside = escalated.low <= AIM[1] && escalated.high >= AIM[0];
    const aim = inside ? "The interval reaches into the 5 to 15 % usually aimed at." : "The interval is outside the 5 to 15 % usually aimed at.";
    const differ = this.#moved ? ` Escalated only with your numbers: ${comparison.onlyThis}; only before: ${comparison.onlyOther}.` : "";
    this.#at("rate-words").textContent = none ? "Nothing to count." : `95 % interval ${shareWords(escalated)}.${differ}`;
    this.#at("rate-aim").textContent = none ? "" : aim;
  }

  #verdicts({ all, other }) {
    const { verdicts } = all;
    const before = other?.verdicts;
    this.#at("no-verdicts").hidden = verdicts !== null;
    this.#at("verdicts").hidden = verdicts === null;
    if (verdicts === null) return;
    const rate = (name, share) => element("p", `${name} ${share.share === null ? "unknown" : percent(share.share)} (${shareWords(share)})`, "told");
    const card = (name, words, now, then, ...rest) => {
      const made = element("article", undefined, "card");
      const figure = element("p", undefined, "figure");
      figure.append(String(now), " ");
      if (this.#moved && then !== undefined && then !== now) figure.append(element("small", `was ${then}`));
      made.append(element("h2", name, "eyebrow"), figure, element("p", words, "told"), ...rest);
      return made;
    };
    const count = (name, words, now, then, share, rest) => card(name, words, now, then, scale(share), rate(rest, share));
    const { medianLead, early, late } = verdicts;
    // Only where verdicts say at which message a person took over.
    const turns = medianLead === null ? [] : [card("Turns early", "median; below 0 is late", turnsText(medianLead), before && turnsText(before.medianLead), rate("Early:", early), rate("Late:", late))];
    this.#at("verdicts").replaceChildren(
      count("False alarms", "escalated, and nobody was needed", verdicts.falseAlarms, before?.falseAlarms, verdicts.precision, "Escalations that were needed:"),
      count("Misses", "not escalated, and a person was needed", verdicts.misses, before?.misses, verdicts.recall, "Needed ones that were escalated:"),
      ...turns,
    );
  }

  #shares({ all, rules, contrasts }) {
    const line = (name, share) => {
      const row = element("tr");
      const head = element("th", name);
      head.scope = "row";
      const drawn = element("td", undefined, "bar");
      drawn.append(scale(share));
      row.append(head, drawn, element("td", share.share === null ? "–" : percent(share.share), "amount"), element("td", shareWords(share), "sample"));
      return row;
    };
    const parts = [["Offered a person", all.offered], ["Accepted", all.accepted], ["Declined", all.declined], ["Handed off by a rule", all.handedOff], ["Pressed, or asked twice", all.askedFor]];
    this.#at("parts").replaceChildren(...parts.map(([name, share]) => line(name, share)));
    const fired = rules.filter(({ conversations }) => conversations.count > 0);
    this.#at("rules").replaceChildren(...fired.map(({ id, outcome, severity, conversations }) => line(`${plain(id)} (${outcome}, ${severity})`, conversations)));
    this.#at("contrasts-card").hidden = contrasts.length === 0;
    this.#at("contrasts").replaceChildren(
      ...contrasts.flatMap(({ measure, live, shadow, difference }) => {
        const between = element("tr");
        const words = difference === null ? "" : `Difference ${points(difference.difference)} (${points(difference.low)} to ${points(difference.high)})${difference.clear ? "" : ", within chance"}`;
        const cell = element("td", words, "told");
        cell.colSpan = 4;
        between.append(cell);
        return [line(`${measure}, live`, live), line(`${measure}, hold-out`, shadow), between];
      }),
    );
  }

  #list() {
    const lab = this.#lab;
    if (lab === null) return;
    const filters = this.#at("filters");
    for (const input of filters.querySelectorAll("input")) {
      input.parentElement.querySelector("b").textContent = String(lab.rows(input.value, 0, 0).all);
    }
    const filter = filters.elements.filter.value;
    const all = lab.rows(filter, 0, 0).all;
    if (this.#from >= all) this.#from = 0;
    const { rows } = lab.rows(filter, this.#from, PAGE);
    const none = filter === "changed" && !this.#moved ? "Move a threshold, and what it changes stands here." : "None.";
    this.#at("list-words").textContent = all === 0 ? none : `${this.#from + 1} to ${this.#from + rows.length} of ${all}`;
    this.#at("earlier").disabled = this.#from === 0;
    this.#at("later").disabled = this.#from + PAGE >= all;
    const held = document.activeElement?.closest?.("#rows details")?.dataset.place;
    this.#at("rows").replaceChildren(...rows.map((row) => this.#row(row)));
    if (held !== undefined) this.#at("rows").querySelector(`[data-place="${held}"] summary`)?.focus();
  }

  #row(row) {
    const { place, id, messages, needed, now, before } = row;
    const both = this.#lab.timeline(place);
    const details = element("details");
    details.dataset.place = String(place);
    const summary = element("summary");
    const words = element("span", undefined, "row-words");
    const verdict = needed === null ? "no verdict" : needed ? "a person was needed" : "nobody was needed";
    const done = judged(now) === judged(before) ? judged(now) : `${judged(before)} → ${judged(now)}`;
    words.append(element("strong", id), element("span", done), element("small", `${messages} ${messages === 1 ? "message" : "messages"}, ${verdict}`));
    const strips = element("span", undefined, "strips");
    strips.append(...(this.#moved ? [strip(both.before)] : []), strip(both.now));
    summary.append(words, strips);
    const body = element("div", undefined, "timeline");
    details.append(summary, body);
    const fill = () => body.childElementCount > 0 || body.append(...timeline(both));
    details.open = this.#open.has(place);
    if (details.open) fill();
    details.addEventListener("toggle", () => {
      if (details.open) {
        this.#open.add(place);
        fill();
      } else {
        this.#open.delete(place);
      }
    });
    return details;
  }
}

function judged({ outcome, escalated, atTurn }) {
  return escalated ? `${WORDS[outcome]}, from message ${atTurn}` : WORDS[outcome];
}

const turnsText = (turns) => (turns === null ? "unknown" : String(turns).replace("-", "−"));

const points = (share) => `${share > 0 ? "+" : ""}${(100 * tenths(share)).toFixed(1).replace("-", "−")} points`;

/** A share from 0 to 100 %, with its interval, the rate aimed at, and what it was before. */
function scale(share, before) {
  const svg = draw("svg", { viewBox: "0 0 400 26", class: "scale", preserveAspectRatio: "none", "aria-hidden": "true" });
  const x = (value) => 400 * value;
  svg.append(draw("rect", { x: 0, y: 9, width: 400, height: 8, class: "track" }));
  if (before !== undefined) svg.append(draw("rect", { x: x(AIM[0]), y: 3, width: x(AIM[1] - AIM[0]), height: 20, class: "aim" }));
  if (share.share !== null) {
    svg.append(
      draw("rect", { x: 0, y: 9, width: x(share.share), height: 8, class: "value" }),
      draw("rect", { x: x(share.low), y: 12, width: Math.max(1, x(share.high - share.low)), height: 2, class: "interval" }),
    );
  }
  if (before && before.share !== null) svg.append(draw("rect", { x: x(before.share) - 1, y: 4, width: 2, height: 18, class: "before" }));
  return svg;
}

/** One bar a message: the stronger the outcome, the higher. */
function strip(points) {
  const width = 9 * Math.max(1, points.length);
  const svg = draw("svg", { width, height: 18, viewBox: `0 0 ${width} 18`, class: "strip", "aria-hidden": "true" });
  points.forEach(({ outcome }, place) => {
    const height = 2 + 4 * OUTCOMES.indexOf(outcome);
    svg.append(draw("rect", { x: 9 * place, y: 18 - height, width: 7, height, class: `bar ${outcome}` }));
  });
  return svg;
}

/** A conversation message by message: the curves, and what both policies make of each message. */
function timeline({ id, now, before }) {
  const step = 44;
  const width = Math.max(5, now.length) * step + 40;
  const svg = draw("svg", { width, height: 150, viewBox: `0 0 ${width} 150`, role: "img", "aria-label": `Score and frustration of ${id}; the table below has the numbers` });
  const x = (place) => 36 + step * (place + 0.5);
  const bands = [["score", (value) => 50 - 38 * value], ["frustration", (value) => 138 - 32 * value]];
  for (const [key, up] of bands) {
    svg.append(draw("line", { x1: 34, x2: width, y1: up(0), y2: up(0), class: "zero" }), draw("text", { x: 0, y: up(key === "score" ? 1 : 1) + 4, class: `axis ${key}` }, key === "score" ? "score" : "frust."));
    const known = now.flatMap((point, place) => (point[key] === null ? [] : [[x(place), up(point[key])]]));
    svg.append(draw("polyline", { points: known.map((pair) => pair.join(",")).join(" "), class: `line ${key}` }));
  }
  now.forEach((point, place) => {
    if (OUTCOMES.indexOf(point.outcome) < 2) return;
    const y = 50 - 38 * (point.score ?? 0);
    svg.append(draw("circle", { cx: x(place), cy: y, r: 6, class: "escalates" }));
  });
  const held = element("div", undefined, "scroll canvas");
  Object.assign(held, { tabIndex: 0 });
  held.setAttribute("role", "region");
  held.setAttribute("aria-label", `Timeline of ${id}`);
  held.append(svg);
  const table = element("table");
  const head = element("tr");
  for (const name of ["Message", "Score", "Frustration", "Before", "Now", "Why now"]) head.append(Object.assign(element("th", name), { scope: "col" }));
  table.createTHead().append(head);
  const number = (value) => (value === null ? "–" : scoreText(value));
  table.createTBody().append(
    ...now.map((point, place) => {
      const row = element("tr");
      const then = before[place];
      row.toggleAttribute("data-differs", then.outcome !== point.outcome || then.severity !== point.severity);
      const cells = [point.turn, number(point.score), number(point.frustration), `${then.outcome}, ${then.severity}`, `${point.outcome}, ${point.severity}`, whyWords(point.why)];
      row.append(...cells.map((text) => element("td", String(text))));
      return row;
    }),
  );
  const numbers = element("div", undefined, "scroll turns");
  Object.assign(numbers, { tabIndex: 0 });
  numbers.setAttribute("role", "region");
  numbers.setAttribute("aria-label", `Messages of ${id}`);
  numbers.append(table);
  return [held, numbers];
}
