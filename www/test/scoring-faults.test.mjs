// Everything a network does to a scoring call, over real sockets and all of it at once: the customer's message is
// decided at once, the turn settles by its deadline with the right failure, and nothing bad becomes a score.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSocketServer } from "node:net";
import { after, before, test } from "node:test";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, serveFolder, visit } from "./browser.mjs";
import { PACKAGE } from "./package-page.mjs";

// A page from a real server: to one that a test made up, the browser does not lend the loopback.
const PAGE = "<!doctype html><html lang=en><title>faults</title><link rel=icon href=data:,>";
const FILES = ["index.js", "slim.js", "build.js", "layout.js", "simmerdown.js", "simmerdown_bg.wasm"];

const DEADLINE = 300;
const SLACK = 500;
const RUNS = 3;

const GOOD = '{"score":-0.4,"label":"negative","frustration":0.5,"urgency":0.2}';

/** Answers with a status, headers and a body. */
const reply = (status, body, headers = {}) => (response) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
/** Answers on the bare socket, which `then` does something to. */
const raw = (text, then) => (response) => response.socket.write(text, () => then(response.socket));
const head = (length) => `HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
const inAMinute = () => new Date(Date.now() + 60_000).toUTCString();

/** What the server does after it has read the request, and what the page says of it. */
const FAULTS = {
  "slow headers": [(response) => void setTimeout(() => response.destroyed || reply(200, GOOD)(response), 5_000).unref(), "timeout"],
  "headers, then a stall": [raw(head(GOOD.length), () => {}), "timeout"],
  "a byte, then a stall": [raw(head(GOOD.length) + "{", () => {}), "timeout"],
  "one byte a second": [
    raw(head(GOOD.length), (socket) => {
      let sent = 0;
      const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(GOOD[sent++ % GOOD.length])), 1_000);
      timer.unref();
    }),
    "timeout",
  ],
  "half-close": [raw(head(1_000) + GOOD, (socket) => socket.end()), "http"],
  "closed without a word": [(response) => response.socket.destroy(), "http"],
  reset: [(response) => response.socket.resetAndDestroy(), "http"],
  "reset in the body": [raw(head(1_000) + "{", (socket) => setTimeout(() => socket.resetAndDestroy(), 20)), "http"],
  "no HTTP": [raw("SSH-2.0-OpenSSH_9.2\r\n", (socket) => socket.end()), "http"],
  HTML: [reply(200, "<!doctype html><title>Sign in to the hotel</title>", { "content-type": "text/html" }), "malformed"],
  nothing: [reply(200, ""), "malformed"],
  "truncated JSON": [reply(200, GOOD.slice(0, 40)), "malformed"],
  "10 MB": [(response) => response.writeHead(200).end(`${GOOD}${" ".repeat(10_000_000)}`), "malformed"],
  "10 MB, announced": [reply(200, `${GOOD}${" ".repeat(10_000_000)}`, { "content-length": GOOD.length + 10_000_000 }), "malformed"],
  "no UTF-8": [reply(200, Buffer.from([0xff, 0xfe, 0x00])), "malformed"],
  "wrong types": [reply(200, GOOD.replace("-0.4", '"-0.4"')), "malformed"],
  null: [reply(200, "null"), "malformed"],
  NaN: [reply(200, GOOD.replace("-0.4", "NaN")), "malformed"],
  "1e999": [reply(200, GOOD.replace("-0.4", "1e999")), "malformed"],
  "out of range": [reply(200, GOOD.replace("0.5", "7")), "malformed"],
  "an unknown label": [reply(200, GOOD.replace("negative", "<img src=x onerror=alert(1)>")), "malformed"],
  "extra keys": [reply(200, GOOD.replace("{", '{"__proto__":{"score":1},"mood":"<b>","list":[1,{}],')), null],
  "a byte order mark": [reply(200, `\ufeff${GOOD}`), null],
  401: [reply(401, ""), "http"],
  404: [reply(404, GOOD), "http"],
  "429, in a minute": [reply(429, GOOD, { "retry-after": "60" }), "rate-limited"],
  "429, at a date": [(response) => reply(429, GOOD, { "retry-after": inAMinute() })(response), "rate-limited"],
  429: [reply(429, ""), "rate-limited"],
  500: [reply(500, GOOD), "http"],
  503: [reply(503, GOOD, { "retry-after": "1" }), "http"],
  "a redirect to nowhere": [reply(302, "", { location: "http://127.0.0.1:1/" }), "http"],
};

const servers = [];
/** Name of the fault to the address of its server. One each: a browser opens only six connections to a server. */
const urls = {};

async function listen(server, name) {
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  urls[name] = `http://127.0.0.1:${server.address().port}/v1/score`;
}

