/**
 * ZIP in one form only: members stored one after another, every field that could differ fixed. Equal members give equal
 * bytes, and the reader refuses every file that the writer would not have written. So there is no room for hidden
 * members, bombs, or a file that two programs read in two ways.
 *
 * Stored members keep the writer small and the same on every host: a compressor's output depends on its version.
 */

import { EvidenceError } from "../errors.ts";
import { shown } from "./text.ts";

export interface ZipMember {
  /** Path with forward slashes. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ZipLimits {
  readonly members: number;
  /** Of the whole file. */
  readonly bytes: number;
}

const LOCAL_MAGIC = 0x04034b50;
const CENTRAL_MAGIC = 0x02014b50;
const END_MAGIC = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const STORED = 0;
/** 1 January 1980, the first day there is. */
const DATE = 0x0021;
const MEMBERS_MAX = 0xffff;
const BYTES_MAX = 0xffff_ffff;
const NAME_BYTES_MAX = 512;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** CRC-32 of IEEE 802.3, as ZIP has it. */
export function crc32(bytes: Uint8Array): number {
  let rest = -1;
  for (const byte of bytes) rest = (rest >>> 8) ^ (CRC_TABLE[(rest ^ byte) & 0xff] as number);
  return (rest ^ -1) >>> 0;
}

/**
 * The file, piece by piece, members in the order given.
 * @throws EvidenceError for a name that is not a plain relative path, or for more than ZIP can hold (65 535 members, 4 GiB).
 */
export function* zip(members: readonly ZipMember[]): Generator<Uint8Array> {
  if (members.length > MEMBERS_MAX) {
    throw new EvidenceError("zip_too_many", `wanted at most ${MEMBERS_MAX} members, came ${members.length}`);
  }
  const names = checkedNames(members);
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const [at, { bytes }] of members.entries()) {
    const name = names[at] as Uint8Array;
    if (offset + LOCAL_BYTES + name.length + bytes.length > BYTES_MAX) throw tooLarge();
    const checksum = crc32(bytes);
    const local = new Fields(LOCAL_BYTES).u32(LOCAL_MAGIC);
    yield common(local, checksum, bytes.length, name.length).bytes;
    yield name;
    yield bytes;
    const entry = new Fields(CENTRAL_BYTES).u32(CENTRAL_MAGIC).u16(VERSION);
    // No comment, first disk, no attributes.
    common(entry, checksum, bytes.length, name.length).u16(0).u16(0).u16(0).u32(0).u32(offset);
    central.push(entry.bytes, name);
    offset += LOCAL_BYTES + name.length + bytes.length;
  }
  const size = central.reduce((sum, { length }) => sum + length, 0);
  if (offset + size + END_BYTES > BYTES_MAX) throw tooLarge();
  yield* central;
  const end = new Fields(END_BYTES).u32(END_MAGIC).u16(0).u16(0).u16(members.length).u16(members.length);
  yield end.u32(size).u32(offset).u16(0).bytes;
}

/** What both headers of a member say. */
function common(fields: Fields, checksum: number, size: number, nameSize: number): Fields {
  fields.u16(VERSION).u16(UTF8_NAMES).u16(STORED).u16(0).u16(DATE);
  return fields.u32(checksum).u32(size).u32(size).u16(nameSize).u16(0);
}

const tooLarge = (): EvidenceError =>
  new EvidenceError("zip_too_large", `wanted at most ${BYTES_MAX} bytes in all`);

/** Little-endian numbers one behind the other. */
class Fields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }
}

/**
 * Names that mean one file on every system: no way out of the folder, nothing unseen, no two that differ only in case
 * or composition, none that is a folder of another.
 */
