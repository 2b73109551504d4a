// deep-chat: https://deepchat.dev
//
// The request goes through `requestInterceptor`, replies through `responseInterceptor`, messages come as `message`
// events. While a person is there, `connect.handler` is one that says nothing, so that no request reaches the bot.

import { Connection, refused } from "./connection.js";
import { placeHandoff } from "./handoff-element.js";

/** The role of what the page itself says. */
const NOTICE = "notice";

/** The reply that deep-chat takes and shows nothing of. */
const NOTHING = [];

/** Answers a request of deep-chat with no message. */
function silence(_body, signals) {
  signals.onOpen();
  signals.onResponse(NOTHING);
  signals.onClose();
}

/** `body` with what the bot should know; a form with files is added to, anything else is copied. */
function told(body, forBot) {
  if (typeof FormData !== "undefined" && body instanceof FormData) {
    body.set("simmerdown", JSON.stringify(forBot));
    return body;
  }
  return { ...body, simmerdown: forBot };
}

export function connectDeepChat(element, { conversation, humanRole = "human", toHuman, place, texts } = {}) {
  const settings = element?.connect;
  if (typeof settings !== "object" || settings === null) {
    throw refused("set `connect` of the deep-chat element before it is connected: its bot is reached by a `url` or a `handler`");
  }
  if (!place && !element.parentNode) {
    throw refused("put the deep-chat element into the page before it is connected, or give a `place` for the way to a person");
  }
  const { requestInterceptor, responseInterceptor } = element;
  const ownHandler = Object.getOwnPropertyDescriptor(settings, "handler");
  // Requests under way: an error meanwhile is the bot's.
  let asked = 0;

  const connection = new Connection(conversation, {
    decided: ({ botMuted }) => mute(botMuted),
    // The rest stands in the <simmerdown-handoff>.
    notified: ({ key, text }) => key === "safety" && element.addMessage({ role: NOTICE, text }),
    humanSaid: (text) => element.addMessage({ role: humanRole, text }),
    dispose() {
      mute(false);
      element.removeEventListener("message", heard);
      element.removeEventListener("error", failed);
      if (element.requestInterceptor === intercept) element.requestInterceptor = requestInterceptor;
      if (element.responseInterceptor === answered) element.responseInterceptor = responseInterceptor;
      handoff.remove();
    },
  });

  /** The object stays the same, so that deep-chat does not render anew. */
  function mute(on) {
    if (on) settings.handler = silence;
    else if (settings.handler === silence) {
      if (ownHandler) Object.defineProperty(settings, "handler", ownHandler);
      else delete settings.handler;
    }
  }

  async function intercept(details) {
    const theirs = (await requestInterceptor?.call(element, details)) || details;
    if (theirs.error !== undefined || connection.disposed) return theirs;
    asked += 1;
    return { ...theirs, body: told(theirs.body, connection.forBot) };
  }

  /** Not asynchronous itself: deep-chat does not wait for the pieces of a stream before it ends. */
  function answered(response) {
    // A reply that was on its way when a person took over comes too late.
    if (connection.botMuted && !connection.disposed) return NOTHING;
    return responseInterceptor ? responseInterceptor.call(element, response) : response;
  }

  const handoff = placeHandoff(conversation, { place, neighbour: element, texts });

  function heard({ detail: { message, isHistory } }) {
    if (isHistory || typeof message.text !== "string") return;
    if (message.role === "user") {
      const turn = connection.customerSaid(message.text);
      mute(connection.botMuted);
      if (turn && connection.botMuted) toHuman?.({ id: turn.id, text: message.text });
    } else if (message.role !== humanRole && message.role !== NOTICE) {
      asked = 0;
      connection.botSaid(message.text);
    }
  }

  function failed() {
    if (asked === 0) return;
    asked = 0;
    // A stream that was silenced before it began ends in an error of deep-chat's own.
    if (!connection.botMuted) connection.botFailed();
  }

  element.requestInterceptor = intercept;
  element.responseInterceptor = answered;
  element.addEventListener("message", heard);
  element.addEventListener("error", failed);
  mute(connection.botMuted);
  return connection;
}
