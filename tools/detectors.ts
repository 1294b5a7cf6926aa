/**
 * Turns taxonomy/detectors.yaml into the automaton of docs/format/detect.md. refa parses the expressions, joins and
 * minimises them; this file numbers the states and the classes of bytes, and packs the result for the compiler.
 */
import {
  CharSet,
  combineTransformers,
  DFA,
  ENFA,
  JS,
  NFA,
  type NoParent,
  Transformers,
  transform,
} from "refa";
import { parse } from "yaml";

export interface Tail {
  readonly of: string;
  readonly min: number;
  readonly max?: number;
}

export interface Detector {
  readonly id: string;
  readonly mark: string;
  readonly head: string;
  readonly any_case?: boolean;
  readonly inner?: boolean;
  readonly check?: string;
  readonly param?: number;
  readonly tail?: Tail;
  readonly yes?: readonly string[];
  readonly no?: readonly string[];
}

export interface Detectors {
  readonly version: string;
  readonly fragments: Readonly<Record<string, string>>;
  readonly tails: Readonly<Record<string, readonly Kind[]>>;
  readonly folds: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly detectors: readonly Detector[];
}

/** Kinds of bytes: the bit of each, and the bytes that have it, as a class of a regular expression. */
export const KINDS = {
  digit: [1, "0-9"],
  upper: [2, "A-Z"],
  lower: [4, "a-z"],
  underscore: [8, "_"],
  dash: [16, "\\-"],
  plus_slash: [32, "+/"],
  equals: [64, "="],
  dot: [128, "."],
  hex_lower: [256, "a-f"],
  hex_upper: [512, "A-F"],
  line_end: [1024, "\\n"],
  cell: [2048, "\\t,;|"],
  value_end: [4096, "\\x00-\\x20\\x7f\"'`,;&()[\\]{}<>|\\\\"],
  separator: [8192, " \\-."],
} as const;

export type Kind = keyof typeof KINDS;

/** The automaton, as numbers. */
export interface Automaton {
  readonly classes: readonly number[];
  readonly classCount: number;
  /** Next state by state and class. */
  readonly next: readonly (readonly number[])[];
  readonly firstAccepting: number;
  /** Detectors of each accepting state. */
  readonly items: readonly (readonly number[])[];
  readonly folds: readonly number[];
}

const BYTES = 256;
/** Characters that no byte is: they begin at a root, and end with a detector. */
const ROOT_WORD = 0x1000;
const ROOT_HUMP = 0x1001;
const DETECTOR = 0x2000;
const MAX_CHARACTER = 0xffff;
const ANY_BYTE = CharSet.fromRange(MAX_CHARACTER, { min: 0, max: BYTES - 1 });

export function readDetectors(text: string): Detectors {
  return parse(text) as Detectors;
}

/** The head of a detector with its fragments put in. */
export function headOf({ fragments }: Detectors, { head }: Detector): string {
  return head.replace(/\{([a-z]+)\}/g, (_, name: string) => fragments[name] ?? `{${name}}`);
}

/** Head and tail as one expression, for tests: what must stand from where a word begins. */
export function wholeOf(detectors: Detectors, detector: Detector): RegExp {
  const { tail } = detector;
  const kinds = tail ? (detectors.tails[tail.of] ?? []).map((kind) => KINDS[kind][1]).join("") : "";
  const most = tail?.max === undefined ? "" : `(?![${kinds}])`;
  const end = tail ? `[${kinds}]{${tail.max ?? tail.min}}${most}` : "";
  return new RegExp(`(?:${headOf(detectors, detector)})${end}`, detector.any_case ? "i" : "");
}

export function kindsOfBytes(): number[] {
  const kinds = Object.values(KINDS).map(([bit, members]) => [bit, new RegExp(`^[${members}]$`)] as const);
  return Array.from({ length: BYTES }, (_, byte) =>
    byte < 0x80
      ? kinds.reduce((bits, [bit, members]) => bits | (members.test(String.fromCharCode(byte)) ? bit : 0), 0)
      : 0,
  );
}

function foldsOf({ folds }: Detectors): number[] {
  const pairs = Object.values(folds).flatMap((letters) => Object.entries(letters));
  return pairs.map(([from, to]) => (from.codePointAt(0) ?? 0) * 256 + to.charCodeAt(0)).sort((a, b) => a - b);
}

