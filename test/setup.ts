/**
 * Says so when the tests are about to look at an old build: tidy, library and host tests read build/ and dist/.
 * A warning and not a failure, because most tests run from source.
 */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT, sourceFiles } from "../tools/files.ts";

const BUILT = "dist/index.js";
const SOURCES = /^(assembly\/(?!__tests__)|bindings\/|policies\/|taxonomy\/|asconfig\.json)/;

export default function setup(): void {
  const built = join(ROOT, BUILT);
  if (!existsSync(built)) {
    console.warn(`${BUILT}: no such file; tests that need a build will fail: run npm run build`);
    return;
  }
  const builtMs = statSync(built).mtimeMs;
  const newer = sourceFiles().filter(
    // The build itself writes the digest file.
    (path) =>
      SOURCES.test(path) &&
      !path.endsWith("engine-digest.ts") &&
      statSync(join(ROOT, path)).mtimeMs > builtMs,
  );
  if (newer.length > 0) {
    console.warn(`${newer.length} sources are newer than ${BUILT} (first: ${newer[0]}): run npm run build`);
  }
}
