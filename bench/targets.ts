/** The targets of the design, each with where its figure stands in the results. */

import type { Results, Row } from "./results.ts";

export interface Target {
  readonly what: string;
  readonly unit: string;
  readonly at_most: number;
  readonly stretch?: number;
  /** The measured figure in `unit`; undefined when the results do not have it. */
  readonly of: (results: Results) => number | undefined;
}

export const TARGETS: readonly Target[] = [
  {
    what: "a decision on 800 bytes, p50",
    unit: "us",
    at_most: 10,
    stretch: 8,
    of: decisionUs("mail", "p50_ns"),
  },
  { what: "a decision on 800 bytes, p99", unit: "us", at_most: 25, of: decisionUs("mail", "p99_ns") },
  {
    what: "a decision on a short call, p50",
    unit: "us",
    at_most: 5,
    stretch: 4,
    of: decisionUs("small refund", "p50_ns"),
  },
  {
    what: "a decision on a short call, p99",
    unit: "us",
    at_most: 12,
    of: decisionUs("small refund", "p99_ns"),
  },
  {
    what: "a command of 200 bytes, p50",
    unit: "us",
    at_most: 15,
    of: (results) => {
      const row = rowOf(results, "shell", "a whole decision", "200 bytes");
      return row === undefined ? undefined : row.p50_ns / 1_000;
    },
  },
  {
    what: "800 bytes, p50 against Cedar",
    unit: "times",
    at_most: 0.05,
    of: peerRatio("@cedar-policy/cedar-wasm"),
  },
  { what: "800 bytes, p50 against the generated switch", unit: "times", at_most: 9, of: peerRatio("switch") },
  {
    what: "6 000 entries on all actions, p50 against 60",
    unit: "times",
    at_most: 1.5,
    stretch: 1.1,
    of: figure("growth", "6000 entries on all"),
  },
  {
    what: "start to first decision in Node",
    unit: "ms",
    at_most: 25,
    stretch: 12,
    of: figure("cold", "start to first decision"),
  },
  {
    what: "heap after a million decisions, growth",
    unit: "bytes",
    at_most: 1_048_576,
    of: figure("memory", "heap growth"),
  },
  {
    what: "structure check, an entry (300 000 a second)",
    unit: "us",
    at_most: 3.33,
    of: figure("evidence", "structure"),
  },
  {
    what: "replay, a request without histories (80 000 a second)",
    unit: "us",
    at_most: 12.5,
    of: figure("evidence", "replay: a request"),
  },
  {
    what: "replay against the live decision (0.8 of its rate)",
    unit: "times",
    at_most: 1.25,
    of: figure("evidence", "replay against"),
  },
  {
    what: "strict append against the disk's write and sync (0.7 of its rate)",
    unit: "times",
    at_most: 1.43,
    of: figure("evidence", "strict against"),
  },
  {
    what: "group commit, an append (50 000 a second)",
    unit: "us",
    at_most: 20,
    of: figure("evidence", "group commit"),
  },
  {
    what: "a token, mint and verify against raw sign and verify",
    unit: "times",
    at_most: 1.3,
    of: figure("token", "mint and verify against raw"),
  },
  {
    what: "the gateway without disk and signature, p50",
    unit: "us",
    at_most: 60,
    of: figure("gateway", "overhead: execute"),
  },
];

/** A row of a table whose title begins with `title`. */
export function rowOf(results: Results, part: string, title: string, name: string): Row | undefined {
  const table = results.parts[part]?.tables.find((one) => one.title.startsWith(title));
  return table?.rows.find((row) => row.name === name);
}

function decisionUs(name: string, column: "p50_ns" | "p99_ns"): Target["of"] {
  return (results) => {
    const row = rowOf(results, "decision", "Engine.decide", name);
    return row === undefined ? undefined : row[column] / 1_000;
  };
}

function peerRatio(peer: string): Target["of"] {
  return (results) => {
    const own = rowOf(results, "peers", "calls of about 800", "permit0");
    const other = rowOf(results, "peers", "calls of about 800", peer);
    return own === undefined || other === undefined ? undefined : own.floor / other.floor;
  };
}

function figure(part: string, name: string): Target["of"] {
  return (results) => results.parts[part]?.figures.find((one) => one.name.startsWith(name))?.value;
}
