/** The sections of an image that say what words of commands, rows of APIs and detectors mean. */
import { wire } from "./wire.ts";

/** What a field gets that no word of the call names. */
export interface Literal {
  field: number;
  text: string;
}

export interface Option {
  name: string;
  /** nothing, argument or attached. */
  takes: string;
  role: string;
  /** The field of role `field`, else 0. */
  field: number;
  /** Stands for operand 1. */
  first: boolean;
  /** Index of an action; null: none, nothing to judge; undefined: no change. */
  action: number | null | undefined;
  marks: string[];
  literals: Literal[];
}

export interface Operand {
  /** 1..254; 0 the last one, 255 all the rest. */
  place: number;
  role: string;
  field: number;
}

export interface Command {
  /** Position in the section. */
  index: number;
  id: string;
  pack: number;
  /** Index of an action; null: nothing to judge. */
  action: number | null;
  style: string;
  /** Some name goes on after this row. */
  goesOn: boolean;
  assignments: boolean;
  appends: boolean;
  /** Some word of the command can be a command, a script or code. */
  runs: boolean;
  /** The field without which there is no part, or 0. */
  needs: number;
  /** What standard input is to it: shell, sql, code, or null. */
  input: string | null;
  marks: string[];
  options: Option[];
  operands: Operand[];
  literals: Literal[];
}

export interface Step {
  kind: string;
  prefix: string;
  suffix: string;
  /** 0: none. */
  field: number;
}

export interface ApiMember {
  name: string;
  field: number;
  unit: string;
  kind: string;
}

export interface Api {
  id: string;
  pack: number;
  action: number;
  steps: Step[];
  members: ApiMember[];
  /** Bits: see docs/format/http.md, 1. */
  methods: number;
}

export interface Detector {
  id: string;
  mark: string;
  check: string;
  tailKinds: number;
  tailMin: number;
  tailMax: number;
  param: number;
}

/** The section `automaton` (docs/format/detect.md, 2). */
export interface Automaton {
  classes: number;
  states: number;
  firstAccepting: number;
  /** Class of each byte. */
  classOf: number[];
  /** Code point to the ASCII byte that it looks like. */
  folds: Map<number, number>;
  /** Next state at state x classes + class; 0 is dead. */
  next: number[];
  /** Detectors of each state from firstAccepting on: indexes. */
  items: number[][];
}

export const FIRST_DETECTED_MARK = wire.marks.indexOf("secret_seen");
export const LAST_DETECTED_MARK = wire.marks.indexOf("bulk_seen");

/** Words of the section as the automaton they spell, or what is wrong with them: the index of a word. */
export function readAutomaton(
  words: number[],
  detectorCount: number,
): Automaton | null | { wrongAt: number } {
  if (words.length === 0) return null;
  const bytes: number[] = words.flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 255));
  const wrong = (at: number): { wrongAt: number } => ({ wrongAt: at >> 2 });
  if (words.length < 5) return wrong(0);
  const [C, S, F, N, K] = words as [number, number, number, number, number];
  if (C < 1 || C > 256) return wrong(0);
  if (S < 3 || S > 65_535) return wrong(4);
  if (F < 3 || F > S) return wrong(8);
  if (N > 65_535) return wrong(12);
  if (K > 1024) return wrong(16);
  const classesAt = 20;
  const foldsAt = classesAt + 256;
  const nextAt = foldsAt + 4 * K;
  const startsAt = nextAt + 2 * S * C;
  const itemsAt = startsAt + 2 * (S - F + 1);
  const end = itemsAt + 2 * N;
  if (Math.ceil(end / 4) !== words.length) return wrong(0);
  const u16 = (at: number): number => (bytes[at] as number) + 256 * (bytes[at + 1] as number);

  const classOf = bytes.slice(classesAt, foldsAt);
  for (let i = 0; i < 256; i++) if ((classOf[i] as number) >= C) return wrong(classesAt + i);
  const folds = new Map<number, number>();
  let before = -1;
  for (let i = 0; i < K; i++) {
    const word = words[foldsAt / 4 + i] as number;
    if (word <= before || (word & 255) > 127) return wrong(foldsAt + 4 * i);
    before = word;
    folds.set(word >>> 8, word & 255);
  }
  const next: number[] = [];
  for (let i = 0; i < S * C; i++) {
    next.push(u16(nextAt + 2 * i));
    if ((next[i] as number) >= S) return wrong(nextAt + 2 * i);
  }
  const starts: number[] = [];
  for (let i = 0; i <= S - F; i++) {
    const start = u16(startsAt + 2 * i);
    if (start > N || start < (starts[i - 1] ?? 0)) return wrong(startsAt + 2 * i);
    starts.push(start);
  }
  if (starts[S - F] !== N) return wrong(startsAt + 2 * (S - F));
  const list: number[] = [];
  for (let i = 0; i < N; i++) {
    const item = u16(itemsAt + 2 * i);
    if (item >= detectorCount) return wrong(itemsAt + 2 * i);
    list.push(item);
  }
  if (bytes.slice(end).some((byte) => byte !== 0)) return wrong(end);
  const items = starts.slice(0, -1).map((start, i) => list.slice(start, starts[i + 1]));
  return { classes: C, states: S, firstAccepting: F, classOf, folds, next, items };
}
