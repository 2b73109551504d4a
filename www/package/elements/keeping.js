// Keeps the snapshots of a conversation, and of what an agent wrote in it, for the next page of this tab. All text in a
// snapshot is redacted; a tab has its own storage, so two tabs have two conversations.

/** By each name the elements of this page that keep something under it, in order. */
const takers = new Map();

export class Keeping {
  #name;
  #owner;

  /** What `owner` keeps under a name. The second of the page under one name has a place of its own, by its order. */
  constructor(name, owner) {
    this.#name = name;
    this.#owner = owner;
  }

  /** Takes the place of the owner, unless it has one. */
  take() {
    const owners = takers.get(this.#name) ?? [];
    takers.set(this.#name, owners);
    let place = owners.indexOf(this.#owner);
    if (place < 0) place = [...owners, undefined].indexOf(undefined);
    owners[place] = this.#owner;
    return place;
  }

  /** The owner has left the page: its places are free. */
  static leave(owner) {
    for (const owners of takers.values()) {
      const place = owners.indexOf(owner);
      if (place >= 0) owners[place] = undefined;
    }
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

  get #key() {
    const place = this.take();
    return `simmerdown:${this.#name}${place === 0 ? "" : `#${place + 1}`}`;
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
