/** The pass over the texts of a call (docs/format/detect.md): which marks its arguments earn. */
import { checkHolds, type Hit } from "./detect/checks.ts";
import { isA, KIND } from "./detect/kinds.ts";
import { textOf } from "./detect/text.ts";
import type { Image } from "./image.ts";
import type { Automaton, Detector } from "./image-languages.ts";
import type { Request } from "./request.ts";
import { limit } from "./wire.ts";

const ROOT_WORD = 1;
const ROOT_HUMP = 2;

/** Names of the marks that the arguments, or the fields of the direct form, earn. */
export function scanArguments(request: Request, image: Image): Set<string> {
  if (image.automaton === null) return new Set();
  const text = textOf(request.payload, image.automaton.folds);
  return new Pass(text, image.automaton, image.detectors).run();
}

class Pass {
  readonly marks = new Set<string>();
  readonly counts = { addresses: 0, telephones: 0, numbers: 0 };
  readonly notes = new Set<number>();

  constructor(
    readonly text: string,
    readonly automaton: Automaton,
    readonly detectors: Detector[],
  ) {}

  run(): Set<string> {
    for (let at = 0; at < this.text.length; at++) this.walk(at);
    const { addresses, telephones, numbers } = this.counts;
    const isBulk =
      addresses >= limit("bulk_addresses_min") ||
      telephones >= limit("bulk_addresses_min") ||
      numbers >= limit("bulk_numbers_min") ||
      hasRows(this.text, limit("bulk_rows_min"));
    if (isBulk) this.marks.add("bulk_seen");
    if (this.notes.has(1) && this.notes.has(2)) this.marks.add("health_seen");
    return this.marks;
  }

  /** Takes the automaton from one position as far as it goes. */
  walk(start: number): void {
    const { automaton, text } = this;
    let state = rootAt(text, start);
    const end = Math.min(text.length, start + limit("detect_walk_bytes_max"));
    for (let at = start; at < end && state !== 0; at++) {
      const kind = automaton.classOf[text.charCodeAt(at)] as number;
      state = automaton.next[state * automaton.classes + kind] as number;
      if (state < automaton.firstAccepting) continue;
      for (const item of automaton.items[state - automaton.firstAccepting] as number[]) {
        this.tryItem(this.detectors[item] as Detector, start, at + 1);
      }
    }
  }

  tryItem(detector: Detector, start: number, headEnd: number): void {
    const end = tailEnd(this.text, headEnd, detector);
    if (end === null) return;
    const { mark, check, param } = detector;
    const hit: Hit = { text: this.text, start, end, param };
    if (!checkHolds(check, hit)) return;
    if (check === "address") this.counts.addresses++;
    else if (check === "telephone") this.counts.telephones++;
    else if (check === "note") this.notes.add(param);
    else {
      this.marks.add(mark);
      if (["card_seen", "account_seen", "national_id_seen"].includes(mark)) this.counts.numbers++;
    }
  }
}

/** The state in which a walk begins, or 0 where no word begins. */
function rootAt(text: string, at: number): number {
  if (!(isA(text, at - 1, KIND.alnum) && isA(text, at, KIND.alnum))) return ROOT_WORD;
  return isA(text, at - 1, KIND.lower) && isA(text, at, KIND.upper) ? ROOT_HUMP : 0;
}

/** Where the tail behind `at` ends, or null where it is none. */
function tailEnd(text: string, at: number, { tailKinds, tailMin, tailMax }: Detector): number | null {
  if (tailMin === 0) return at;
  const most = tailMax > 0 ? tailMax + 1 : tailMin;
  let count = 0;
  while (count < most && isA(text, at + count, tailKinds)) count++;
  if (count < tailMin || (tailMax > 0 && count > tailMax)) return null;
  if (tailMin >= 12 && new Set(text.slice(at, at + tailMin)).size < 6) return null;
  return at + count;
}

/** Whether so many lines with the same number of cells, two or more, follow each other. */
function hasRows(text: string, wanted: number): boolean {
  let row = 0;
  let shapeBefore = 0;
  for (const line of text.split("\n")) {
    let shape = 0;
    for (let at = 0; at < line.length; at++) if (isA(line, at, KIND.cell)) shape++;
    row = shape < 2 ? 0 : shape === shapeBefore ? row + 1 : 1;
    if (row >= wanted) return true;
    shapeBefore = shape;
  }
  return false;
}
