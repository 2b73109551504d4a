// The look of both elements, as one constructed stylesheet: a strict Content-Security-Policy has nothing to refuse.
// Colours follow the page's `color-scheme`; every one of them, and more, is a `--simmerdown-*` property.

const CSS = `
:host {
  display: block;
  --accent: var(--simmerdown-accent, #0b6b5e);
  --on-accent: var(--simmerdown-on-accent, #fff);
  --accent-soft: var(--simmerdown-accent-soft, #e3f1ed);
  --surface: var(--simmerdown-surface, #fff);
  --sunken: var(--simmerdown-sunken, #f1eee7);
  --ink: var(--simmerdown-ink, #1b2221);
  --muted: var(--simmerdown-muted, #56605d);
  --line: var(--simmerdown-line, #ddd8cd);
  --control: var(--simmerdown-control, #7d8884);
  --radius: var(--simmerdown-radius, 16px);
  font: 1rem/1.5 var(--simmerdown-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif);
  color: var(--ink);
  text-align: start;
}
@supports (color: light-dark(#000, #fff)) {
  :host {
    --accent: var(--simmerdown-accent, light-dark(#0b6b5e, #56c8b3));
    --on-accent: var(--simmerdown-on-accent, light-dark(#fff, #06231d));
    --accent-soft: var(--simmerdown-accent-soft, light-dark(#e3f1ed, #17332d));
    --surface: var(--simmerdown-surface, light-dark(#fff, #1a211f));
    --sunken: var(--simmerdown-sunken, light-dark(#f1eee7, #242c2a));
    --ink: var(--simmerdown-ink, light-dark(#1b2221, #eaeeec));
    --muted: var(--simmerdown-muted, light-dark(#56605d, #a4afab));
    --line: var(--simmerdown-line, light-dark(#ddd8cd, #323b38));
    --control: var(--simmerdown-control, light-dark(#7d8884, #74807c));
  }
}
:host([hidden]) { display: none; }
/* Where the screen is lower than a chat can be, as at 400 % zoom, the page scrolls. */
:host(simmerdown-chat) { block-size: var(--simmerdown-height, 34rem); max-block-size: max(100dvh, 28rem); }
*, *::before, *::after { box-sizing: border-box; }
/* What a page does to the text around is inherited. */
.chat, .entry, .dock {
  white-space: normal;
  text-transform: none;
  letter-spacing: normal;
  word-spacing: normal;
  text-indent: 0;
  text-shadow: none;
}
[hidden] { display: none !important; }
h2, p, form { margin: 0; padding: 0; }
button, textarea, input { font: inherit; color: inherit; margin: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.quiet, .from-bot .who, .from-customer .who {
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
.icon {
  flex: none;
  inline-size: 20px;
  block-size: 20px;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.75;
  stroke-linecap: round;
  stroke-linejoin: round;
}
:host(:dir(rtl)) .send .icon { transform: scaleX(-1); }

.chat {
  position: relative;
  display: flex;
  flex-direction: column;
  block-size: 100%;
  overflow: hidden;
  background: var(--surface);
  border: 1px solid var(--line);
  border-radius: var(--radius);
}
.head {
  flex: none;
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 0.75rem;
  padding: 0.6rem 0.6rem 0.6rem 1rem;
  padding-inline: 1rem 0.6rem;
  border-block-end: 1px solid var(--line);
}
.names { flex: 1 1 6rem; min-inline-size: 0; overflow-wrap: anywhere; }
h2 { font-size: 1rem; font-weight: 650; line-height: 1.25; }
.with { color: var(--muted); font-size: 0.8125rem; line-height: 1.3; }
.entry, .primary, .plain, .send {
  min-block-size: 44px;
  min-inline-size: 44px;
  border: 1px solid transparent;
  border-radius: 12px;
  font-weight: 600;
  cursor: pointer;
}
.entry {
  display: inline-flex;
  align-items: center;
  gap: 0.4rem;
  padding: 0.35rem 0.75rem;
  background: transparent;
  color: var(--accent);
  font-size: 0.875rem;
  text-align: start;
}
.entry:hover { background: var(--accent-soft); }
.entry[aria-disabled="true"] { color: var(--muted); background: transparent; cursor: default; }
.primary, .plain { padding: 0.5rem 1.1rem; }
.primary { background: var(--accent); color: var(--on-accent); }
.plain { background: transparent; border-color: var(--control); color: var(--ink); }
.primary:hover, .send:hover { filter: brightness(1.12); }
.plain:hover { background: var(--sunken); }

.transcript {
  position: relative;
  flex: 1 1 0;
  min-block-size: 3rem;
  overflow-y: auto;
  overscroll-behavior: contain;
  display: flex;
  flex-direction: column;
  gap: 0.6rem;
  padding: 1rem;
}
/* Where to find help at once is read whole, whatever else is on show. */
.transcript:has(> .safety) { min-block-size: 45%; }
.transcript:focus-visible { outline-offset: -4px; border-radius: 8px; }
.turn { display: flex; flex-direction: column; max-inline-size: 84%; }
.turn > p {
  padding: 0.6rem 0.9rem;
  border: 1px solid transparent;
  border-radius: var(--radius);
  overflow-wrap: anywhere;
  white-space: pre-wrap;
}
.from-bot, .from-agent { align-self: flex-start; align-items: flex-start; }
.from-bot > p { background: var(--sunken); border-end-start-radius: 5px; }
.from-agent > p { background: var(--accent-soft); border-color: var(--accent); border-end-start-radius: 5px; }
.from-customer { align-self: flex-end; align-items: flex-end; }
.from-customer > p { background: var(--accent); color: var(--on-accent); border-end-end-radius: 5px; }
.who { color: var(--accent); font-size: 0.8125rem; font-weight: 600; }
.note, .divider { align-self: center; color: var(--muted); font-size: 0.8125rem; text-align: center; text-wrap: pretty; }
.divider { display: flex; align-items: center; gap: 0.75rem; align-self: stretch; font-weight: 600; color: var(--accent); }
.divider::before, .divider::after { content: ""; flex: 1; border-block-start: 1px solid var(--line); }
.safety {
  padding: 0.75rem 1rem;
  border: 2px solid var(--accent);
  border-radius: var(--radius);
  font-weight: 600;
}
.writing {
  display: flex;
  gap: 5px;
  align-self: flex-start;
  margin: 0 1rem 0.75rem;
  padding: 0.7rem 0.9rem;
  background: var(--sunken);
  border-radius: var(--radius);
}
.writing span { inline-size: 7px; block-size: 7px; border-radius: 50%; background: var(--muted); }

/* It gives way, and is scrolled in: who waits can always write. */
.dock {
  flex: 0 1 auto;
  max-block-size: 70%;
  overflow-y: auto;
  margin: 0 0.75rem 0.75rem;
  padding: 0.9rem 1rem;
  background: var(--accent-soft);
  border: 1px solid var(--accent);
  border-radius: var(--radius);
}
.card { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1rem; }
.words { flex: 1 1 10rem; font-size: 0.875rem; overflow-wrap: anywhere; }
.title { font-size: 1rem; font-weight: 650; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.buttons .primary { flex: 1 1 auto; }
.card:has(+ .contact) .opens { display: none; }
.contact { display: grid; gap: 0.6rem; font-size: 0.875rem; }
.card + .contact { margin-block-start: 0.75rem; }
.card.contact { display: flex; }
.fields { display: flex; flex-wrap: wrap; gap: 0.6rem; }
.field { display: grid; gap: 0.2rem; flex: 1 1 11rem; font-weight: 600; }
.field input {
  inline-size: 100%;
  min-block-size: 44px;
  padding: 0.45rem 0.75rem;
  background: var(--surface);
  border: 1px solid var(--control);
  border-radius: 12px;
  font-weight: 400;
}
.field input[aria-invalid="true"] { border-width: 2px; border-color: var(--ink); }
.complaint { font-weight: 600; }

.composer {
  flex: none;
  display: flex;
  align-items: flex-end;
  gap: 0.5rem;
  padding: 0.75rem;
  border-block-start: 1px solid var(--line);
}
.composer textarea {
  flex: 1;
  min-inline-size: 0;
  min-block-size: 46px;
  max-block-size: 8rem;
  padding: 0.6rem 0.9rem;
  resize: none;
  field-sizing: content;
  background: var(--surface);
  border: 1px solid var(--control);
  border-radius: 14px;
  line-height: 1.4;
}
.composer textarea::placeholder { color: var(--muted); opacity: 1; }
.send {
  flex: none;
  display: grid;
  place-items: center;
  inline-size: 46px;
  block-size: 46px;
  padding: 0;
  background: var(--accent);
  color: var(--on-accent);
  border-radius: 14px;
}

:host(simmerdown-handoff) .dock { margin: 0.5rem 0 0; max-block-size: none; }
:host(simmerdown-handoff) .entry { border-color: var(--control); }

@media (prefers-reduced-motion: no-preference) {
  .dock { animation: rise 180ms ease-out; }
  .writing span { animation: writing 1.2s ease-in-out infinite; }
  .writing span:nth-child(2) { animation-delay: 0.15s; }
  .writing span:nth-child(3) { animation-delay: 0.3s; }
}
@keyframes rise { from { transform: translateY(8px); opacity: 0; } }
@keyframes writing {
  0%, 60%, 100% { transform: none; opacity: 0.5; }
  30% { transform: translateY(-3px); opacity: 1; }
}
@media (forced-colors: active) {
  .turn > p, .entry, .primary, .send, .dock, .chat { border: 1px solid; }
  .entry[aria-disabled="true"] { color: GrayText; }
  .writing span { background: CanvasText; }
  .primary { border-width: 2px; }
}
`;

const sheets = new WeakMap();

/** Gives the shadow root its look. A sheet belongs to one document, so there is one for each. */
export function dress(root) {
  const page = root.ownerDocument;
  try {
    if (!sheets.has(page)) {
      const sheet = new page.defaultView.CSSStyleSheet();
      sheet.replaceSync(CSS);
      sheets.set(page, sheet);
    }
    root.adoptedStyleSheets = [sheets.get(page)];
  } catch {
    // A browser without constructed stylesheets (before 2023). Where the page forbids this too, it works unstyled.
    if (root.querySelector("style") !== null) return;
    const style = page.createElement("style");
    style.textContent = CSS;
    root.prepend(style);
  }
}
