/** The floor: the policy as generated JavaScript, a `switch` on the action. Nothing that interprets can be faster. */

import type { BenchCall, Prepared } from "../calls.ts";
import type { Policy, Test } from "../policy.ts";
import type { Peer } from "./peer.ts";

export function openSwitch(policy: Policy): Peer {
  const decide = new Function("call", source(policy)) as (call: Prepared) => boolean;
  return {
    name: "switch",
    prepare: ({ prepared }: BenchCall) => prepared,
    allows: (prepared) => decide(prepared as Prepared),
  };
}

function source({ actions, entries }: Policy): string {
  const cases = actions.map((action) => {
    const forbidden = entries
      .filter((entry) => entry.action === action)
      .map(({ all }) => `    if (${all.map(expression).join(" && ")}) return false;\n`);
    return `  case ${JSON.stringify(action)}:\n${forbidden.join("")}    return true;\n`;
  });
  return `const fields = call.fields;\nswitch (call.action) {\n${cases.join("")}  default:\n    return false;\n}`;
}

function expression(test: Test): string {
  const fact = test.fact === "environment" ? "call.environment" : `fields.${test.fact}`;
  switch (test.by) {
    case "at_least":
      return `${fact} >= ${test.value}`;
    case "one_of":
      return `(${test.values.map((value) => `${fact} === ${JSON.stringify(value)}`).join(" || ")})`;
    case "under":
      return `${fact}.startsWith(${JSON.stringify(`${test.folder}/`)})`;
    case "domain":
      return `${fact}.endsWith(${JSON.stringify(`@${test.domain}`)})`;
  }
}
