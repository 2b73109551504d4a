// The plot: score and frustration over the customer's messages, in two bands with one x axis.
// On-device scores are rings, the model's are diamonds: the shape tells them apart, not the colour.

import { scoreText } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 236;
const LEFT = 38;
const RIGHT = 52;
const MOST_SHOWN = 16;
const LEAST_STEP = 30;
const LEAST_SLOTS = 5;

const SOURCES = { "on-device": "scored on-device", model: "scored by the model" };

const BANDS = [
  { key: "score", name: "Score", low: -1, high: 1, ticks: [1, 0, -1], top: 24, bottom: 104 },
  { key: "frustration", name: "Frustration", low: 0, high: 1, ticks: [1, 0.5, 0], top: 138, bottom: 200 },
];

/** A piece of a drawing. */
export function draw(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function mark(source, x, y, size, className) {
  if (source !== "model") return draw("circle", { cx: x, cy: y, r: size, class: `${className} ring` });
  const reach = size * 1.25;
  return draw("path", { d: `M${x} ${y - reach}L${x + reach} ${y}L${x} ${y + reach}L${x - reach} ${y}Z`, class: `${className} diamond` });
}

export class Chart {
  #place;
  #turns = [];
  #thresholds = {};
  #width = 0;

  /** Draws into `place`, at its width; `legend` is a list that gets the meaning of the marks. */
  constructor(place, legend) {
    this.#place = place;
    this.#explain(legend);
    new ResizeObserver(([entry]) => {
      const width = Math.round(entry.contentRect.width);
      if (width === this.#width) return;
      this.#width = width;
      this.#redraw();
    }).observe(place);
  }

  /** `turns` as `Turns` holds them; `thresholds` are levels by band, from a decision's evidence. */
  show(turns, thresholds) {
    this.#turns = turns;
    this.#thresholds = thresholds;
    this.#redraw();
  }

  #redraw() {
    if (this.#width === 0) return;
    const svg = draw("svg", {
      width: this.#width,
      height: HEIGHT,
      viewBox: `0 0 ${this.#width} ${HEIGHT}`,
      role: "img",
      "aria-labelledby": "plot-heading",
      "aria-describedby": "plot-words",
    });
    const room = Math.floor((this.#width - LEFT - RIGHT) / LEAST_STEP);
    const shown = this.#turns.slice(-Math.min(MOST_SHOWN, Math.max(LEAST_SLOTS, room)));
    const slots = Math.max(LEAST_SLOTS, shown.length);
    const step = (this.#width - LEFT - RIGHT) / slots;
    const across = (place) => LEFT + (place + 0.5) * step;

    for (const band of BANDS) this.#drawBand(svg, band, shown, across);
    shown.forEach((turn, place) => {
      svg.append(draw("text", { x: across(place), y: 217, class: "tick middle" }, String(turn.number)));
    });
    svg.append(draw("text", { x: this.#width - RIGHT, y: 233, class: "axis end" }, "customer message"));
    if (shown.length === 0) {
      svg.append(draw("text", { x: LEFT + (this.#width - LEFT - RIGHT) / 2, y: 56, class: "empty middle" }, "The first message draws the first point"));
    }
    this.#place.replaceChildren(svg, this.#words());
  }

  #drawBand(svg, band, shown, across) {
    const up = (value) => band.bottom - ((value - band.low) / (band.high - band.low)) * (band.bottom - band.top);
    svg.append(draw("text", { x: 0, y: band.top - 12, class: `axis ${band.key}` }, `${band.name}, ${tickText(band.low)} to ${band.high}`));
    for (const tick of band.ticks) {
      svg.append(
        draw("line", { x1: LEFT, x2: this.#width - RIGHT, y1: up(tick), y2: up(tick), class: tick === 0 ? "zero" : "grid" }),
        draw("text", { x: LEFT - 8, y: up(tick) + 4, class: "tick end" }, tickText(tick)),
      );
    }
    const threshold = this.#thresholds[band.key];
    if (threshold !== undefined) {
      svg.append(
        draw("line", { x1: LEFT, x2: this.#width - RIGHT, y1: up(threshold), y2: up(threshold), class: "threshold" }),
        draw("text", { x: this.#width - RIGHT + 6, y: up(threshold) + 4, class: "tick" }, `${scoreText(threshold)}`),
      );
    }

    const points = shown.flatMap((turn, place) => {
      const told = turn[band.key];
      return told === null ? [] : [{ x: across(place), y: up(told.value), ...told }];
    });
    if (points.length > 1) {
      const path = points.map(({ x, y }, place) => `${place === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
      svg.append(draw("path", { d: path, class: `line ${band.key}` }));
    }
    points.forEach(({ x, y, value, source }, place) => {
      const newest = place === points.length - 1;
      svg.append(mark(source, x, y, newest ? 6 : 4.5, band.key));
      if (newest) svg.append(draw("text", { x: x + 12, y: y + 5, class: `value ${band.key}` }, scoreText(value)));
    });
  }

  #words() {
    const words = document.createElement("p");
    words.id = "plot-words";
    words.className = "visually-hidden";
    const told = this.#turns.slice(-MOST_SHOWN).map(({ number, score, frustration }) =>
      score === null
        ? `Message ${number}: not scored.`
        : `Message ${number}: score ${scoreText(score.value)}, frustration ${scoreText(frustration.value)}, ${SOURCES[score.source]}.`,
    );
    words.textContent = told.length === 0 ? "No message yet." : told.join(" ");
    return words;
  }

  #explain(legend) {
    const marks = Object.entries(SOURCES).map(([source, text]) => [mark(source, 8, 8, 5, "neutral-mark"), text]);
    marks.push([draw("line", { x1: 0, x2: 16, y1: 8, y2: 8, class: "threshold" }), "threshold of the rule"]);
    for (const [drawn, text] of marks) {
      const svg = draw("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" });
      svg.append(drawn);
      const item = document.createElement("li");
      item.append(svg, text);
      legend.append(item);
    }
  }
}

function tickText(number) {
  return String(number).replace("-", "−");
}
