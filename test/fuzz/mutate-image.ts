/** Changes to an image that keep its shape: a number of an entry, of the directory, an entry over another, a name with its hash. */
import { createHash } from "node:crypto";
import {
  DIRECTORY_BYTES,
  HEADER_BYTES,
  HEADER_DIGEST,
  HEADER_DIRECTORY,
  HEADER_SIZE,
  NAMES_BYTES,
  NAMES_NAMESPACE,
  NAMES_SIZE,
  NAMES_TEXT,
  SECTION_COUNT,
  SECTION_ENTRY_BYTES,
  SECTION_NAMES,
  SECTION_SLOTS,
  SECTION_TEXT,
} from "../../bindings/src/gen/layout.ts";
import type { Random } from "../differential/random.ts";
import { fromBytes } from "../model/bytes.ts";
import { fnv1a } from "../model/image.ts";
import { wire } from "../model/wire.ts";
import type { Draft } from "./draft.ts";

interface Section {
  readonly number: number;
  readonly at: number;
  readonly count: number;
  readonly entryBytes: number;
}

/** The sections of an image as its directory has them, those outside of the file left out. */
function sectionsOf(view: DataView, size: number): Section[] {
  const sections: Section[] = [];
  for (let number = 0; number < SECTION_COUNT; number++) {
    const entry = HEADER_DIRECTORY + number * DIRECTORY_BYTES;
    const [at, count] = [view.getUint32(entry, true), view.getUint32(entry + 4, true)];
    const entryBytes = SECTION_ENTRY_BYTES[number] as number;
    if (count > 0 && at >= HEADER_SIZE && at + count * entryBytes <= size)
      sections.push({ number, at, count, entryBytes });
  }
  return sections;
}

/** Where in an image an offset lies: the section, and which byte of an entry. */
export function placeInImage(image: Uint8Array, offset: number): string {
  if (offset < HEADER_DIRECTORY || image.length < HEADER_SIZE) return `header-${offset}`;
  if (offset < HEADER_SIZE) return `directory-${offset - HEADER_DIRECTORY}`;
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const section = sectionsOf(view, image.length).find(
    ({ at, count, entryBytes }) => offset >= at && offset < at + count * entryBytes,
  );
  if (section === undefined) return "gap";
  return `${wire.sections[section.number]?.name}-${(offset - section.at) % section.entryBytes}`;
}

export function mutateImage(draft: Draft, random: Random): void {
  if (draft.size < HEADER_SIZE) return;
  const view = new DataView(draft.bytes.buffer, draft.bytes.byteOffset, draft.size);
  if (random.chance(2)) {
    changeNumber(view, 2 * random.below(HEADER_DIGEST / 2), 2, random);
    return;
  }
  const sections = sectionsOf(view, draft.size);
  if (sections.length === 0 || random.chance(6)) {
    changeNumber(view, HEADER_DIRECTORY + 4 * random.below(2 * SECTION_COUNT), 4, random);
    return;
  }
  const section = random.pick(sections);
  const entryAt = section.at + random.below(section.count) * section.entryBytes;
  if (section.number === SECTION_TEXT) {
    // Another letter; a name that it belongs to then has a wrong hash.
    draft.bytes[entryAt] = random.chance(70) ? random.between(0x20, 0x7e) : random.below(256);
  } else if (section.number === SECTION_NAMES && random.chance(60)) {
    rename(draft, view, entryAt, random);
  } else if (random.chance(12)) {
    const other = section.at + random.below(section.count) * section.entryBytes;
    draft.bytes.copyWithin(entryAt, other, other + section.entryBytes);
  } else {
    const width = random.pick([1, 1, 2, 4, 4, 4]);
    changeNumber(
      view,
      entryAt + width * random.below(Math.max(Math.floor(section.entryBytes / width), 1)),
      width,
      random,
    );
  }
}

/** What a number becomes: something near it, something at an edge, or another number of the image. */
function changeNumber(view: DataView, at: number, width: number, random: Random): void {
  if (at + width > view.byteLength) return;
  const old =
    width === 1 ? view.getUint8(at) : width === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
  const other = 4 * random.below(view.byteLength >> 2);
  const value = random.pick([
    old + 1,
    old - 1,
    old + 8,
    old - 8,
    old ^ (1 << random.below(8 * width)),
    random.pick(EDGES),
    random.pick(EDGES),
    random.below(64),
    view.getUint32(Math.min(other, view.byteLength - 4), true),
    view.getUint32(HEADER_DIRECTORY + 4 * random.below(2 * SECTION_COUNT), true),
  ]);
  if (width === 1) view.setUint8(at, value & 0xff);
  else if (width === 2) view.setUint16(at, value & 0xffff, true);
  else view.setUint32(at, value >>> 0, true);
}

const EDGES = [
  0, 0, 1, 2, 3, 4, 5, 9, 10, 31, 32, 255, 256, 257, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

/** Gives a name another letter or another text, and its slot the bits of the hash: the look-up then finds it or does not. */
function rename(draft: Draft, view: DataView, name: number, random: Random): void {
  const placeOf = (section: number): readonly [at: number, count: number] => {
    const at = HEADER_DIRECTORY + section * DIRECTORY_BYTES;
    return [view.getUint32(at, true), view.getUint32(at + 4, true)];
  };
  const [names, count] = placeOf(SECTION_NAMES);
  if (random.chance(50)) {
    const other = names + random.below(count) * NAMES_BYTES;
    draft.bytes.copyWithin(name + NAMES_TEXT, other + NAMES_TEXT, other + NAMES_SIZE + 2);
  }
  const start = placeOf(SECTION_TEXT)[0] + view.getUint32(name + NAMES_TEXT, true);
  const end = start + view.getUint16(name + NAMES_SIZE, true);
  if (end > draft.size || start >= end) return;
  if (random.chance(50)) draft.bytes[random.between(start, end - 1)] = random.between(0x61, 0x7a);
  const hash = fnv1a(
    view.getUint16(name + NAMES_NAMESPACE, true),
    fromBytes(draft.bytes.subarray(start, end)),
  );
  const index = (name - names) / NAMES_BYTES + 1;
  const [slots, slotCount] = placeOf(SECTION_SLOTS);
  for (let at = slots; at < slots + 4 * slotCount && at + 4 <= draft.size; at += 4) {
    if ((view.getUint32(at, true) & 0xfffff) === index) view.setUint32(at, (hash & ~0xfffff) | index, true);
  }
}

/** Makes size and digest right again, so that what lies behind them is reached. */
export function reseal(draft: Draft): void {
  if (draft.size < HEADER_SIZE) return;
  new DataView(draft.bytes.buffer, draft.bytes.byteOffset, draft.size).setUint32(
    HEADER_BYTES,
    draft.size,
    true,
  );
  const covered = draft.bytes.subarray(HEADER_DIRECTORY, draft.size);
  draft.bytes.set(createHash("sha256").update(covered).digest(), HEADER_DIGEST);
}
