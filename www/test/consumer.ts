// What TypeScript makes of the package; compiled by package-types.test.mjs, never run.
// A line marked `@ts-expect-error` must not compile: a type that became too wide fails here.

import init, { Conversation, ProxyScorer, build, initSync, loadPolicy } from "simmerdown";
import policyFile from "./policy.js";
import initSlim, { Conversation as SlimConversation } from "simmerdown/slim";
import { SimmerdownChat, SimmerdownHandoff } from "simmerdown/element";
import type { SimmerdownErrorEvent } from "simmerdown/element";
import { Connection } from "simmerdown/adapters/connection";
import type {
  Action, ConversationOptions, Decision, ErrorCode, Event, HandoffPacket, PolicyDocument, ScoreReply, Scorer, SentimentScore,
  SimmerdownError, Turn,
} from "simmerdown";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(claim: Same<A, B>): boolean => claim;

const exports = await init();
await init({ module_or_path: new URL("simmerdown_bg.wasm", import.meta.url) });
initSync({ module: new Uint8Array() });
await initSlim({ module_or_path: fetch("/simmerdown_bg.wasm") });
same<typeof SlimConversation, typeof Conversation>(true);
same<typeof build.commit, string | null>(true);
exports.memory.buffer.byteLength.toFixed();

const proxy = new ProxyScorer({ url: "/v1/score", timeoutMs: 4000, headers: { "x-shop": "7" }, credentials: "include" });
const score: SentimentScore = { score: 0, label: "neutral", frustration: 0, urgency: 0 };
const scorers: Scorer[] = [
  proxy,
  async (request, { signal }) => (same<typeof request.messageId, string | undefined>(true), signal.throwIfAborted(), score),
  { timeoutMs: 500, async score() { return { ...score, source: "model", model: "m" }; } },
];
const options: ConversationOptions = { policy: "article", scorer: scorers[0], mode: "shadow", holdout: 0.1, id: "c1" };

const conversation = new Conversation(options);
const turn: Turn = conversation.customerSaid("hello", { id: "m1", at: 1000 });
same<typeof turn.settled, Promise<Decision>>(true);
const decision: Decision = conversation.botSaid("hello");
same<typeof decision.action, Action>(true);
same<typeof decision.shouldEscalate, boolean>(true);
same<typeof decision.rule, string | null>(true);
same<typeof decision.wakeAt, number | null>(true);
decision.sentiment?.frustration.toFixed();
decision.tone.instruction.trim();
conversation.apply({ type: "score", messageId: "m1", score, source: "model" });
conversation.apply({ type: "customer", attributes: { tier: "gold", contactsToday: 3, vip: true } });
conversation.apply({ type: "outcome", needed: true });
const off: () => void = conversation.on("decision", (d) => same<typeof d, Decision>(true));
conversation.on("handoff", (packet) => same<typeof packet, HandoffPacket>(true));
conversation.on("safety", (d) => same<typeof d, Decision>(true));
conversation.on("error", (error) => (same<typeof error, SimmerdownError>(true), same<typeof error.code, ErrorCode>(true)));
same<ReturnType<typeof proxy.score>, Promise<ScoreReply>>(true);
proxy.score({ message: "hello", context: [{ role: "bot", text: "hi" }] }, { signal: AbortSignal.timeout(10) });
off();
conversation.free();

const chat = new SimmerdownChat();
chat.bot = async ({ message, tone, signal }) => (signal.throwIfAborted(), `${tone?.instruction}: ${message}`);
chat.addEventListener("simmerdown-decision", (event) => same<typeof event.detail, Decision>(true));
chat.addEventListener("simmerdown-handoff", (event) => same<typeof event.detail, HandoffPacket>(true));
document.addEventListener("simmerdown-error", (event) => same<typeof event, SimmerdownErrorEvent>(true));
window.addEventListener("simmerdown-decision", (event) => same<typeof event.detail, Decision>(true));
const found = document.querySelector("simmerdown-handoff");
same<typeof found, SimmerdownHandoff | null>(true);
same<typeof chat.conversation, Conversation | null>(true);
const connection = new Connection(conversation, { humanSaid: (text) => text.trim(), handedOff: (packet) => packet.text.trim() });
same<typeof connection.botMuted, boolean>(true);
// A policy out of a JSON file, where every word is a mere string to the compiler.
const file: PolicyDocument = policyFile;
new Conversation({ policy: policyFile });
loadPolicy("/policy.json", { fallback: policyFile });
chat.policy = file;
// Every kind of action can be told apart, and no other is there.
function shown(action: Action): string {
  switch (action) {
    case "respond": case "watch": return "the bot";
    case "offer": case "ask": return "the button";
    case "handoff": return "a person";
    default: return action satisfies never;
  }
}
shown(decision.action);

// @ts-expect-error a bot answers with text
chat.bot = async () => 7;
// @ts-expect-error the conversation is the element's own
chat.conversation = null;
// @ts-expect-error an action is one of five words
shown("shrug");
// @ts-expect-error a text is a string
conversation.customerSaid(7);
// @ts-expect-error there is no such option
new Conversation({ polcy: "balanced" });
// @ts-expect-error a policy of a file lacks its rules
new Conversation({ policy: { version: policyFile.version, name: policyFile.name, trend: policyFile.trend, negativeFrustration: 0.8 } });
// @ts-expect-error a policy of a file has no such type of rule
new Conversation({ policy: { ...policyFile, rules: [7] } });
// @ts-expect-error there is no such preset
new Conversation({ policy: "strict" });
// @ts-expect-error there is no such event
conversation.apply({ type: "shrug" });
// @ts-expect-error an event of that type has no such field
conversation.apply({ type: "tick", mood: 1 } satisfies Event);
// @ts-expect-error a score needs its urgency
conversation.apply({ type: "score", messageId: "m1", score: { score: 0, label: "neutral", frustration: 0 }, source: "model" });
// @ts-expect-error there is no such label
scorers.push(async () => ({ score: 0, label: "furious", frustration: 0, urgency: 0 }));
// @ts-expect-error there is nothing of that name to listen to
conversation.on("decided", () => {});
// @ts-expect-error a proxy scorer needs an address
new ProxyScorer({});
// @ts-expect-error a decision is not any
decision.mood;
// @ts-expect-error it is read-only
proxy.url = "/elsewhere";
// @ts-expect-error the slim entry does not know where the wasm is
initSlim();
// @ts-expect-error nobody needs the raw exports
exports.conversation_apply;
