/** Before anything is timed: do all engines say the same of every call? A comparison of different policies means nothing. */

import type { BenchCall } from "./calls.ts";
import type { Peer } from "./peers/peer.ts";

export interface Agreement {
  readonly calls: number;
  /** Calls that every engine allows. */
  readonly allowed: number;
}

/**
 * Asks every engine about every call.
 * @throws Error that names the first call on which two engines differ, and how many there are; or when the calls are
 * all allowed or all refused, since then any two engines would agree.
 */
export async function needAgreement(peers: readonly Peer[], calls: readonly BenchCall[]): Promise<Agreement> {
  let allowed = 0;
  let differing = 0;
  let first = "";
  for (const call of calls) {
    const answers: boolean[] = [];
    for (const peer of peers) answers.push(await peer.allows(peer.prepare(call)));
    if (answers.every((answer) => answer)) allowed++;
    else if (answers.some((answer) => answer)) {
      differing++;
      if (first === "") {
        const said = peers.map(({ name }, at) => `${name} ${answers[at] ? "allows" : "refuses"}`);
        first = `${said.join(", ")}: ${JSON.stringify(call.prepared)}`;
      }
    }
  }
  if (differing > 0) {
    throw new Error(`the engines differ on ${differing} of ${calls.length} calls, first on: ${first}`);
  }
  if (allowed === 0 || allowed === calls.length) {
    throw new Error(`wanted calls of both kinds, came ${calls.length} of which ${allowed} are allowed`);
  }
  return { calls: calls.length, allowed };
}
