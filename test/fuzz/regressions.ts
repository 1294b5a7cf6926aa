/** Inputs that once failed, or are known to be tricky: one file each, in the folder of their target. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { FUZZ_FOLDER } from "./corpus.ts";

export interface Regression {
  readonly target: string;
  readonly name: string;
  readonly input: Uint8Array;
}

const FOLDER = join(FUZZ_FOLDER, "regressions");

/** Writes an input under a name made of what broke and of its digest. Returns the path. */
export function writeRegression(
  target: string,
  kind: string,
  input: Uint8Array,
  folder: string = FOLDER,
): string {
  const digest = createHash("sha256").update(input).digest("hex").slice(0, 8);
  const path = join(
    folder,
    target,
    `${kind.replaceAll(/[^A-Za-z0-9_-]+/g, "-")}-${digest}${endingOf(target)}`,
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, input);
  return path;
}

function endingOf(target: string): string {
  return target === "yaml" ? ".yaml" : ".bin";
}

/** The folder that a file lies in says whose input it is. */
export function readRegression(path: string): Regression {
  const input = new Uint8Array(readFileSync(path));
  return { target: basename(dirname(resolve(path))), name: basename(path), input };
}

export function regressions(): Regression[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(FOLDER, name)).map((file) => join(FOLDER, name, file)))
    .sort()
    .map(readRegression);
}
