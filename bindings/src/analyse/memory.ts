/**
 * Memory in two policies: kinds of histories, tallies, signals, and what entries ask of them. The calls that `compareCalls`
 * asks about have no histories, so what differs here does not show there.
 */

import type { ImageContent, ImagePredicate } from "../compile/index.ts";

/** One thing about memory that two policies say differently. */
export interface MemoryDifference {
  /** `signal money_out_day`, or `row money_out_large`. */
  readonly what: string;
  /** Undefined where the policy has no such thing. */
  readonly was: string | undefined;
  readonly is: string | undefined;
}

/** What differs in memory, by name. */
export function compareMemory(one: ImageContent, other: ImageContent): MemoryDifference[] {
  const [before, after] = [saidBy(one), saidBy(other)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((what) => ({ what, was: before.get(what), is: after.get(what) }))
    .filter(({ was, is }) => was !== is);
}

/** Everything that a policy says about memory, by what it is about. */
function saidBy({ cells, tallies, signals, actions, rules, rows }: ImageContent): Map<string, string> {
  const tallyName = (index: number): string =>
    `tally ${(tallies[index]?.number ?? 0n).toString(16).padStart(16, "0")}`;
  const said = new Map<string, string>();
  for (const { name, keys } of cells) said.set(`histories ${name}`, `of ${keys.join(" and ")}`);
  tallies.forEach(({ cell, counts, clauses }, index) => {
    const counted = actions.filter((action) => action.tallies.includes(index)).map(({ name }) => name);
    const condition = clauses.length === 0 ? "" : ", under a condition";
    said.set(tallyName(index), `${counts}, in ${cells[cell]?.name}: ${counted.join(", ")}${condition}`);
  });
  for (const { name, tally, other, windowS, measure, of, calm } of signals) {
    const against = other === tally ? "" : ` against ${tallyName(other)}`;
    const missing = calm ? "calm" : "unknown";
    said.set(
      `signal ${name}`,
      `${measure} (${of}) of ${tallyName(tally)}${against} within ${windowS} s, ${missing} without memory`,
    );
  }
  const asked = ({ operand, operator, subject, values }: ImagePredicate): string[] =>
    operand === "signal" ? [[`signal.${signals[subject]?.name}`, operator, ...values].join(" ")] : [];
  for (const { kind, code, clauses } of [...rules.map((rule) => ({ ...rule, kind: "rule" })), ...rows]) {
    const tests = clauses.map((clause) => clause.flatMap(asked).join(" and ")).filter((text) => text !== "");
    if (tests.length > 0) said.set(`${kind} ${code}`, tests.join(", or "));
  }
  return said;
}
