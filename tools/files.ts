/** The files that make up the project: what git tracks or would add, and nothing a build wrote. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package root, an absolute path without a trailing slash. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Paths from the root, with forward slashes, in git's order. */
export function sourceFiles(): string[] {
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (listed.status !== 0) throw new Error(`git ls-files: exit ${listed.status}: ${listed.stderr}`);
  return listed.stdout.split("\0").filter((path) => path !== "" && existsSync(join(ROOT, path)));
}
