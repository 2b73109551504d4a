import * as simmerdown from "simmerdown";
import { program } from "./program.js";

export default {
  fetch: async () => Response.json(await program(simmerdown).catch((error) => ({ error: String(error) }))),
};
