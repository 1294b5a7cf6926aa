/**
 * Terminal sessions, as text: `$ command`, what the screen shows, `[exit n]` unless it is 0. Digests are shown as
 * <digest>, because they change with every build, and places of this machine as <folder> and <package>. `UPDATE=1 npx vitest run test/cli` writes what is shown now; read the
 * difference before committing it.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../tools/files.ts";
import { shell, workFolder } from "./command.ts";

const SESSIONS = join(ROOT, "test/cli/sessions");

/** Where a demo leaves its log: another place each time. */
const DEMO_FOLDER = /\S*permit0-demo-\w+/g;

/** The session again: its remarks and commands, with what they show now. */
function replay(session: string): string {
  const { folder, remove } = workFolder();
  try {
    return session
      .split(/^(?=\$ |#)/m)
      .map((step) => {
        if (!step.startsWith("$ ")) return step.startsWith("#") ? `${step.trimEnd()}\n` : "";
        const command = /^\$ ((?:.*\\\n)*.*)/.exec(step)?.[1] ?? "";
        const { output, status } = shell(command, folder);
        const shown = output
          .replaceAll(/\b[0-9a-f]{64}\b/g, "<digest>")
          .replaceAll(DEMO_FOLDER, "<folder>")
          .replaceAll(ROOT, "<package>")
          .trimEnd();
        const exit = status === 0 ? "" : `\n[exit ${status}]`;
        return `$ ${command}\n${shown}${exit}\n\n`;
      })
      .join("")
      .replace(/\n+$/, "\n");
  } finally {
    remove();
  }
}

const files = readdirSync(SESSIONS).filter((file) => file.endsWith(".txt"));

test("there are sessions", () => expect(files.length).toBeGreaterThan(5));

// A session may compile the whole policy several times.
test.each(files)("%s", { timeout: 240_000 }, (file) => {
  const path = join(SESSIONS, file);
  const session = readFileSync(path, "utf8");
  const now = replay(session);
  if (process.env.UPDATE === "1") writeFileSync(path, now);
  else expect(now).toBe(session);
});
