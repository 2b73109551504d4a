// What the elements tell the page: one class for each type of event, all bubbling and composed.

/** Node has had `CustomEvent` since version 19; where there is none, nothing is dispatched either. */
const Base = globalThis.CustomEvent ?? class {};

class SimmerdownEvent extends Base {
  constructor(type, detail) {
    super(type, { detail, bubbles: true, composed: true });
  }
}

/** A decision was taken; `detail` is the decision. */
export class SimmerdownDecisionEvent extends SimmerdownEvent {
  constructor(decision) {
    super("simmerdown-decision", decision);
  }
}

/** A person was asked for just now; `detail` is the handoff packet. */
export class SimmerdownHandoffEvent extends SimmerdownEvent {
  constructor(packet) {
    super("simmerdown-handoff", packet);
  }
}

/** A safety cue was found; `detail` is the decision. It comes before the decision's own event. */
export class SimmerdownSafetyEvent extends SimmerdownEvent {
  constructor(decision) {
    super("simmerdown-safety", decision);
  }
}

/** Something went wrong that no call could throw; `detail` is an `Error` with a `code`. */
export class SimmerdownErrorEvent extends SimmerdownEvent {
  constructor(error) {
    super("simmerdown-error", error);
  }
}

/** A message was added to the transcript; `detail` is `{ role, text, id }`. This is how a desk hears the customer. */
export class SimmerdownMessageEvent extends SimmerdownEvent {
  constructor(message) {
    super("simmerdown-message", message);
  }
}

/** The customer left a way to be reached; `detail` is `{ email?, phone? }` as it was written. */
export class SimmerdownContactEvent extends SimmerdownEvent {
  constructor(contact) {
    super("simmerdown-contact", contact);
  }
}

/** An `Error` with a stable `code`, as every error of this package is. */
export function failure(code, message, cause) {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  return Object.assign(error, { name: "SimmerdownError", code });
}
