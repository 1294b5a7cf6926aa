/**
 * What `npm run bench:check` compares. Times of two machines, or of one machine on two days, say nothing about a change;
 * the quotient of two times taken in turns in one process does. Every row says how many times as long it took as the floor
 * beside it, so the quotient of two rows is taken from there. Larger is worse, for every ratio here.
 */

import { YARDSTICK } from "./parts/decision.ts";
import type { Results } from "./results.ts";

/** A ratio may become this many times as large before it counts as worse: what a shared machine moves by itself. */
export const WORSE_MAX = 1.5;

export interface Ratio {
  readonly name: string;
  readonly value: number;
}

/** Ratios of permit0's times to the yardstick and to each peer, and how it grows with the policy. */
export function ratiosOf(results: Results): Ratio[] {
  const { decision, peers, growth } = results.parts;
  const decided = (decision?.tables ?? []).flatMap(({ title, rows }) => {
    const yardstick = rows.find(({ name }) => name === YARDSTICK);
    return rows.flatMap(({ name, floor }) =>
      yardstick === undefined || name === YARDSTICK
        ? []
        : [{ name: `${title}: ${name} / ${YARDSTICK}`, value: floor / yardstick.floor }],
    );
  });
  const compared = (peers?.tables ?? []).flatMap(({ title, rows }) => {
    const own = rows.find(({ name }) => name === "permit0");
    return rows.flatMap(({ name, floor }) =>
      own === undefined || name === "permit0" || name === "switch"
        ? []
        : [{ name: `${title}: permit0 / ${name}`, value: own.floor / floor }],
    );
  });
  return [...decided, ...compared, ...(growth?.figures ?? [])];
}

/** One line for each ratio that became worse than it may; a ratio that only one side has is not compared. */
export function worseRatios(before: Results, now: Results): string[] {
  const known = new Map(ratiosOf(before).map(({ name, value }) => [name, value]));
  return ratiosOf(now).flatMap(({ name, value }) => {
    const last = known.get(name);
    if (last === undefined || value <= last * WORSE_MAX) return [];
    const times = (value / last).toFixed(2);
    return [
      `${name}: was ${last.toPrecision(3)} on ${before.date}, is ${value.toPrecision(3)}: ${times} times, allowed are ${WORSE_MAX}`,
    ];
  });
}
