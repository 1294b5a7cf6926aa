/** The files that make up the project: what git tracks or would add, and nothing a build wrote. */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** The package root, an absolute path without a trailing slash. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Folders that a build or npm writes; .gitignore names the same ones. */
const WRITTEN = new Set([".git", "node_modules", "build", "dist", ".cache"]);

/** Paths from the root, with forward slashes, sorted. */
export function sourceFiles(): string[] {
  const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  // An unpacked archive of the sources has no git; there every file is the project's.
  const paths = listed.status === 0 ? listed.stdout.split("\0") : filesBelow("");
  return paths.filter((path) => path !== "" && existsSync(join(ROOT, path))).sort();
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return WRITTEN.has(entry.name) ? [] : filesBelow(path);
  });
}
