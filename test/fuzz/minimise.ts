/** Makes an input that fails smaller, for as long as it fails in the same way. */
import { failureOf, type Target } from "./target.ts";

/** Tries; what is left after so many is small enough to read. */
const TRIES_MAX = 5000;

export function minimise(
  target: Target,
  input: Uint8Array,
  kind: string,
  begin: (tried: Uint8Array) => void = () => {},
): Uint8Array {
  let tries = 0;
  const fails = (candidate: Uint8Array): boolean => {
    tries++;
    begin(candidate);
    return failureOf(target, candidate)?.kind === kind;
  };
  let best = input;
  for (let before = -1; before !== best.length && tries < TRIES_MAX; ) {
    before = best.length;
    best = byProposals(target, best, fails, () => tries < TRIES_MAX);
    best = byChunks(best, fails, () => tries < TRIES_MAX);
  }
  return zeroed(best, fails, () => tries < TRIES_MAX);
}

type Fails = (candidate: Uint8Array) => boolean;

/** Takes what the target proposes, again and again until nothing that it proposes fails. */
function byProposals(target: Target, input: Uint8Array, fails: Fails, more: () => boolean): Uint8Array {
  let best = input;
  for (let found = true; found && more(); ) {
    found = false;
    for (const candidate of target.smaller?.(best) ?? []) {
      if (!more()) break;
      if (candidate.length >= best.length || !fails(candidate)) continue;
      best = candidate;
      found = true;
      break;
    }
  }
  return best;
}

/** Leaves out a half, then quarters, and so on down to single bytes. */
function byChunks(input: Uint8Array, fails: Fails, more: () => boolean): Uint8Array {
  let best = input;
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < best.length && more(); ) {
      const candidate = new Uint8Array(best.length - Math.min(size, best.length - at));
      candidate.set(best.subarray(0, at));
      candidate.set(best.subarray(at + size), at);
      if (fails(candidate)) best = candidate;
      else at += size;
    }
  }
  return best;
}

/** Clears the bytes that do not matter, so that those that do stand out. */
function zeroed(input: Uint8Array, fails: Fails, more: () => boolean): Uint8Array {
  let best = input;
  for (let at = 0; at < best.length && more(); at++) {
    if (best[at] === 0) continue;
    const candidate = best.slice();
    candidate[at] = 0;
    if (fails(candidate)) best = candidate;
  }
  return best;
}
