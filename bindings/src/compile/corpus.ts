/**
 * The fixed corpus: calls that are put to the base policy's numbers and to those of all layers together. What becomes less
 * strict must be said in a relax entry, which names who answers for it and when it ends (docs/adr/0005-guardrails.md).
 */

import { compileModuleSync } from "../abi.ts";
import { createEngine, type Engine } from "../engine.ts";
import {
  FIELD_TYPE_ADDRESS,
  FIELD_TYPE_HOST,
  FIELD_TYPE_PATH,
  FIELD_TYPE_TEXT,
  FIELD_TYPE_WORD,
  VERDICT_NAMES,
} from "../gen/codes.ts";
import { hex, sha256 } from "../sha256.ts";
import type { Decision, Request, Verdict } from "../types.ts";
import { readCall } from "./entries.ts";
import type { Base, Calmed } from "./layers.ts";
import { memberOf, parseSource, plain, type Source } from "./parse.ts";
import type { Reader } from "./shape.ts";
import type { Taxonomy } from "./taxonomy.ts";

/** One call of the corpus. */
interface Point {
  readonly id: string;
  readonly call: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

const ID = { pattern: /^[a-z][a-z0-9_]{2,63}$/, wanted: "an id of 3 to 64 characters of a-z, 0-9 and _" };
/** Points that one run shows in full. */
const SHOWN_MAX = 12;

function readCorpus(source: Source, reader: Reader, taxonomy: Taxonomy): Point[] {
  const tree = parseSource(source, reader.issues);
  const shape = tree && reader.shape(tree, "a corpus", ["corpus", "contexts", "points"]);
  const contexts = shape?.get("contexts");
  const points = shape?.get("points");
  const named = new Map(
    (contexts && reader.map(contexts, "contexts by name")?.members)?.map((member) => [
      member.key,
      member.value,
    ]),
  );
  return ((points && reader.list(points, "points"))?.items ?? []).flatMap((item) => {
    const point = reader.shape(item, "a point", ["id", "who", "call"]);
    const id = reader.text(point?.get("id"), "an id", ID);
    const who = reader.text(point?.get("who"), "a context");
    const context = named.get(who ?? "");
    if (point && who !== undefined && !context)
      reader.issues.unknownName(point.placeOf("who"), "a context of this file", who, named.keys());
    const callTree = memberOf(item, "call");
    const call = callTree && readCall(reader, taxonomy, callTree);
    if (id === undefined || !context || !call) return [];
    return [{ id, call, context: plain(context) as Record<string, unknown> }];
  });
}

/** What the check needs; the images differ in their numbers and in what the layers above the packs add. */
export interface CorpusCheck {
  readonly source: Source | undefined;
  /** core.wasm: the compiler scores with the engine itself. */
  readonly wasm: Uint8Array | undefined;
  /** The policy with the numbers of base and without entries of profile and org. */
  readonly before: () => Uint8Array | undefined;
  readonly after: Uint8Array;
  readonly calmed: readonly Calmed[];
  readonly base: Base;
  readonly timeMs: number;
}

/** Reports every point of the corpus that the numbers of the layers made less strict. */
export function checkCorpus(check: CorpusCheck, reader: Reader, taxonomy: Taxonomy): void {
  const { issues } = reader;
  const [first] = check.calmed;
  if (!first) return; // Only numbers can calm here: entries raise, and relax entries say what they do.
  const { source, wasm } = check;
  if (!source || !wasm) {
    const missing = [...(source ? [] : ["no source policies/corpus.yaml"]), ...(wasm ? [] : ["no engine"])];
    const fix =
      "give the compiler all sources of the release, and `wasm`; or keep the numbers of the base policy";
    issues.fault(
      first.place,
      "the corpus and the engine, since this number is calmer than base has it",
      missing.join(" and "),
      fix,
    );
    return;
  }
  const count = issues.count;
  const points = readCorpus(source, reader, taxonomy);
  const before = check.before();
  if (issues.count > count || !before) return;
  const [strict, calm] = [before, check.after].map((image) => open(wasm, image)) as [Engine, Engine];
  const moved = points.flatMap((point): Moved[] => {
    const context = { time_ms: check.timeMs, ...point.context };
    const request = { ...point.call, context } as unknown as Request;
    const [was, is] = [strict.decide(request), calm.decide(request)];
    if (!isLooser(is, calm, was, strict)) return [];
    return [{ point, was, is, entry: neededEntry(point, was, scored(is, calm), check.base, taxonomy) }];
  });
  const undo = `undo what is calmer in ${listed(check.calmed.map(({ name }) => name))}`;
  const worst = worstOfActions(moved);
  for (const { point, was, is, entry } of worst) {
    const wanted = `${was.verdict} for the corpus point ${point.id}, ${was.action}, as the base policy has it (${figures(was)})`;
    const fix = entry === undefined ? undo : `${undo}, or let an org policy say so under relax: ${entry}`;
    issues.fault(first.place, wanted, came(is), fix);
  }
  const rest = moved.filter((one) => !worst.includes(one)).map(({ point }) => point.id);
  if (rest.length > 0)
    issues.fault(first.place, "no further point of the corpus less strict", listed(rest), undo);
}

interface Moved {
  readonly point: Point;
  readonly was: Decision;
  readonly is: Decision;
  /** The relax entry that would make it legal, where one can. */
  readonly entry: string | undefined;
}

/** Of each action one point: one that a relax entry could say, with the largest amount, with the highest score. */
function worstOfActions(moved: readonly Moved[]): Moved[] {
  const amount = ({ point }: Moved): number =>
    Number((point.call.fields as { amount?: unknown } | undefined)?.amount ?? 0);
  const ordered = [...moved].sort(
    (one, other) =>
      Number(other.entry !== undefined) - Number(one.entry !== undefined) ||
      amount(other) - amount(one) ||
      other.was.score - one.was.score,
  );
  const byAction = new Map<string, Moved>();
  for (const one of ordered) if (!byAction.has(one.was.action)) byAction.set(one.was.action, one);
  return [...byAction.values()].slice(0, SHOWN_MAX);
}

/** Less strict in the end, or by its score alone, and no relax entry says so. */
function isLooser(is: Decision, calm: Engine, was: Decision, strict: Engine): boolean {
  if (is.lowered_by.some(({ kind }) => kind === "relax")) return false;
  return rank(is.verdict) < rank(was.verdict) || rank(scored(is, calm)) < rank(scored(was, strict));
}

function scored({ tier }: Decision, { image }: Engine): Verdict {
  return image.route(tier) as Verdict;
}

function came(is: Decision): string {
  const holding = [...(is.gate === undefined ? [] : [is.gate]), ...is.rows];
  const held = holding.length === 0 ? "" : `, held by ${listed(holding)} alone`;
  return `${is.verdict} (${figures(is)}${held})`;
}

const NAMES_MAX = 6;

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  return `${names.slice(0, NAMES_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function open(wasm: Uint8Array, image: Uint8Array): Engine {
  return createEngine(compileModuleSync(wasm), image, hex(sha256(wasm)));
}

function rank(verdict: Verdict): number {
  return VERDICT_NAMES.indexOf(verdict);
}

function figures({ tier, score }: Decision): string {
  return `${tier}, ${(score / 100).toFixed(2)} %`;
}

/** The line that would make the point legal, to be filled in; undefined when no relax entry can say it. */
function neededEntry(
  { id, call }: Point,
  was: Decision,
  verdict: Verdict,
  base: Base,
  taxonomy: Taxonomy,
): string | undefined {
  if (was.gate !== undefined || call.fields === undefined) return undefined;
  const when = conditionOf(call.fields as Readonly<Record<string, unknown>>, base, taxonomy);
  if (when === undefined) return undefined;
  const head = `id: relaxed_${id}, on: { actions: [${was.action}] }, when: { ${when} }, verdict: ${verdict}`;
  return `- { ${head}, owner: "…", reason: "…", expires: "…" }`;
}

const TEXT_TYPES: readonly number[] = [FIELD_TYPE_TEXT, FIELD_TYPE_WORD, FIELD_TYPE_ADDRESS, FIELD_TYPE_HOST];

/** A narrow condition that holds for the point: an amount below the next cent, else one of its texts. */
function conditionOf(
  fields: Readonly<Record<string, unknown>>,
  base: Base,
  taxonomy: Taxonomy,
): string | undefined {
  const { amount, currency } = fields;
  const known = base.currencies.find(({ code }) => code === currency);
  if (typeof amount === "number" && known) {
    return `amount: { lt: ${Math.ceil((amount * known.referenceMilli) / 1000) + 1} }`;
  }
  for (const [input, value] of Object.entries(fields)) {
    const field = taxonomy.fields.get(base.fieldInputs.get(input) ?? input);
    if (typeof value !== "string" || !field) continue;
    if (field.type === FIELD_TYPE_PATH) return `${field.name}: { under: [${JSON.stringify(value)}] }`;
    if (TEXT_TYPES.includes(field.type)) return `${field.name}: { in: [${JSON.stringify(value)}] }`;
  }
  return undefined;
}
