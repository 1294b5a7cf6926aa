/** Chooses the inputs that are kept in git: for each thing reached the smallest that reaches it, made smaller still. */
import { type Broken, failureOf, type Target } from "./target.ts";

/** Attempts to make one input smaller. */
const TRIES_MAX = 300;

type Entry = readonly [signature: string, input: Uint8Array];

/** @param shrinks whether the inputs are made smaller; where one takes long, the smallest that were met will do. `most` are kept, the smallest. */
export function kept(
  target: Target,
  entries: readonly Entry[],
  shrinks: boolean,
  most: number,
): [string, Uint8Array][] {
  const smallest = new Map<string, Uint8Array>();
  for (const [, input] of entries) {
    for (const feature of featuresOf(target, input)) {
      const best = smallest.get(feature);
      if (best === undefined || input.length < best.length) smallest.set(feature, input);
    }
  }
  // What few inputs reach comes first: they reach much else on the way, which then needs no input of its own.
  const wanted = [...smallest].sort(([, one], [, other]) => other.length - one.length);
  const reached = new Set<string>();
  const chosen: [string, Uint8Array][] = [];
  for (const [feature, input] of wanted) {
    if (reached.has(feature)) continue;
    const small = shrinks ? shrunk(target, input, feature) : input;
    for (const also of featuresOf(target, small)) reached.add(also);
    chosen.push([feature, small]);
  }
  return chosen.sort(([, one], [, other]) => one.length - other.length).slice(0, most);
}

function shrunk(target: Target, input: Uint8Array, feature: string): Uint8Array {
  let best = input;
  let tries = 0;
  for (let found = true; found; ) {
    found = false;
    for (const candidate of target.smaller?.(best) ?? []) {
      if (tries++ >= TRIES_MAX) return best;
      if (candidate.length >= best.length || !featuresOf(target, candidate).includes(feature)) continue;
      best = candidate;
      found = true;
      break;
    }
  }
  return best;
}

/** None of an input that fails: that one becomes a regression. */
function featuresOf(target: Target, input: Uint8Array): string[] {
  const failure: Broken | null = failureOf(target, input);
  return failure === null ? (target.features?.(input) ?? []) : [];
}
