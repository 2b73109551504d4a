// What docs/proxy.md says of running the proxy, held to the program: its settings, codes and metrics, the tokens from the
// site's own server, a real nginx before it, and what the Dockerfile does.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "./browser.mjs";
import { blocks, commands } from "./documents.mjs";
import { freePort, started } from "./process.mjs";

const run = promisify(execFile);
const BINARY = process.env.SIMMERDOWN_BIN;
const DOCUMENT = "docs/proxy.md";
const text = await readFile(join(ROOT, DOCUMENT), "utf8");
const block = async (language) => (await blocks(DOCUMENT)).find((block) => block.language === language || [block.language, ...block.flags].join(" ") === language);

/** The rows of the table whose head begins so; cells without their backticks. */
function table(head) {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.startsWith(head));
  assert.ok(first > 0, `there is no table ${head}`);
  const rows = lines.slice(first + 2, lines.findIndex((line, place) => place > first && !line.startsWith("|")));
  return rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", "")));
}

/** The proxy; resolves to its address once it listens. */
async function proxy(t, words, env = {}) {
  const child = started(t, [BINARY, "serve", "--addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0", ...words], { env: { PATH: process.env.PATH, ...env } });
  return { ...child, address: (await child.line(/listens on http/)).match(/http:\/\/(\S+)/)[1] };
}

/** Everything the proxy is made of. */
async function sources() {
  const folder = join(ROOT, "cli/src/serve");
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".rs") && !name.includes("tests"));
  return (await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")))).map((source) => source.split("#[cfg(test)]\nmod tests")[0]).join("\n");
}

test("the settings in the document are those of `--help`, with their variables and defaults", async () => {
  const { stdout: help } = await run(BINARY, ["serve", "--help"], { env: {} });
  const [options, secrets] = help.split("From the environment only");
  const told = options.split(/\n(?= {6}--)/).slice(1).map((option) => {
    const flag = option.match(/--[\w-]+/)[0];
    return [flag, option.match(/\[env: (\w+)=/)?.[1], option.match(/\[default: (.+?)\]/)?.[1]];
  });
  assert.ok(told.length >= 15, help);
  const rows = table("| flag |");
  const named = rows.filter(([flag]) => flag !== "–");
  assert.deepEqual(named.map(([flag]) => flag).sort(), told.map(([flag]) => flag).sort());
  for (const [flag, variable, value] of told) {
    const [, documented, unlessTold] = named.find(([name]) => name === flag);
    assert.equal(documented, variable ?? "–", flag);
    if (value !== undefined) assert.equal(unlessTold, value, flag);
  }
  const others = rows.filter(([flag]) => flag === "–").map(([, variable]) => variable).sort();
  assert.deepEqual(others, [...secrets.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, variable]) => variable).sort());
});

test("the codes in the document are those that the proxy answers, with their status", async () => {
  const STATUS = {
    BAD_REQUEST: 400, UNAUTHORIZED: 401, FORBIDDEN: 403, NOT_FOUND: 404, METHOD_NOT_ALLOWED: 405, REQUEST_TIMEOUT: 408, PAYLOAD_TOO_LARGE: 413, UNSUPPORTED_MEDIA_TYPE: 415,
    TOO_MANY_REQUESTS: 429, INTERNAL_SERVER_ERROR: 500, BAD_GATEWAY: 502, SERVICE_UNAVAILABLE: 503, GATEWAY_TIMEOUT: 504, INSUFFICIENT_STORAGE: 507,
  };
  const made = [...(await sources()).matchAll(/StatusCode::([A-Z_]+),\s*"([a-z-]+)"/g)].map(([, status, code]) => {
    assert.ok(STATUS[status], status);
    return `${STATUS[status]} ${code}`;
  });
  const documented = table("| status | code |").flatMap(([statuses, code]) => statuses.split(", ").map((status) => `${status} ${code}`));
  assert.deepEqual([...new Set(documented)].sort(), [...new Set(made)].sort());
});

