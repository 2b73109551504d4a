import * as simmerdown from "simmerdown";
import { program } from "./program.js";

console.log(JSON.stringify(await program(simmerdown)));
