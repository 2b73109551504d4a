import * as simmerdown from "simmerdown";
import { show } from "./program.js";

show(simmerdown);
