// The customer's messages with their scores, as the decisions told them, for the plot and its table.

/** The events that are about a customer's message. */
const ABOUT_A_MESSAGE = new Set(["customer-message", "score", "score-failed"]);

export class Turns {
  #turns = [];

  /** Takes in what `decision` says of the newest message, and of the history. */
  take(decision) {
    const { cause, messageId, ignored, sentiment, sentimentHistory } = decision;
    if (ABOUT_A_MESSAGE.has(cause) && ignored === undefined && this.numberOf(messageId) === undefined) {
      this.#turns.push({ id: messageId, number: this.#turns.length + 1, label: null, score: null, frustration: null });
    }
    const newest = this.#turns.at(-1);
    if (newest === undefined) return;
    const scored = sentiment !== null;
    newest.label = scored ? sentiment.label : null;
    newest.score = scored ? { value: sentiment.score, source: sentiment.source } : null;
    newest.frustration = scored ? { value: sentiment.frustration, source: sentiment.source } : null;
    this.#revise(sentimentHistory);
  }

  get all() {
    return this.#turns;
  }

  /** The number of the message with `id`, from 1; undefined where it is not known. */
  numberOf(id) {
    return this.#turns.find((turn) => turn.id === id)?.number;
  }

  /** The model may answer late, for an older message: the history has its score, by place. */
  #revise(history) {
    const scored = this.#turns.filter((turn) => turn.score !== null);
    if (scored.length !== history.length) return;
    scored.forEach((turn, place) => {
      if (turn.score.value !== history[place]) turn.score = { value: history[place], source: "model" };
    });
  }
}
