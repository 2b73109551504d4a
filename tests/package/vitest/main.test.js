import * as simmerdown from "simmerdown";
import { expect, test } from "vitest";
import { program } from "./program.js";

test("the package runs under vitest", async () => {
  const { action } = await program(simmerdown);
  expect(action).toBe("ask");
});
