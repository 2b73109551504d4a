// Firefox and WebKit, which Playwright cannot drive as Debian ships them: a small WebDriver client over `fetch`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** How each browser's driver is started, and what a session asks for. */
const DRIVERS = {
  firefox: {
    command: (port) => [process.env.GECKODRIVER ?? "geckodriver", "--port", String(port), "--log", "error"],
    capabilities: {
      "moz:firefoxOptions": {
        binary: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
        args: ["-headless"],
        // Quiet: the browser itself asks nobody for anything.
        prefs: { "app.update.enabled": false, "network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false },
      },
    },
  },
  webkit: {
    // It needs a display.
    command: (port) => ["xvfb-run", "-a", process.env.WEBKITDRIVER ?? "/usr/bin/WebKitWebDriver", `--port=${port}`, "--host=127.0.0.1"],
    capabilities: {},
  },
};

async function freePort() {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts `firefox` or `webkit`; resolves to `{ page(url), close() }`. */
export async function drive(name) {
  const { command, capabilities } = DRIVERS[name];
  const port = await freePort();
  const [program, ...args] = command(port);
  // In a group of its own, so that what it starts ends with it.
  const driver = spawn(program, args, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  driver.stderr.on("data", (data) => (said += data));
  let ended = null;
  driver.once("error", (error) => (ended = error.message));
  driver.once("exit", (code) => (ended ??= `it ended with ${code}`));

  async function call(method, path, body) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: method === "POST" ? JSON.stringify(body ?? {}) : undefined,
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${name}, ${path.split("/").pop()}: ${value.error}: ${value.message}`);
    return value;
  }

  async function stop() {
    if (driver.exitCode !== null || driver.pid === undefined) return;
    const over = once(driver, "exit");
    process.kill(-driver.pid, "SIGTERM");
    await over;
  }

  for (;;) {
    if (ended !== null) throw new Error(`${program} did not start: ${ended} ${said}`);
    const up = await fetch(`http://127.0.0.1:${port}/status`).then((response) => response.ok, () => false);
    if (up) break;
    await pause(50);
  }

  const sessions = new Set();
  async function page(url) {
    const { sessionId } = await call("POST", "/session", { capabilities: { alwaysMatch: { pageLoadStrategy: "normal", ...capabilities } } });
    const at = (path) => `/session/${sessionId}${path}`;
    sessions.add(sessionId);
    await call("POST", at("/timeouts"), { script: 30_000, pageLoad: 30_000 });
    await call("POST", at("/url"), { url });
    const script = (body, ...given) => call("POST", at("/execute/sync"), { script: body, args: given });
    return {
      /** Runs `body` with `argument` in the page, awaited. */
      async evaluate(body, argument) {
        const outcome = await call("POST", at("/execute/async"), {
          script: `const [argument, done] = arguments;
            Promise.resolve(argument).then(${body}).then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));`,
          args: [argument ?? null],
        });
        if (outcome.error !== undefined) throw new Error(outcome.error);
        return outcome.value;
      },
      /** Clicks what the function `find` gives, as a user would: where it lies, and only if nothing covers it. */
      async click(find, argument) {
        const place = await script(
          `const found = (${find})(arguments[0]);
          if (!found) return "missing";
          found.scrollIntoView({ block: "nearest" });
          const { x, y, width, height } = found.getBoundingClientRect();
          const [left, top] = [Math.round(x + width / 2), Math.round(y + height / 2)];
          const hit = found.getRootNode().elementFromPoint(left, top);
          return hit !== null && (found.contains(hit) || hit.contains(found)) ? { x: left, y: top } : "covered";`,
          argument ?? null,
        );
        if (typeof place === "string") throw new Error(`${name}: what is to be clicked is ${place}: ${find} ${argument ?? ""}`);
        // WebKit's own element click knows no shadow roots.
        const button = { button: 0 };
        const actions = [{ type: "pointerMove", duration: 0, origin: "viewport", ...place }, { type: "pointerDown", ...button }, { type: "pointerUp", ...button }];
        await call("POST", at("/actions"), { actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }] });
      },
      /** Types into what has the focus; `\n` is Enter. */
      async type(text) {
        const keys = [...text].map((key) => (key === "\n" ? "\uE007" : key === "\t" ? "\uE004" : key));
        const actions = keys.flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
        await call("POST", at("/actions"), { actions: [{ type: "key", id: "keyboard", actions }] });
      },
      go: (to) => call("POST", at("/url"), { url: to }),
      back: () => call("POST", at("/back")),
      async close() {
        sessions.delete(sessionId);
        await call("DELETE", at("")).catch(() => {});
      },
    };
  }
  async function close() {
    for (const session of sessions) await call("DELETE", `/session/${session}`).catch(() => {});
    await stop();
  }
  return { page, close };
}
