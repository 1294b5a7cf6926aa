/** ZEN: a switch on the action, then one decision table an action whose first hit forbids. */

import type { BenchCall } from "../calls.ts";
import type { Policy, Test } from "../policy.ts";
import { load, type Peer } from "./peer.ts";

interface Zen {
  ZenEngine: new () => {
    createDecision(content: unknown): { evaluate(context: unknown): Promise<{ result: { allow: boolean } }> };
  };
}

export async function openZen(policy: Policy): Promise<Peer> {
  const { ZenEngine } = await load<Zen>("@gorules/zen-engine");
  const decision = new ZenEngine().createDecision(graph(policy));
  return {
    name: "@gorules/zen-engine",
    prepare: ({ prepared }: BenchCall) => prepared,
    allows: async (prepared) => (await decision.evaluate(prepared)).result.allow === true,
  };
}

function graph({ actions, entries }: Policy): unknown {
  const position = { x: 0, y: 0 };
  const edge = (sourceId: string, targetId: string, sourceHandle?: string) => ({
    id: `${sourceId}:${targetId}`,
    type: "edge",
    sourceId,
    targetId,
    ...(sourceHandle === undefined ? {} : { sourceHandle }),
  });
  const tables = actions.map((action) => ({
    id: `table:${action}`,
    name: action,
    type: "decisionTableNode",
    position,
    content: {
      hitPolicy: "first",
      inputs: [{ id: "when", name: "when", type: "expression" }],
      outputs: [{ id: "allow", name: "allow", field: "allow", type: "expression" }],
      rules: [
        ...entries
          .filter((entry) => entry.action === action)
          .map(({ id, all }) => ({ _id: id, when: all.map(expression).join(" and "), allow: "false" })),
        { _id: `allow:${action}`, when: "", allow: "true" },
      ],
    },
  }));
  return {
    nodes: [
      { id: "input", name: "input", type: "inputNode", position },
      {
        id: "switch",
        name: "switch",
        type: "switchNode",
        position,
        content: {
          hitPolicy: "first",
          statements: actions.map((action) => ({
            id: action,
            condition: `action == ${JSON.stringify(action)}`,
          })),
        },
      },
      ...tables,
      { id: "output", name: "output", type: "outputNode", position },
    ],
    edges: [
      edge("input", "switch"),
      ...actions.flatMap((action) => [
        edge("switch", `table:${action}`, action),
        edge(`table:${action}`, "output"),
      ]),
    ],
  };
}

function expression(test: Test): string {
  const fact = test.fact === "environment" ? test.fact : `fields.${test.fact}`;
  switch (test.by) {
    case "at_least":
      return `${fact} >= ${test.value}`;
    case "one_of":
      return `${fact} in ${JSON.stringify(test.values)}`;
    case "under":
      return `startsWith(${fact}, ${JSON.stringify(`${test.folder}/`)})`;
    case "domain":
      return `endsWith(${fact}, ${JSON.stringify(`@${test.domain}`)})`;
  }
}
