/** The same calls under policies of 60, 600 and 6 000 entries: how much slower does a decision get? */

import { needAgreement } from "../agreement.ts";
import { benchCalls } from "../calls.ts";
import type { Peer } from "../peers/peer.ts";
import { compileBench, openPermit0 } from "../peers/permit0.ts";
import { openSwitch } from "../peers/switch.ts";
import { benchPolicy } from "../policy.ts";
import { type Figure, type PartResult, rowsOf } from "../results.ts";
import { FLOOR_GROUP, type Subject, timeSideBySide } from "../timing.ts";

const ENTRIES = [60, 600, 6_000];
const CALLS = 2_000;
const SCHEDULE = { inputs: CALLS, batchCalls: 1_000, batches: 31, warmUpBatches: 10 };

export async function measureGrowth(): Promise<PartResult> {
  const calls = benchCalls(CALLS, 440);
  const floors: Subject[] = [];
  const owns: Subject[] = [];
  const notes: string[] = [];
  for (const count of ENTRIES) {
    const policy = benchPolicy(count);
    const floor = openSwitch(policy);
    const own = await openPermit0(policy);
    await needAgreement([floor, own], calls);
    floors.push({ ...subjectOf(floor, `switch, ${count} entries`, calls), group: FLOOR_GROUP });
    owns.push(subjectOf(own, `permit0, ${count} entries`, calls));
    notes.push(`${count} entries: an image of ${compileBench(policy).length} bytes`);
  }
  const subjects = [...floors, ...owns];
  const timings = await timeSideBySide(subjects, SCHEDULE);
  const [least] = timings;
  if (least === undefined) throw new Error("the floor was not timed");
  const rows = rowsOf(
    subjects.map(({ name }) => ({ name, request_bytes: 800 })),
    timings,
    least,
  );
  const own = rows.slice(ENTRIES.length);
  const figures = own.slice(1).map((row, at): Figure => {
    const value = Number((row.p50_ns / (own[0]?.p50_ns ?? Number.NaN)).toPrecision(3));
    return { name: `p50 at ${ENTRIES[at + 1]} entries, against ${ENTRIES[0]}`, value, unit: "times" };
  });
  return { tables: [{ title: "calls of about 800 bytes", rows }], figures, notes };
}

function subjectOf(peer: Peer, name: string, calls: ReturnType<typeof benchCalls>): Subject {
  const inputs = calls.map((call) => peer.prepare(call));
  return { name, run: (index) => peer.allows(inputs[index]) };
}
