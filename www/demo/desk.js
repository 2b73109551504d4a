// A simulated support desk. In a real shop this is the company's own help desk; it reports what happens
// there as events, and so does this one.

const ACCEPTS_AFTER_MS = 900;
const JOINS_AFTER_MS = 3_000;
const ANSWERS_AFTER_MS = 1_100;

export const PERSON = "Mara";

const LINES = [
  "Hello, I am Mara. I have read the conversation, so there is nothing to repeat. I am opening your order now.",
  "Thank you. The parcel missed its scan at the depot on Wednesday. I have just sent a replacement by express: it is with you tomorrow before noon, at no cost.",
  "You have the new tracking number by e-mail in a few minutes. If it is not there by six, write to me here and I will phone the carrier myself.",
  "I am still here. Is there anything else I can settle for you?",
];

export class Desk {
  #report;
  #speak;
  #timers = new Set();
  #reference = 2_040;
  #line = 0;

  /** `report(event)` tells the conversation; `speak(text)` shows what the person writes. */
  constructor({ report, speak }) {
    this.#report = report;
    this.#speak = speak;
  }

  /** A customer wants a person: accepts, and lets one join. */
  request() {
    this.withdraw();
    this.#reference += 1;
    this.#later(ACCEPTS_AFTER_MS, () => {
      this.#report({ type: "handoff-queued", reference: `BB-${this.#reference}`, waitMs: 60_000, position: 1 });
      this.#later(JOINS_AFTER_MS, () => this.#report({ type: "human-joined" }));
    });
  }

  /** The person has joined and writes first. */
  greet() {
    this.#line = 0;
    this.#answer();
  }

  /** The customer wrote to the person. */
  hear() {
    this.#answer();
  }

  /** Nobody is wanted any more: everything pending is dropped. */
  withdraw() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #answer() {
    const line = LINES[Math.min(this.#line, LINES.length - 1)];
    this.#line += 1;
    this.#later(ANSWERS_AFTER_MS, () => this.#speak(line));
  }

  #later(ms, act) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}
