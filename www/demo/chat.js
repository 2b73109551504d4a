// What the customer sees: the transcript and the composer. Text goes in as text, never as markup.

const SPEAKERS = {
  customer: "You",
  bot: "Assistant",
  person: "Mara",
};

export class Chat {
  #log;
  #writing;
  #with;
  #form;
  #field;
  #atEnd = true;

  /** `root` is the document; `said(text)` is called with what the customer sends. */
  constructor(root, { said }) {
    this.#log = root.querySelector("#transcript");
    this.#writing = root.querySelector("#writing");
    this.#with = root.querySelector("#chat-with");
    this.#form = root.querySelector("#composer");
    this.#field = root.querySelector("#message");

    // The dock takes room from the transcript; the newest message stays in sight unless the reader scrolled away.
    this.#log.addEventListener("scroll", () => {
      this.#atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 24;
    });
    new ResizeObserver(() => {
      if (this.#atEnd) this.#toEnd();
    }).observe(this.#log);

    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#field.value.trim();
      if (text === "") return;
      this.#field.value = "";
      said(text);
    });
    // Enter sends and Shift+Enter breaks the line; while an input method composes, Enter is its own.
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
  }

  /** Puts `text` into the composer and sends it, as the customer would. */
  type(text) {
    this.#field.value = text;
    this.#form.requestSubmit();
  }

  focusComposer() {
    this.#field.focus({ preventScroll: true });
  }

  /** One message of `speaker`: customer, bot or person. */
  add(speaker, text) {
    const name = document.createElement("span");
    name.className = speaker === "person" ? "who" : "who visually-hidden";
    name.textContent = speaker === "person" ? `${SPEAKERS.person}, support` : SPEAKERS[speaker];
    const words = document.createElement("p");
    words.dir = "auto";
    words.textContent = text;
    this.#append(`message from-${speaker}`, [name, words]);
  }

  /** A line between the messages: somebody joined, somebody left. */
  note(text) {
    const words = document.createElement("p");
    words.textContent = text;
    this.#append("note-line", [words]);
  }

  /** Whether the other side is writing. */
  writing(on) {
    this.#writing.hidden = !on;
    if (on) this.#toEnd();
  }

  /** Who the customer is talking to, under the shop's name. */
  talkingTo(text) {
    this.#with.textContent = text;
  }

  clear() {
    this.#log.replaceChildren();
    this.#field.value = "";
    this.writing(false);
  }

  #append(className, children) {
    const line = document.createElement("div");
    line.className = className;
    line.append(...children);
    this.#log.append(line);
    this.#toEnd();
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}
