// Everybody who answers `POST /v1/score`, held to the same contract, before the tests' own model's server and before a
// gateway written by others: LiteLLM's proxy, which plays the models itself and passes some calls on.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { contract, modelServer, MODELS } from "./contract.mjs";
import { blocks } from "./documents.mjs";
import { freePort, started } from "./process.mjs";

const { SIMMERDOWN_BIN, LITELLM } = process.env;
if (!SIMMERDOWN_BIN || !LITELLM) throw new Error("set SIMMERDOWN_BIN to the `simmerdown` binary and LITELLM to LiteLLM's; `cargo xtask test` does");

const GATEWAY_KEY = "sk-gateway-9a1b2c3d";
const folder = await mkdtemp(join(tmpdir(), "simmerdown-contract-"));
const stops = [];
let own, litellm;

before(async () => {
  const [{ text }] = (await blocks("docs/cookbook/node-proxy.md")).filter(({ flags }) => flags.includes("server"));
  await writeFile(join(folder, "score.mjs"), text);
  own = await modelServer();
  stops.push(own.stop);
  litellm = await gateway();
});
after(async () => {
  for (const stop of stops) await stop();
  await rm(folder, { recursive: true });
});

/** What LiteLLM is told so that it answers as the model of that name does. */
function played({ content, status, delay, through }) {
  if (through) return { api_base: own.url, api_key: own.key };
  const mock = { 429: "litellm.RateLimitError", 500: "litellm.InternalServerError" }[status] ?? content;
  return { api_key: "none", mock_response: mock, ...(delay && { mock_delay: delay / 1000 }) };
}

async function gateway() {
  const model_list = Object.entries(MODELS).map(([name, model]) => ({ model_name: name, litellm_params: { model: `openai/${name}`, ...played(model) } }));
  const config = {
    model_list, general_settings: { master_key: GATEWAY_KEY },
    // One layer repeats calls, and that is ours.
    litellm_settings: { num_retries: 0, telemetry: false }, router_settings: { num_retries: 0, disable_cooldowns: true },
  };
  // JSON is YAML.
  await writeFile(join(folder, "litellm.yaml"), JSON.stringify(config));
  const port = await freePort();
  const env = { PATH: process.env.PATH, HOME: folder, LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_TELEMETRY: "False", NO_PROXY: "*" };
  const child = started({ after: (stop) => stops.push(stop) }, [LITELLM, "--config", "litellm.yaml", "--host", "127.0.0.1", "--port", String(port)], { cwd: folder, env });
  const url = `http://127.0.0.1:${port}`;
  await child.line(/Uvicorn running on/);
  // What it loads at its first call would count against that call's deadline.
  const call = { model: "good", messages: [{ role: "user", content: "hello" }] };
  await fetch(`${url}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${GATEWAY_KEY}`, "content-type": "application/json" }, body: JSON.stringify(call) });
  return { url: `${url}/v1`, key: GATEWAY_KEY, asked: own.asked };
}

const PROXY = { name: "simmerdown serve", command: [SIMMERDOWN_BIN, "serve"] };
const NODE = { name: "the cookbook's endpoint in Node", command: [process.execPath, "score.mjs"], cwd: folder };

contract(PROXY, "a model's server", () => own);
contract(NODE, "a model's server", () => own);
contract(PROXY, "LiteLLM", () => litellm);
contract(NODE, "LiteLLM", () => litellm);
