// What TypeScript makes of the adapters beside the frontends' own types; compiled by adapter-types.test.mjs, never run.
// A line marked `@ts-expect-error` must not compile.

import { DefaultChatTransport, type UIMessage } from "ai";
import { useChat } from "@ai-sdk/react";
import { createStore } from "botframework-webchat";
import type { DeepChat } from "deep-chat";
import { Conversation, type HandoffPacket } from "simmerdown";
import { connectAiSdk } from "simmerdown/adapters/ai-sdk";
import { connectWebChat, markedHuman } from "simmerdown/adapters/botframework-webchat";
import { connectChatwoot } from "simmerdown/adapters/chatwoot";
import { chatwootServer } from "simmerdown/adapters/chatwoot-server";
import { Connection, type ForBot, type View } from "simmerdown/adapters/connection";
import { connectDeepChat } from "simmerdown/adapters/deep-chat";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(claim: Same<A, B>): boolean => claim;

declare const conversation: Conversation;
declare const element: DeepChat;

const deepChat: Connection = connectDeepChat(element, { conversation, toHuman: ({ id, text }) => void [id.trim(), text.trim()], texts: { offer: "A person" } });
same<typeof deepChat.forBot, ForBot>(true);
deepChat.forBot.tone.instruction.trim();
deepChat.handoffQueued({ reference: "A-1", waitMs: 60_000, position: 1 });

const webChat = connectWebChat({ conversation, isHuman: markedHuman, language: "de" });
createStore({}, webChat.middleware);

const aiSdk = connectAiSdk({ conversation, transport: new DefaultChatTransport<UIMessage>({ api: "/api/chat" }) });
const { setMessages } = useChat({ transport: aiSdk.transport });
const unbind: () => void = aiSdk.bind({ setMessages });
same<ReturnType<typeof aiSdk.getSnapshot>["view"], View>(true);

const chatwoot = connectChatwoot({ conversation, label: "angry", place: document.body });
same<typeof chatwoot.conversationId, number | undefined>(true);
const server = chatwootServer({ baseUrl: "https://chatwoot.example", accountId: 1, botToken: "t", reply: async ({ text, forBot }) => text + forBot.tone.label });
server.handOff(42, {} as HandoffPacket);
same<ReturnType<typeof server.webhook>, Promise<string | null>>(true);

new Connection(conversation, { decided: ({ botMuted }) => same<typeof botMuted, boolean>(true), handedOff: (packet) => same<typeof packet, HandoffPacket>(true) });
for (const connection of [deepChat, webChat, aiSdk, chatwoot]) connection.dispose();
unbind();

// @ts-expect-error an adapter needs a conversation
connectDeepChat(element, {});
// @ts-expect-error it has to be said which activity is a person's
connectWebChat({ conversation });
// @ts-expect-error a transport sends messages
connectAiSdk({ conversation, transport: {} });
// @ts-expect-error there is no such text
connectChatwoot({ conversation, texts: { ofer: "A person" } });
// @ts-expect-error a bot replies with text
chatwootServer({ baseUrl: "", accountId: 1, botToken: "t", reply: () => 7 });
// @ts-expect-error it is read-only
deepChat.botMuted = true;
