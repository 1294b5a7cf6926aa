/** Calls whose text is a command, a statement or an address: taken apart, beside the same call with an opaque text. */

import { embeddedImage, openEmbedded } from "../../bindings/src/embedded.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import type { Request } from "../../bindings/src/types.ts";
import { TIME_MS } from "../calls.ts";
import { withoutLanguages } from "../images.ts";
import { type Figure, type PartResult, rowsOf, type Table } from "../results.ts";
import { everydayText, TEXTS, type TextKind, worstText } from "../texts.ts";
import { type Subject, timeSideBySide, timesAsLong } from "../timing.ts";
import { floorSubject, INPUTS, SCHEDULE, type TableSubject, yardstick } from "./decision.ts";

export type Language = keyof typeof TEXTS;

/** Bytes of the texts that are made to be slow; the last fills a request nearly up. */
const WORST_BYTES = [1_024, 4_096, 16_384, 64_000] as const;
const WORST_SCHEDULE = { inputs: 1, batchCalls: 20, batches: 15, warmUpBatches: 3 };

export async function measureLanguage(language: Language): Promise<PartResult> {
  const kind = TEXTS[language];
  const engine = await openEmbedded();
  const opaque = await openEmbedded(withoutLanguages(embeddedImage()));
  const everyday = await timeEveryday(kind, engine, opaque);
  const worst = await timeWorst(kind, engine);
  return {
    tables: [everyday.table, worst.table],
    figures: [...everyday.figures, ...worst.figures],
    notes: [],
  };
}

export function requestOf(tool: string, args: Request["args"], seed = 0): Request {
  const context = {
    actor: "agent-1",
    asserted_by: { actor: "host", environment: "host" },
    environment: "development",
    time_ms: TIME_MS + seed,
  };
  return { tool, args, context } as Request;
}

async function timeEveryday(
  kind: TextKind,
  engine: Engine,
  opaque: Engine,
): Promise<{ table: Table; figures: Figure[] }> {
  const subjects = [...kind.everyday.keys()].flatMap((bytes): TableSubject[] => {
    const requests = Array.from({ length: INPUTS }, (_, seed) =>
      requestOf(kind.tool, kind.args(everydayText(kind, bytes, seed)), seed),
    );
    const request_bytes = engine.encode(requests[0] as Request).length;
    const run = (by: Engine) => (index: number) => by.decide(requests[index] as Request).verdict;
    return [
      { name: `${bytes} bytes`, request_bytes, run: run(engine) },
      { name: `${bytes} bytes, not taken apart`, request_bytes, run: run(opaque) },
    ];
  });
  const all = [floorSubject(), ...subjects, yardstick()];
  const [floor, ...timings] = await timeSideBySide(all, SCHEDULE);
  if (floor === undefined) throw new Error("the floor was not timed");
  const figures = subjects.flatMap(({ name }, at): Figure[] => {
    const [own, other] = [timings[at], timings[at + 1]];
    if (at % 2 === 1 || own === undefined || other === undefined) return [];
    return [{ name: `${name}, against not taken apart`, value: timesAsLong(own, other), unit: "times" }];
  });
  return { table: { title: "a whole decision", rows: rowsOf(all.slice(1), timings, floor) }, figures };
}

/** Decisions on longer and longer texts: what a byte costs must not grow with them. */
async function timeWorst(kind: TextKind, engine: Engine): Promise<{ table: Table; figures: Figure[] }> {
  const subjects = Object.entries(kind.worst).flatMap(([name, worst]) =>
    WORST_BYTES.map((bytes): TableSubject => {
      const request = requestOf(kind.tool, kind.args(worstText(worst, bytes)));
      const request_bytes = engine.encode(request).length;
      return { name: `${name}, ${bytes} bytes`, request_bytes, run: () => engine.decide(request).verdict };
    }),
  );
  return timeCurves("texts made to be slow", subjects, WORST_BYTES);
}

/**
 * Times subjects of which each `sizes.length` are one text at growing sizes: a table, for each text the nanoseconds a byte at the
 * largest size, and that against the size in the middle: one when time is linear, and four to fifteen when it is not.
 */
export async function timeCurves(
  title: string,
  subjects: readonly TableSubject[],
  sizes: readonly number[],
): Promise<{ table: Table; figures: Figure[] }> {
  const all: Subject[] = [floorSubject(), ...subjects];
  const [floor, ...timings] = await timeSideBySide(all, { ...WORST_SCHEDULE, inputs: INPUTS });
  if (floor === undefined) throw new Error("the floor was not timed");
  const figures: Figure[] = [];
  const [middleBytes, longestBytes] = [sizes.at(-3), sizes.at(-1)];
  for (let last = sizes.length - 1; last < subjects.length; last += sizes.length) {
    const [longest, middle] = [subjects[last], subjects[last - 2]];
    const [long, short] = [timings[last], timings[last - 2]];
    if (!longest || !middle || !long || !short) throw new RangeError("a curve of fewer than three sizes");
    const name = longest.name.replace(/, \d+ bytes$/, "");
    const perByte = Number((long.p50_ns / longest.request_bytes).toPrecision(3));
    const growth = (timesAsLong(long, short) * middle.request_bytes) / longest.request_bytes;
    figures.push({ name: `${name}, ${longestBytes} bytes, a byte`, value: perByte, unit: "ns" });
    figures.push({
      name: `${name}, ${longestBytes} bytes, a byte against one of ${middleBytes}`,
      value: Number(growth.toPrecision(3)),
      unit: "times",
    });
  }
  return { table: { title, rows: rowsOf(subjects, timings, floor) }, figures };
}
