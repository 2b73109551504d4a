// The bot's turns: one customer message after the other is put to the page's own bot, and whatever it answers to a
// message that is no longer its own to answer is dropped.

import { failure } from "./events.js";

export class BotTurns {
  #page;
  #waiting = [];
  #running = null;
  #paused = false;

  /**
   * `page` has `ask(message, signal)`, a promise of the reply; `missing()`, why nobody can be asked, or null; `within()`,
   * how long a reply may take in milliseconds; and hears `said(text)`, `failed(error, mistaken)` and `writing(on)`. It is
   * mistaken where the page itself is to be mended.
   */
  constructor(page) {
    this.#page = page;
  }

  /** Puts `message` to the bot, after those before it. */
  add(message) {
    this.#waiting.push(message);
    this.#next();
  }

  /** Nobody is to be answered any more: the reply on its way is aborted and dropped. */
  drop() {
    this.#waiting = [];
    this.#stop();
  }

  /** The page is put aside: what is on its way is aborted, and asked again by `resume`. */
  pause() {
    if (this.#running !== null) this.#waiting.unshift(this.#running.message);
    this.#paused = true;
    this.#stop();
  }

  resume() {
    this.#paused = false;
    this.#next();
  }

  #stop() {
    const running = this.#running;
    this.#running = null;
    running?.controller.abort();
    this.#page.writing(false);
  }

  async #next() {
    if (this.#running !== null || this.#paused || this.#waiting.length === 0) return;
    const message = this.#waiting.shift();
    const running = { message, controller: new AbortController() };
    this.#running = running;
    this.#page.writing(true);
    const { reply, error, mistaken } = await this.#reply(running);
    // Aborted or not, a reply to a message that was dropped is none.
    if (this.#running !== running) return;
    this.#running = null;
    this.#page.writing(false);
    if (error !== undefined) this.#page.failed(error, mistaken);
    else if (reply !== "") this.#page.said(reply);
    this.#next();
  }

  async #reply({ message, controller }) {
    const missing = this.#page.missing();
    if (missing !== null) return mistake(missing);
    const within = this.#page.within();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(failure("timeout", `the bot gave no answer within ${within} ms`)), within);
    });
    try {
      const reply = await Promise.race([this.#page.ask(message, controller.signal), late]);
      if (typeof reply === "string") return { reply: reply.trim() };
      return mistake(`the bot gave ${reply === null ? "null" : typeof reply}: give a string, an empty one for no reply`);
    } catch (error) {
      if (this.#running?.controller === controller) controller.abort();
      return { error: failure("bot-failed", "the bot could not answer", error), mistaken: false };
    } finally {
      clearTimeout(timer);
    }
  }
}

function mistake(message) {
  return { error: failure("bot-failed", message), mistaken: true };
}
