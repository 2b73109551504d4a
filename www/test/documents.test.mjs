// Every code block of README.md, CONTRIBUTING.md and docs/: run, or held to what it names.
//
// js          a module in a page of Chromium, with the package at hand and /v1/score answering
// js node     a module in Node.js
// js server   likewise, and must leave a server listening on PORT
// jsx, tsx    likewise in a page, bundled by esbuild with React
// ts          as js, and must compile under --strict
// html        a page, opened as it stands; a fragment is put into a page that has the package at hand
// rust        run by rustdoc, which is told to include the document
// sh, console each command is one that exists, with options that exist
// json, jsonl parsed; `json policy` is checked as a policy
// nginx       run by deployment.test.mjs
// text, toml, css, ini, yaml, mermaid, diff    read by people only
//
// Flags behind the language: `continues` runs the block behind the ones before it in the same document, from the
// last that does not continue.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { build } from "esbuild";
import { DIST, launch, ROOT, serveFolder, visit } from "./browser.mjs";
import { blocks, blocksOf, commands, documents, withPromises } from "./documents.mjs";

const run = promisify(execFile);
const PACKAGE = join(DIST, "package");
const READ_ONLY = new Set(["text", "toml", "css", "ini", "yaml", "mermaid", "diff", "nginx"]);
const RUN = new Set(["js", "jsx", "ts", "tsx", "html"]);
const SCORE = { score: -0.8, label: "negative", frustration: 0.8, urgency: 0.6, source: "model", model: "a-model" };

const manifest = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8"));

/** The import map of the package, as its manifest has it for a browser. */
const imports = Object.fromEntries(Object.entries(manifest.exports).map(([name, target]) => {
  const path = typeof target === "string" ? target : target.browser ?? target.default;
  return [name.replace(".", "simmerdown"), path.replace("./", "/simmerdown/")];
}));

function page(body) {
  const map = JSON.stringify({ imports });
  return `<!doctype html><html lang=en><meta charset=utf-8><title>block</title><link rel=icon href=data:,><script type=importmap>${map}</script><body>${body}`;
}

let opened;
const open = () => (opened ??= Promise.all([serveFolder(PACKAGE), launch()]));
after(async () => {
  if (!opened) return;
  const [server, browser] = await opened;
  await browser.close();
  await server.stop();
});

/**
 * Opens a page that holds `html`, where any address that ends in `/simmerdown/<file>` or `/simmerdown@<version>/<file>`
 * is that file of the package, and waits until it says it is done, or, where it says nothing, has come to rest.
 */
