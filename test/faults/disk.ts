/**
 * A disk for a log that loses what a real one may lose. What was written stands in memory until it is synced; a crash of
 * the process keeps it, a crash of the machine keeps any pages of it, in any order, and any of the names.
 */

import type { Storage } from "../../bindings/evidence/storage.ts";

/** Stands for the end of the process: nothing that it does later reaches the disk. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** What an operation meets instead of what it asked for. */
export interface Fault {
  /** `short` writes some of the bytes first; `lie` says that it was done. */
  readonly kind: "EIO" | "ENOSPC" | "short" | "lie";
  readonly operation: "append" | "sync" | "put";
  /** Which of these operations, from 0. */
  readonly at: number;
}

interface File {
  /** What a reader sees. */
  bytes: Uint8Array;
  /** What is on the disk for sure. */
  synced: Uint8Array;
  isNamed: boolean;
}

const NOTHING = new Uint8Array(0);

export type Random = () => number;

/** Numbers from 0 up to, not including, 1, the same for one seed. */
export function randomOf(seed: number): Random {
  let state = (seed * 0x9e3779b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 0x1_0000_0000;
  };
}

export class Disk {
  readonly #files = new Map<string, File>();
  #steps = 0;
  #crashAt = Number.POSITIVE_INFINITY;
  #faults: Fault[] = [];
  #boot = 0;
  readonly #operations = { append: 0, sync: 0, put: 0 };
  readonly #pageBytes: number;
  /** Bytes that still fit. */
  room = Number.POSITIVE_INFINITY;

  /** @param pageBytes what comes to the disk together. So small that each write has several. */
  constructor(pageBytes = 64) {
    this.#pageBytes = pageBytes;
  }

  /** Steps that were taken since the disk was new. */
  get steps(): number {
    return this.#steps;
  }

  get operations(): Readonly<Record<Fault["operation"], number>> {
    return this.#operations;
  }

  /** The process ends at this step from now. */
  crashAfter(steps: number): void {
    this.#crashAt = this.#steps + steps;
  }

