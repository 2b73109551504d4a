// A throw-away project with the packed tarball installed, and what is needed to build and serve it.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DIST, ROOT } from "../../www/test/browser.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PROJECTS = join(ROOT, "target", "consumers");
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", CI: "1", NO_COLOR: "1" };

export const { version } = JSON.parse(await readFile(join(DIST, "package/package.json"), "utf8"));

/** Runs a program to its end; what it printed, or an error with what it printed. */
export async function run(folder, program, ...given) {
  const call = promisify(execFile)(program, given, { cwd: folder, env, maxBuffer: 1 << 26, timeout: 300_000 });
  const { stdout } = await call.catch((error) => {
    throw new Error(`\`${[program, ...given].join(" ")}\` ended with ${error.code ?? error.signal}:\n${error.stdout}${error.stderr}`);
  });
  return stdout;
}

/** A program of the project's own. */
export const tool = (folder, name) => join(folder, "node_modules/.bin", name);

/**
 * Starts a server and resolves, once it has printed an address, to `{ url, stop }`. It is the leader of a process
 * group, so that what it started ends with it.
 */
export async function serve(folder, program, ...given) {
  const server = spawn(program, given, { cwd: folder, env, detached: true });
  const ended = once(server, "exit");
  let said = "";
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) process.kill(-server.pid, "SIGKILL");
    await ended;
  };
  const address = new Promise((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        said += `${line}\n`;
        const port = line.match(/(?:127\.0\.0\.1|localhost):(\d+)/) ?? line.match(/"port":(\d+)/);
        if (port) resolve(`http://127.0.0.1:${port[1]}/`);
      });
    }
    ended.then(() => reject(new Error(`\`${program}\` ended: ${said}`)), reject);
  });
  return { url: await address, stop };
}

async function exists(path) {
  return stat(path).then(() => true, () => false);
}

const npm = (folder, ...given) => run(folder, "npm", ...given, "--no-audit", "--no-fund", "--prefer-offline");

/**
 * The project of that name, fresh from its sources in the folder `from`, with its own packages. They are kept from one
 * run to the next while the lock file is the same.
 */
export async function packages(name, from = HERE) {
  const [source, folder] = [join(from, name), join(PROJECTS, name)];
  const lock = await readFile(join(source, "package-lock.json"), "utf8");
  const stamp = join(folder, "node_modules/.simmerdown-lock");
  const kept = (await readFile(stamp, "utf8").catch(() => "")) === lock;
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(folder)) {
    if (!kept || entry !== "node_modules") await rm(join(folder, entry), { recursive: true });
  }
  await cp(source, folder, { recursive: true });
  if (!kept) {
    await npm(folder, "ci");
    await mkdir(join(folder, "node_modules"), { recursive: true });
    await writeFile(stamp, lock);
  }
  return folder;
}

/** The same with the tarball, which is installed anew every time. */
export async function project(name) {
  const folder = await packages(name);
  await cp(join(HERE, "program.js"), join(folder, "program.js"));
  // The page, where the project has none of its own.
  await cp(join(HERE, "index.html"), join(folder, "index.html"), { force: false });
  await rm(join(folder, "node_modules/simmerdown"), { recursive: true, force: true });
  await npm(folder, "install", "--no-save", "--no-package-lock", join(DIST, `simmerdown-${version}.tgz`));
  if (!(await exists(join(folder, "node_modules/simmerdown/package.json")))) throw new Error(`the tarball is not installed in ${folder}`);
  return folder;
}

/** Every .wasm under a folder. */
export async function wasmFiles(folder) {
  return (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".wasm"));
}
