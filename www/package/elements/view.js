// What the customer sees of the handoff: one view at a time, read from the decision.

/** The view for `decision`: `offer`, `ask`, `requested`, `queue`, `human`, `missed` or null; `shown` is the one before. */
export function viewFor({ action, handoff, contact = false }, shown) {
  if (handoff === "human") return "human";
  if (handoff === "queued") return "queue";
  if (handoff === "requested") return "requested";
  if (action === "ask") return "ask";
  // While an offer stands, a question already put is not taken back for a button.
  if (handoff === "offered" && (shown === "ask" || shown === "offer")) return shown;
  if (action === "offer" || handoff === "offered") return "offer";
  // A person was asked for, and none is coming.
  return contact ? "missed" : null;
}