function checkedNames(members: readonly ZipMember[]): Uint8Array[] {
  const files = new Set<string>();
  const folders = new Set<string>();
  return members.map(({ name }) => {
    const bytes = utf8.encode(name);
    const steps = name.split("/");
    const plain = steps.every((step) => step !== "" && !/[. ]$/.test(step) && !/[\\:*?"<>|]/.test(step));
    if (!plain || bytes.length > NAME_BYTES_MAX || shown(name) !== name) {
      throw new EvidenceError(
        "zip_name",
        `wanted a plain relative path, came ${JSON.stringify(shown(name))}`,
      );
    }
    const folded = steps.map((step) => step.normalize("NFC").toLowerCase());
    const whole = folded.join("/");
    const above = folded.slice(1).map((_, at) => folded.slice(0, at + 1).join("/"));
    if (files.has(whole) || folders.has(whole) || above.some((folder) => files.has(folder))) {
      throw new EvidenceError("zip_name", `wanted each name once, came ${JSON.stringify(name)} again`);
    }
    files.add(whole);
    for (const folder of above) folders.add(folder);
    return bytes;
  });
}

/**
 * The members of a file that {@link zip} wrote. Their bytes are views into `file`.
 * @throws EvidenceError for any other file, and for one beyond the limits, before anything is read of it.
 */
export function unzip(file: Uint8Array, limits: ZipLimits): ZipMember[] {
  if (file.length > limits.bytes) {
    throw new EvidenceError("zip_too_large", `wanted at most ${limits.bytes} bytes, came ${file.length}`);
  }
  const members = new ZipReader(file).members(limits.members);
  let at = 0;
  for (const piece of zip(members)) {
    for (let step = 0; step < piece.length; step++) {
      if (file[at + step] !== piece[step]) throw notCanonical(at + step);
    }
    at += piece.length;
  }
  // Every header was found where the one before it ended, so the ends can only differ here.
  if (at !== file.length) throw notCanonical(at);
  return members;
}

const notCanonical = (at: number): EvidenceError =>
  new EvidenceError("zip_not_canonical", `byte ${at} is not what this program writes for these members`);

class ZipReader {
  readonly #file: Uint8Array;
  readonly #view: DataView;

  constructor(file: Uint8Array) {
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.length);
  }

  /** Only what is needed to find the members: everything else is compared with what the writer says. */
  members(max: number): ZipMember[] {
    const end = this.#file.length - END_BYTES;
    if (end < 0 || this.#u32(end) !== END_MAGIC) throw malformed(Math.max(end, 0), "the end of the list");
    const count = this.#u16(end + 10);
    if (count > max) throw new EvidenceError("zip_too_many", `wanted at most ${max} members, came ${count}`);
    const members: ZipMember[] = [];
    let at = 0;
    while (members.length < count) {
      if (at + LOCAL_BYTES > end || this.#u32(at) !== LOCAL_MAGIC) throw malformed(at, "a member");
      if (this.#u16(at + 8) !== STORED) {
        throw new EvidenceError("zip_compressed", `the member at byte ${at} is compressed; wanted it stored`);
      }
      const checksum = this.#u32(at + 14);
      const size = this.#u32(at + 18);
      const nameSize = this.#u16(at + 26);
      const start = at + LOCAL_BYTES + nameSize;
      if (start + size > end) throw malformed(at, "a member that ends before the list does");
      const name = this.#name(at + LOCAL_BYTES, nameSize);
      const bytes = this.#file.subarray(start, start + size);
      if (crc32(bytes) !== checksum) {
        throw new EvidenceError("zip_checksum", `${JSON.stringify(shown(name))} does not have its checksum`);
      }
      members.push({ name, bytes });
      at = start + size;
    }
    return members;
  }

  #name(at: number, size: number): string {
    try {
      return fromUtf8.decode(this.#file.subarray(at, at + size));
    } catch {
      throw new EvidenceError("zip_name", `wanted a name in UTF-8 at byte ${at}`);
    }
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, true);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, true);
  }
}

const malformed = (at: number, wanted: string): EvidenceError =>
  new EvidenceError("zip_malformed", `wanted ${wanted} at byte ${at}`);
