/** casbin: attribute rules (`eval`), one policy line an entry; some line must allow and none deny. */

import type { BenchCall, Prepared } from "../calls.ts";
import type { Policy, Test } from "../policy.ts";
import { load, type Peer } from "./peer.ts";

interface Casbin {
  newModelFromString(text: string): unknown;
  newEnforcer(model: unknown): Promise<{
    addFunction(name: string, test: (value: string, other: string) => boolean): Promise<void>;
    addPolicies(lines: readonly (readonly string[])[]): Promise<boolean>;
    enforceSync(action: string, fields: unknown, environment: string): boolean;
  }>;
}

const MODEL = `
[request_definition]
r = action, fields, environment
[policy_definition]
p = action, rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.action == p.action && eval(p.rule)
`;

export async function openCasbin(policy: Policy): Promise<Peer> {
  const { newEnforcer, newModelFromString } = await load<Casbin>("casbin");
  const enforcer = await newEnforcer(newModelFromString(MODEL));
  await enforcer.addFunction("startsWith", (value, start) => value.startsWith(start));
  await enforcer.addFunction("endsWith", (value, end) => value.endsWith(end));
  await enforcer.addPolicies([
    ...policy.actions.map((action) => [action, "true", "allow"]),
    ...policy.entries.map(({ action, all }) => [action, all.map(expression).join(" && "), "deny"]),
  ]);
  return {
    name: "casbin",
    prepare: ({ prepared }: BenchCall) => prepared,
    allows: (prepared) => {
      const { action, fields, environment } = prepared as Prepared;
      return enforcer.enforceSync(action, fields, environment);
    },
  };
}

function expression(test: Test): string {
  const fact = test.fact === "environment" ? "r.environment" : `r.fields.${test.fact}`;
  switch (test.by) {
    case "at_least":
      return `${fact} >= ${test.value}`;
    case "one_of":
      return `(${test.values.map((value) => `${fact} == '${value}'`).join(" || ")})`;
    case "under":
      return `startsWith(${fact}, '${test.folder}/')`;
    case "domain":
      return `endsWith(${fact}, '@${test.domain}')`;
  }
}
