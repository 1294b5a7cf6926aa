/**
 * docs/packs.md, walked from top to bottom in a fresh folder: the files it shows are written, the commands it shows are run, and
 * what they print stands on the page. `UPDATE=1 npx vitest run test/cli/packs-page.test.ts` writes what is printed now; read the
 * difference before committing it.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../tools/files.ts";
import { shell } from "./command.ts";

const PAGE = join(ROOT, "docs/packs.md");
const BLOCK = /^```(console|yaml|json)(?: (\S+))?\n([\s\S]*?)^```$/gm;

/** One console block with what its commands print now. */
function replayed(block: string, folder: string): string {
  return block
    .split(/^(?=\$ )/m)
    .map((step) => {
      const command = /^\$ (.*)/.exec(step)?.[1] ?? "";
      const { output, status } = shell(command.replaceAll("npx permit0", "permit0"), folder);
      const shown = output.replaceAll(/\b[0-9a-f]{64}\b/g, "<digest>").trimEnd();
      const gap = step.endsWith("\n\n") ? "\n" : "";
      return `$ ${command}\n${shown === "" ? "" : `${shown}\n`}${status === 0 ? "" : `[exit ${status}]\n`}${gap}`;
    })
    .join("");
}

test("the page does what it says", { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "permit0-"));
  const page = readFileSync(PAGE, "utf8");
  let commands = 0;
  try {
    const now = page.replaceAll(BLOCK, (whole, kind: string, named: string | undefined, block: string) => {
      if (kind === "console") {
        commands++;
        return `\`\`\`console\n${replayed(block, folder)}\`\`\``;
      }
      // JSON has no comments, so its name stands behind the kind.
      const path = named ?? /^# (\S+)\n/.exec(block)?.[1] ?? "";
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), block);
      return whole;
    });
    if (process.env.UPDATE === "1") writeFileSync(PAGE, now);
    else expect(now).toBe(page);
    expect(commands).toBeGreaterThan(8);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
