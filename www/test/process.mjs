// Programs that tests start, and addresses for those that take no port 0.

import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

/**
 * A process, ended with the test that started it: all it `said`, `line(pattern)` for the first that fits, `stop()`. One with
 * children of its own is asked to end by `signal`, so that it ends them too.
 */
export function started(t, [command, ...words], { signal = "SIGKILL", ...options } = {}) {
  const child = spawn(command, words, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  const heard = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", (line) => (said.push(line), heard.emit("line")));
  const ended = once(child, "close");
  const stop = () => (child.kill(signal), ended);
  t.after(stop);
  const line = (pattern) => new Promise((resolve, reject) => {
    heard.on("line", () => pattern.test(said.at(-1)) && resolve(said.at(-1)));
    ended.then(([code]) => reject(new Error(`\`${command}\` ended with ${code}: ${said.join("\n")}`)), reject);
  });
  return { said, stop, line };
}

/** A port of the loopback that is free now. */
export async function freePort() {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
