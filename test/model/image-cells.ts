/** The sections of an image that say what histories there are, what is counted in them and what is asked of them. */
import type { Clause, Entry, ImageReader } from "./image.ts";
import { limit, taxonomyFields, wire, wordGroup } from "./wire.ts";

export interface CellKind {
  index: number;
  name: string;
  /** context, fields or freezes. */
  source: string;
  /** Name of the member of the context, for the source context. */
  contextKey: string;
  /** Numbers of one or two fields, for the source fields. */
  fields: number[];
  /** Run of its tallies: the first, and how many. Bit i of an event is the i-th of them. */
  tallyStart: number;
  tallyCount: number;
}

export interface Tally {
  index: number;
  number: bigint;
  /** Index of its kind of history. */
  cell: number;
  /** ran, any or denied. */
  counts: string;
  clauses: Clause[];
}

export interface Signal {
  name: string;
  /** Indexes of tallies of one kind. */
  tally: number;
  other: number;
  windowS: bigint;
  measure: string;
  /** amount or units. */
  of: string;
  calm: boolean;
}

/** Members of the context whose text can be the key of a history. */
const CONTEXT_KEYS = ["actor", "agent", "principal", "session", "tenant"];

/** The entries of a section in order; refs are read in their turn, with `text`. */
function* entriesOf(reader: ImageReader, section: string): Generator<Entry> {
  const bytes = wire.sections.find((one) => one.name === section)?.bytes as number;
  const start = reader.offsets.get(section) as number;
  for (let i = 0; i < reader.count(section); i++) {
    const entry: Entry = { at: start + i * bytes, section, index: i };
    for (const [member, [offset, type]] of Object.entries(wire.entries[section] ?? {})) {
      if (type !== "ref") entry[member] = reader.member(type, (entry.at as number) + offset);
    }
    yield entry;
  }
}

/** Where a member of an entry stands. */
function placeOf(entry: Entry, member: string): number {
  const layout = wire.entries[entry.section as string] as Record<string, [number, string]>;
  return (entry.at as number) + (layout[member] as [number, string])[0];
}

/** Fails where something does not hold, at the entry itself or at one of its members. */
function need(reader: ImageReader, entry: Entry, holds: boolean, why: string, member?: string): void {
  if (holds) return;
  reader.where = member === undefined ? (entry.at as number) : placeOf(entry, member);
  reader.fail(why);
}

function nameOf(reader: ImageReader, entry: Entry): string {
  return reader.ref(placeOf(entry, "name"));
}

/** A field whose values are texts. */
export function isTextField(number: number): boolean {
  const type = taxonomyFields[number - 1]?.type;
  return type !== undefined && !["money", "int", "bool"].includes(type);
}

export function readCells(reader: ImageReader): CellKind[] {
  const kinds: CellKind[] = [];
  const contextKeys = wordGroup("context_key");
  for (const entry of entriesOf(reader, "cells")) {
    const [key, other] = [entry.key as number, entry.other as number];
    const [start, count] = [entry.tally_start as number, entry.tally_count as number];
    const source = wire.cell_sources[entry.source as number] as string;
    need(reader, entry, source !== undefined, "source of a cell");
    const keyFits =
      source === "context"
        ? CONTEXT_KEYS.includes(contextKeys[key] as string)
        : source === "fields"
          ? isTextField(key)
          : key === 0;
    need(reader, entry, keyFits, "key of a cell");
    need(reader, entry, other === 0 || (source === "fields" && isTextField(other)), "other key of a cell");
    const name = nameOf(reader, entry);
    need(reader, entry, start + count <= reader.count("tallies"), "tallies of a cell", "tally_start");
    // Two kinds of one name would share their ids, and so their histories.
    need(reader, entry, !kinds.some((earlier) => earlier.name === name), "two cells of one name");
    const before = kinds.at(-1);
    const goesOn = start === (before === undefined ? 0 : before.tallyStart + before.tallyCount);
    need(reader, entry, goesOn, "tallies of a cell begin elsewhere", "tally_start");
    const most = source === "freezes" ? 0 : limit("cell_tallies_max");
    need(reader, entry, count <= most, "too many tallies of a cell", "tally_start");
    kinds.push({
      index: entry.index as number,
      name,
      source,
      contextKey: source === "context" ? (contextKeys[key] as string) : "",
      fields: source === "fields" ? (other === 0 ? [key] : [key, other]) : [],
      tallyStart: start,
      tallyCount: count,
    });
  }
  return kinds;
}

/** The kind of the session of a request. */
export function sessionKind(kinds: CellKind[]): CellKind | undefined {
  return kinds.find(({ source, contextKey }) => source === "context" && contextKey === "session");
}

/** The kind whose one cell says what is frozen. */
export function freezeKind(kinds: CellKind[]): CellKind | undefined {
  return kinds.find(({ source }) => source === "freezes");
}

export function readTallies(reader: ImageReader, kinds: CellKind[], clauses: Clause[]): Tally[] {
  const tallies: Tally[] = [];
  for (const entry of entriesOf(reader, "tallies")) {
    const index = entry.index as number;
    const [cell, number] = [entry.cell as number, entry.number as bigint];
    const [start, count] = [entry.clause_start as number, entry.clause_count as number];
    need(reader, entry, cell < kinds.length, "cell of a tally");
    need(reader, entry, (entry.counts as number) < wire.tally_counts.length, "what a tally counts");
    const { tallyStart, tallyCount } = kinds[cell] as CellKind;
    const inside = index >= tallyStart && index < tallyStart + tallyCount;
    need(reader, entry, inside, "not in the run of its cell");
    const before = tallies[index - 1];
    const ascends = before === undefined || before.cell !== cell || before.number < number;
    need(reader, entry, ascends, "numbers of tallies do not ascend");
    need(reader, entry, start + count <= clauses.length, "clauses of a tally", "clause_start");
    tallies.push({
      index,
      number,
      cell,
      counts: wire.tally_counts[entry.counts as number] as string,
      clauses: clauses.slice(start, start + count),
    });
  }
  return tallies;
}

export function readSignals(reader: ImageReader, tallies: Tally[]): Signal[] {
  const signals: Signal[] = [];
  for (const entry of entriesOf(reader, "signals")) {
    const tally = tallies[entry.tally as number];
    need(reader, entry, tally !== undefined, "tally of a signal", "tally");
    const other = tallies[entry.other as number];
    need(reader, entry, other !== undefined && other.cell === tally?.cell, "other tally", "other");
    const seconds = entry.window_s as number;
    const measure = wire.signal_measures[entry.measure as number] as string;
    const most = limit("window_s_max") / (measure === "acceleration" ? 2 : 1);
    need(reader, entry, seconds >= 1 && seconds <= most, "window of a signal");
    need(reader, entry, measure !== undefined, "measure of a signal");
    need(reader, entry, (entry.of as number) < wire.signal_units.length, "what a signal measures");
    need(reader, entry, (entry.calm as number) <= 1, "neither 0 nor 1");
    signals.push({
      name: nameOf(reader, entry),
      tally: entry.tally as number,
      other: entry.other as number,
      windowS: BigInt(seconds),
      measure,
      of: wire.signal_units[entry.of as number] as string,
      calm: entry.calm === 1,
    });
  }
  return signals;
}
