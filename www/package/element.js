// The elements' classes. Importing this registers nothing, and works on a server.
export { SimmerdownChat } from "./elements/chat.js";
export { SimmerdownHandoff } from "./elements/handoff.js";
export {
  SimmerdownContactEvent,
  SimmerdownDecisionEvent,
  SimmerdownErrorEvent,
  SimmerdownHandoffEvent,
  SimmerdownMessageEvent,
  SimmerdownSafetyEvent,
} from "./elements/events.js";
export { noticesFor } from "./elements/texts.js";
