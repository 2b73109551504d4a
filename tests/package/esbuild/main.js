// esbuild does not follow `new URL(…, import.meta.url)`: the wasm is imported as a file and handed to the slim entry.
import wasm from "simmerdown/simmerdown_bg.wasm";
import * as simmerdown from "simmerdown/slim";
import { show } from "./program.js";

show(simmerdown, { module_or_path: new URL(wasm, import.meta.url) });
