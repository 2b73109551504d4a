// docs/privacy.md, held to what really goes over the wires: a conversation through the elements, the proxy and a model's
// server, every body and header of which is kept. A field that is there and not in the page fails, and one in the page
// that is not there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { DIST, launch, ROOT } from "./browser.mjs";

const document = await readFile(join(ROOT, "docs/privacy.md"), "utf8");
const types = await readFile(join(DIST, "package/simmerdown.d.ts"), "utf8");

/** The rows of the table behind a mark, each a list of cells. */
function rows(mark) {
  const start = document.indexOf(`<!-- ${mark} -->`);
  assert.notEqual(start, -1, `docs/privacy.md has no mark \`${mark}\``);
  const lines = document.slice(start).split("\n").slice(2);
  const table = lines.slice(0, lines.findIndex((line) => !line.startsWith("|")));
  return table.slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

const names = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
/** The names in the first column. */
const documented = (mark) => rows(mark).flatMap(([first]) => names(first)).sort();

const sorted = (set) => [...new Set(set)].sort();

/** The paths of the values of JSON, such as `messages[].role`; below `leaves` nothing is looked at. */
function paths(value, leaves = [], path = "") {
  if (leaves.includes(path) || value === null || typeof value !== "object") return [path];
  if (Array.isArray(value)) return value.flatMap((item) => paths(item, leaves, `${path}[]`));
  return Object.entries(value).flatMap(([key, below]) => paths(below, leaves, path ? `${path}.${key}` : key));
}

/** The members of an interface of the package's types. */
function members(name) {
  const body = types.match(new RegExp(`export interface ${name} (?:extends [\\w ,]+ )?\\{([\\s\\S]*?)\\n\\}`))?.[1];
  assert.ok(body, `there is no interface ${name}`);
  return sorted([...body.matchAll(/^ {4}(?:readonly )?(\w+)\??:/gm)].map(([, member]) => member));
}

const SECRETS = ["ann@example.com", "4111 1111 1111 1111", "+44 20 7946 0958", "DE89 3704 0044 0532 0130 00", "ann@firm.example", "Mallory"];
const CALM = "Hello, I am Mallory. Where is my parcel? Write to ann@example.com or +44 20 7946 0958";
const ANGRY = "This is useless!! Third time I ask, my card is 4111 1111 1111 1111, account DE89 3704 0044 0532 0130 00";

/** A server of the test's own, which keeps what it is sent. */
async function keeper(answer) {
  const kept = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const { method, url, headers } = request;
    const call = { method, path: new URL(url, "http://localhost").pathname, headers, body };
    kept.push(call);
    const { status = 200, type = "application/json", text = "" } = answer(call) ?? {};
    response.writeHead(status, { "content-type": type }).end(text);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const stop = () => (server.closeAllConnections(), server.close());
  return { kept, stop, origin: `http://127.0.0.1:${server.address().port}` };
}

/** The proxy, before that model's server. */
async function proxy(model, origin, log) {
  const env = {
    ...process.env, OPENAI_API_KEY: "sk-of-the-test", OPENAI_BASE_URL: `${model}/v1`, RUST_LOG: "trace",
    SIMMERDOWN_TOKEN_SECRET: "a".repeat(40), SIMMERDOWN_MINT_SECRET: "b".repeat(40),
  };
  const given = ["serve", "--addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0", "--allow-origin", origin, "--log", log, "--log-format", "json", "--sarcasm"];
  const server = spawn(process.env.SIMMERDOWN_BIN, given, { env });
  let said = "";
  server.stderr.on("data", (data) => (said += data));
  const addresses = [];
  for await (const line of createInterface({ input: server.stdout })) {
    addresses.push(line.match(/http:\/\/[\w.:]+/)?.[0]);
    if (addresses.length === 2) break;
  }
  const stop = async () => {
    server.kill("SIGTERM");
    await once(server, "exit");
  };
  return { url: addresses[0], metrics: addresses[1], stop, said: () => said };
}

const SHOP = `<!doctype html><html lang=en><meta charset=utf-8><title>shop</title><link rel=icon href=data:,>
<simmerdown-chat persist heading=Help></simmerdown-chat>
<script type=module>
  import "/package/define.js";
  import init, { Conversation, ProxyScorer } from "/package/index.js";
  await init();
  const { proxy } = await (await fetch("/settings")).json();
  const chat = document.querySelector("simmerdown-chat");
  globalThis.heard = new Set();
  for (const name of ["decision", "handoff", "safety", "error", "message", "contact"]) document.addEventListener("simmerdown-" + name, ({ type }) => heard.add(type));
  chat.bot = async () => "Sorry about that. Could you give me the order number?";
  chat.options = { id: "conversation-7", log: { url: proxy + "/v1/log" }, packet: { url: "/packet" } };
  chat.scorer = new ProxyScorer({ url: proxy + "/v1/score", token: async () => (await fetch("/token")).text() });
  globalThis.conversation = await chat.ready;
</script>`;

const seen = {};
const ends = [];
let secrets;

/** What the model's server answers. */
const ANSWER = { score: -0.9, label: "negative", frustration: 0.85, urgency: 0.5, sarcasm: false };

before(async () => {
  const browser = await launch();
  ends.push(() => browser.close());
  const completion = { text: JSON.stringify({ choices: [{ message: { content: JSON.stringify(ANSWER) } }], usage: { total_tokens: 300 } }) };
  const model = await keeper(({ path }) => (path === "/v1/models" ? { text: '{"data":[]}' } : completion));
  ends.push(model.stop);
  let settings;
  const files = new Map();
  const shop = await keeper(({ path }) => {
    if (path === "/") return { type: "text/html; charset=utf-8", text: SHOP };
    if (path === "/settings") return { text: JSON.stringify(settings) };
    if (path === "/token") return { text: settings.token };
    if (path === "/packet") return { status: 204 };
    return files.get(path) ?? { status: 404 };
  });
  ends.push(shop.stop);
  for (const name of await readdir(join(DIST, "package"), { recursive: true })) {
    const type = name.endsWith(".js") ? "text/javascript" : name.endsWith(".wasm") ? "application/wasm" : undefined;
    if (type) files.set(`/package/${name}`, { type, text: await readFile(join(DIST, "package", name)) });
  }
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-privacy-"));
  ends.push(() => rm(folder, { recursive: true }));
  const server = await proxy(model.origin, shop.origin, folder);
  secrets = { authorization: `Bearer ${"b".repeat(40)}`, "content-type": "application/json" };
  const minted = await (await fetch(`${server.url}/v1/token`, { method: "POST", headers: secrets, body: JSON.stringify({ origin: shop.origin }) })).json();
  settings = { proxy: server.url, token: minted.token };

  const context = await browser.newContext();
  // Cookies know no ports: one of the shop's would go to the proxy if calls carried cookies.
  await context.addCookies([{ name: "shop", value: "Mallory", url: shop.origin }]);
  const page = await context.newPage();
  const calls = [];
  const replies = [];
  page.on("request", async (request) => calls.push({ url: request.url(), method: request.method(), headers: await request.allHeaders(), body: request.postData() }));
  page.on("response", async (response) => response.url().endsWith("/v1/score") && response.request().method() === "POST" && replies.push(await response.json()));
  await page.goto(`${shop.origin}/`);
  await page.waitForFunction(() => globalThis.conversation);
  const say = (text) => page.evaluate(async (text) => {
    const scored = () => conversation.summary().scores.model * conversation.summary().turns;
    const before = Math.round(scored());
    document.querySelector("simmerdown-chat").customerSaid(text);
    while (Math.round(scored()) === before) await new Promise((resolve) => setTimeout(resolve, 20));
  }, text);
  const attributes = () => page.evaluate(() => {
    const all = (root) => [...root.querySelectorAll("*")].flatMap((element) => [element, ...(element.shadowRoot ? all(element.shadowRoot) : [])]);
    return all(document.body).flatMap((element) => [...element.attributes].map(({ name, value }) => `${name}=${value}`));
  });
  await page.evaluate(() => conversation.apply({ type: "customer", attributes: { tier: "gold", account: "ann@firm.example" } }));
  await say(CALM);
  await say(ANGRY);
  await say("And again nobody reads what I write, I am so angry");
  await page.evaluate(() => conversation.apply({ type: "human-requested" }));
  seen.attributes = await attributes();
  await page.evaluate(() => {
    for (const event of [
      { type: "availability", state: "busy", waitMs: 60_000, opensAt: 1 }, { type: "contact-left", email: "ann@example.com", phone: "+44 20 7946 0958" },
      { type: "handoff-queued", reference: "R-1", waitMs: 60_000, position: 2 }, { type: "human-joined" }, { type: "human-left" },
      { type: "outcome", escalated: true, atTurn: 2, satisfied: true, resolved: true, abandoned: false, needed: true },
      { type: "score-failed", messageId: "m1", failure: "timeout" },
    ]) conversation.apply(event);
  });
  await page.evaluate(() => conversation.customerSaid("Sorry, yes", { id: "m9" }));
  await page.evaluate(() => conversation.customerSaid("Yes", { id: "m10" }));
  seen.summary = await page.evaluate(() => conversation.summary());
  await page.waitForFunction(() => sessionStorage.length > 0);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 400)));
  seen.storage = await page.evaluate(async () => ({
    session: Object.entries(sessionStorage), local: Object.keys(localStorage), cookies: document.cookie,
    databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
  }));
  // The page goes: the last batch of the log leaves with it.
  await page.goto("about:blank");
  for (let wait = 0; wait < 100; wait += 1) {
    const lines = (await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")))).join("");
    seen.logFiles = lines;
    if (lines.includes('"outcome"')) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // What is refused is logged and counted, too.
  const refused = (path, headers, body) => fetch(server.url + path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
  await refused("/v1/score", { origin: shop.origin }, JSON.stringify({ message: CALM }));
  await refused("/v1/score", { origin: "https://elsewhere.example" }, JSON.stringify({ message: CALM }));
  await refused("/v1/score", { origin: shop.origin, authorization: `Bearer ${minted.token}` }, `{"message": "${CALM}`);
  await refused("/v1/token", secrets, "{}");
  seen.metrics = await (await fetch(`${server.metrics}/metrics`)).text();
  await server.stop();
  seen.proxySaid = server.said();
  seen.token = JSON.parse(Buffer.from(minted.token.split(".")[1], "base64url"));
  Object.assign(seen, { calls, replies, proxy: server.url, packets: shop.kept.filter(({ path }) => path === "/packet"), model: model.kept });
  await context.close();
});

after(async () => {
  for (const end of ends.reverse()) await end();
});

const scoreCalls = () => seen.calls.filter(({ url, method }) => url === `${seen.proxy}/v1/score` && method === "POST");

test("what goes to the proxy, and what comes back", () => {
  assert.equal(scoreCalls().length, 5);
  assert.deepEqual(sorted(scoreCalls().flatMap(({ body }) => paths(JSON.parse(body)))), documented("fields: score request"));
  assert.deepEqual(sorted(seen.replies.flatMap((reply) => paths(reply))), documented("fields: score reply"));
  // What a browser adds by itself, to any call of any page.
  const browsers = /^(:.*|accept.*|user-agent|sec-.*|connection|content-length|host|priority|cache-control|pragma)$/;
  const headers = sorted(scoreCalls().flatMap(({ headers }) => Object.keys(headers)).filter((name) => !browsers.test(name)));
  assert.deepEqual(headers, documented("headers: score request"));
});

test("what goes to the model's server", async () => {
  const asked = seen.model.filter(({ path }) => path === "/v1/chat/completions");
  assert.equal(asked.length, 5);
  assert.ok(asked.some(({ body }) => body.includes("Where is my parcel?")), "the message is not there");
  assert.deepEqual(sorted(asked.flatMap(({ body }) => paths(JSON.parse(body), ["response_format"]))), documented("fields: model request"));
  assert.deepEqual(sorted(asked.flatMap(({ headers }) => Object.keys(headers))), documented("headers: model request"));
  assert.deepEqual(sorted(seen.model.map(({ method, path }) => `${method} ${path}`)), ["GET /v1/models", "POST /v1/chat/completions"]);
});

test("what OpenAI's own server is sent", async () => {
  // No call leaves this machine: the form is the one the proxy's unit tests hold the profile to.
  const source = await readFile(join(ROOT, "cli/src/serve/upstream/profile.rs"), "utf8");
  const set = sorted([...source.matchAll(/set\("(\w+)"/g)].map(([, key]) => key).filter((key) => !["temperature", "messages"].includes(key)));
  assert.ok(source.includes('"max_completion_tokens"'));
  assert.deepEqual(documented("fields: model request, OpenAI"), sorted([...set, "messages[].role", "messages[].content", "max_completion_tokens"]));
});

const batches = () => seen.calls.filter(({ url, method }) => url === `${seen.proxy}/v1/log` && method === "POST").map(({ body }) => JSON.parse(body));

test("the audit log", () => {
  const leaves = ["entries[].event", "entries[].decision"];
  assert.deepEqual(sorted(batches().flatMap((batch) => paths(batch, leaves))), documented("fields: log batch"));
  const entries = batches().flatMap(({ entries }) => entries);
  const events = sorted(entries.flatMap(({ event }) => Object.keys(event)));
  const all = types.match(/export type Event = ([^;]|;(?! *\n))*/)[0];
  const known = sorted([...all.matchAll(/[{;] ?(\w+)\??:/g)].map(([, key]) => key).filter((key) => key !== "text"));
  const outcome = members("Outcome");
  assert.deepEqual(documented("fields: event"), sorted([...known, ...outcome]));
  for (const key of events) assert.ok(documented("fields: event").includes(key), `${key} is in no table`);
  assert.deepEqual(sorted(names(rows("fields: event").find(([first]) => first === "`features`")[1])), members("Features"));
  assert.deepEqual(documented("fields: Decision"), members("Decision"));
  for (const { decision } of entries) for (const key of Object.keys(decision)) assert.ok(members("Decision").includes(key), key);
  const contact = entries.find(({ event }) => event.type === "contact-left").event;
  assert.deepEqual([contact.email, contact.phone], ["[contact]", "[contact]"]);
});

test("the packet, the summary, the token", () => {
  assert.ok(seen.packets.length >= 2);
  assert.deepEqual(documented("fields: HandoffPacket"), members("HandoffPacket"));
  for (const { body } of seen.packets) for (const key of Object.keys(JSON.parse(body))) assert.ok(members("HandoffPacket").includes(key), key);
  assert.deepEqual(sorted(names(rows("fields: HandoffPacket").find(([first]) => first === "`transcript`")[1])), members("TranscriptMessage"));
  assert.deepEqual(documented("fields: Summary"), Object.keys(seen.summary).sort());
  assert.deepEqual(documented("fields: Summary"), members("Summary"));
  assert.deepEqual(documented("fields: token"), Object.keys(seen.token).sort());
});

test("what is stored in the browser", async () => {
  const { session, local, cookies, databases, caches } = seen.storage;
  assert.deepEqual({ local, cookies, databases, caches }, { local: [], cookies: "shop=Mallory", databases: 0, caches: 0 });
  assert.deepEqual(session.map(([key]) => key), ["simmerdown:chat"]);
  const snapshot = JSON.parse(session[0][1]);
  assert.deepEqual(documented("fields: snapshot"), Object.keys(snapshot).sort());
  const source = await readFile(join(ROOT, "src/snapshot.rs"), "utf8");
  const saved = source.match(/fn saved\((.*?)Snapshot \{ version/s)[1];
  assert.deepEqual(documented("snapshot state"), sorted([...saved.matchAll(/^\s+(?:self\.|put_all\()(\w+)/gm)].map(([, word]) => word)));
});

test("metrics and the proxy's own log", async () => {
  const metrics = {};
  const described = await readFile(join(ROOT, "cli/src/serve/metrics_page.rs"), "utf8");
  for (const [, name] of described.matchAll(/describe_\w+!\("(\w+)"/g)) metrics[name] = new Set();
  const sources = await Promise.all((await readdir(join(ROOT, "cli/src/serve"), { recursive: true })).filter((name) => name.endsWith(".rs")).map((name) => readFile(join(ROOT, "cli/src/serve", name), "utf8")));
  const source = sources.join("\n");
  for (const [, name, labels] of source.matchAll(/metrics::\w+!\(\s*"(\w+)"((?:,\s*"\w+" => [^,)]+(?:\([^)]*\))*)*)/g)) {
    for (const [, label] of labels.matchAll(/"(\w+)" =>/g)) metrics[name].add(label);
  }
  const table = Object.fromEntries(rows("metrics").flatMap(([first, second]) => names(first).map((name) => [name, sorted(names(second))])));
  assert.deepEqual(table, Object.fromEntries(Object.keys(metrics).sort().map((name) => [name, sorted(metrics[name])])));
  for (const [, name, labels = ""] of seen.metrics.matchAll(/^(simmerdown_\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? /gm)) {
    const own = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) => label !== "le");
    for (const label of own) assert.ok(table[name]?.includes(label), `${name} has the label ${label}`);
    assert.ok(table[name], name);
  }

  const logged = seen.proxySaid.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(logged.length > 5);
  const fixed = ["level", "message", "target", "timestamp"];
  const fields = new Set(fixed);
  for (const [, given] of source.matchAll(/tracing::(?:error|warn|info|debug|trace)!\(([^"]*)"/g)) {
    for (const part of given.split(",")) {
      const field = part.trim().match(/^[%?]?(\w+)/)?.[1];
      if (field) fields.add(field);
    }
  }
  assert.deepEqual(documented("proxy log fields"), sorted(fields));
  for (const line of logged) for (const field of Object.keys(line)) assert.ok(fields.has(field), `the log has ${field}: ${JSON.stringify(line)}`);
});

test("the keys in Redis", async () => {
  const source = await readFile(join(ROOT, "cli/src/serve/shared.rs"), "utf8");
  const kinds = [...source.matchAll(/\bkey\("(\w+)"/g), ...source.matchAll(/\{PREFIX\}:(\w+):/g)].map(([, kind]) => kind);
  assert.deepEqual(documented("redis keys"), sorted(kinds));
});

test("the elements' events, and no rating in an attribute", async () => {
  const manifest = JSON.parse(await readFile(join(DIST, "package/custom-elements.json"), "utf8"));
  const events = sorted(manifest.modules.flatMap(({ declarations }) => declarations ?? []).flatMap(({ events }) => events ?? []).map(({ name }) => name));
  assert.deepEqual(documented("element events"), events);
  assert.ok(seen.attributes.some((attribute) => attribute === "data-role=customer"), "nothing was on show");
  const told = seen.attributes.filter((attribute) => /negative|critical|severity|frustrat|sentiment|0\.\d/i.test(attribute.replace(/^(d|viewBox)=.*/, "")));
  assert.deepEqual(told, []);
});

test("no place holds what it must not", () => {
  const places = {
    "the proxy": scoreCalls().map(({ body }) => body).join(), "the model's server": seen.model.map(({ body }) => body).join(),
    "the audit log": JSON.stringify(batches()), "its files": seen.logFiles, "the snapshot": JSON.stringify(seen.storage.session),
    "the proxy's log": seen.proxySaid, metrics: seen.metrics, "the summary": JSON.stringify(seen.summary), attributes: seen.attributes.join("\n"),
  };
  for (const [place, text] of Object.entries(places)) {
    assert.ok(text.length > 0, `nothing was seen of ${place}`);
    // A name is not found by redaction; the page says so.
    const named = ["the proxy", "the model's server", "the snapshot"].includes(place);
    for (const secret of SECRETS.filter((secret) => !(named && secret === "Mallory"))) assert.ok(!text.includes(secret), `${place} holds ${secret}`);
    if (!named) for (const word of ["parcel", "useless", "angry"]) assert.ok(!text.includes(word), `${place} holds \`${word}\``);
  }
  const packets = seen.packets.map(({ body }) => body).join();
  for (const secret of ["4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00"]) assert.ok(!packets.includes(secret), "the packet holds a number");
  assert.ok(packets.includes("ann@example.com"), "the agent needs the address");
});

test("a notice in every language of the elements", async () => {
  const { TEXTS } = await import(join(DIST, "package/elements/texts.js"));
  const notices = rows("notices");
  assert.deepEqual(sorted(notices.flatMap(([first]) => names(first))), Object.keys(TEXTS).sort());
  for (const [language, text] of notices) assert.ok(/\{.+\}.*\{.+\}/.test(text) && /\b(AI|IA|KI|AI-assistent)\b/.test(text), language);
});
