/**
 * What detectors say of a text, by the regular expressions themselves: no automaton has a part in it. Tails and notes
 * included, checks left out.
 */
import { type Detector, type Detectors, headOf, wholeOf } from "../../tools/detectors.ts";

export const WALK_BYTES_MAX = 96;
const VARIED_MIN = 12;
const VALUES_MIN = 6;

export interface Judge {
  readonly detector: Detector;
  /** Head from a place on, to its end. */
  readonly head: RegExp;
  /** Head and tail from a place on. */
  readonly whole: RegExp;
}

export function judges(detectors: Detectors): Judge[] {
  return detectors.detectors.map((detector) => {
    const flags = detector.any_case ? "i" : "";
    return {
      detector,
      head: new RegExp(`^(?:${headOf(detectors, detector)})$`, flags),
      whole: new RegExp(wholeOf(detectors, detector).source, `${flags}y`),
    };
  });
}

/** `word` or `hump` where something may begin, else nothing. */
export function rootAt(text: string, at: number): "word" | "hump" | undefined {
  const before = text[at - 1] ?? "";
  const byte = text[at] ?? "";
  if (!/[A-Za-z0-9]/.test(before) || !/[A-Za-z0-9]/.test(byte)) return "word";
  return /[a-z]/.test(before) && /[A-Z]/.test(byte) ? "hump" : undefined;
}

/** True when the first bytes of a tail are different enough. */
function isVaried(detector: Detector, match: string): boolean {
  const least = detector.tail?.min ?? 0;
  if (least < VARIED_MIN) return true;
  const tail = match.slice(match.length - (detector.tail?.max ?? least));
  return new Set(tail.slice(0, least)).size >= VALUES_MIN;
}

/** Ids of the detectors whose head and tail stand somewhere in an ASCII text. */
export function found(all: readonly Judge[], text: string): Set<string> {
  const ids = new Set<string>();
  for (let at = 0; at < text.length; at++) {
    const root = rootAt(text, at);
    if (!root) continue;
    for (const { detector, whole } of all) {
      if (root === "hump" && !detector.inner) continue;
      whole.lastIndex = at;
      const match = whole.exec(text)?.[0];
      if (match !== undefined && isVaried(detector, match)) ids.add(detector.id);
    }
  }
  return ids;
}
