// Bot Framework Web Chat, which Copilot Studio uses too: https://github.com/microsoft/BotFramework-WebChat
//
// All of it is a middleware of Web Chat's store. The request is the activity on its way to Direct Line.

import { textsFor } from "../elements/texts.js";
import { Connection, refused } from "./connection.js";

const POST_ACTIVITY = "DIRECT_LINE/POST_ACTIVITY";
const POST_ACTIVITY_REJECTED = "DIRECT_LINE/POST_ACTIVITY_REJECTED";
const INCOMING_ACTIVITY = "DIRECT_LINE/INCOMING_ACTIVITY";
const SET_SUGGESTED_ACTIONS = "WEB_CHAT/SET_SUGGESTED_ACTIONS";
const SEND_POST_BACK = "WEB_CHAT/SEND_POST_BACK";
const SEND_EVENT = "WEB_CHAT/SEND_EVENT";

/** The event activity with the packet, from the page to the bot. */
export const HANDOFF_EVENT = "simmerdown.handoff";
/** The event activity of the Bot Framework's handoff protocol, from the bot to the page. */
export const HANDOFF_STATUS = "handoff.status";

/** The suggested actions of each view: the name of the text on it, and the method of the connection that a press calls. */
const ENTRY = [["entry", "handOff"]];
const CANCEL = [["cancel", "cancel"]];
const BUTTONS = {
  offer: [["offer", "handOff"], ["offerDecline", "decline"]],
  ask: [["askYes", "accept"], ["askNo", "decline"]],
  requested: CANCEL,
  queue: CANCEL,
  human: [],
  missed: ENTRY,
};

/** What the bot says of the handoff, as a call of the connection. */
const STATUS = {
  queued: (connection, { reference, waitMs, position }) => connection.handoffQueued({ reference, waitMs, position }),
  accepted: (connection) => connection.humanJoined(),
  failed: (connection) => connection.handoffFailed(),
  completed: (connection) => connection.humanLeft(),
};

/** Whether the bot marked the activity as a person's: `channelData.simmerdown.from` is `"human"`. */
export function markedHuman(activity) {
  return activity.channelData?.simmerdown?.from === "human";
}

export function connectWebChat({ conversation, isHuman, entry = true, language = "en", texts } = {}) {
  if (typeof isHuman !== "function") {
    throw refused("`isHuman` says which activity is a person's: Direct Line does not, and the bot's are held back while a person is there");
  }
  const connectedAt = Date.now();
  const words = textsFor(language, texts).texts;
  let dispatch;
  /** What Web Chat itself suggests. */
  let suggested = [];
  /** The buttons beside it, as text: Web Chat is told only when they change. */
  let standing = "[]";
  let written = 0;

  const connection = new Connection(conversation, {
    handedOff: (packet) => dispatch?.({ type: SEND_EVENT, payload: { name: HANDOFF_EVENT, value: packet } }),
    // Web Chat has no place but its transcript to say how the handoff stands.
    notified: ({ text }) => write(text, "page"),
    humanSaid: (text, id) => write(text, "human", id),
    dispose() {
      refresh();
      dispatch = undefined;
    },
  });

  /** Puts a message into the transcript that did not come from Direct Line. */
  function write(text, from, id = `simmerdown-${(written += 1)}-${Date.now()}`) {
    const activity = { type: "message", id, text, textFormat: "plain", timestamp: new Date().toISOString(), from: { id: from, role: "bot" }, channelData: { simmerdown: { from } } };
    dispatch?.({ type: INCOMING_ACTIVITY, payload: { activity } });
  }

  function ours() {
    if (connection.disposed) return [];
    const buttons = BUTTONS[connection.view] ?? (entry ? ENTRY : []);
    return buttons.map(([name, act]) => ({ type: "postBack", title: words[name], value: { simmerdown: act } }));
  }

  function refresh() {
    if (JSON.stringify(ours()) !== standing) dispatch?.({ type: SET_SUGGESTED_ACTIONS, payload: { suggestedActions: suggested } });
  }

  /** `action` as it goes on to Web Chat; undefined where it goes no further. */
  function pass(action) {
    const { type, payload } = action;
    if (type === SET_SUGGESTED_ACTIONS) {
      suggested = payload.suggestedActions ?? [];
      const added = ours();
      standing = JSON.stringify(added);
      return { ...action, payload: { ...payload, suggestedActions: [...suggested, ...added] } };
    }
    if (connection.disposed) return action;
    if (type === SEND_POST_BACK && typeof payload.value?.simmerdown === "string") {
      const pressed = ours().find(({ value }) => value.simmerdown === payload.value.simmerdown);
      if (pressed) connection[pressed.value.simmerdown]();
      return undefined;
    }
    if (type === POST_ACTIVITY && payload.activity.type === "message") return asked(action);
    if (type === POST_ACTIVITY_REJECTED) connection.botFailed();
    if (type === INCOMING_ACTIVITY) return answered(payload.activity) ? action : undefined;
    return action;
  }

  function asked(action) {
    const { activity } = action.payload;
    connection.customerSaid(activity.text ?? "");
    const channelData = { ...activity.channelData, simmerdown: connection.forBot };
    return { ...action, payload: { ...action.payload, activity: { ...activity, channelData } } };
  }

  /** Whether Web Chat is to show it. */
  function answered(activity) {
    if (activity.from?.role === "user") return true;
    // Direct Line tells a reloaded page the whole conversation once more.
    if (Date.parse(activity.timestamp) < connectedAt) return true;
    if (activity.type === "event" && activity.name === HANDOFF_STATUS) {
      STATUS[activity.value?.state]?.(connection, activity.value);
      return true;
    }
    if (activity.type !== "message") return true;
    const { from } = activity.channelData?.simmerdown ?? {};
    if (from === "page") return true;
    if (from === "human" || isHuman(activity)) {
      connection.humanJoined();
      return true;
    }
    if (connection.botMuted) return false;
    connection.botSaid(activity.text ?? "");
    return true;
  }

  connection.middleware = (store) => {
    dispatch = store.dispatch;
    queueMicrotask(() => connection.draw(refresh));
    return (next) => (action) => {
      const passed = pass(action);
      return passed && next(passed);
    };
  };
  return connection;
}
