/** Runs the built command line as a user would: in a shell, in a folder of its own, without colours. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../tools/files.ts";

const MAIN = join(ROOT, "dist/cli/main.js");
const FILES = join(ROOT, "test/cli/files");

/** A folder with the files of test/cli/files, and how to leave it. */
export function workFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "permit0-"));
  cpSync(FILES, folder, { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

const { NO_COLOR: _no, FORCE_COLOR: _force, ...SURROUNDINGS } = process.env;

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command with these arguments. */
export function run(
  args: readonly string[],
  options: { input?: string | Uint8Array; folder?: string; environment?: Record<string, string> } = {},
): Run {
  const done = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    cwd: options.folder ?? ROOT,
    env: { ...SURROUNDINGS, ...options.environment },
    maxBuffer: 256 * 1024 * 1024,
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** A line of a shell in which `permit0` is the command; both streams in one, as on a screen. */
export function shell(line: string, folder: string): { output: string; status: number | null } {
  const script = `permit0() { "${process.execPath}" "${MAIN}" "$@"; }\nset -o pipefail\n{ ${line}\n} 2>&1`;
  const done = spawnSync("bash", ["-c", script], { encoding: "utf8", cwd: folder, env: SURROUNDINGS });
  return { output: done.stdout, status: done.status };
}
