/** What the pass over the arguments costs: the same calls with the shipped image, and with it without its automaton. */

import { embeddedImage, openEmbedded } from "../../bindings/src/embedded.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import type { Request } from "../../bindings/src/types.ts";
import { withoutAutomaton } from "../images.ts";
import { type Figure, type PartResult, rowsOf, type Table } from "../results.ts";
import { fileTexts } from "../texts.ts";
import { timeSideBySide, timesAsLong } from "../timing.ts";
import { floorSubject, INPUTS, SCHEDULE, type TableSubject, yardstick } from "./decision.ts";
import { requestOf, timeCurves } from "./languages.ts";

const SIZES = [1_024, 4_096, 16_384, 64_000] as const;

const CALLS: readonly (readonly [name: string, tool: string, args: Request["args"]])[] = [
  ["a short call", "write_file", { path: "src/index.ts" }],
  [
    "a mail",
    "send_email",
    { to: "bob@example.com", subject: "Lunch", body: "Noon at the usual place? I can bring the papers." },
  ],
  ["1 KiB of prose", "write_file", { path: "notes.txt", content: fileTexts(1_024).prose }],
];

export async function measureDetect(): Promise<PartResult> {
  const engine = await openEmbedded();
  const bare = await openEmbedded(withoutAutomaton(embeddedImage()));
  const everyday = await timeEveryday(engine, bare);
  const curves = Object.keys(fileTexts(1)).flatMap((name) =>
    SIZES.map((bytes): TableSubject => {
      const request = requestOf("write_file", { path: "a.txt", content: fileTexts(bytes)[name] });
      const request_bytes = engine.encode(request).length;
      return { name: `${name}, ${bytes} bytes`, request_bytes, run: () => engine.decide(request).verdict };
    }),
  );
  const grown = await timeCurves("a file that is written", curves, SIZES);
  return {
    tables: [everyday.table, grown.table],
    figures: [...everyday.figures, ...grown.figures],
    notes: [],
  };
}

async function timeEveryday(engine: Engine, bare: Engine): Promise<{ table: Table; figures: Figure[] }> {
  const subjects = CALLS.flatMap(([name, tool, args]): TableSubject[] => {
    const requests = Array.from({ length: INPUTS }, (_, seed) => requestOf(tool, args, seed));
    const request_bytes = engine.encode(requests[0] as Request).length;
    const run = (by: Engine) => (index: number) => by.decide(requests[index] as Request).verdict;
    return [
      { name, request_bytes, run: run(engine) },
      { name: `${name}, not looked through`, request_bytes, run: run(bare) },
    ];
  });
  const all = [floorSubject(), ...subjects, yardstick()];
  const [floor, ...timings] = await timeSideBySide(all, SCHEDULE);
  if (floor === undefined) throw new Error("the floor was not timed");
  const figures = CALLS.map(([name], at): Figure => {
    const [own, other] = [timings[at * 2], timings[at * 2 + 1]];
    if (own === undefined || other === undefined) throw new Error(`${name} was not timed`);
    return { name: `${name}, against not looked through`, value: timesAsLong(own, other), unit: "times" };
  });
  return { table: { title: "a whole decision", rows: rowsOf(all.slice(1), timings, floor) }, figures };
}
