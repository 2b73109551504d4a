// Keeps the snapshots of a conversation, and of what an agent wrote in it, for the next page of this tab. All text in a snapshot is redacted; a tab has its
// own storage, so two tabs have two conversations.

export class Keeping {
  #key;

  constructor(name) {
    this.#key = `simmerdown:${name}`;
  }

  /**
   * What was kept, `{ conversation, agent }`: two snapshots, each null where there is none. Where storage is blocked, nothing is
   * kept, and nothing else is the worse for it.
   */
  load() {
    const read = (key) => quietly(() => sessionStorage.getItem(key)) ?? null;
    return { conversation: read(this.#key), agent: read(this.#agentKey) };
  }

  save({ conversation, agent }) {
    quietly(() => sessionStorage.setItem(this.#key, conversation));
    if (agent !== null) quietly(() => sessionStorage.setItem(this.#agentKey, agent));
  }

  clear() {
    for (const key of [this.#key, this.#agentKey]) quietly(() => sessionStorage.removeItem(key));
  }

  get #agentKey() {
    return `${this.#key}:agent`;
  }
}

function quietly(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}
