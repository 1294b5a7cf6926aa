/**
 * What a policy says and probably does not mean. Every finding is true of the policy: it follows from the entries themselves,
 * and where it rests on calls that were tried, it says so.
 */

import type { Compiled, ImageContent, ImagePredicate, Place } from "../compile/index.ts";
import type { Engine } from "../engine.ts";
import { VERDICT_NAMES } from "../gen/codes.ts";
import { unreachableOf } from "./reach.ts";
import { spaceOf } from "./space.ts";

export const LINT_RULES = {
  shadowed: "Another entry does at least as much whenever this one applies.",
  "no-effect": "The entry changes nothing about the actions it is for.",
  "unused-set": "No condition asks for the set.",
  "unused-memory":
    "No tally counts in the kind of histories, no signal measures the tally, or no condition asks for the signal.",
  "idle-action": "An action of `on` lacks the fields that `when` asks for.",
  unreachable: "No call of its actions can have the tier, score, levels or flags that the entry asks for.",
  "always-true": "The row or gate has no condition, so it holds for every call of its actions.",
  conflict: "A relax entry cannot take effect, because a row without a condition holds the same action.",
  expired: "The relax entry has ended.",
  "expires-soon": "The relax entry ends within 30 days.",
  "unpinned-server": "A server is bound by its name alone, whatever its tools turn into.",
  "never-lowers": "No call that was tried is lowered by the relax entry.",
} as const;

export type LintRule = keyof typeof LINT_RULES;

export interface Finding {
  readonly rule: LintRule;
  /** `warning`: to be mended. `note`: to be looked at. */
  readonly level: "warning" | "note";
  readonly place: Place;
  readonly message: string;
}

const DAY_MS = 86_400_000;
const SOON_MS = 30 * DAY_MS;
/** @param nowMs the day to measure ends by. */
export function lint(
  { warnings, explain }: Compiled,
  engine: Engine,
  nowMs: number,
  mayReport: (file: string) => boolean,
): Finding[] {
  const { content, places } = explain;
  const found: Finding[] = warnings.map(({ file, line, column, wanted, came, fix, kind }) => ({
    rule: kind ?? "no-effect",
    level: "warning",
    place: { file, line, column },
    message: `wanted ${wanted}; came ${came}; ${fix}`,
  }));
  const add = (rule: LintRule, level: Finding["level"], code: string, message: string): void => {
    const place = places.get(code);
    if (place) found.push({ rule, level, place, message });
  };
  for (const { server, pin, place } of explain.servers) {
    if (pin !== undefined) continue;
    const message = `${server} is bound by its name alone; pin it to its tools with permit0 servers pin ${server} --tools FILE`;
    found.push({ rule: "unpinned-server", level: "note", place, message });
  }
  for (const { code, clauses } of content.rows) {
    if (clauses.length === 0) {
      add(
        "always-true",
        "note",
        code,
        `${code} has no condition: it holds for every call of its actions; add \`when\`, or say in its reason that this is meant`,
      );
    }
  }
  for (const code of unreachableOf(content)) {
    add(
      "unreachable",
      "warning",
      code,
      `${code}: no call of its actions can have what \`when\` asks of tier, score, levels or flags; correct it, or raise something that leads there`,
    );
  }
  lintRelax(content, nowMs, add);
  lintEffect(content, engine, nowMs, add);
  return found.filter(({ place }) => mayReport(place.file));
}

function asksMemory(clause: readonly ImagePredicate[]): boolean {
  return clause.some(({ operand }) => operand === "signal");
}

type Add = (rule: LintRule, level: Finding["level"], code: string, message: string) => void;

function lintRelax({ actions, rows }: ImageContent, nowMs: number, add: Add): void {
  rows.forEach((relax, index) => {
    if (relax.kind !== "relax") return;
    const { code, expiresMs } = relax;
    const days = Math.ceil(Math.abs(expiresMs - nowMs) / DAY_MS);
    if (expiresMs <= nowMs)
      add("expired", "warning", code, `${code} ended ${days} days ago; remove it, or let its owner renew it`);
    else if (expiresMs <= nowMs + SOON_MS)
      add("expires-soon", "note", code, `${code} ends in ${days} days; ask its owner now`);
    for (const action of actions.filter((one) => one.rows.includes(index))) {
      const rival = action.rows
        .map((number) => rows[number])
        .find(
          (row) =>
            row?.kind === "row" &&
            row.clauses.length === 0 &&
            VERDICT_NAMES.indexOf(row.verdict as "allow") > VERDICT_NAMES.indexOf(relax.verdict as "allow"),
        );
      if (rival)
        add(
          "conflict",
          "warning",
          code,
          `${code} cannot lower ${action.name}, which ${rival.code} holds at ${rival.verdict} always; remove one of the two`,
        );
    }
  });
}

/**
 * Tries every call of the policy's own space: a relax entry that lowers none of them is probably not what was meant. These
 * calls have no histories, so nothing is said of an entry that asks for one.
 */
function lintEffect(content: ImageContent, engine: Engine, nowMs: number, add: Add): void {
  const idle = new Set(
    content.rows
      .filter(
        ({ kind, expiresMs, clauses }) => kind === "relax" && expiresMs > nowMs && !clauses.every(asksMemory),
      )
      .map(({ code }) => code),
  );
  if (idle.size === 0) return;
  const concerned = new Set(
    content.actions
      .filter(({ rows }) => rows.some((index) => idle.has(content.rows[index]?.code ?? "")))
      .map(({ name }) => name),
  );
  let tried = 0;
  for (const { action, request } of spaceOf(content, content)) {
    if (!concerned.has(action)) continue;
    tried++;
    for (const { kind, name } of engine.decide(request).lowered_by) if (kind === "relax") idle.delete(name);
    if (idle.size === 0) return;
  }
  for (const code of idle) {
    add(
      "never-lowers",
      "note",
      code,
      `${code} matched none of ${tried} calls made of the values that the policy names; look at its condition, or show a call under \`violates\``,
    );
  }
}
