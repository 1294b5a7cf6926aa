/**
 * Writes docs/coverage.md: every action, the packs that lead to it, and the examples that show it, from the sources of this
 * checkout. `npm run gen` writes it, `npm run gen:check` fails when it is out of date.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { coverageNotes } from "../bindings/cli/coverage-notes.ts";
import { type Coverage, coverageOf, type Reach } from "../bindings/src/analyse/coverage.ts";
import { VERDICT_NAMES } from "../bindings/src/gen/codes.ts";
import { ROOT } from "./files.ts";
import { compileDefault } from "./image.ts";

export const PAGE = "docs/coverage.md";

/** Coverage by this checkout's packs and notes. */
export function coverage(): Coverage[] {
  return coverageOf(compileDefault(), coverageNotes(ROOT));
}

function partText({ pack, tools, sql, requests, commands }: Reach): string {
  const kinds = [
    [tools, "tools"],
    [sql, "of these SQL"],
    [requests, "requests"],
    [commands, "commands"],
  ] as const;
  const said = kinds.filter(([count]) => count > 0).map(([count, kind]) => `${kind} ${count}`);
  return `${pack} (${said.join(", ")})`;
}

function verdictsText({ examples, verdicts, oneVerdict }: Coverage): string {
  const counts = VERDICT_NAMES.flatMap((name, verdict) => {
    const packs = new Map<string, number>();
    for (const one of examples) {
      if (one.verdict === verdict) packs.set(one.pack, (packs.get(one.pack) ?? 0) + 1);
    }
    return packs.size === 0
      ? []
      : [`${name}: ${[...packs].map(([pack, count]) => `${pack} ${count}`).join(", ")}`];
  });
  return [...counts, ...(verdicts.length === 1 && oneVerdict !== "" ? [oneVerdict] : [])].join("<br>");
}

export function coverageText(rows: readonly Coverage[]): string {
  const required = rows.filter((one) => one.required);
  const covered = (list: readonly Coverage[]): number =>
    list.filter(({ missing }) => missing.length === 0).length;
  const lines = rows.map((row) => {
    const lacks = row.missing.length === 0 ? "" : `lacks ${row.missing.join(", ")}`;
    const cells = [
      `\`${row.action}\``,
      row.reach.map(partText).join(", ") || "none",
      [verdictsText(row), lacks].filter((text) => text !== "").join("<br>"),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `# Coverage

<!-- Written by tools/coverage.ts from policies/ and taxonomy/. Change those, then \`npm run gen\`. -->

Every action of the taxonomy, the packs that lead to it and how many of their rows do, and how many examples of which packs show it with which verdict. Where all examples have one verdict, the table says why. The same for a program: \`permit0 taxonomy coverage --json\`.

Of the ${required.length} actions that must be covered, ${covered(required)} are: those of edition 2026.1, the numbers up to the one in policies/coverage.yaml. Of all ${rows.length} actions ${covered(rows)} are.

| action | reached from | shown by |
| --- | --- | --- |
${lines.join("\n")}
`;
}

function main(): void {
  const text = coverageText(coverage());
  const file = join(ROOT, PAGE);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    console.error(
      `${PAGE}: differs from what policies/ and taxonomy/ give; run \`npm run gen\` and commit the result`,
    );
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
