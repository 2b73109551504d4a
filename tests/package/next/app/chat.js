"use client";
import { useEffect, useState } from "react";
import * as simmerdown from "simmerdown";
import { program } from "../program.js";

export default function Chat() {
  const [said, setSaid] = useState("");
  useEffect(() => {
    program(simmerdown).catch((error) => ({ error: String(error) })).then((said) => setSaid(JSON.stringify(said)));
  }, []);
  return <output id="result">{said}</output>;
}
