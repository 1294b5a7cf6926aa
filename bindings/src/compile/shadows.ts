/** Entries that never change anything, because another one with the same condition does at least as much. */

import { ALWAYS, type Condition } from "./conditions.ts";
import type { Row, Rule } from "./entries.ts";
import type { Issues } from "./issues.ts";
import type { Action } from "./taxonomy.ts";

/** Equal for conditions that ask the same, in whatever order they were written. */
function conditionKey({ clauses }: Condition): string {
  const texts = clauses.map((clause) =>
    clause
      .map(({ operand, operator, param, values, set }) =>
        JSON.stringify([operand, operator, param, values.map(String).sort(), set ?? ""]),
      )
      .sort()
      .join(),
  );
  return texts.sort().join(";");
}

const ALWAYS_KEY = conditionKey(ALWAYS);

interface Entry {
  readonly code: string;
  readonly condition: Condition;
  readonly actions: readonly Action[];
  readonly pack: string | undefined;
}

function isWider(one: Entry, other: Entry): boolean {
  if (one.pack !== undefined && one.pack !== other.pack) return false;
  const names = new Set(one.actions.map(({ name }) => name));
  return other.actions.every(({ name }) => names.has(name));
}

/** Reports each entry that `covers` finds covered by another; of two that cover each other the later one. */
function reportCovered<T extends Rule | Row>(
  entries: readonly T[],
  covers: (one: T, other: T) => boolean,
  issues: Issues,
): void {
  const byCondition = new Map<string, T[]>();
  const keys = entries.map(({ condition }) => conditionKey(condition));
  entries.forEach((entry, index) => {
    const key = keys[index] ?? "";
    byCondition.set(key, [...(byCondition.get(key) ?? []), entry]);
  });
  const order = new Map(entries.map((entry, index) => [entry, index]));
  entries.forEach((entry, index) => {
    const key = keys[index] ?? "";
    const rivals = key === ALWAYS_KEY ? [] : (byCondition.get(ALWAYS_KEY) ?? []);
    const cover = [...rivals, ...(byCondition.get(key) ?? [])].find((other) => {
      if (other === entry || !isWider(other, entry) || !covers(other, entry)) return false;
      const isMutual = keys[order.get(other) ?? 0] === key && isWider(entry, other) && covers(entry, other);
      return !isMutual || (order.get(other) ?? 0) < index;
    });
    if (!cover) return;
    const wanted = `${entry.code} to do what no other entry does`;
    const came = `${cover.code}, which does at least as much whenever it applies`;
    issues.warning(entry.place, "shadowed", wanted, came, "remove it, or narrow the other one");
  });
}

/** Reports rules and rows that another entry makes idle. Relax entries lower, so none of them makes another idle. */
export function reportShadows(rules: readonly Rule[], rows: readonly Row[], issues: Issues): void {
  reportCovered(
    rules,
    (one, other) =>
      other.raises.every(({ target, level }) =>
        one.raises.some((raise) => raise.target === target && raise.level >= level),
      ) &&
      other.adds.every(({ target, role }) =>
        one.adds.some((add) => add.target === target && add.role <= role),
      ) &&
      other.labels.every((label) => one.labels.includes(label)) &&
      other.writes.every((field) => one.writes.includes(field)),
    issues,
  );
  reportCovered(
    rows.filter(({ kind }) => kind !== "relax"),
    (one, other) => {
      // A gate denies before any row; its obligations are none, and nothing runs that could need them.
      if (one.kind === "gate") return true;
      if (other.kind === "gate" || one.verdict < other.verdict) return false;
      return other.obligations.every((obligation) =>
        one.obligations.some((found) => JSON.stringify(found) === JSON.stringify(obligation)),
      );
    },
    issues,
  );
}
