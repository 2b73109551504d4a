// What the customer sees of the handoff: one view at a time, read from the decisions.

/**
 * The view for `decision`: `offer`, `ask`, `requested`, `closed`, `queue`, `human`, `missed` or null. `before` is
 * the decision before, `shown` the view it had.
 */
export function viewFor(decision, before, shown) {
  const { action, handoff, cause } = decision;
  if (handoff === "human") return "human";
  if (handoff === "queued") return "queue";
  if (handoff === "requested") return decision.desk?.state === "closed" ? "closed" : "requested";
  // Asked for and not there: told so, whatever the rules say of the next message. Who cancelled knows.
  const waited = before?.handoff === "requested" || before?.handoff === "queued";
  if (waited && handoff === "bot" && cause !== "handoff-cancelled") return "missed";
  if (action === "ask") return "ask";
  // While an offer stands, a question already put is not taken back for a button.
  if (handoff === "offered" && (shown === "ask" || shown === "offer")) return shown;
  if (action === "offer" || handoff === "offered") return "offer";
  return shown === "missed" ? shown : null;
}
