/** Cedar: `permit` for each action, `forbid … when` for each entry, policies parsed once. */

import type { BenchCall } from "../calls.ts";
import type { Policy, Test } from "../policy.ts";
import { load, type Peer } from "./peer.ts";

interface Cedar {
  preparsePolicySet(id: string, policies: { staticPolicies: string }): { type: string; errors?: unknown };
  statefulIsAuthorized(call: unknown): {
    type: string;
    response?: { decision: string; diagnostics: { errors: readonly unknown[] } };
    errors?: unknown;
  };
}

let opened = 0;

export async function openCedar(policy: Policy): Promise<Peer> {
  const cedar = await load<Cedar>("@cedar-policy/cedar-wasm/nodejs", "@cedar-policy/cedar-wasm");
  const preparsedPolicySetId = `bench-${opened++}`;
  const parsed = cedar.preparsePolicySet(preparsedPolicySetId, { staticPolicies: policyText(policy) });
  if (parsed.type !== "success") throw new Error(`cedar: ${JSON.stringify(parsed.errors)}`);
  return {
    name: "@cedar-policy/cedar-wasm",
    prepare: ({ prepared }: BenchCall) => ({
      principal: { type: "Agent", id: prepared.actor },
      action: { type: "Action", id: prepared.action },
      resource: { type: "Tool", id: prepared.action },
      context: { fields: prepared.fields, environment: prepared.environment },
      preparsedPolicySetId,
      entities: [],
    }),
    allows: (prepared) => {
      const answer = cedar.statefulIsAuthorized(prepared);
      if (answer.type !== "success" || answer.response?.diagnostics.errors.length !== 0) {
        throw new Error(`cedar: ${JSON.stringify(answer)}`);
      }
      return answer.response.decision === "allow";
    },
  };
}

function policyText({ actions, entries }: Policy): string {
  const head = (effect: string, action: string): string =>
    `${effect}(principal, action == Action::${JSON.stringify(action)}, resource)`;
  return [
    ...actions.map((action) => `${head("permit", action)};`),
    ...entries.map(
      ({ action, all }) => `${head("forbid", action)} when { ${all.map(expression).join(" && ")} };`,
    ),
  ].join("\n");
}

function expression(test: Test): string {
  const fact = test.fact === "environment" ? "context.environment" : `context.fields.${test.fact}`;
  switch (test.by) {
    case "at_least":
      return `${fact} >= ${test.value}`;
    case "one_of":
      return `${JSON.stringify(test.values)}.contains(${fact})`;
    case "under":
      return `${fact} like ${JSON.stringify(`${test.folder}/*`)}`;
    case "domain":
      return `${fact} like ${JSON.stringify(`*@${test.domain}`)}`;
  }
}
