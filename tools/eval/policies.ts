/** Policies by suite: each recorded call is decided by the policy of the organisation that its suite plays. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "permit0/engine";
import { openPolicy } from "../../bindings/cli/policy.ts";
import type { RecordedCall } from "./calls.ts";

const PACK_END = ".pack.yaml";
const POLICY_END = ".yaml";

/** Which engine decides a call. */
export type Chooser = (call: RecordedCall) => Engine;

/** A policy of a folder, with the pack beside it where there is one. */
export interface SuitePolicy {
  readonly name: string;
  readonly policy: string;
  readonly pack: readonly string[];
}

/** `NAME.yaml` and, beside it, `NAME.pack.yaml`. */
export function suitePolicies(folder: string): SuitePolicy[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(POLICY_END) && !file.endsWith(PACK_END))
    .sort()
    .map((file) => {
      const name = file.slice(0, -POLICY_END.length);
      const pack = join(folder, `${name}${PACK_END}`);
      return { name, policy: join(folder, file), pack: existsSync(pack) ? [pack] : [] };
    });
}

/** The policy of a call's suite, else that of its source, else `other`. */
export async function chooserOf(folder: string, other: Engine): Promise<Chooser> {
  const engines = new Map<string, Engine>();
  for (const { name, policy, pack } of suitePolicies(folder)) {
    engines.set(name, await openPolicy({ policy, pack }));
  }
  if (engines.size === 0)
    throw new Error(`--policies ${folder}: wanted NAME.yaml of a suite or source, came none`);
  return ({ suite, source }) => engines.get(suite ?? "") ?? engines.get(source) ?? other;
}
