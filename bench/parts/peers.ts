/** permit0 and other engines side by side in one process, after all of them agreed on every call. */

import { needAgreement } from "../agreement.ts";
import { type BenchCall, benchCalls } from "../calls.ts";
import { openCasbin } from "../peers/casbin.ts";
import { openCasl } from "../peers/casl.ts";
import { openCedar } from "../peers/cedar.ts";
import { openJsonRulesEngine } from "../peers/json-rules-engine.ts";
import { type OpenPeer, type Peer, versionOf } from "../peers/peer.ts";
import { openBenchEngine, openPermit0 } from "../peers/permit0.ts";
import { openSwitch } from "../peers/switch.ts";
import { openZen } from "../peers/zen.ts";
import { benchPolicy } from "../policy.ts";
import { type PartResult, rowsOf, type Table } from "../results.ts";
import { FLOOR_GROUP, median, timeSideBySide } from "../timing.ts";

/** The peers, by their packages. */
export const PEERS: Readonly<Record<string, OpenPeer>> = {
  "@casl/ability": openCasl,
  "@gorules/zen-engine": openZen,
  "json-rules-engine": openJsonRulesEngine,
  casbin: openCasbin,
  "@cedar-policy/cedar-wasm": openCedar,
};

/** Engines that reading the clock for every call would slow down. */
const FAST = new Set(["switch", "@casl/ability"]);
const ENTRIES = 60;
const CALLS = 5_000;
const SCHEDULE = { inputs: CALLS, batchCalls: 250, batches: 21, warmUpBatches: 4 };
/** Characters of text in a call: next to nothing, and what makes a request of about 800 bytes. */
const TEXT_LENGTHS = [
  { title: "short calls", textLength: 12 },
  { title: "calls of about 800 bytes", textLength: 440 },
];

export async function measurePeers(): Promise<PartResult> {
  const policy = benchPolicy(ENTRIES);
  const peers: Peer[] = [openSwitch(policy), await openPermit0(policy)];
  for (const open of Object.values(PEERS)) peers.push(await open(policy));
  const engine = await openBenchEngine(policy);
  const tables: Table[] = [];
  const notes = Object.keys(PEERS).map((name) => `${name} ${versionOf(name)}`);
  for (const { title, textLength } of TEXT_LENGTHS) {
    const calls = benchCalls(CALLS, textLength);
    const { allowed } = await needAgreement(peers, calls);
    notes.push(
      `${title}: all ${peers.length} engines agree on ${CALLS} calls, of which ${allowed} are allowed`,
    );
    const bytes = median(calls.map(({ request }) => engine.encode(request).length));
    tables.push(await timeTable(title, peers, calls, bytes));
  }
  return { tables, figures: [], notes };
}

async function timeTable(
  title: string,
  peers: readonly Peer[],
  calls: readonly BenchCall[],
  request_bytes: number,
): Promise<Table> {
  const subjects = peers.map((peer) => {
    const inputs = calls.map((call) => peer.prepare(call));
    const run = (index: number): unknown => peer.allows(inputs[index]);
    return FAST.has(peer.name) ? { name: peer.name, run, group: FLOOR_GROUP } : { name: peer.name, run };
  });
  const timings = await timeSideBySide(subjects, SCHEDULE);
  const [floor] = timings;
  if (floor === undefined) throw new Error("the floor was not timed");
  return {
    title,
    rows: rowsOf(
      subjects.map(({ name }) => ({ name, request_bytes })),
      timings,
      floor,
    ),
  };
}
