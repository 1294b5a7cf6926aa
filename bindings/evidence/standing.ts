/** What a checkpoint is worth to somebody who trusts certain keys, in three plain words. */

import type { CheckpointTrust, OpenedCheckpoint } from "./checkpoint.ts";
import { refusal } from "./errors.ts";

export interface Standing {
  readonly word: "witnessed" | "self-signed" | "consistent, unanchored";
  /** Whether something outside of the evidence holds it: without that, whoever made it could have made another. */
  readonly isAnchored: boolean;
  readonly shows: string;
  readonly leavesOpen: string;
}

/** What the signature says of entries that are not all that it covers. */
export const SOME_OF_THESE = "what is here stands in it at these numbers";

/**
 * The word for an opened checkpoint; without trust there is nothing that could open one.
 * @param these what is signed, in words.
 * @throws EvidenceError when fewer witnesses cosigned it than the trust asks for.
 */
export function standingOf(
  trust?: CheckpointTrust,
  opened?: OpenedCheckpoint,
  these = "exactly these entries, in this order",
): Standing {
  if (trust === undefined || opened === undefined) {
    return {
      word: "consistent, unanchored",
      isAnchored: false,
      shows: "The entries agree with each other and with the root they were delivered with.",
      leavesOpen:
        "No key of yours vouches for that root, so whoever delivered it may have made it all, with other entries or other verdicts.",
    };
  }
  const { origin, size } = opened.checkpoint;
  if (trust.witnesses === undefined) {
    return {
      word: "self-signed",
      isAnchored: true,
      shows: `A key you trust for ${origin} signed a tree of size ${size}: ${these}.`,
      leavesOpen:
        "Whoever can write to these files may have put back an older checkpoint with the entries under it, and whoever holds that key may show others a log with other entries: nobody else has seen this one.",
    };
  }
  const { quorum } = trust.witnesses;
  const { length } = opened.witnessed;
  if (!Number.isSafeInteger(quorum) || quorum < 1 || length < quorum) {
    const todo = "submit the checkpoint to the witnesses, or say in the trust file whom you rely on";
    throw refusal("witness_quorum", `checkpoint ${origin} ${size}`, `${quorum} witnesses`, `${length}`, todo);
  }
  const times = opened.witnessed.map(({ timeS = 0 }) => timeS);
  return {
    word: "witnessed",
    isAnchored: true,
    shows: `A key you trust for ${origin} signed a tree of size ${size}: ${these}; and ${length} of your witnesses saw it grow from everything they had seen of that log before, the last one ${timeText(Math.max(...times))}.`,
    leavesOpen:
      "Entries after this size, what was never written to the log, and whatever the key and that many witnesses would do together.",
  };
}

/** The last second that a date can name. */
const DATE_S_MAX = 8_640_000_000_000;

function timeText(timeS: number): string {
  return timeS <= DATE_S_MAX ? `on ${new Date(timeS * 1000).toISOString()}` : `${timeS} s after 1970`;
}