function one(character: number): NFA {
  return NFA.fromCharSet(CharSet.fromCharacter(MAX_CHARACTER, character));
}

/** The head as an automaton over bytes: sets that reach beyond them are cut. */
function headAutomaton(detectors: Detectors, detector: Detector): NFA {
  const flags = detector.any_case ? "i" : "";
  const { expression } = JS.Parser.fromLiteral({ source: headOf(detectors, detector), flags }).parse({
    assertions: "throw",
    backreferences: "throw",
  });
  const cut = transform(
    combineTransformers([
      {
        onCharacterClass(node) {
          node.characters = node.characters.intersect(ANY_BYTE);
        },
      },
      Transformers.simplify(),
    ]),
    expression as NoParent<typeof expression>,
  );
  return NFA.fromRegex(cut, { maxCharacter: MAX_CHARACTER });
}

/** Root, head, detector: one language whose words say where they begin and what they mean. */
function joined(detectors: Detectors): DFA {
  const all = ENFA.empty({ maxCharacter: MAX_CHARACTER });
  detectors.detectors.forEach((detector, index) => {
    const word = ENFA.fromFA(one(ROOT_WORD));
    if (detector.inner) word.union(one(ROOT_HUMP));
    word.append(headAutomaton(detectors, detector));
    word.append(one(DETECTOR + index));
    all.union(word);
  });
  // At most 65 535 states fit the image; refa stops earlier where an expression explodes.
  const automaton = DFA.fromFA(NFA.fromFA(all));
  automaton.minimize();
  return automaton;
}

interface Edges {
  /** Next node by byte. */
  readonly bytes: readonly (DFA.Node | undefined)[];
  readonly detectors: readonly number[];
}

function edgesOf(node: DFA.Node): Edges {
  const bytes = new Array<DFA.Node | undefined>(BYTES).fill(undefined);
  const detectors: number[] = [];
  node.out.forEach((to, { min, max }) => {
    for (let character = min; character <= max; character++) {
      if (character < BYTES) bytes[character] = to;
      else if (character >= DETECTOR) detectors.push(character - DETECTOR);
    }
  });
  return { bytes, detectors };
}

function rootOf(automaton: DFA, root: number): DFA.Node {
  let found: DFA.Node | undefined;
  automaton.initial.out.forEach((to, { min, max }) => {
    if (min <= root && root <= max) found = to;
  });
  if (!found) throw new Error("detectors: a root without detectors");
  return found;
}

export function buildAutomaton(detectors: Detectors): Automaton {
  const automaton = joined(detectors);
  const roots = [rootOf(automaton, ROOT_WORD), rootOf(automaton, ROOT_HUMP)];
  // In the order in which they are reached; a Set grows while it is walked.
  const reached = new Map<DFA.Node, Edges>();
  const open = new Set(roots);
  for (const node of open) {
    const edges = edgesOf(node);
    reached.set(node, edges);
    for (const to of edges.bytes) if (to && !automaton.finals.has(to)) open.add(to);
  }
  const plain = [...reached].filter(([, { detectors: items }]) => items.length === 0);
  const accepting = [...reached].filter(([, { detectors: items }]) => items.length > 0);
  const states = [...plain, ...accepting];
  const numbers = new Map(states.map(([node], index) => [node, index + 1]));
  const columns = Array.from({ length: BYTES }, (_, byte) =>
    states.map(([, { bytes }]) => {
      const to = bytes[byte];
      return to ? (numbers.get(to) ?? 0) : 0;
    }),
  );
  const classOf = new Map<string, number>();
  const representatives: number[] = [];
  const classes = columns.map((column, byte) => {
    const key = column.join();
    const known = classOf.get(key);
    if (known !== undefined) return known;
    classOf.set(key, representatives.length);
    return representatives.push(byte) - 1;
  });
  const rows = states.map((_, state) => representatives.map((byte) => columns[byte]?.[state] ?? 0));
  return {
    classes,
    classCount: representatives.length,
    next: [representatives.map(() => 0), ...rows],
    firstAccepting: plain.length + 1,
    items: accepting.map(([, { detectors: items }]) => [...items].sort((a, b) => a - b)),
    folds: foldsOf(detectors),
  };
}

