/**
 * What `npm run bench:check` compares. Times of two machines, or of one machine on two days, say nothing about a change;
 * the quotient of two times taken in turns in one process does. Every row says how many times as long it took as the floor
 * beside it, so the quotient of two rows is taken from there. Larger is worse, for every ratio here.
 */

import { YARDSTICK } from "./parts/decision.ts";
import type { Machine, Results } from "./results.ts";

/** How many times as large a ratio may become: four repeated runs on a busy machine stayed within 1.08 of each other. */
export const WORSE_MAX = 1.25;
/** The same for what also moves with another engine's garbage collection (1.23), or with another processor or Node. */
export const WORSE_MAX_LOOSE = 1.5;

export interface Ratio {
  readonly name: string;
  readonly value: number;
  readonly worseMax: number;
}

/** Parts whose rows stand beside the yardstick, in tables that have one. */
const BESIDE_YARDSTICK = ["decision", "shell", "sql", "http", "detect"];
/** Parts whose figures are quotients: with the policy, with the text, against the text as one value. */
const QUOTIENTS = ["shell", "sql", "http", "detect", "growth"];

/** Ratios of permit0's times to the yardstick and to each peer, and how it grows with policy and text. */
export function ratiosOf({ parts }: Results): Ratio[] {
  const decided = BESIDE_YARDSTICK.flatMap((part) => {
    const lead = part === "decision" ? "" : `${part}: `;
    return (parts[part]?.tables ?? []).flatMap(({ title, rows }) => {
      const yardstick = rows.find(({ name }) => name === YARDSTICK);
      return rows.flatMap(({ name, floor }): Ratio[] => {
        if (yardstick === undefined || name === YARDSTICK) return [];
        const value = floor / yardstick.floor;
        return [{ name: `${lead}${title}: ${name} / ${YARDSTICK}`, value, worseMax: WORSE_MAX }];
      });
    });
  });
  const compared = (parts.peers?.tables ?? []).flatMap(({ title, rows }) => {
    const own = rows.find(({ name }) => name === "permit0");
    return rows.flatMap(({ name, floor }): Ratio[] => {
      if (own === undefined || name === "permit0" || name === "switch") return [];
      return [{ name: `${title}: permit0 / ${name}`, value: own.floor / floor, worseMax: WORSE_MAX_LOOSE }];
    });
  });
  const grown = QUOTIENTS.flatMap((part) => {
    const lead = part === "growth" ? "" : `${part}: `;
    const quotients = (parts[part]?.figures ?? []).filter(({ unit }) => unit === "times");
    return quotients.map(({ name, value }) => ({ name: lead + name, value, worseMax: WORSE_MAX }));
  });
  return [...decided, ...compared, ...grown];
}

/** One line for each ratio that became worse than it may; a ratio that only one side has is not compared. */
export function worseRatios(before: Results, now: Results): string[] {
  const known = new Map(ratiosOf(before).map(({ name, value }) => [name, value]));
  const elsewhere = kind(before.machine) !== kind(now.machine);
  return ratiosOf(now).flatMap(({ name, value, worseMax }) => {
    const last = known.get(name);
    const allowed = elsewhere ? WORSE_MAX_LOOSE : worseMax;
    if (last === undefined || value <= last * allowed) return [];
    const times = (value / last).toFixed(2);
    return [
      `${name}: was ${last.toPrecision(3)} on ${before.date}, is ${value.toPrecision(3)}: ${times} times, allowed are ${allowed}`,
    ];
  });
}

function kind({ cpu, platform, node }: Machine): string {
  return `${cpu}, ${platform}, Node ${node.split(".")[0]}`;
}
