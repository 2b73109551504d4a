// The lab: reads logs into the engine, has them judged in slices while thresholds move, and hands what came of it to be
// drawn. Nothing is sent: once the engine is loaded, the page may not connect to anybody any more.

import start from "./simmerdown/index.js";
import { Lab, editPolicy, presetDocument } from "./simmerdown/simmerdown.js";
import { Findings } from "./lab-findings.js";
import { ThresholdForm, copy, faultText } from "./thresholds.js";
import { element } from "./words.js";

/** How long the page may be busy at a stretch, in milliseconds. */
const SLICE = 24;
/** Conversations judged between two looks at the clock. */
const STEP = 50;
const COMPLAINTS_SHOWN = 5;

const at = (id) => document.getElementById(id);
let lab = null;
let form = null;
let findings = null;
/** The lab whose figures stand there. */
let shown = null;
let judging = 0;
let reading = 0;
/** The last document of one's own that was a policy. */
let own = null;

/** From here on the browser itself refuses every connection. */
function forbidConnections() {
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "connect-src 'none'";
  document.head.append(policy);
}

const nextFrame = () => new Promise((resolve) => setTimeout(resolve));
const say = (text) => (at("status").textContent = text);

/** The bytes of a file, unpacked where they are gzip. */
async function contents(file) {
  const [one, two, three, four] = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (one === 0x1f && two === 0x8b) return file.stream().pipeThrough(new DecompressionStream("gzip"));
  if (one === 0x28 && two === 0xb5 && three === 0x2f && four === 0xfd) throw new Error("it is packed by zstd, which browsers cannot read: unpack it first");
  return file.stream();
}

/** Reads files into a new lab. What cannot be read is told with the bad lines. */
async function read(files) {
  const mine = (reading += 1);
  judging += 1;
  lab?.free();
  lab = null;
  at("findings").hidden = shown !== lab;
  const fresh = new Lab();
  const unread = [];
  for (const file of files) {
    say(`Reading ${file.name}`);
    fresh.open(file.name);
    try {
      const reader = (await contents(file)).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        if (mine !== reading) return fresh.free();
        fresh.feed(part.value);
      }
    } catch (error) {
      unread.push({ file: file.name, line: null, problem: error.message || "it cannot be read" });
    }
    if (mine !== reading) return fresh.free();
  }
  lab = fresh;
  const told = lab.settle();
  complain([...unread, ...told.complaints], told.bad + unread.length);
  const { conversations, summaries, leftOut, scoredHere } = told;
  const sampled = leftOut > 0 ? `, a sample: ${leftOut} more lines were left out` : "";
  const scored = scoredHere > 0 ? `; ${scoredHere} had no scores and are scored here, on the device` : "";
  const counted = summaries > 0 ? ` and ${summaries} summaries` : "";
  const names = files.length === 1 ? files[0].name : `${files.length} files`;
  say(`${conversations} ${conversations === 1 ? "conversation" : "conversations"}${counted} of ${names}${sampled}${scored}`);
  const some = conversations + summaries > 0;
  at("bench").hidden = !some;
  at("steps").hidden = some;
  if (some) await judge();
  else say(`There is no conversation in ${names}`);
}

function complain(complaints, all) {
  const lines = complaints.slice(0, COMPLAINTS_SHOWN).map(({ file, line, problem }) => `${file}${line === null ? "" : `:${line}`}: ${problem}`);
  if (all > lines.length) lines.push(`and ${all - lines.length} more`);
  at("complaints").replaceChildren(...lines.map((line) => element("li", line)));
  at("complaints").hidden = lines.length === 0;
}

/** Judges every conversation by the thresholds as they stand, and draws what came of it. A newer call takes over. */
async function judge() {
  const policy = form?.policy ?? null;
  const mine = (judging += 1);
  at("copy").disabled = policy === null;
  at("reset").disabled = !form?.isMoved;
  at("policy-json").value = policy ?? "";
  at("told").textContent = "";
  at("not-current").hidden = policy !== null;
  at("findings").toggleAttribute("data-stale", policy === null);
  const progress = at("progress");
  progress.hidden = true;
  // Figures of a log that is no longer there are not to be asked for more.
  at("findings").hidden = shown !== lab;
  at("findings").toggleAttribute("aria-busy", false);
  if (lab === null || policy === null) return;
  lab.begin(policy, form.base);
  at("findings").setAttribute("aria-busy", "true");
  for (let left = Infinity, all = null; left > 0; ) {
    for (const until = performance.now() + SLICE; left > 0 && performance.now() < until; ) left = lab.step(STEP);
    all ??= left + STEP;
    if (left === 0) break;
    progress.hidden = false;
    progress.value = 1 - left / all;
    await nextFrame();
    if (mine !== judging) return;
  }
  progress.hidden = true;
  findings.show(lab, form.isMoved);
  shown = lab;
  at("findings").hidden = false;
  at("findings").removeAttribute("aria-busy");
}

async function take(chosen) {
  const files = [...chosen];
  if (files.length > 0) await read(files);
}

async function sample() {
  say("Making the sample log");
  const { default: text } = await import("./sample-log.js");
  await read([new File([text], "the sample log")]);
}

/** Shows a policy's numbers, none for null. What is wrong with a file of one's own is told, and no numbers are shown. */
function load(policy) {
  const faults = policy === null ? [] : form.load(policy);
  if (policy === null || faults.length > 0) form.clear();
  at("policy-faults").replaceChildren(...faults.map((fault) => element("li", faultText(fault))));
  at("policy-faults").hidden = faults.length === 0;
  return faults.length === 0;
}

function listen() {
  at("files").addEventListener("change", ({ target }) => take(target.files).then(() => (target.value = "")));
  at("sample").addEventListener("click", sample);
  const drop = at("drop");
  // Anywhere on the page: a file that misses the frame must not take the page away.
  addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.toggleAttribute("data-over", event.dataTransfer.types.includes("Files"));
  });
  addEventListener("dragleave", ({ relatedTarget }) => relatedTarget ?? drop.removeAttribute("data-over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    drop.removeAttribute("data-over");
    take(event.dataTransfer.files);
  });
  at("policies").addEventListener("change", ({ target }) => {
    if (target.name !== "policy") return;
    at("own").hidden = target.value !== "own";
    load(target.value === "own" ? own : presetDocument(target.value));
  });
  at("policy-file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file === undefined) return;
    at("policy-name").textContent = file.name;
    const text = await file.text();
    // Meanwhile another policy may have been chosen.
    const chosen = at("own-policy").checked;
    if (chosen && load(text)) own = text;
  });
  at("reset").addEventListener("click", () => form.reset());
  at("copy").addEventListener("click", async () => {
    const copied = await copy(form.policy, at("policy-json"));
    at("told").textContent = copied ? "The policy is on the clipboard." : "The policy stands below, marked: copy it from there.";
  });
}

try {
  await start();
  forbidConnections();
  at("safe").textContent = "The file stays on this page: the browser now refuses it every connection.";
  findings = new Findings(document);
  form = new ThresholdForm(at("numbers-form"), { edit: editPolicy, changed: judge });
  load(presetDocument("balanced"));
  listen();
  say("Ready. No log yet.");
} catch (error) {
  say(`The engine did not start: ${error.message}`);
}
