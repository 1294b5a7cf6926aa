/**
 * Changes to CMP/1 bytes that leave most of them canonical: a member or element taken out, put in, doubled, exchanged,
 * wrapped; a text, a number or a key changed. Counts and lengths follow, so that what lies behind the reader is reached.
 */
import type { Random } from "../differential/random.ts";
import { Draft } from "./draft.ts";
import { headerBytes, isArray, isMap, isText, lengthAt, Outline } from "./outline.ts";
import type { Dictionary } from "./values.ts";

export class CmpMutator {
  readonly #random: Random;
  readonly #dictionary: Dictionary;

  constructor(random: Random, dictionary: Dictionary) {
    this.#random = random;
    this.#dictionary = dictionary;
  }

  /** One change. `outline` is that of the draft; it is out of date afterwards. */
  mutate(draft: Draft, outline: Outline): void {
    const random = this.#random;
    const value = this.#pickValue(draft, outline);
    switch (random.below(14)) {
      case 0:
      case 1:
      case 2:
        this.#replace(draft, outline, value);
        break;
      case 3:
      case 4:
        this.#remove(draft, outline, value);
        break;
      case 5:
      case 6:
        this.#insert(draft, outline, this.#containerOf(draft, outline, value));
        break;
      case 7:
      case 8:
      case 9:
        this.#changeScalar(draft, outline, value);
        break;
      case 10:
        this.#copyOver(draft, outline, value);
        break;
      case 11:
        this.#repeat(draft, outline, value);
        break;
      case 12:
        this.#renameKey(draft, outline, value);
        break;
      default:
        if (random.chance(50)) this.#wrap(draft, outline, value);
        else this.#exchange(draft, outline, value);
    }
  }

