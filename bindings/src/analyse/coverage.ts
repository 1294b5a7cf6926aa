/** From where each action of the taxonomy is reached, and which examples of packs show it. */

import type { Compiled, PackExample } from "../compile/index.ts";
import { VERDICT_NAMES } from "../gen/codes.ts";

/** How many rows of a pack lead to an action. */
export interface Reach {
  readonly pack: string;
  /** Rows of tools. */
  readonly tools: number;
  /** Rows of tools whose text is SQL, among `tools`: a statement in it can become the action too. */
  readonly sql: number;
  /** Requests: paths of APIs. */
  readonly requests: number;
  /** Rows of commands, by the command itself or by one of its options. */
  readonly commands: number;
}

/** What `policies/coverage.yaml` says. */
export interface CoverageNotes {
  /** Actions with numbers up to this one must be covered. */
  readonly numbersTo: number;
  /** Why only one verdict is shown, by action. */
  readonly oneVerdict: ReadonlyMap<string, string>;
}

export interface Coverage {
  readonly action: string;
  readonly number: number;
  /** It must be covered. */
  readonly required: boolean;
  readonly reach: readonly Reach[];
  readonly examples: readonly PackExample[];
  /** Verdicts of the examples, calmest first. */
  readonly verdicts: readonly string[];
  /** Why only one verdict is shown; empty where two are. */
  readonly oneVerdict: string;
  /** What is not there, in words. Empty: it is covered. */
  readonly missing: readonly string[];
}

/** Actions that no pack may map to: a call becomes one of them because no pack knows it. */
const UNMAPPED = "unknown.";

/** Coverage of every action of the policy's taxonomy, in the order of their numbers. */
export function coverageOf({ explain }: Compiled, notes: CoverageNotes): Coverage[] {
  const { content, examples } = explain;
  const reach = reachOf(content);
  return [...content.actions]
    .sort((one, other) => one.number - other.number)
    .map(({ name, number }) => {
      const shown = examples.filter(({ action }) => action === name);
      const verdicts = VERDICT_NAMES.filter((_, verdict) => shown.some((one) => one.verdict === verdict));
      const found = {
        action: name,
        number,
        required: number <= notes.numbersTo,
        reach: [...(reach.get(name)?.values() ?? [])],
        examples: shown,
        verdicts,
        oneVerdict: notes.oneVerdict.get(name) ?? "",
      };
      return { ...found, missing: missingOf(found) };
    });
}

function missingOf({ action, reach, verdicts, oneVerdict }: Omit<Coverage, "missing">): string[] {
  const missing: string[] = [];
  if (reach.length === 0 && !action.startsWith(UNMAPPED)) missing.push("a mapping");
  if (verdicts.length === 0) missing.push("an example");
  if (verdicts.length === 1 && oneVerdict === "") missing.push("a second verdict, or why there is none");
  return missing;
}

type Count = { -readonly [key in keyof Reach]: Reach[key] };

/** Rows by action and pack. */
function reachOf(content: Compiled["explain"]["content"]): Map<string, Map<string, Reach>> {
  const byAction = new Map<string, Map<string, Count>>();
  const countOf = (action: string, pack: string): Count => {
    const packs = byAction.get(action) ?? new Map<string, Count>();
    byAction.set(action, packs);
    const count = packs.get(pack) ?? { pack, tools: 0, sql: 0, requests: 0, commands: 0 };
    packs.set(pack, count);
    return count;
  };
  for (const { action, pack, language } of content.mappings) {
    const count = countOf(action, pack);
    count.tools++;
    if (language === "sql") count.sql++;
  }
  for (const { action, pack } of content.apis) countOf(action, pack).requests++;
  for (const { action, pack, options } of content.commands) {
    for (const one of new Set([action, ...options.map((option) => option.action)])) {
      if (one !== undefined && one !== "none") countOf(one, pack).commands++;
    }
  }
  return byAction;
}
