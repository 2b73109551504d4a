// Chatwoot's server as the adapter meets it: what its widget calls, the REST API of an account, and the webhooks. Its
// shapes are those of Chatwoot's `Message#push_event_data`, `Message#webhook_data` and `EventDataPresenter`; the bot's
// token reaches only what `AccessTokenAuthHelper` lets a bot reach.

import { bodyOf } from "./site.mjs";

const BOT_TOKEN = "bot-token";
const AGENT_TOKEN = "agent-token";
const ACCOUNT = 1;
const CONVERSATION = 42;
const DEFINED_LABELS = ["escalate", "vip"];
const TYPES = { incoming: 0, outgoing: 1, activity: 2 };

export class FakeChatwoot {
  /** `webhook(payload)` is the server of the bot under test. */
  constructor(webhook) {
    this.webhook = webhook;
    this.reset();
  }

  reset() {
    this.status = "pending";
    this.attributes = {};
    this.labels = ["vip"];
    this.messages = [];
    this.calls = [];
    this.widget?.end();
    this.widget = undefined;
  }

  get settings() {
    return { accountId: ACCOUNT, botToken: BOT_TOKEN, agentToken: AGENT_TOKEN };
  }

  /** Answers what is asked of Chatwoot; false for anything else. */
  answer(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/widget/events") {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(": open\n\n");
      this.widget = response;
      return true;
    }
    const rest = pathname.match(/^\/api\/v1\/accounts\/1\/conversations\/42\/(messages|toggle_status|labels|custom_attributes)$/);
    const widget = pathname.match(/^\/widget\/(messages|labels|custom_attributes)$/);
    if (!rest && !widget) return false;
    bodyOf(request).then((body) => {
      const answer = rest ? this.#rest(rest[1], request, body) : this.#fromWidget(widget[1], body);
      response.writeHead(answer.status ?? 200, { "content-type": "application/json" }).end(JSON.stringify(answer.body ?? {}));
    });
    return true;
  }

  /** What an agent does in Chatwoot. */
  agentSays(content) {
    this.#create({ content, type: "outgoing", sender_type: "User" });
  }

  resolve() {
    this.#turn("resolved");
  }

  #fromWidget(call, body) {
    if (call === "messages") {
      // An answered conversation that was resolved goes back to the bot.
      if (this.status === "resolved") this.#turn("pending");
      this.#create({ content: body.content, type: "incoming", sender_type: "Contact" });
    } else if (call === "labels") {
      if (DEFINED_LABELS.includes(body.label)) this.labels = [...new Set([...this.labels, body.label])];
      this.#tell("conversation_updated");
    } else {
      this.#attribute({ ...this.attributes, ...body });
    }
    return {};
  }

  #rest(call, request, body) {
    const token = request.headers.api_access_token;
    const bot = token === BOT_TOKEN;
    if (!bot && token !== AGENT_TOKEN) return { status: 401, body: { error: "Invalid Access Token" } };
    if (bot && (call === "labels" || request.method === "GET")) return { status: 401, body: { error: "Access to this endpoint is not authorized for bots" } };
    if (request.method === "GET") return { body: { payload: this.labels } };
    this.calls.push([call, body]);
    if (call === "messages") {
      this.#create({ content: body.content, type: body.message_type, private: body.private ?? false, sender_type: bot ? "AgentBot" : "User" });
    } else if (call === "toggle_status") this.#turn(body.status);
    else {
      if (call === "labels") {
        this.labels = body.labels;
        this.#tell("conversation_updated");
      } else this.#attribute(body.merge ? { ...this.attributes, ...body.custom_attributes } : body.custom_attributes);
    }
    return { body: { payload: {} } };
  }

  #create({ type, ...rest }) {
    const message = { id: this.messages.length + 1, private: false, content_type: "text", ...rest, message_type: TYPES[type] };
    this.messages.push(message);
    // The widget never sees a private note.
    if (!message.private) {
      const data = { ...message, conversation_id: CONVERSATION, created_at: Math.floor(Date.now() / 1000) };
      this.widget?.write(`data: ${JSON.stringify(data)}\n\n`);
    }
    const { id, content, sender_type } = message;
    const sender = { type: { User: "user", AgentBot: "agent_bot", Contact: "contact" }[sender_type] };
    this.#post({ event: "message_created", id, content, message_type: type, private: message.private, sender, conversation: this.#conversation() });
  }

  #turn(status) {
    this.status = status;
    this.#tell("conversation_status_changed");
    if (status === "open") this.#tell("conversation_opened");
    if (status === "resolved") this.#tell("conversation_resolved");
  }

  #conversation() {
    return { id: CONVERSATION, status: this.status, labels: [...this.labels], custom_attributes: { ...this.attributes } };
  }

  #attribute(attributes) {
    const changed = { custom_attributes: { previous_value: this.attributes, current_value: attributes } };
    this.attributes = attributes;
    this.#tell("conversation_updated", { changed_attributes: [changed] });
  }

  #tell(event, more = {}) {
    this.#post({ event, ...this.#conversation(), ...more });
  }

  /** Webhooks come in a job of their own, later. */
  #post(payload) {
    setImmediate(() => this.webhook(payload));
  }
}