async function openPage(html, { says }) {
  const [server, browser] = await open();
  const prepare = async (page) => {
    await page.route(/\/simmerdown(@[\w.-]+)?\/[\w./-]+$/, async (route) => {
      const { pathname } = new URL(route.request().url());
      const version = pathname.match(/\/simmerdown@([\w.-]+)\//)?.[1];
      if (version && version !== manifest.version) return route.fulfill({ status: 404, body: `the version is ${manifest.version}` });
      const file = pathname.replace(/^.*\/simmerdown(@[\w.-]+)?\//, "/");
      // A page that has closed meanwhile wants no answer.
      const response = await route.fetch({ url: new URL(file, server.url).href }).catch(() => undefined);
      if (response) await route.fulfill({ response, headers: { ...response.headers(), "access-control-allow-origin": "*" } });
    });
    await page.route(server.url, (route) => route.fulfill({ contentType: "text/html", body: html }));
    await page.route("**/v1/score", (route) => route.fulfill({ json: SCORE, headers: { "access-control-allow-origin": "*" } }));
    await page.route("**/v1/log", (route) => route.fulfill({ status: 204 }));
    await page.addInitScript(() => {
      globalThis.promises = [];
      // A module that cannot be loaded or linked runs no line of its own.
      addEventListener("error", (event) => (globalThis.blockDone ??= event.message ?? "a script did not load"), true);
      globalThis.promise = (actual, expected, line, beginning) => {
        const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
        const kept = beginning ? text(actual).startsWith(expected) : JSON.stringify(actual) === JSON.stringify(expected);
        if (!kept) throw new Error(`line ${line} came to ${text(actual)} and not to ${text(expected)}`);
        globalThis.promises.push(line);
      };
    });
  };
  const expected = (problem) => problem.startsWith("asked somebody else:");
  let promises = 0;
  await visit(browser, server.url, async ({ page }) => {
    // A script that throws says nothing: its error is reported by the visit.
    if (says) await page.waitForFunction(() => globalThis.blockDone !== undefined, undefined, { timeout: 15_000 });
    else await page.waitForLoadState("networkidle");
    const failure = await page.evaluate(() => globalThis.blockDone);
    if (says) assert.equal(failure, "done");
    promises = await page.evaluate(() => globalThis.promises.length);
    // A file that is asked for at the very end is answered before the page closes.
    await page.unrouteAll({ behavior: "wait" });
  }, { before: prepare, expected });
  return promises;
}

/** Imports stay at the top; the rest runs where what it throws is seen. */
function asPage(source) {
  const [imported, rest] = hoisted(source);
  const text = `${imported}\ntry {\n${rest}\nglobalThis.blockDone = "done";\n} catch (error) { globalThis.blockDone = String(error?.stack ?? error); }`;
  return page(`<script type=module>${text.replaceAll("</script", "<\\/script")}</script>`);
}

function hoisted(source) {
  const imported = [];
  const rest = source.replace(/^import\s[^;]*?["'][^"']+["'];?[^\S\n]*$/gm, (statement) => (imported.push(statement), ""));
  return [imported.join("\n"), rest.replace(/^export default /m, "globalThis.exported = ").replace(/^export (?=const|let|function|class|async)/gm, "")];
}

async function inBrowser(source) {
  const { source: text, count } = withPromises(source);
  const kept = await openPage(asPage(text), { says: true });
  assert.ok(kept >= count, `${kept} of ${count} promises were looked at`);
}

/** TypeScript and JSX, bundled as an application's would be. */
async function bundled(source, loader) {
  const { source: text, count } = withPromises(source);
  const [imported, rest] = hoisted(text);
  const wrapped = `${imported}\ntry {\n${rest}\nglobalThis.blockDone = "done";\n} catch (error) { globalThis.blockDone = String(error?.stack ?? error); }`;
  const { outputFiles } = await build({
    stdin: { contents: wrapped, loader, resolveDir: join(ROOT, "www") },
    bundle: true, write: false, format: "esm", target: "es2022", jsx: "automatic", define: { "process.env.NODE_ENV": '"production"' },
    external: Object.keys(imports), logLevel: "silent",
    // The chat frontends that the adapters are tested against.
    nodePaths: [join(ROOT, "www/test/adapters/node_modules")],
    // Web Chat's own bundle holds what it depends on; it is no module.
    alias: { "botframework-webchat": join(ROOT, "www/test/adapters/web-chat.js") },
  });
  const kept = await openPage(page(`<div id=root></div><script type=module>${outputFiles[0].text.replaceAll("</script", "<\\/script")}</script>`), { says: true });
  assert.ok(kept >= count, `${kept} of ${count} promises were looked at`);
}

/** A project that has the package installed, for Node.js and the compiler. */
async function project(t) {
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-block-"));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "node_modules"));
  await symlink(PACKAGE, join(folder, "node_modules", "simmerdown"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  return folder;
}

const PROMISE = `
function promise(actual, expected, line, beginning) {
  const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  const kept = beginning ? text(actual).startsWith(expected) : JSON.stringify(actual) === JSON.stringify(expected);
  if (!kept) { console.error(\`line \${line} came to \${text(actual)} and not to \${text(expected)}\`); process.exit(1); }
}`;

async function inNode(t, source, flags) {
  const folder = await project(t);
  const file = join(folder, "block.mjs");
  // A server is stopped once it listens; that it came so far is what is shown.
  const stop = flags.includes("server")
    ? `import { Server } from "node:http"; const listen = Server.prototype.listen; let listened = false;
       Server.prototype.listen = function (...given) { this.once("listening", () => { listened = true; setImmediate(() => process.exit(0)); }); return listen.apply(this, [0, "127.0.0.1"]); };
       process.on("exit", () => { if (!listened) process.exitCode = 1; });\n`
    : "";
  await writeFile(file, stop + withPromises(source).source + PROMISE);
  await run(process.execPath, ["--preserve-symlinks", file], { cwd: folder, timeout: 30_000 }).catch(({ stdout, stderr }) => assert.fail(`ended badly: ${stdout}${stderr}`));
}

async function compiles(t, source) {
  const folder = await project(t);
  await writeFile(join(folder, "block.ts"), `${source}\nexport {};\n`);
  const compilerOptions = { module: "esnext", moduleResolution: "bundler", target: "esnext", strict: true, noEmit: true, types: [], preserveSymlinks: true };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["block.ts"] }));
  await run(process.execPath, [join(ROOT, "www/node_modules/typescript/bin/tsc"), "--project", folder]).catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
}

/** Commands that are nobody's to test here, but whose form is known. */
const KNOWN = [
  /^npm (install|i|ci)( (--[\w-]+|[\w@./-]+))*$/, /^npm create vite@[\w.]+ [\w-]+( -- --template [\w-]+( --no-interactive)?)?$/, /^npm run [\w:-]+$/, /^npx vite( (dev|build|preview))?$/,
  /^cd [\w./-]+$/, /^git (clone|status|diff|log|commit|tag|push|switch|add)\b.*$/, /^export [A-Z_]+=\S+$/, /^rustup target add wasm32-unknown-unknown$/,
  /^cargo (add|install) simmerdown(-cli)?$/, /^cargo publish( --dry-run)?$/, /^npm publish( --dry-run)?( \.\/\S+\.tgz)?$/, /^cargo (fmt|clippy|test|doc|build|run)\b.*$/, /^apt(-get)? install( -y)?( [\w-]+)+$/,
  /^([A-Z_]+=\S+ )*node [\w./-]+\.mjs$/, /^curl\b.*$/, /^openssl dgst -sha384 -binary \S+ \| openssl base64 -A$/, /^(cat|jq|printf|echo|sha256sum|docker|mkdir)\b.*$/,
];

/** What a program's help says it takes. */
const helps = new Map();
async function help(program, ...words) {
  const key = [program, ...words].join(" ");
  if (!helps.has(key)) helps.set(key, run(program, [...words, "--help"], { cwd: ROOT }).then(({ stdout }) => stdout, () => undefined));
  return helps.get(key);
}

/** Fails where a command line of ours names a command or an option that does not exist. */
async function ours(program, before, words, command) {
  let [chain, text] = [before, await help(program, ...before)];
  while (words.length > 0 && /^[a-z][\w-]*$/.test(words[0])) {
    const deeper = /^Commands:/m.test(text ?? "") ? await help(program, ...chain, words[0]) : undefined;
    if (deeper === undefined) break;
    [chain, text] = [[...chain, words.shift()], deeper];
  }
  assert.ok(text && (!/^Commands:/m.test(text) || /^Usage:.*\[COMMAND\]/m.test(text)), `\`${command}\`: there is no such command`);
  for (const word of words.filter((word) => word.startsWith("--") && word !== "--")) {
    const option = word.split("=")[0];
    assert.match(text, new RegExp(`${option}\\b(?!-)`), `\`${command}\`: there is no option ${option}`);
  }
}

async function exists(command) {
  // Each program of a pipe, without redirections and variables set for it.
  for (const part of command.split(/\s*(?:\||&&|;)\s*/)) {
    const words = part.replace(/\s*(?:[12]?>{1,2}|<)\s*\S+/g, "").replace(/\s*&$/, "").replace(/^([A-Z_]+=\S*\s+)*/, "").split(/\s+/);
    if (words[0] === "cargo" && words[1] === "xtask") await ours(join(process.env.SIMMERDOWN_BIN ?? "", "../xtask"), [], words.slice(2), command);
    else if (words[0].split("/").at(-1) === "simmerdown") await ours(process.env.SIMMERDOWN_BIN, [], words.slice(1), command);
    else assert.ok(KNOWN.some((known) => known.test(part.trim()) || known.test(command)), `\`${command}\`: add it to the commands known, once somebody has run it`);
  }
}

async function policy(t, text) {
  const folder = await project(t);
  const file = join(folder, "policy.json");
  await writeFile(file, text);
  await writeFile(join(folder, "check.mjs"), `
    import init, { Conversation } from "simmerdown"; import { readFileSync } from "node:fs";
    await init(); new Conversation({ policy: JSON.parse(readFileSync("policy.json", "utf8")) }).free();`);
  await run(process.execPath, ["--preserve-symlinks", "check.mjs"], { cwd: folder }).catch(({ stderr }) => assert.fail(stderr));
}

async function check(t, block, source) {
  const { language, flags, text } = block;
  if (language === "html") {
    const whole = /<!doctype html|<html/i.test(text);
    const icon = "<link rel=icon href=data:,>";
    await openPage(whole ? text.replace(/<\/title>/i, `</title>${icon}`) : page(text), { says: false });
  } else if (language === "js" && (flags.includes("node") || flags.includes("server"))) await inNode(t, source, flags);
  else if (language === "js") await inBrowser(source);
  else if (language === "ts") await Promise.all([compiles(t, source), bundled(source, "ts")]);
  else if (language === "jsx" || language === "tsx") await bundled(source, language);
  else if (language === "json" && flags.includes("policy")) await policy(t, text);
  else if (language === "json" || language === "jsonl") {
    // One document, or one on each line.
    try { JSON.parse(text); } catch { for (const line of text.split("\n").filter(Boolean)) JSON.parse(line); }
  } else if (language === "sh" || language === "console") for (const command of commands(block)) await exists(command);
  else if (language === "rust") {
    const library = await readFile(join(ROOT, "src/lib.rs"), "utf8");
    assert.ok(library.includes(`include_str!("../${block.document}")`), `src/lib.rs does not include ${block.document}, so nothing runs this`);
  } else assert.ok(READ_ONLY.has(language), language ? `nobody knows how to run ${language}` : "give the block a language, `text` where it is nobody's");
}

for (const document of await documents()) {
  let sequence = "";
  for (const block of await blocks(document)) {
    const { language, flags, text, line } = block;
    if (RUN.has(language) && language !== "html") sequence = flags.includes("continues") ? `${sequence}\n${text}` : text;
    const source = sequence;
    test(`${document}:${line} ${[language, ...flags].join(" ")}`, (t) => check(t, block, source));
  }
}

const START = 'import init, { Conversation, build } from "simmerdown";\nawait init();\n';

const block = (kind, text) => {
  const [language, ...flags] = kind.split(" ");
  return { document: "docs/nothing.md", line: 1, language, flags, text };
};

test("a block that is right passes", async (t) => {
  for (const [kind, text] of [
    ["js", `${START}const a = new Conversation().botSaid("hello").action; // → "respond"\n[a].length; // → 1`],
    ["js node", `${START}new Conversation().botSaid("hello").action; // → "respond"`],
    ["js server", 'import { createServer } from "node:http";\ncreateServer().listen(8000);'],
    ["ts", `${START}const text: string = new Conversation().botSaid("hello").id;`],
    ["html", `<p id=said></p><script type=module>${START}said.textContent = build.version;</script>`],
    ["sh", "OPENAI_API_KEY=k simmerdown serve --demo &\ncargo xtask test --full"],
    ["json", '{"a": 1}\n{"a": 2}'],
    ["text", "anything"],
  ]) await check(t, block(kind, text), text);
});

test("a block that is wrong fails", async (t) => {
  for (const [kind, text, reason] of [
    ["js", 'import { Conversation } from "simmerdown";\nnew Conversation();', /not initialised/],
    ["js", `${START}build.version; // → "9.9.9"`, /line 3 came to/],
    ["js", 'import { nothing } from "simmerdown";', /nothing/],
    ["js", 'import "simmerdown/nothing";', /simmerdown\/nothing/],
    ["js", 'console.warn("careful");', /careful/],
    ["js node", `${START}build.version; // → "9.9.9"`, /line 3 came to/],
    ["js server", "", /./],
    ["ts", `${START}new Conversation({ polcy: "balanced" });`, /polcy/],
    ["html", "<script type=module>throw new Error('no');</script>", /uncaught: no/],
    ["html", "<script type=module src=/simmerdown/nothing.js></script>", /404/],
    ["sh", "cargo xtask dance", /no such command/],
    ["sh", "dance", /commands known/],
    ["sh", "simmerdown serve --colour red", /no option --colour/],
    ["json", "{", /JSON/],
    ["json policy", "{}", /Error/],
    ["rust", "assert!(true);", /does not include/],
    ["klingon", "", /nobody knows/],
    ["", "", /language/],
  ]) await assert.rejects(check(t, block(kind, text), text), (error) => reason.test(`${error.message}`), `${kind}: ${text}`);
});

test("blocks are found as Markdown has them", () => {
  const markdown = "# A\n\n```js node\nlet a;\n```\n\n- x\n\n  ~~~~sh\n  ls\n  ~~~\n  ~~~~\n";
  assert.deepEqual(blocksOf("a.md", markdown), [
    { document: "a.md", line: 3, language: "js", flags: ["node"], text: "let a;" },
    { document: "a.md", line: 9, language: "sh", flags: [], text: "ls\n~~~" },
  ]);
  assert.throws(() => blocksOf("a.md", "```js\n"), /a\.md:1/);
  assert.deepEqual(commands({ language: "console", text: "$ a \\\n  b # c\nprinted\n" }), ["a b"]);
  assert.equal(withPromises("const a = 1; // → 1\na + 1; // → 2").source, "const a = 1;promise(a, (1), 1, false);\npromise(a + 1, (2), 2, false);");
});

test("what the documents import of the package, a bundler finds by that name", async () => {
  const unknown = [];
  for (const document of await documents()) {
    for (const { line, text } of await blocks(document)) {
      for (const [, name] of text.matchAll(/(?:from|import)\s*\(?\s*"simmerdown(\/[^"]+)"/g)) {
        if (!(`.${name}` in manifest.exports)) unknown.push(`${document}:${line}: simmerdown${name}`);
      }
    }
  }
  assert.deepEqual(unknown, []);
});

/** As GitHub makes an anchor of a heading. */
const anchor = (heading) => heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\- ]/gu, "").replaceAll(" ", "-");

test("links between the documents lead to what is there", async () => {
  const dead = [];
  for (const document of [...await documents(), "CHANGELOG.md"]) {
    const text = (await readFile(join(ROOT, document), "utf8")).replace(/```[\s\S]*?```/g, "");
    for (const [, target] of text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
      const [file, part] = target.split("#");
      const path = join(ROOT, file ? join(dirname(document), file) : document);
      const there = await readFile(path, "utf8").catch((error) => (error.code === "EISDIR" ? "" : undefined));
      const anchors = [...(there ?? "").matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading));
      if (there === undefined || (part && !anchors.includes(part))) dead.push(`${document}: ${target}`);
    }
  }
  assert.deepEqual(dead, []);
});
