/** Case files: worked cases in YAML, in the shape of policies/calibration.yaml (taxonomy/schema/calibration.schema.json). */

import type { WorkedCase } from "permit0/analyse";
import type { Source } from "permit0/compile";
import { isMap, isSeq, LineCounter, parseDocument } from "yaml";
import { CliError } from "./failure.js";

export interface CaseFile {
  /** The policy that stands in the file. */
  readonly organisation: Source | undefined;
  readonly cases: readonly WorkedCase[];
}

const KEYS = ["organisation", "contexts", "cases"];
const VERDICTS = ["allow", "review", "deny"];

/**
 * Reads a case file.
 * @returns undefined when the text is something else: it has no key `cases`.
 * @throws CliError when it is one with a mistake.
 */
export async function caseFileOf(file: string, text: string): Promise<CaseFile | undefined> {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    version: "1.2",
    schema: "core",
    uniqueKeys: true,
  });
  if (!isMap(document.contents) || !document.contents.has("cases")) return undefined;
  const placeOf = (offset: number | undefined) => {
    const { line, col } = counter.linePos(offset ?? 0);
    return { file, line, column: col };
  };
  const fail = (offset: number | undefined, wanted: string): never => {
    const { line, column } = placeOf(offset);
    throw new CliError("file", `${file}:${line}:${column} wanted ${wanted}`);
  };
  const [error] = document.errors;
  if (error) fail(error.pos[0], `a case file; ${error.message.split("\n")[0]}`);
  const content = document.toJS() as Record<string, unknown>;
  const unknown = Object.keys(content).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) fail(0, `one of the keys ${KEYS.join(", ")}; came ${JSON.stringify(unknown)}`);
  const contexts = (content.contexts ?? {}) as Record<string, Record<string, unknown>>;
  const list = document.get("cases", true);
  if (!isSeq(list)) return fail(0, "a list of cases");
  const cases = list.items.map((item): WorkedCase => {
    const at = (item as { range?: [number, number, number] }).range?.[0];
    if (!isMap(item)) return fail(at, "a case: { id, who, call, verdict }");
    const { id, who, call, tier, verdict, gate, row, approvers } = item.toJS(document) as Record<
      string,
      unknown
    >;
    if (typeof id !== "string") return fail(at, "an id");
    if (typeof verdict !== "string" || !VERDICTS.includes(verdict)) {
      return fail(
        at,
        `one of the verdicts ${VERDICTS.join(", ")} for ${id}; came ${JSON.stringify(verdict)}`,
      );
    }
    if (typeof call !== "object" || call === null) return fail(at, `a call for ${id}`);
    const context = contexts[String(who)];
    if (!context)
      return fail(at, `a name that stands under contexts, as who of ${id}; came ${JSON.stringify(who)}`);
    return {
      id,
      call: call as Record<string, unknown>,
      context,
      verdict,
      place: placeOf(at),
      ...(typeof tier === "string" ? { tier } : {}),
      ...(typeof gate === "string" ? { gate } : {}),
      ...(typeof row === "string" ? { row } : {}),
      ...(typeof approvers === "number" ? { approvers } : {}),
    };
  });
  const own = content.organisation;
  return {
    organisation: typeof own === "string" ? { name: `${file}#organisation`, text: own } : undefined,
    cases,
  };
}
