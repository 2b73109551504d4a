// Registers the elements, unless their names are taken: another copy of the package may have been here first.
import { SimmerdownChat, SimmerdownHandoff } from "./element.js";

SimmerdownChat.define();
SimmerdownHandoff.define();
