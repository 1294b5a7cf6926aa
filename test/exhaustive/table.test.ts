/** The decision table for every gate, tier, row, relax entry and routing there is, through the whole engine. */
import { describe, expect, it } from "vitest";
import { moduleOf, Wasm } from "../differential/wasm.ts";
import { decideVerdict } from "../model/decide.ts";
import { type ActionSource, type RowSource, writeImage } from "../model/image-writer.ts";
import { loadImageModel } from "../model/model.ts";
import { encodeRequest } from "../model/request-writer.ts";
import { sampleImage } from "../model/sample.ts";
import { position, Refusal, wire } from "../model/wire.ts";

type Verdict = RowSource["verdict"];
const VERDICTS: Verdict[] = ["allow", "review", "deny"];
const MAYBE: (Verdict | null)[] = [null, ...VERDICTS];

/** What the rows and relax entries of one action are: a gate or none, two rows, a relax entry. */
interface Line {
  gate: boolean;
  first: Verdict | null;
  second: Verdict | null;
  relax: Verdict | null;
}

const LINES: Line[] = [true, false].flatMap((gate) =>
  MAYBE.flatMap((first) =>
    MAYBE.flatMap((second) => MAYBE.map((relax): Line => ({ gate, first, second, relax }))),
  ),
);

describe("the decision table", () => {
  it("has one verdict for each line, and it is the model's", { timeout: 300_000 }, () => {
    const module = moduleOf("core.wasm");
    if (module === null) throw new Error("build/core.wasm is missing: run npm run build");
    // Five hazards, one inside each tier; every way to route five tiers.
    const hazards = [0, 200_000, 500_000, 1_000_000, 2_000_000];
    const routes = 3 ** 5;
    const rows: RowSource[] = [];
    const actions: ActionSource[] = hazards.flatMap((_, tier) =>
      LINES.map((line, i) => {
        const start = rows.length;
        if (line.gate) rows.push({ code: `gate_${i}`, kind: "gate", verdict: "deny" });
        for (const verdict of [line.first, line.second]) {
          if (verdict !== null) rows.push({ code: `row_${rows.length}`, kind: "row", verdict });
        }
        if (line.relax !== null) rows.push({ code: `relax_${i}`, kind: "relax", verdict: line.relax });
        return {
          name: `tier${tier}.line${i}`,
          number: 1000 + tier * LINES.length + i,
          primary: tier === 0 ? [] : [tier - 1],
          fields: [],
          rows: rows.slice(start).map((_, n) => start + n),
        };
      }),
    );
    const source = {
      ...sampleImage,
      hazards: [...hazards.slice(1), 0, 0, 0, 0, 0],
      rules: [],
      rows,
      actions: [...sampleImage.actions.map((action) => ({ ...action, rules: [], rows: [] })), ...actions],
    };
    let checked = 0;
    // Routing is one table of the image: every 22nd of the 243 ways, so the calmest and the strictest too.
    for (let way = 0; way < routes; way += 22) {
      const route = hazards.map((_, tier) => VERDICTS[Math.floor(way / 3 ** tier) % 3] as Verdict);
      const bytes = writeImage({ ...source, route });
      const image = loadImageModel(bytes);
      if (image instanceof Refusal) throw image;
      const wasm = new Wasm(module);
      expect(wasm.loadImage(bytes).status).toBe(0);
      hazards.forEach((_, tier) => {
        LINES.forEach((line, i) => {
          const answer = wasm.decide(
            encodeRequest({ action: `tier${tier}.line${i}`, fields: {} }, image.digest),
          );
          const number = (verdict: Verdict): number => position(wire.verdicts, verdict);
          const rowVerdicts = [line.first, line.second].filter((v) => v !== null).map(number);
          const relaxed = line.relax === null ? [] : [number(line.relax)];
          const expected = decideVerdict(number(route[tier] as Verdict), relaxed, rowVerdicts, line.gate);
          if (answer.tier !== tier || answer.verdict !== expected) {
            throw new Error(
              `route ${route}, tier ${tier}, ${JSON.stringify(line)}: ${answer.tier} ${answer.verdict}`,
            );
          }
          // What the table promises, said without the table.
          if (line.gate) expect(answer.verdict).toBe(2);
          for (const verdict of rowVerdicts) expect(answer.verdict >= verdict).toBe(true);
          if (line.relax === null) expect(answer.verdict >= number(route[tier] as Verdict)).toBe(true);
          checked++;
        });
      });
    }
    expect(checked).toBe(12 * hazards.length * LINES.length);
  });
});