  /** Mostly something of the arguments, the fields or the context; the rest of an envelope is soon refused. */
  #pickValue(draft: Draft, outline: Outline): number {
    const random = this.#random;
    if (outline.count <= 1) return 0;
    if (random.chance(15)) return random.between(1, outline.count - 1);
    let start = 1;
    let end = 0;
    const wanted = random.chance(65) ? ARGUMENTS : CONTEXT;
    for (let value = 1; value < outline.count; value = outline.after(value)) {
      if (!wanted.includes(keyMark(draft, outline, value))) continue;
      start = value + 1;
      end = outline.after(value);
    }
    return end > start ? random.between(start, end - 1) : random.between(1, outline.count - 1);
  }

  #containerOf(draft: Draft, outline: Outline, value: number): number {
    const type = draft.bytes[outline.at[value] as number] as number;
    if (isMap(type) || isArray(type)) return value;
    return Math.max(outline.parent[value] as number, 0);
  }

  #someValue(): Uint8Array {
    const { values, faults } = this.#dictionary;
    return this.#random.chance(4) ? this.#random.pick(faults) : this.#random.pick(values);
  }

  #someKey(draft: Draft, outline: Outline, container: number): Uint8Array {
    const { envelopeKeys, innerKeys } = this.#dictionary;
    const isEnvelope = container === 0 || CONTEXT.includes(keyMark(draft, outline, container));
    return this.#random.pick(isEnvelope ? envelopeKeys : innerKeys);
  }

  #replace(draft: Draft, outline: Outline, value: number): void {
    draft.splice(outline.at[value] as number, outline.end[value] as number, this.#someValue());
  }

  #remove(draft: Draft, outline: Outline, value: number): void {
    const parent = outline.parent[value] as number;
    if (parent < 0) return;
    draft.cut(startOf(outline, value), outline.end[value] as number);
    // Now and then the count is left as it was.
    if (!this.#random.chance(2)) draft.addLength(outline.at[parent] as number, -1);
  }

  #insert(draft: Draft, outline: Outline, container: number): void {
    const at = outline.at[container] as number;
    const type = draft.bytes[at] as number;
    const item = this.#someValue();
    if (isMap(type)) {
      const key = this.#someKey(draft, outline, container);
      const place = this.#random.chance(97)
        ? this.#placeOf(draft, outline, container, key)
        : at + headerBytes(type);
      if (place < 0 || !draft.splice(place, place, item)) return;
      if (!draft.splice(place, place, key)) return;
    } else if (isArray(type)) {
      if (!draft.splice(outline.end[container] as number, outline.end[container] as number, item)) return;
    } else return;
    if (!this.#random.chance(2)) draft.addLength(at, 1);
  }

  /** Where a key belongs among those of a map; -1 where the map has it already. */
  #placeOf(draft: Draft, outline: Outline, map: number, key: Uint8Array): number {
    let place = (outline.at[map] as number) + headerBytes(draft.bytes[outline.at[map] as number] as number);
    const end = outline.after(map);
    for (let member = map + 1; member < end; member = outline.after(member)) {
      const order = compareKeys(draft.bytes, outline.keyAt[member] as number, key, 0);
      if (order === 0) return -1;
      if (order > 0) return place;
      place = outline.end[member] as number;
    }
    return place;
  }

  #changeScalar(draft: Draft, outline: Outline, value: number): void {
    const at = outline.at[value] as number;
    const type = draft.bytes[at] as number;
    if (isText(type)) this.#changeText(draft, at);
    else if (type <= 0x7f || type >= 0xe0)
      draft.bytes[at] = this.#random.chance(50) ? type ^ 1 : this.#random.below(128);
    else if (type === 0xc2 || type === 0xc3) draft.bytes[at] = type ^ 1;
    else if (type >= 0xcb && type <= 0xd3) {
      const byte = at + this.#random.between(1, headerBytes(type) - 1);
      draft.bytes[byte] = this.#random.chance(50)
        ? this.#random.below(256)
        : (draft.bytes[byte] as number) ^ 1;
    } else this.#replace(draft, outline, value);
  }

  /** Puts a piece into a text, or takes one out. */
  #changeText(draft: Draft, at: number): void {
    const random = this.#random;
    const length = lengthAt(draft.bytes, at);
    const first = at + headerBytes(draft.bytes[at] as number);
    const where = random.chance(30) ? random.pick([0, length]) : random.below(length + 1);
    const piece = random.pick(this.#dictionary.pieces);
    const dropped = random.chance(50) ? 0 : Math.min(random.between(1, 6), length - where);
    const added = random.chance(80) || dropped === 0 ? piece : piece.subarray(0, 0);
    if (draft.splice(first + where, first + where + dropped, added))
      draft.addLength(at, added.length - dropped);
  }

  /** Another value of the same request comes in this one's place. */
  #copyOver(draft: Draft, outline: Outline, value: number): void {
    const other = this.#random.below(outline.count);
    const bytes = draft.bytes.slice(outline.at[other] as number, outline.end[other] as number);
    draft.splice(outline.at[value] as number, outline.end[value] as number, bytes);
  }

  /** An element many times over, up to the edges of what is counted. */
  #repeat(draft: Draft, outline: Outline, value: number): void {
    const parent = outline.parent[value] as number;
    // A member twice is refused at once, so elements are repeated more often.
    if (parent < 0 || (!isElement(outline, value) && !this.#random.chance(15))) return;
    const [start, end] = [startOf(outline, value), outline.end[value] as number];
    const most = Math.floor((draft.bytes.length - draft.size) / Math.max(end - start, 1));
    const times = Math.min(this.#random.pick(this.#random.chance(3) ? MANY_TIMES : FEW_TIMES), most);
    if (times <= 0) return;
    const one = draft.bytes.slice(start, end);
    const all = new Uint8Array(times * one.length);
    for (let i = 0; i < times; i++) all.set(one, i * one.length);
    if (draft.splice(end, end, all)) draft.addLength(outline.at[parent] as number, times);
  }

  #renameKey(draft: Draft, outline: Outline, value: number): void {
    const keyAt = outline.keyAt[value] as number;
    if (keyAt < 0) return;
    const parent = outline.parent[value] as number;
    const key = this.#someKey(draft, outline, parent);
    if (this.#random.chance(10)) {
      draft.splice(keyAt, outline.at[value] as number, key);
      return;
    }
    // To where the new key belongs, which is before or after all of the old member.
    const place = this.#placeOf(draft, outline, parent, key);
    if (place < 0) return;
    const [start, end] = [keyAt, outline.end[value] as number];
    const bytes = draft.bytes.slice(outline.at[value] as number, end);
    if (place >= end) {
      if (!draft.splice(place, place, bytes) || !draft.splice(place, place, key)) return;
      draft.cut(start, end);
    } else {
      draft.cut(start, end);
      if (draft.splice(place, place, bytes)) draft.splice(place, place, key);
    }
  }

  #wrap(draft: Draft, outline: Outline, value: number): void {
    const depth = this.#random.pick([1, 1, 1, 2, 3, 28, 30, 31, 32]);
    draft.splice(outline.at[value] as number, outline.at[value] as number, new Uint8Array(depth).fill(0x91));
  }

  /** Two members or elements that follow each other change places. */
  #exchange(draft: Draft, outline: Outline, value: number): void {
    const next = outline.after(value);
    if (next >= outline.count || outline.parent[next] !== outline.parent[value]) return;
    const [start, middle, end] = [
      startOf(outline, value),
      startOf(outline, next),
      outline.end[next] as number,
    ];
    const first = draft.bytes.slice(start, middle);
    draft.bytes.copyWithin(start, middle, end);
    draft.bytes.set(first, end - first.length);
  }
}

