/** The same calls under policies of 60, 600 and 6 000 entries: how much slower does a decision get? */

import { readFileSync } from "node:fs";
import { needAgreement } from "../agreement.ts";
import { type BenchCall, benchCalls, KINDS } from "../calls.ts";
import type { Peer } from "../peers/peer.ts";
import { compileBench, openPermit0 } from "../peers/permit0.ts";
import { openSwitch } from "../peers/switch.ts";
import { benchPolicy, type EntryKind } from "../policy.ts";
import { type Figure, type PartResult, rowsOf, type Table } from "../results.ts";
import { FLOOR_GROUP, type Subject, type Timed, timeSideBySide, timesAsLong } from "../timing.ts";

const ENTRIES = [60, 600, 6_000];
const CALLS = 2_000;
const SCHEDULE = { inputs: CALLS, batchCalls: 1_000, batches: 31, warmUpBatches: 10 };
const REQUEST_BYTES = 800;

export async function measureGrowth(): Promise<PartResult> {
  const everywhere = [...KINDS, ...otherKinds()];
  const wide = await grow(`entries on all ${everywhere.length} actions`, everywhere);
  const dense = await grow(`entries on the ${KINDS.length} actions of the calls only`, KINDS);
  return {
    tables: [wide.table, dense.table],
    figures: [...wide.figures, ...dense.figures],
    notes: [...wide.notes, ...dense.notes],
  };
}

async function grow(
  title: string,
  kinds: readonly EntryKind[],
): Promise<{ table: Table; figures: Figure[]; notes: string[] }> {
  const calls = benchCalls(CALLS, 440);
  const floors: Subject[] = [];
  const owns: Subject[] = [];
  const notes: string[] = [];
  for (const count of ENTRIES) {
    const policy = benchPolicy(count, kinds);
    const floor = openSwitch(policy);
    const own = await openPermit0(policy);
    await needAgreement([floor, own], calls);
    floors.push({ ...subjectOf(floor, `switch, ${count} entries`, calls), group: FLOOR_GROUP });
    owns.push(subjectOf(own, `permit0, ${count} entries`, calls));
    notes.push(`growth, ${count} ${title}: an image of ${compileBench(policy).length} bytes`);
  }
  const subjects = [...floors, ...owns];
  const timings = await timeSideBySide(subjects, SCHEDULE);
  const own = timings.slice(ENTRIES.length);
  const figures = ENTRIES.slice(1).map((count, at): Figure => {
    const value = timesAsLong(own[at + 1] as Timed, own[0] as Timed);
    return { name: `${count} ${title}, against ${ENTRIES[0]}`, value, unit: "times" };
  });
  const named = subjects.map(({ name }) => ({ name, request_bytes: REQUEST_BYTES }));
  return { table: { title, rows: rowsOf(named, timings, timings[0] as Timed) }, figures, notes };
}

function subjectOf(peer: Peer, name: string, calls: readonly BenchCall[]): Subject {
  const inputs = calls.map((call) => peer.prepare(call));
  return { name, run: (index) => peer.allows(inputs[index]) };
}

/** Fields that identify something in most actions; an action is asked about the first that it has. */
const IDENTIFYING = [
  "reference",
  "account",
  "resource",
  "name",
  "user",
  "repository",
  "database",
  "title",
  "command",
  "query",
];

/** The actions of the taxonomy that no call of the bench uses. */
function otherKinds(): EntryKind[] {
  const { domains } = JSON.parse(readFileSync("taxonomy/taxonomy.json", "utf8")) as {
    domains: readonly { actions: readonly { name: string; fields: readonly string[] }[] }[];
  };
  const used = new Set(KINDS.map(({ action }) => action));
  return domains.flatMap(({ actions }) =>
    actions.flatMap(({ name, fields }): EntryKind[] => {
      const fact = IDENTIFYING.find((field) => fields.includes(field));
      if (used.has(name) || fact === undefined) return [];
      return [{ action: name, asked: [{ fact, by: "one_of", stem: fact }] }];
    }),
  );
}