  fault(...faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  /** The process is gone; what it wrote is there. */
  kill(): void {
    this.#boot++;
    this.#crashAt = Number.POSITIVE_INFINITY;
    this.#faults = [];
    this.room = Number.POSITIVE_INFINITY;
  }

  /** The machine is gone: what was not synced is there in part. */
  powerOff(random: Random): void {
    this.kill();
    for (const [name, file] of this.#files) {
      if (!file.isNamed && random() < 0.5) this.#files.delete(name);
      else {
        file.bytes = remains(file, this.#pageBytes, random);
        file.synced = file.bytes;
        file.isNamed = true;
      }
    }
  }

  /** What a process opens. It ends with the process. */
  storage(): Storage {
    const boot = this.#boot;
    const step = (): void => {
      if (this.#boot !== boot) throw new Crash();
      if (this.#steps++ < this.#crashAt) return;
      this.#boot++;
      throw new Crash();
    };
    const alive = (): void => {
      if (this.#boot !== boot) throw new Crash();
    };
    return {
      list: async () => {
        alive();
        for (const file of this.#files.values()) file.isNamed = true;
        return [...this.#files.keys()].sort();
      },
      size: async (name) => {
        alive();
        return this.#files.get(name)?.bytes.length ?? 0;
      },
      read: async (name, at, length) => {
        alive();
        return (this.#files.get(name)?.bytes ?? NOTHING).slice(at, at + length);
      },
      append: async (name, at, bytes) => {
        step();
        const fault = this.#met("append");
        const file = this.#file(name);
        if (file.bytes.length !== at)
          throw new Error(`${name}: wanted ${at} bytes, found ${file.bytes.length}`);
        if (fault === "EIO") throw failed("EIO");
        const fits = fault === "short" ? bytes.length >> 1 : Math.min(bytes.length, this.room);
        file.bytes = joined(file.bytes, bytes.subarray(0, fits));
        this.room -= fits;
        if (fits < bytes.length || fault === "ENOSPC") throw failed("ENOSPC");
        step();
      },
      sync: async (name) => {
        step();
        const fault = this.#met("sync");
        if (fault === "EIO") throw failed("EIO");
        const file = this.#file(name);
        if (fault !== "lie") {
          file.synced = file.bytes;
          file.isNamed = true;
        }
        step();
      },
      cut: async (name, size) => {
        step();
        const file = this.#file(name);
        file.bytes = file.bytes.slice(0, size);
        file.synced = file.bytes;
        step();
      },
      replace: async (name, at, bytes) => {
        step();
        const fault = this.#met("append");
        if (fault === "EIO") throw failed("EIO");
        const file = this.#file(name);
        const fits = fault === "short" ? bytes.length >> 1 : Math.min(bytes.length, this.room);
        file.bytes = over(file.bytes, at, bytes.subarray(0, fits));
        if (fits < bytes.length || fault === "ENOSPC") throw failed("ENOSPC");
        step();
        file.synced = file.bytes;
        step();
        file.bytes = file.bytes.slice(0, at + bytes.length);
        step();
        file.synced = file.bytes;
        step();
      },
      put: async (name, bytes) => {
        step();
        const fault = this.#met("put");
        if (fault === "EIO" || fault === "ENOSPC") throw failed(fault);
        this.#files.set(name, { bytes: bytes.slice(), synced: bytes.slice(), isNamed: false });
        step();
        if (fault !== "lie") this.#file(name).isNamed = true;
        step();
      },
      close: async () => {},
    };
  }

  /** Its files as they are, to look at and to change. */
  image(): Map<string, Uint8Array> {
    return new Map([...this.#files].map(([name, { bytes }]) => [name, bytes.slice()]));
  }

  /** A disk with these files on it. */
  static of(image: ReadonlyMap<string, Uint8Array>): Disk {
    const disk = new Disk();
    for (const [name, bytes] of image) disk.#files.set(name, { bytes, synced: bytes, isNamed: true });
    return disk;
  }

  #met(operation: Fault["operation"]): Fault["kind"] | undefined {
    const at = this.#operations[operation]++;
    return this.#faults.find((fault) => fault.operation === operation && fault.at === at)?.kind;
  }

  #file(name: string): File {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const file = { bytes: NOTHING, synced: NOTHING, isNamed: false };
    this.#files.set(name, file);
    return file;
  }
}

/** What is left of a file when the machine stops: all that was synced, and of the rest whatever came to the disk. */
function remains({ bytes, synced }: File, pageBytes: number, random: Random): Uint8Array {
  const first = firstChanged(bytes, synced);
  const way = random();
  // What was cut off without a sync is gone or is not.
  if (first === bytes.length) return way < 0.5 ? synced : bytes;
  if (way < 0.15) return synced;
  if (way < 0.3) return bytes;
  if (way < 0.5)
    return over(synced, 0, bytes.subarray(0, first + Math.floor(random() * (bytes.length - first + 1))));
  const before = over(new Uint8Array(bytes.length), 0, synced);
  const left = bytes.slice();
  for (let at = first; at < bytes.length; ) {
    const end = Math.min(bytes.length, at - (at % pageBytes) + pageBytes);
    const fate = random();
    // The page as it was, as it was to be, or with the first of its bytes.
    const from = fate < 0.4 ? at : fate < 0.8 ? end : at + Math.floor(random() * (end - at));
    left.set(before.subarray(from, end), from);
    at = end;
  }
  return left;
}

function firstChanged(bytes: Uint8Array, synced: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== synced[at]) return at;
  return bytes.length;
}

/** Bytes with others over them from an offset on. */
function over(bytes: Uint8Array, at: number, others: Uint8Array): Uint8Array {
  const all = new Uint8Array(Math.max(bytes.length, at + others.length));
  all.set(bytes);
  all.set(others, at);
  return all;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function failed(code: "EIO" | "ENOSPC"): Error {
  return Object.assign(new Error(code), { code });
}