/** The bytes without one of their members or elements, in turn, the largest first. */
export function* withoutOne(input: Uint8Array): Iterable<Uint8Array> {
  const outline = new Outline();
  if (!outline.scan(input, input.length)) return;
  const sizeOf = (value: number): number => (outline.end[value] as number) - startOf(outline, value);
  const values = Array.from({ length: outline.count - 1 }, (_, at) => at + 1).sort(
    (one, other) => sizeOf(other) - sizeOf(one),
  );
  for (const value of values) {
    const draft = new Draft(new Uint8Array(input.length + 8));
    draft.start(input);
    draft.cut(startOf(outline, value), outline.end[value] as number);
    draft.addLength(outline.at[outline.parent[value] as number] as number, -1);
    yield draft.bytes.slice(0, draft.size);
  }
}

const FEW_TIMES = [1, 1, 2, 3, 14, 15, 16] as const;
const MANY_TIMES = [62, 63, 64, 65, 255, 256, 1000, 70_000] as const;

/** First letter and length of a key, as one number: enough to know a member of the envelope by. */
function mark(key: string): number {
  return key.charCodeAt(0) * 32 + key.length;
}

const ARGUMENTS = [mark("args"), mark("fields")];
const CONTEXT = [mark("context"), mark("host"), mark("asserted_by")];

function keyMark(draft: Draft, outline: Outline, value: number): number {
  const keyAt = outline.keyAt[value] as number;
  if (keyAt < 0) return 0;
  return (draft.bytes[keyAt + 1] as number) * 32 + ((draft.bytes[keyAt] as number) & 0x1f);
}

/** Where a member begins with its key, or an element with itself. */
function startOf(outline: Outline, value: number): number {
  const keyAt = outline.keyAt[value] as number;
  return keyAt < 0 ? (outline.at[value] as number) : keyAt;
}

function isElement(outline: Outline, value: number): boolean {
  return (outline.keyAt[value] as number) < 0;
}

/** Byte order of two encoded texts. */
function compareKeys(one: Uint8Array, oneAt: number, other: Uint8Array, otherAt: number): number {
  const oneFrom = oneAt + headerBytes(one[oneAt] as number);
  const otherFrom = otherAt + headerBytes(other[otherAt] as number);
  const oneLength = lengthAt(one, oneAt);
  const otherLength = lengthAt(other, otherAt);
  for (let i = 0; i < Math.min(oneLength, otherLength); i++) {
    const difference = (one[oneFrom + i] as number) - (other[otherFrom + i] as number);
    if (difference !== 0) return difference;
  }
  return oneLength - otherLength;
}
