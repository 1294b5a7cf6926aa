/** The tables of bench/README.md: written by `npm run bench -- --write`, compared by a test. */

import { join } from "node:path";
import { ROOT } from "../tools/files.ts";
import { reportMarkdown } from "./report.ts";
import type { Results } from "./results.ts";

export const README = join(ROOT, "bench/README.md");

const BEGIN = "<!-- results: written by npm run bench -- --write -->";
const END = "<!-- end of results -->";

/** The page with the tables of these results. */
export function withTables(page: string, results: Results): string {
  const from = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (from < 0 || end < from) throw new Error(`bench/README.md: wanted the marks ${BEGIN} and ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${reportMarkdown(results)}\n\n${page.slice(end)}`;
}