test("the metrics in the document are those that the proxy keeps", async () => {
  const kept = [...(await sources()).matchAll(/describe_\w+!\(\s*"(\w+)"/g)].map(([, name]) => name);
  assert.ok(kept.length >= 15);
  assert.deepEqual(table("| metric |").map(([name]) => name).sort(), kept.sort());
});

test("the site's own server gets tokens as the document has it, in Node and by hand, and they are good", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-tokens-"));
  t.after(() => rm(folder, { recursive: true }));
  const secrets = { SIMMERDOWN_TOKEN_SECRET: "a token secret that is long enough 1", SIMMERDOWN_MINT_SECRET: "a mint secret that is long enough 22" };
  const { address, said } = await proxy(t, ["--allow-origin", "https://shop.example"], secrets);
  const score = (token) => fetch(`http://${address}/v1/score`, {
    method: "POST", body: '{"message":"this is useless"}',
    headers: { origin: "https://shop.example", "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
  });
  assert.equal((await score()).status, 401);

  await writeFile(join(folder, "token.mjs"), (await block("js server")).text);
  const server = started(t, [process.execPath, "token.mjs"], { cwd: folder, env: { ...secrets, PORT: "0", PROXY: `http://${address}` } });
  const site = await server.line(/^http/);
  assert.equal((await fetch(`${site}token`)).status, 403, "a visitor nobody knows");
  const given = await fetch(`${site}token`, { headers: { cookie: "session=abc" } });
  assert.deepEqual([given.status, given.headers.get("cache-control")], [200, "no-store"]);
  assert.equal((await score(await given.text())).status, 200);

  const byHand = (await blocks(DOCUMENT)).filter(({ language }) => language === "sh").flatMap(commands).find((command) => command.startsWith("curl"));
  const { stdout } = await run("sh", ["-c", byHand.replace("127.0.0.1:8787", address)], { env: { PATH: process.env.PATH, ...secrets } });
  const { token, expiresAt } = JSON.parse(stdout);
  assert.equal((await score(token)).status, 200);
  assert.ok(Math.abs(expiresAt - Date.now() - 15 * 60_000) < 60_000);
  for (const secret of [...Object.values(secrets), token]) assert.ok(![...said, ...server.said].some((line) => line.includes(secret)));
});

/** nginx with the document's configuration before a proxy; `call` comes from an address of the loopback. */
async function nginx(t, words) {
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-nginx-"));
  t.after(() => rm(folder, { recursive: true }));
  const { address } = await proxy(t, ["--allow-origin", "https://shop.example", ...words]);
  const port = await freePort();
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=score.shop.example"]);
  let replaced = 0;
  const instead = (config, from, to) => (assert.ok(config.includes(from), from), (replaced += 1), config.replace(from, to));
  let config = (await block("nginx")).text;
  config = instead(config, "server 127.0.0.1:8787;", `server ${address};`);
  config = instead(config, "listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`);
  config = instead(config, "/etc/ssl/score.shop.example.pem", certificate);
  config = instead(config, "/etc/ssl/score.shop.example.key", key);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join("\n");
  const whole = `daemon off;\npid ${folder}/pid;\nerror_log stderr notice;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${config}\n}\n`;
  await writeFile(join(folder, "nginx.conf"), whole);
  const server = started(t, ["/usr/sbin/nginx", "-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf")], { signal: "SIGTERM" });
  await server.line(/start worker processes/);
  const call = (from, path, { method = "POST", headers = {}, body = '{"message":"this is useless"}' } = {}) => new Promise((resolve, reject) => {
    const own = { host: "score.shop.example", origin: "https://shop.example", "content-type": "application/json", ...headers };
    const asked = request({ host: "127.0.0.1", port, path, method, headers: own, localAddress: from, rejectUnauthorized: false, agent: false }, (response) => {
      let text = "";
      response.on("data", (data) => (text += data));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    asked.on("error", reject);
    asked.end(method === "POST" ? body : undefined);
  });
  return call;
}

test("behind nginx as the document has it, limits count by the client's real address and only the page's addresses are there", async (t) => {
  const call = await nginx(t, ["--rate-limit", "3", "--trusted-proxy", "127.0.0.1"]);
  const statuses = [];
  for (let place = 0; place < 5; place++) {
    // What the client writes into it itself does not make it another.
    statuses.push((await call("127.0.0.2", "/v1/score", { headers: { "x-forwarded-for": `198.51.100.${place}` } })).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
  const limited = await call("127.0.0.2", "/v1/score");
  assert.deepEqual([JSON.parse(limited.text).code, /^\d+$/.test(limited.headers["retry-after"])], ["rate-limited", true]);
  const other = await call("127.0.0.3", "/v1/score");
  assert.deepEqual([other.status, other.headers["access-control-allow-origin"], JSON.parse(other.text).source], [200, "https://shop.example", "on-device"]);

  const preflight = await call("127.0.0.3", "/v1/score", { method: "OPTIONS", headers: { "access-control-request-method": "POST" } });
  assert.deepEqual([preflight.status, preflight.headers["access-control-allow-methods"]], [204, "POST"]);
  assert.equal((await call("127.0.0.3", "/v1/score", { headers: { origin: "https://evil.example" } })).status, 403);
  assert.equal((await call("127.0.0.3", "/v1/score", { body: JSON.stringify({ message: "x".repeat(70_000) }) })).status, 413);
  for (const path of ["/v1/token", "/healthz", "/readyz", "/metrics", "/", "/v1/score/x", "/V1/score"]) {
    const answer = await call("127.0.0.3", path);
    assert.ok(answer.status === 404 && !answer.text.includes("simmerdown"), path);
  }
});

test("behind nginx that the proxy was not told of, everybody is one", async (t) => {
  const call = await nginx(t, ["--rate-limit", "3"]);
  const statuses = [];
  for (let place = 2; place < 7; place++) statuses.push((await call(`127.0.0.${place}`, "/v1/score")).status);
  assert.deepEqual(statuses, [200, 200, 200, 429, 429]);
});

test("the Dockerfile builds what there is, from what it is given, and its health check tells a proxy from none", async (t) => {
  const dockerfile = await readFile(join(ROOT, "cli/Dockerfile"), "utf8");
  const manifest = await readFile(join(ROOT, "Cargo.toml"), "utf8");
  const instructions = dockerfile.replace(/\\\n/g, " ").split("\n").filter((line) => /^[A-Z]+ /.test(line)).map((line) => line.match(/^(\w+) +(.*)$/).slice(1));
  const all = (name) => instructions.filter(([instruction]) => instruction === name).map(([, rest]) => rest);
  assert.match(all("FROM")[0], new RegExp(`^rust:${manifest.match(/^rust-version = "(.+)"/m)[1].replace(".", "\\.")}-slim-`));
  const build = all("RUN").find((rest) => rest.startsWith("cargo build"));
  const profile = build.match(/--profile (\w+)/)[1];
  assert.ok(manifest.includes(`[profile.${profile}]`) && build.includes("--locked"));

  // The context, as the ignore file leaves it: cargo finds every member and target of the workspace in it.
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-context-"));
  t.after(() => rm(folder, { recursive: true }));
  const rules = (await readFile(join(ROOT, "cli/Dockerfile.dockerignore"), "utf8")).split("\n").filter((line) => line && !line.startsWith("#"));
  assert.equal(rules.shift(), "*");
  for (const rule of rules) {
    assert.match(rule, /^!/);
    await mkdir(join(folder, rule.slice(1), ".."), { recursive: true });
    await cp(join(ROOT, rule.slice(1)), join(folder, rule.slice(1)), { recursive: true });
  }
  const { stdout } = await run("cargo", ["metadata", "--locked", "--no-deps", "--format-version", "1"], { cwd: folder, maxBuffer: 1 << 26 });
  const { packages, target_directory: target } = JSON.parse(stdout);
  const [name] = build.match(/(?<=--package )\S+/);
  const binaries = packages.find((one) => one.name === name).targets.filter(({ kind }) => kind.includes("bin")).map(({ name }) => name);
  assert.deepEqual(binaries, ["simmerdown"]);
  const copied = all("COPY").find((rest) => rest.startsWith("--from=build")).split(/\s+/);
  assert.equal(copied[1], `${target.replace(folder, all("WORKDIR")[0])}/${profile}/simmerdown`);
  // What the build reads beside its own sources.
  for (const crate of ["src", "cli/src", "cli"]) {
    const files = (await readdir(join(folder, crate), { recursive: true })).filter((file) => file.endsWith(".rs") && !file.includes("test"));
    for (const file of files) {
      const source = (await readFile(join(folder, crate, file), "utf8")).replace(/#!?\[cfg_attr\(doctest[^\]]*\]|#\[cfg\(doctest\)\]\s*#\[doc = [^\]]*\]/g, "");
      for (const [, included] of source.matchAll(/^(?!\s*\/\/).*include_(?:str|bytes)!\(\s*"([^"]+)"/gm)) {
        await readFile(join(folder, crate, file, "..", included)).catch(() => assert.fail(`${file} includes ${included}, which the context lacks`));
      }
    }
  }

  // Who runs it, and that it is found.
  assert.match(all("USER")[0], /^[1-9]\d*:[1-9]\d*$/);
  assert.equal(all("ENTRYPOINT")[0], '["simmerdown", "serve"]');
  assert.match(copied[2], /^\/usr\/local\/bin\//);

  const { SIMMERDOWN_ADDR, ...settings } = Object.fromEntries(all("ENV")[0].split(" ").map((pair) => pair.split("=")));
  const { address } = await proxy(t, [], { ...settings });
  const port = SIMMERDOWN_ADDR.match(/^0\.0\.0\.0:(\d+)$/)[1];
  assert.equal(all("EXPOSE")[0], port);
  const [program, ...words] = JSON.parse(all("HEALTHCHECK")[0].replace(/^.*?CMD /, ""));
  const check = (to) => run(program, words.map((word) => word.replace(`/dev/tcp/127.0.0.1/${port}`, `/dev/tcp/${to.replace(":", "/")}`)), { timeout: 5_000 });
  assert.ok(words.join().includes(`/dev/tcp/127.0.0.1/${port}`));
  await check(address);
  await assert.rejects(check(`127.0.0.1:${await freePort()}`));
});
