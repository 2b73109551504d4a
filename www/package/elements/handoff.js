// <simmerdown-handoff>: the button with its whole lifecycle, for a chat that exists.

import { SimmerdownElement } from "./base.js";
import { failure } from "./events.js";
import { Session } from "./session.js";
import { StandIn } from "./stand-in.js";

export class SimmerdownHandoff extends SimmerdownElement {
  static tag = "simmerdown-handoff";
  static richProperties = [...SimmerdownElement.richProperties, "conversation"];

  #conversation = null;
  #session = null;

  /**
   * The conversation of the chat. Without one, as where the engine could not start, and in the place of one that was freed,
   * it is a stand-in: nothing is judged, and the way to a person works.
   */
  get conversation() {
    return this.#session?.conversation ?? this.#conversation;
  }

  set conversation(conversation) {
    const given = conversation ?? null;
    if (given !== null && !["on", "apply"].every((method) => typeof given[method] === "function")) {
      throw failure("invalid-argument", "`conversation` is no conversation: give a `Conversation`, or null");
    }
    this.#conversation = given;
    if (this.isConnected && this.shadowRoot.firstChild !== null) this.#follow();
  }

  get session() {
    return this.#session;
  }

  compose() {
    this.shadowRoot.append(this.entryButton, this.dockPlace, this.statusLine);
  }

  joined() {
    if (this.#session === null) this.#follow();
  }

  left() {
    this.#session?.close();
    this.#session = null;
  }

  resume(conversation) {
    this.#session.close();
    this.#session = new Session(conversation, this);
    this.#session.apply({ type: "tick" });
  }

  #follow() {
    this.#session?.close();
    const given = this.#conversation;
    this.#session = new Session(given ?? new StandIn(), this, { own: given === null });
    this.begun();
    // Where a conversation that is under way stands: time passing changes nothing in it.
    if (given !== null) this.#session.apply({ type: "tick" });
  }
}
