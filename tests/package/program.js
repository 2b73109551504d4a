// What every consumer does with the package, whichever way it loads it. The runner puts this file beside each of them.

/** Starts the engine and has a conversation; resolves to what came of it. */
export async function program({ default: init, Conversation, build }, source) {
  await init(source);
  const conversation = new Conversation({ policy: "balanced" });
  const { settled } = conversation.customerSaid("I want to talk to a human", { id: "m1", at: 1000 });
  const { action } = await settled;
  conversation.free();
  return { version: build.version, action };
}

/** The same in a page, which shows what came of it. */
export async function show(simmerdown, source) {
  const said = await program(simmerdown, source).catch((error) => ({ error: String(error) }));
  document.querySelector("#result").textContent = JSON.stringify(said);
}
