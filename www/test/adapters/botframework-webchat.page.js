import { connectWebChat, markedHuman } from "simmerdown/adapters/botframework-webchat";
import { begin, Bot } from "./bot.page.js";

const { WebChat } = window;
const chat = await begin();
const bot = new Bot();

/** As much of an Observable as Web Chat asks for. */
class Stream {
  #observers = new Set();
  #last;
  #replays;

  constructor(replays) {
    this.#replays = replays;
  }

  next(value) {
    this.#last = { value };
    for (const observer of this.#observers) observer.next?.(value);
  }

  fail(error) {
    for (const observer of this.#observers) observer.error?.(error);
  }

  subscribe(observer, error, complete) {
    const taken = typeof observer === "function" ? { next: observer, error, complete } : observer;
    this.#observers.add(taken);
    if (this.#replays && this.#last) taken.next?.(this.#last.value);
    return { unsubscribe: () => this.#observers.delete(taken) };
  }

  [Symbol.observable ?? "@@observable"]() {
    return this;
  }
}

/** Direct Line with a bot at its other end: what is posted comes back with an id, and then the bot answers. */
const activity$ = new Stream(false);
const connectionStatus$ = new Stream(true);
connectionStatus$.next(2);
const posted = [];
let count = 0;

function arrive(activity) {
  count += 1;
  activity$.next({ id: `a${count}`, timestamp: new Date().toISOString(), ...activity });
}
const fromBot = (activity) => arrive({ from: { id: "bot", role: "bot" }, ...activity });

const directLine = {
  activity$,
  connectionStatus$,
  end() {},
  postActivity(activity) {
    posted.push(activity);
    const answer = new Stream(true);
    queueMicrotask(async () => {
      // Direct Line answers 502 where the bot behind it fails.
      if (bot.failing) return answer.fail(new Error("the bot failed"));
      arrive(activity);
      answer.next(`a${count}`);
      if (activity.type !== "message") return;
      // A bot that heeds nothing, not even that it is muted.
      fromBot({ type: "message", text: await bot.answer(activity.text, activity.channelData.simmerdown) });
    });
    return answer;
  },
};

Object.assign(chat, {
  bot,
  posted,
  /** What the desk behind the bot does. */
  desk: {
    queued: () => fromBot({ type: "event", name: "handoff.status", value: { state: "queued", waitMs: 60_000 } }),
    joined: () => fromBot({ type: "event", name: "handoff.status", value: { state: "accepted" } }),
    says: (text) => fromBot({ type: "message", text, channelData: { simmerdown: { from: "human" } } }),
    left: () => fromBot({ type: "event", name: "handoff.status", value: { state: "completed" } }),
  },
  history: () => fromBot({ type: "message", text: "From last week.", timestamp: "2020-01-01T00:00:00Z" }),
  suggest: (title) => fromBot({ type: "message", text: "Which one?", suggestedActions: { actions: [{ type: "imBack", title, value: title }], to: [] } }),
  hooks: () => ({ suggested: store.getState().suggestedActions }),
  before: { suggested: [] },
});

chat.connection = connectWebChat({ conversation: chat.conversation, isHuman: markedHuman });
const store = WebChat.createStore({}, chat.connection.middleware);
const root = document.createElement("div");
root.style.height = "600px";
document.body.append(root);
WebChat.renderWebChat({ directLine, store, userID: "customer", locale: "en-US" }, root);