/** A number in groups of seven bits, low first; the top bit says that more follow. */
function putNumber(bytes: number[], number: number): void {
  let left = number;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
}

/** Runs of equal numbers: length, number. */
function putRuns(bytes: number[], numbers: readonly number[]): void {
  for (let at = 0; at < numbers.length; ) {
    const number = numbers[at] as number;
    let end = at;
    while (numbers[end] === number) end++;
    putNumber(bytes, end - at);
    putNumber(bytes, number);
    at = end;
  }
}

/** The words of the section, packed: most states are dead for most bytes. bindings/src/compile/detectors.ts unpacks it. */
export function packAutomaton(automaton: Automaton): string {
  const { classes, classCount, next, firstAccepting, items, folds } = automaton;
  const flat = items.flat();
  const bytes: number[] = [];
  for (const number of [classCount, next.length, firstAccepting, flat.length, folds.length])
    putNumber(bytes, number);
  putRuns(bytes, classes);
  for (const fold of folds) putNumber(bytes, fold);
  putRuns(bytes, next.flat());
  for (const { length } of items) putNumber(bytes, length);
  for (const item of flat) putNumber(bytes, item);
  return Buffer.from(bytes).toString("base64");
}

/** The text of assembly/gen/kinds.ts. */
export function kindsText(): string {
  const bits = Object.entries(KINDS).map(
    ([name, [bit]]) => `export const KIND_${name.toUpperCase()}: u32 = ${bit};\n`,
  );
  const rows: string[] = [];
  const kinds = kindsOfBytes();
  for (let at = 0; at < BYTES; at += 16) rows.push(`  ${kinds.slice(at, at + 16).join(", ")},\n`);
  return `// Written by \`npm run gen\` from tools/detectors.ts; do not edit. Kinds of bytes: docs/format/detect.md.

${bits.join("")}
/** Kinds of each byte, two bytes each. */
// biome-ignore format: sixteen a line
export const KINDS_AT: usize = memory.data<u16>([
${rows.join("")}]);
`;
}

/** The text of bindings/src/gen/look-alikes.ts. */
export function lookAlikesText(source: string): string {
  const letters = Object.values(readDetectors(source).folds).flatMap((folds) => Object.entries(folds));
  const listed = (which: 0 | 1): string => letters.map((pair) => pair[which]).join("");
  return `// Written by \`npm run gen\` from taxonomy/detectors.yaml; do not edit.

/** Letters of other scripts that look like ASCII ones, and those ones in the same order. */
export const LOOK_ALIKES = "${listed(0)}";
export const LOOKED_ALIKE = "${listed(1)}";
`;
}

/** Bits of a tail's kinds. */
export function tailKinds({ tails }: Detectors, tail: Tail | undefined): number {
  return (tail ? (tails[tail.of] ?? []) : []).reduce((bits, kind) => bits | KINDS[kind][0], 0);
}

/** The text of bindings/src/gen/detectors.ts. */
export function detectorsText(source: string, marks: readonly string[], checks: readonly string[]): string {
  const detectors = readDetectors(source);
  const entries = detectors.detectors.map((detector) => {
    const { id, mark, check = "none", param = 0, tail } = detector;
    const numbers = [marks.indexOf(mark), checks.indexOf(check)];
    if (numbers.includes(-1)) throw new Error(`detectors.yaml: ${id}: no such mark or check`);
    const shown = [...numbers, tailKinds(detectors, tail), tail?.min ?? 0, tail?.max ?? 0, param];
    return `  ["${id}", ${shown.join(", ")}],\n`;
  });
  return `// Written by \`npm run gen\` from taxonomy/detectors.yaml; do not edit. Bytes of the image: docs/format/detect.md.

/** id, mark, check, kinds of the tail, least and most of it, param. */
export const DETECTORS: readonly (readonly [string, number, number, number, number, number, number])[] = [
${entries.join("")}];

/** The automaton, packed: numbers of seven bits a byte, runs of equal ones. */
export const AUTOMATON =
  "${packAutomaton(buildAutomaton(detectors))}";
`;
}
