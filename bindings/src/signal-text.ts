/** What a signal asks, in words: `how many calls of payments.refund that ran in the last 24 h of this session`. */

import type { CellNames, SignalNames, TallyNames } from "./image.ts";

const NAMED_MAX = 3;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** One sentence without its point. */
export function signalText(signal: SignalNames): string {
  const { measure, tally, other } = signal;
  const calls = callsText(tally);
  const last = `in the last ${spanText(signal.windowS)} of ${cellText(tally.cell)}`;
  const of = signal.of === "amount" ? "amount, in cents," : "number of things";
  switch (measure) {
    case "count":
      return `how many ${calls} ${last}`;
    case "sum":
      return `the whole ${of} of ${calls} ${last}`;
    case "distinct":
      return `how many different targets ${calls} had ${last}`;
    case "largest":
      return `the largest ${of} of one of ${calls} ${last}`;
    case "average":
      return `the average ${of} of ${calls} ${last}`;
    case "tier":
      return `the highest tier of ${calls} ${last}: 0 minimal to 4 critical`;
    case "since":
      return `seconds since the last of ${calls} of ${cellText(tally.cell)}`;
    case "idle":
      return `the longest pause in seconds between ${calls} ${last}`;
    case "ratio":
      return `how many ${calls} for a thousand of ${callsText(other)} ${last}`;
    case "acceleration":
      return `how many ${calls} ${last} for a thousand in the time before`;
    case "age":
      return `seconds since the first call that counts for ${cellText(tally.cell)}`;
    case "follows":
      return `1 if one of ${calls} came after one of ${callsText(other)} ${last}, else 0`;
  }
}

function callsText({ actions, counts, hasCondition }: TallyNames): string {
  const more = actions.length - NAMED_MAX;
  const named = `${actions.slice(0, NAMED_MAX).join(", ")}${more > 0 ? ` and ${more} more actions` : ""}`;
  const verdict = { ran: "that ran", any: "whatever the verdict", denied: "that were denied" }[counts];
  return `calls of ${named}${hasCondition ? " under its condition" : ""} ${verdict}`;
}

function cellText({ source, keys }: CellNames): string {
  return source === "context" ? `this ${keys[0]}` : `the same ${keys.join(" and ")}`;
}

/** `24 h`, `7 d`: the largest unit that is exact. */
function spanText(seconds: number): string {
  if (seconds % DAY_S === 0 && seconds > DAY_S) return `${seconds / DAY_S} d`;
  if (seconds % HOUR_S === 0) return `${seconds / HOUR_S} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
