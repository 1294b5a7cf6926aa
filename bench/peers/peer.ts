/** What every engine of the comparison looks like to the bench, and how its packages are found. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchCall } from "../calls.ts";
import type { Policy } from "../policy.ts";

/** One engine with the policy loaded. */
export interface Peer {
  readonly name: string;
  /** What the engine needs in its own shape; made before anything is timed. */
  prepare(call: BenchCall): unknown;
  /** The timed part: may the call run? */
  allows(prepared: unknown): boolean | Promise<boolean>;
}

export type OpenPeer = (policy: Policy) => Peer | Promise<Peer>;

/** Packages of `bench/package.json` are looked for here, relative to the working directory: the package root. */
const FOLDER = join(process.cwd(), "bench/node_modules");

/** Loads a package that only the bench installs, so that nothing else of the project needs its types. */
export async function load<Exports>(specifier: string, packageName = specifier): Promise<Exports> {
  if (!isInstalled(packageName)) {
    throw new Error(
      `${packageName}: not installed; run npm ci --prefix bench, or npm run bench, which does it`,
    );
  }
  return (await import(specifier)) as Exports;
}

export function isInstalled(packageName: string): boolean {
  return existsSync(join(FOLDER, packageName, "package.json"));
}

/** Version of an installed package. */
export function versionOf(packageName: string): string {
  const text = readFileSync(join(FOLDER, packageName, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
