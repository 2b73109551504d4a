// The code blocks of the documents: found, and read for what they promise.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./browser.mjs";

/** README.md, CONTRIBUTING.md and every Markdown file in docs/, as paths from the root. */
export async function documents() {
  const docs = await readdir(join(ROOT, "docs"), { recursive: true }).catch(() => []);
  return ["README.md", "CONTRIBUTING.md", ...docs.filter((name) => name.endsWith(".md")).sort().map((name) => `docs/${name}`)];
}

/**
 * The fenced blocks of one document: `{ document, line, language, flags, text }`, where the line is that of the fence
 * and the flags are what stands behind the language.
 */
export async function blocks(document) {
  return blocksOf(document, await readFile(join(ROOT, document), "utf8"));
}

export function blocksOf(document, markdown) {
  const found = [];
  let open;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = line.match(/^( *)(`{3,}|~{3,})\s*(\S*)\s*(.*)$/);
    if (open && fence && fence[2].startsWith(open.fence) && fence[3] === "") {
      found.push({ document, line: open.line, language: open.language, flags: open.flags, text: open.lines.join("\n") });
      open = undefined;
    } else if (open) {
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    } else if (fence) {
      const [, indent, ticks, language, flags] = fence;
      open = { fence: ticks, indent, line: index + 1, language, flags: flags.split(/\s+/).filter(Boolean), lines: [] };
    }
  }
  if (open) throw new Error(`${document}:${open.line}: this block has no end`);
  return found;
}

/**
 * JavaScript with its promises kept: behind `expression; // → value` on one line (or `const name = …; // → value`) the
 * value is compared with what the line came to, by `promise(actual, expected, line)`. The value is JavaScript too;
 * a text that ends in `…` promises only its beginning.
 */
export function withPromises(source) {
  let count = 0;
  const lines = source.split("\n").map((line, index) => {
    const promised = line.match(/^(\s*)(.+?);?\s*\/\/ → (.+?)\s*$/);
    if (!promised) return line;
    count += 1;
    const [, indent, statement, value] = promised;
    const declared = statement.match(/^(?:const|let|var)\s+([\w$]+)\s*=/);
    const actual = declared ? declared[1] : statement;
    const beginning = /^".*…"$/.test(value);
    const expected = beginning ? value.replace("…", "") : `(${value})`;
    return `${indent}${declared ? `${statement};` : ""}promise(${actual}, ${expected}, ${index + 1}, ${beginning});`;
  });
  return { source: lines.join("\n"), count };
}

/** The commands in a block of shell: one an entry, without prompts, comments and what was printed. */
export function commands({ language, text }) {
  const joined = text.replace(/\s*\\\n\s*/g, " ").split("\n").map((line) => line.trim());
  // In a `console` block only what stands behind a prompt was typed.
  const typed = language === "console" ? joined.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2)) : joined;
  return typed.map((line) => line.replace(/(^|\s)#.*$/, "").trim()).filter(Boolean);
}
