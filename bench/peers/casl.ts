/** CASL: one rule that allows an action, and inverted rules with conditions on the call. */

import type { BenchCall, Prepared } from "../calls.ts";
import type { Policy, Test } from "../policy.ts";
import { load, type Peer } from "./peer.ts";

interface Casl {
  createMongoAbility(
    rules: readonly Readonly<Record<string, unknown>>[],
    options: { detectSubjectType(subject: unknown): string },
  ): { can(action: string, subject: unknown): boolean };
}

const SUBJECT = "call";

export async function openCasl(policy: Policy): Promise<Peer> {
  const { createMongoAbility } = await load<Casl>("@casl/ability");
  const ability = createMongoAbility(
    [
      ...policy.actions.map((action) => ({ action, subject: SUBJECT })),
      ...policy.entries.map(({ action, all }) => ({
        action,
        subject: SUBJECT,
        inverted: true,
        conditions: Object.fromEntries(all.map(condition)),
      })),
    ],
    { detectSubjectType: () => SUBJECT },
  );
  return {
    name: "@casl/ability",
    prepare: ({ prepared }: BenchCall) => prepared,
    allows: (prepared) => ability.can((prepared as Prepared).action, prepared),
  };
}

function condition(test: Test): [string, Readonly<Record<string, unknown>>] {
  const fact = test.fact === "environment" ? test.fact : `fields.${test.fact}`;
  switch (test.by) {
    case "at_least":
      return [fact, { $gte: test.value }];
    case "one_of":
      return [fact, { $in: test.values }];
    case "under":
      return [fact, { $regex: new RegExp(`^${escaped(test.folder)}/`) }];
    case "domain":
      return [fact, { $regex: new RegExp(`@${escaped(test.domain)}$`) }];
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
