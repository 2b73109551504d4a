// What is measured in the page. Every figure of one call is of one run, so that ratios between them mean something.

import Sentiment from "sentiment";
import vader from "vader-sentiment";
import wink from "wink-sentiment";
import { decide, Tracker } from "./article.js";

/** Three messages of 200 characters. */
const TEXTS = [
  "Hi, I ordered a lamp two weeks ago and it has not arrived yet. The order number is BB-48213, it was paid by card on the third of March. Could you tell me where the parcel is right now, please? Thank you!",
  "This is the third time I am asking about the same parcel, and every time I get the same answer from you. Nobody reads what I write, the tracking page shows nothing, and I am getting annoyed by all this.",
  "I have now waited for twenty minutes in this chat and nothing works. If nobody can help me today I want my money back and I will tell everyone I know about how ridiculous and useless this support was...",
].map((text) => text.slice(0, 200));

const madeUp = (n) => ({ score: ((n * 37) % 200) / 100 - 1, label: "neutral", frustration: ((n * 53) % 100) / 100, urgency: 0.3 });

/** Calls in one batch, and batches counted and not. */
const [BATCH, BATCHES, WARM] = [100, 400, 60];

/** Mean and 99th percentile of the batches' means, in microseconds a call. `prepare` is not timed. */
function time(prepare, call, { batches = BATCHES, warm = WARM } = {}) {
  const means = [];
  for (let batch = -warm; batch < batches; batch += 1) {
    const prepared = Array.from({ length: BATCH }, (_, n) => prepare(n));
    const start = performance.now();
    for (let n = 0; n < BATCH; n += 1) call(prepared[n], n);
    const mean = ((performance.now() - start) / BATCH) * 1000;
    for (const { free } of prepared) free?.();
    if (batch >= 0) means.push(mean);
  }
  means.sort((a, b) => a - b);
  return { mean: means.reduce((sum, mean) => sum + mean, 0) / means.length, p99: means[Math.floor(means.length * 0.99)] };
}

/** Times of deciding and of scoring, by name; `brief` leaves out what no build of the package changes. `scoreOf` scores a text. */
export function speed({ Conversation }, brief = false, scoreOf = undefined) {
  /** Ten scored messages, and a new one without a score. */
  const conversation = (policy, last = true) => () => {
    const conversation = new Conversation({ policy });
    for (let n = 0; n < (last ? 11 : 10); n += 1) {
      conversation.apply({ type: "customer-message", id: `m${n}`, text: TEXTS[n % 3].slice(0, 40), at: n * 1000 });
      if (n < 10) conversation.apply({ type: "score", messageId: `m${n}`, score: madeUp(n), source: "model", at: n * 1000 });
    }
    return { conversation, free: () => conversation.free() };
  };
  const tracker = () => ({ tracker: Object.assign(new Tracker(), { scores: Array.from({ length: 10 }, (_, n) => madeUp(n)) }) });
  const score = (n) => ({ type: "score", messageId: "m10", score: madeUp(n), source: "model", at: 20_000 });
  const sentiment = new Sentiment();
  const lexicon = (text) => {
    const { comparative } = sentiment.analyze(text);
    const score = Math.max(-1, Math.min(1, comparative));
    return { score, label: score < 0 ? "negative" : score > 0 ? "positive" : "neutral", frustration: Math.max(0, -score), urgency: 0 };
  };
  const nothing = () => ({});
  const rescore = ({ conversation }, n) => conversation.apply(score(n));
  const message = ({ conversation }, n) => conversation.customerSaid(TEXTS[n % 3], { at: 30_000 });
  if (brief) {
    const few = { batches: 60, warm: 20 };
    return {
      "score to decision, policy balanced": time(conversation("balanced"), rescore, few),
      "message to decision, scored on the device": time(conversation("balanced", false), message, few),
    };
  }
  return {
    "score to decision, policy balanced": time(conversation("balanced"), rescore),
    "score to decision, policy article": time(conversation("article"), rescore),
    "score to decision, JavaScript by hand": time(tracker, ({ tracker }, n) => decide(tracker, madeUp(n))),
    "message to decision, scored on the device": time(conversation("balanced", false), message),
    "message to decision, without a score": time(conversation("balanced", false), ({ conversation }, n) => conversation.apply({ type: "customer-message", id: "m10", text: TEXTS[n % 3], at: 30_000 })),
    "message to decision, JavaScript by hand with `sentiment`": time(tracker, ({ tracker }, n) => decide(tracker, lexicon(TEXTS[n % 3]))),
    "a message scored on the device, alone": time(nothing, (_, n) => scoreOf(TEXTS[n % 3])),
    "a message scored by `sentiment`": time(nothing, (_, n) => sentiment.analyze(TEXTS[n % 3])),
    "a message scored by `wink-sentiment`": time(nothing, (_, n) => wink(TEXTS[n % 3])),
    "a message scored by `vader-sentiment`": time(nothing, (_, n) => vader.SentimentIntensityAnalyzer.polarity_scores(TEXTS[n % 3])),
  };
}

/** Wasm memory that one more conversation takes after so many messages, each with a score, in bytes. */
export function memory({ Conversation }, { memory }) {
  const grown = (messages, count) => {
    const held = () => {
      const conversation = new Conversation({ policy: "balanced" });
      for (let n = 0; n < messages; n += 1) conversation.customerSaid(TEXTS[n % 3], { id: `m${n}`, at: n * 1000 });
      return conversation;
    };
    // What all share (the packs, the room in which a checkpoint is written) came with the first.
    const first = held();
    const before = memory.buffer.byteLength;
    const kept = Array.from({ length: count }, held);
    const bytes = (memory.buffer.byteLength - before) / count;
    for (const conversation of [first, ...kept]) conversation.free();
    return Math.round(bytes);
  };
  return grown;
}
