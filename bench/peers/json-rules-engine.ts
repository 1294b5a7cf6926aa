/** json-rules-engine: one rule an entry. The action is asked first, so that the rest of a rule is mostly skipped. */

import type { BenchCall } from "../calls.ts";
import type { Policy, Test } from "../policy.ts";
import { load, type Peer } from "./peer.ts";

interface JsonRulesEngine {
  Engine: new (
    rules: readonly Readonly<Record<string, unknown>>[],
    options: { allowUndefinedFacts: boolean },
  ) => {
    addOperator(name: string, test: (fact: unknown, value: unknown) => boolean): void;
    run(facts: unknown): Promise<{ events: readonly { type: string }[] }>;
  };
}

export async function openJsonRulesEngine(policy: Policy): Promise<Peer> {
  const { Engine } = await load<JsonRulesEngine>("json-rules-engine");
  const engine = new Engine(
    [
      {
        conditions: { all: [{ fact: "action", operator: "in", value: policy.actions }] },
        event: { type: "permit" },
      },
      ...policy.entries.map(({ action, all }) => ({
        conditions: {
          all: [{ fact: "action", operator: "equal", value: action, priority: 10 }, ...all.map(condition)],
        },
        event: { type: "forbid" },
      })),
    ],
    { allowUndefinedFacts: true },
  );
  engine.addOperator("startsWith", (fact, value) => String(fact).startsWith(String(value)));
  engine.addOperator("endsWith", (fact, value) => String(fact).endsWith(String(value)));
  return {
    name: "json-rules-engine",
    prepare: ({ prepared }: BenchCall) => prepared,
    allows: async (prepared) => {
      const { events } = await engine.run(prepared);
      return events.length === 1 && events[0]?.type === "permit";
    },
  };
}

function condition(test: Test): Readonly<Record<string, unknown>> {
  const fact = test.fact === "environment" ? { fact: test.fact } : { fact: "fields", path: `$.${test.fact}` };
  switch (test.by) {
    case "at_least":
      return { ...fact, operator: "greaterThanInclusive", value: test.value };
    case "one_of":
      return { ...fact, operator: "in", value: test.values };
    case "under":
      return { ...fact, operator: "startsWith", value: `${test.folder}/` };
    case "domain":
      return { ...fact, operator: "endsWith", value: `@${test.domain}` };
  }
}
