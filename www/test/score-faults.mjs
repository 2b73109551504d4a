// Servers that fail in every way a network and an endpoint can, over real sockets, each on a port of its own.

import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSocketServer } from "node:net";

const GOOD = '{"score":-0.4,"label":"negative","frustration":0.5,"urgency":0.2}';

/** Answers with a status, headers and a body. */
const reply = (status, body, headers = {}) => (response) => response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
/** Answers on the bare socket, which `then` does something to. */
const raw = (text, then) => (response) => response.socket.write(text, () => then(response.socket));
const head = (length) => `HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
const inAMinute = () => new Date(Date.now() + 60_000).toUTCString();

/** What the server does after it has read the request, and what the page says of it. */
export const FAULTS = {
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
  "no accept": [null, "timeout"],
  "nobody there": [null, "http"],
};

/**
 * Whether the client tries again after it, so that another try may be under way when the time is over: over real sockets
 * it may then be told as a timeout. In virtual time each is held to its own failure.
 */
export const isTriedAgain = (name) => name === "429" || (FAULTS[name][1] === "http" && !["401", "404"].includes(name));

/** Starts them all; resolves to the address of each by name, and `stop`. */
export async function serveFaults() {
  const servers = [];
  // One each: a browser opens only six connections to a server.
  const urls = {};
  async function listen(server, name) {
    servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    urls[name] = `http://127.0.0.1:${server.address().port}/v1/score`;
  }
  for (const [name, [fault]] of Object.entries(FAULTS)) {
    if (fault === null) continue;
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
  // Nobody listens.
  urls["nobody there"] = "http://127.0.0.1:1/v1/score";
  function stop() {
    for (const server of servers) {
      server.closeAllConnections?.();
      server.close();
    }
  }
  return { urls, stop };
}
