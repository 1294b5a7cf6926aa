/** Texts that a detector must find, and texts that nearly are: drawn from its own expression. */
import { DFA, JS, NFA } from "refa";
import { type Detector, type Detectors, headOf, KINDS } from "../../tools/detectors.ts";
import type { Seeded } from "../unit/base-harness.ts";

/** From here on a head is brought to its end. */
const HEAD_BYTES = 40;
type Way = readonly [letter: string, to: DFA.ReadonlyNode];
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const LETTERS = ["\t", ...PRINTABLE];

export class Sampler {
  readonly #automaton: DFA;
  readonly #tail: readonly string[];
  readonly #detector: Detector;
  readonly #left: ReadonlyMap<DFA.ReadonlyNode, number>;

  constructor(detectors: Detectors, detector: Detector) {
    const flags = detector.any_case ? "i" : "";
    const { expression, maxCharacter } = JS.Parser.fromLiteral({
      source: headOf(detectors, detector),
      flags,
    }).parse();
    this.#automaton = DFA.fromFA(NFA.fromRegex(expression, { maxCharacter }));
    const kinds = detector.tail ? (detectors.tails[detector.tail.of] ?? []) : [];
    const members = new RegExp(`[${kinds.map((kind) => KINDS[kind][1]).join("")}]`);
    this.#tail = kinds.length === 0 ? [] : PRINTABLE.filter((letter) => members.test(letter));
    this.#detector = detector;
    this.#left = this.#measure();
  }

  /** A head by a random way through the expression; once it is long, by the shortest way out. */
  head(seeded: Seeded): string {
    let node: DFA.ReadonlyNode = this.#automaton.initial;
    let text = "";
    for (;;) {
      const left = this.#left.get(node) ?? 0;
      if (left === 0 && (node.out.size === 0 || seeded.below(3) === 0 || text.length > HEAD_BYTES))
        return text;
      const all = this.#ways(node);
      const out = all.filter(([, to]) => (this.#left.get(to) ?? Number.POSITIVE_INFINITY) < left);
      const hurries = out.length > 0 && (text.length > HEAD_BYTES || seeded.below(2) === 0);
      const ways = hurries ? out : all;
      if (ways.length === 0) return text;
      const [letter, to] = seeded.pick(ways);
      text += letter;
      node = to;
    }
  }

  #ways(node: DFA.ReadonlyNode): Way[] {
    const ways: Way[] = [];
    node.out.forEach((to, { min, max }) => {
      if (!this.#left.has(to)) return;
      for (const letter of LETTERS) {
        const code = letter.charCodeAt(0);
        if (min <= code && code <= max) ways.push([letter, to]);
      }
    });
    return ways;
  }

  /** How many letters each node is away from an end. */
  #measure(): Map<DFA.ReadonlyNode, number> {
    const before = new Map<DFA.ReadonlyNode, Set<DFA.ReadonlyNode>>();
    for (const node of this.#automaton.nodes()) {
      node.out.forEach((to) => {
        before.set(to, (before.get(to) ?? new Set()).add(node));
      });
    }
    const left = new Map<DFA.ReadonlyNode, number>([...this.#automaton.finals].map((node) => [node, 0]));
    // A Map grows while it is walked: breadth first.
    for (const [node, count] of left) {
      for (const one of before.get(node) ?? []) if (!left.has(one)) left.set(one, count + 1);
    }
    return left;
  }

  text(seeded: Seeded): string {
    const { tail } = this.#detector;
    const count = tail ? (tail.max ?? tail.min + seeded.below(3)) : 0;
    let text = this.head(seeded);
    for (let letter = 0; letter < count; letter++) text += seeded.pick(this.#tail);
    return text;
  }
}

/** One letter more, less or another. */
export function changed(text: string, seeded: Seeded): string {
  const at = seeded.below(text.length + 1);
  const letter = seeded.pick(PRINTABLE);
  if (seeded.below(3) === 0) return text.slice(0, at) + text.slice(at + 1);
  return text.slice(0, at) + letter + text.slice(at + seeded.below(2));
}
