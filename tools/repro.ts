/**
 * Builds the engine and the default image twice, in two fresh folders, and compares the digests with each
 * other and with the committed digest file. One folder has a space in its name, because a path that leaks
 * into the output usually shows there first.
 */

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DIGEST_FILE, digestSource, sha256Hex } from "./build.ts";
import { ROOT, sourceFiles } from "./files.ts";

const FOLDERS = ["one", "second folder"];

function buildIn(folder: string): { engine: string; image: string } {
  for (const path of sourceFiles()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path));
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  const tsx = join(folder, "node_modules/tsx/dist/cli.mjs");
  const run = spawnSync(process.execPath, [tsx, "tools/build.ts", "wasm", "image", "--frozen"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (run.status !== 0)
    throw new Error(`build in "${folder}": exit ${run.status}\n${run.stdout}${run.stderr}`);
  return {
    engine: sha256Hex(readFileSync(join(folder, "build/core.wasm"))),
    image: sha256Hex(readFileSync(join(folder, "build/base.image"))),
  };
}

const parent = mkdtempSync(join(tmpdir(), "permit0-repro-"));
try {
  const built = FOLDERS.map((name) => buildIn(join(parent, name)));
  const [first, second] = built;
  if (!first || !second) throw new Error("wanted two builds");
  FOLDERS.forEach((name, at) => {
    console.log(
      `${name.padEnd(14)} engine ${built[at]?.engine}\n${"".padEnd(14)} image  ${built[at]?.image}`,
    );
  });
  const same = first.engine === second.engine && first.image === second.image;
  console.log(same ? "the two builds are the same bytes" : "the two builds DIFFER");
  const committed = readFileSync(join(ROOT, DIGEST_FILE), "utf8");
  const fresh = committed === digestSource(first.engine, first.image);
  console.log(
    fresh
      ? `${DIGEST_FILE} names these digests`
      : `${DIGEST_FILE} names OTHER digests: run npm run build and commit the file`,
  );
  if (!same || !fresh) process.exitCode = 1;
} finally {
  rmSync(parent, { recursive: true, force: true });
}
