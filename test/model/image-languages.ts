/** The sections of an image that say what words of commands, rows of APIs and detectors mean. */
import { wire } from "./wire.ts";

/** What a field gets that no word of the call names. */
export interface Literal {
  field: number;
  text: string;
}

/** What an option does; several names may do the same. */
export interface Use {
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

export interface Option extends Use {
  name: string;
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

/** Bytes of the section as the automaton they spell, or where in them something is wrong. */
export function readAutomaton(
  bytes: Uint8Array,
  detectorCount: number,
): Automaton | null | { wrongAt: number } {
  if (bytes.length === 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number): number => view.getUint16(at, true);
  const u32 = (at: number): number => view.getUint32(at, true);
  const wrong = (wrongAt: number): { wrongAt: number } => ({ wrongAt });

  const bounds: [least: number, most: () => number][] = [
    [1, () => 256],
    [3, () => 65_535],
    [3, () => counts[1] as number],
    [0, () => 65_535],
    [0, () => 1024],
    [0, () => 65_791],
  ];
  const counts: number[] = [];
  for (const [i, [least, most]] of bounds.entries()) {
    if (4 * i + 4 > bytes.length) return wrong(0);
    counts.push(u32(4 * i));
    if ((counts[i] as number) < least || (counts[i] as number) > most()) return wrong(4 * i);
  }
  const [C, S, F, N, K, X] = counts as [number, number, number, number, number, number];
  const classesAt = 24;
  const foldsAt = classesAt + 256;
  const cellsAt = foldsAt + 4 * K;
  const basesAt = cellsAt + 4 * X;
  const startsAt = basesAt + 2 * S;
  const itemsAt = startsAt + 2 * (S - F + 1);
  const end = itemsAt + 2 * N;
  // Bytes that fill the last word are nobody's.
  if (4 * Math.ceil(end / 4) !== bytes.length) return wrong(0);

  const classOf = [...bytes.subarray(classesAt, foldsAt)];
  const foreign = classOf.findIndex((one) => one >= C);
  if (foreign >= 0) return wrong(classesAt + foreign);
  const folds = new Map<number, number>();
  let before = -1;
  for (let at = foldsAt; at < cellsAt; at += 4) {
    const [point, letter] = [u32(at) >>> 8, u32(at) & 255];
    // A code point looks like one letter.
    if (point <= before || letter < 1 || letter > 127) return wrong(at);
    before = point;
    folds.set(point, letter);
  }
  for (let at = cellsAt; at < basesAt; at += 4) if (u16(at + 2) >= S) return wrong(at);
  for (let at = basesAt; at < startsAt; at += 2) if (u16(at) > X - C) return wrong(at);

  const next: number[] = [];
  for (let state = 0; state < S; state++) {
    for (let kind = 0; kind < C; kind++) {
      const cell = cellsAt + 4 * (u16(basesAt + 2 * state) + kind);
      next.push(u16(cell) === state ? u16(cell + 2) : 0);
    }
  }
  const starts: number[] = [];
  for (let at = startsAt; at < itemsAt; at += 2) {
    const start = u16(at);
    const isFirst = at === startsAt;
    const isLast = at + 2 === itemsAt;
    if ((isFirst && start !== 0) || start < (starts.at(-1) ?? 0) || (isLast && start !== N)) return wrong(at);
    starts.push(start);
  }
  const list: number[] = [];
  for (let at = itemsAt; at < end; at += 2) {
    if (u16(at) >= detectorCount) return wrong(at);
    list.push(u16(at));
  }
  const items = starts.slice(0, -1).map((start, i) => list.slice(start, starts[i + 1]));
  return { classes: C, states: S, firstAccepting: F, classOf, folds, next, items };
}