before(async () => {
  for (const [name, [fault]] of Object.entries(FAULTS)) {
    const server = createServer((request, response) => {
      response.setHeader("access-control-allow-origin", "*");
      response.setHeader("access-control-allow-headers", "content-type");
      response.setHeader("access-control-max-age", "600");
      response.setHeader("access-control-expose-headers", "retry-after");
      response.on("error", () => {});
      request.socket.on("error", () => {});
      let body = "";
      request.on("data", (data) => (body += data));
      request.on("end", () => (request.method === "OPTIONS" || body === "warm" ? response.writeHead(204).end() : fault(response)));
    });
    await listen(server, name);
  }
  // The kernel takes the connection, and nobody ever reads from it.
  await listen(createSocketServer({ pauseOnConnect: true }, (socket) => socket.on("error", () => {})), "no accept");
  FAULTS["no accept"] = [null, "timeout"];
  // Nobody listens.
  urls["nobody there"] = "http://127.0.0.1:1/v1/score";
  FAULTS["nobody there"] = [null, "http"];
});

after(() => {
  for (const server of servers) {
    server.closeAllConnections?.();
    server.close();
  }
});

test(`all faults at once, ${RUNS} times each: settled by the deadline, with the right failure and no made-up score`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-faults-"));
  await Promise.all(FILES.map((file) => copyFile(join(PACKAGE, file), join(folder, file))));
  await writeFile(join(folder, "index.html"), PAGE);
  const [site, browser] = await Promise.all([serveFolder(folder), launch()]);
  let seen;
  const call = async ({ urls, deadline, runs }) => {
    const simmerdown = await import("/index.js");
    await simmerdown.default();
    const angry = "This is the third time I'm asking. Nothing works, this is useless!!";
    const later = () => new Promise((resolve) => setTimeout(resolve));
    const results = [];
    const said = [];
    const one = async (name, run) => {
      const conversation = new simmerdown.Conversation({ scorer: new simmerdown.ProxyScorer({ url: urls[name], timeoutMs: deadline }) });
      const codes = [];
      conversation.on("error", ({ code }) => codes.push(code));
      const started = performance.now();
      const turn = conversation.customerSaid(angry);
      said.push(performance.now() - started);
      const decision = await turn.settled;
      const took = performance.now() - started;
      await later();
      const { cause, sentiment, sentimentHistory } = decision;
      results.push({ name, run, took, code: codes[0] ?? null, cause, source: sentiment.source, score: sentiment.score, history: sentimentHistory, first: turn.decision.sentiment.score });
      conversation.free();
    };
    // The browser asks once whether it may; what that takes is not what is measured.
    const warm = { method: "POST", headers: { "content-type": "application/json" }, body: "warm" };
    await Promise.all(Object.entries(urls).map(([name, url]) => ["no accept", "nobody there"].includes(name) || fetch(url, warm)));
    for (let run = 0; run < runs; run++) await Promise.all(Object.keys(urls).map((name) => one(name, run)));
    return { results, said };
  };
  try {
    const inside = async ({ page }) => (seen = await page.evaluate(call, { urls, deadline: DEADLINE, runs: RUNS }));
    await visit(browser, site.url, inside, { expected: () => true });
  } finally {
    await Promise.all([browser.close(), site.stop()]);
    await rm(folder, { recursive: true });
  }

  assert.equal(seen.results.length, RUNS * Object.keys(FAULTS).length);
  for (const { name, run, took, code, cause, source, score, history, first } of seen.results) {
    const expected = FAULTS[name][1];
    const where = `${name}, run ${run}`;
    assert.equal(code, expected, where);
    assert.ok(took <= DEADLINE + SLACK, `${where}: settled after ${took} ms`);
    if (expected === null) {
      assert.deepEqual([cause, source, score], ["score", "model", -0.4], where);
    } else {
      // What stands is the page's own score, not a 0.
      assert.deepEqual([cause, source, score, history], ["score-failed", "on-device", first, [first]], where);
      assert.ok(first < -0.3, where);
    }
  }
  const slowest = Math.max(...seen.results.map(({ took }) => took));
  const longest = Math.max(...seen.said);
  console.log(`${seen.results.length} calls at once: the slowest settled after ${slowest.toFixed(0)} ms, the longest customerSaid took ${longest.toFixed(1)} ms`);
  assert.ok(longest < 50, `customerSaid took ${longest} ms`);
});
