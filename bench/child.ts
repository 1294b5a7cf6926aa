/** One part of the bench in a process of its own: `node bench/build/child.js PART` prints the result as one line of JSON. */

import { measureCold } from "./parts/cold.ts";
import { measureDecision } from "./parts/decision.ts";
import { measureDetect } from "./parts/detect.ts";
import { measureEvidence } from "./parts/evidence.ts";
import { measureGateway } from "./parts/gateway.ts";
import { measureGrowth } from "./parts/growth.ts";
import { measureLanguage } from "./parts/languages.ts";
import { measureMemory } from "./parts/memory.ts";
import { measureParts } from "./parts/parts.ts";
import { measurePeers } from "./parts/peers.ts";
import { measureToken } from "./parts/token.ts";
import type { PartResult } from "./results.ts";

const PARTS: Readonly<Record<string, () => Promise<PartResult>>> = {
  decision: measureDecision,
  parts: measureParts,
  shell: () => measureLanguage("shell"),
  sql: () => measureLanguage("sql"),
  http: () => measureLanguage("http"),
  detect: measureDetect,
  growth: measureGrowth,
  cold: measureCold,
  memory: measureMemory,
  evidence: measureEvidence,
  token: measureToken,
  gateway: measureGateway,
  peers: measurePeers,
};

const measure = PARTS[process.argv[2] ?? ""];
if (measure === undefined) throw new Error(`wanted one of ${Object.keys(PARTS).join(", ")}`);
console.log(JSON.stringify(await measure()));
// Some engines keep the process alive.
process.exit();
