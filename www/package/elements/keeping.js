// Keeps a conversation's snapshot for the next page of this tab. All text in a snapshot is redacted; a tab has its
// own storage, so two tabs have two conversations.

export class Keeping {
  #key;

  constructor(name) {
    this.#key = `simmerdown:${name}`;
  }

  /** What was kept, or null. Where storage is blocked, nothing is kept, and nothing else is the worse for it. */
  load() {
    return quietly(() => sessionStorage.getItem(this.#key)) ?? null;
  }

  save(snapshot) {
    quietly(() => sessionStorage.setItem(this.#key, snapshot));
  }

  clear() {
    quietly(() => sessionStorage.removeItem(this.#key));
  }
}

function quietly(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}
