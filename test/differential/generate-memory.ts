/**
 * Sequences of calls with histories, as a host with a store would make them: the cells that a call names go along, the next
 * ones are kept. Now and then a store loses, ages, mixes up or damages something, and a call lists other cells.
 */
import { hexOf } from "../model/bytes.ts";
import {
  appendEvent,
  type Cell,
  emptyCell,
  NO_DIGEST,
  NUMBER_MAX,
  sealCell,
  U32_MAX,
  writeCell,
} from "../model/cells.ts";
import { readCmp, type Writable, writableOf, writeCmp } from "../model/cmp.ts";
import type { Image } from "../model/image.ts";
import { type ModelAnswer, nameModel } from "../model/model.ts";
import { encodeRequest } from "../model/request-writer.ts";
import { Store } from "../model/store.ts";
import { randomRequest } from "./generate.ts";
import { randomCall } from "./generate-calls.ts";
import type { Random } from "./random.ts";

/** One call: its bytes, the ids that it names, and the cells in the order of the request. */
export interface Step {
  request: Uint8Array;
  /** Ids that the request lists, in its order. */
  ids: Uint8Array[];
  cells: Uint8Array[];
}

const HOUR = 3_600_000;
/** Requests that a sequence asks again and again, so that histories grow. */
const BASES_MAX = 5;

export class Sequence {
  readonly store = new Store();
  /** What stood in the store before, by id. */
  private readonly older = new Map<string, Uint8Array>();
  private readonly met = new Set<string>();
  private bases: Uint8Array[] = [];
  private clock: number;

  constructor(
    readonly random: Random,
    public bytes: Uint8Array,
    public image: Image,
    readonly keySalt: Uint8Array,
  ) {
    this.clock = random.pick([0, 5000, 1_800_000_000_000, 1_800_000_000_000, 2 ** 53 - 1 - 40 * 24 * HOUR]);
  }

  /** The same store under another policy. */
  move(bytes: Uint8Array, image: Image): void {
    this.bytes = bytes;
    this.image = image;
    this.bases = [];
  }

  next(): Step {
    const { random } = this;
    const plain = this.call();
    const { ids } = nameModel(this.bytes, plain, this.keySalt);
    for (const id of ids) this.meet(id);
    if (random.chance(8)) return { request: plain, ids: [], cells: [] };
    const cells: Uint8Array[] = this.store.bytes(ids);
    const pairs = this.store.pairs(ids);
    if (random.chance(12)) this.spoil(pairs, cells);
    const request = withMembers(plain, { cells: pairs.map((pair) => [...pair]) });
    return { request, ids: pairs.map(([id]) => id), cells };
  }

  keep({ ids }: Step, answer: ModelAnswer): void {
    if (!("cells" in answer)) return;
    ids.forEach((id, i) => {
      if ((answer.cells[i] ?? null) !== null) this.older.set(hexOf(id), this.store.of(id).bytes);
    });
    this.store.keep(ids, answer);
  }

  /** A call without cells: one of the bases or a new one, at a time near the last one. */
  private call(): Uint8Array {
    const { random, image } = this;
    const hasLanguages = image.mappings.some(({ language }) => language !== "none");
    if (this.bases.length === 0 || random.chance(25)) {
      const inLanguage = (): Uint8Array =>
        random.chance(30) ? manyFiles(random, image) : randomCall(random, image);
      const fresh = hasLanguages && random.chance(50) ? inLanguage() : randomRequest(random, image);
      this.bases = [fresh, ...this.bases].slice(0, BASES_MAX);
    }
    this.clock += random.pick([0, 0, 1, 999, 1000, 20_000, 60_000, HOUR / 2, HOUR, 5 * HOUR, 24 * HOUR]);
    this.clock = Math.min(this.clock, 2 ** 53 - 1);
    const time = Math.max(0, this.clock - (random.chance(8) ? random.pick([1, 1000, HOUR, 48 * HOUR]) : 0));
    const context: Record<string, Writable> = { time_ms: time };
    for (const key of ["session", "agent", "principal", "tenant"]) {
      if (random.chance(75)) context[key] = random.pick(["a", "a", "a", "b"]);
    }
    const base = random.pick(this.bases);
    return withContext(base, context);
  }

  /** Some histories are long when a sequence begins. */
  private meet(id: Uint8Array): void {
    const { random } = this;
    const name = hexOf(id);
    if (this.met.has(name)) return;
    this.met.add(name);
    if (!random.chance(40)) return;
    const kinds = this.image.cells.filter(({ tallyCount }) => tallyCount > 0);
    if (kinds.length === 0) return;
    const kind = random.pick(kinds);
    const numbers = this.image.tallies
      .slice(kind.tallyStart, kind.tallyStart + kind.tallyCount)
      .map(({ number }) => number);
    const cell = randomCell(random, id, numbers, this.clock);
    this.store.cells.set(name, { bytes: writeCell(cell), digest: cell.digest });
  }

  /** One thing that a store or a host does wrong. */
  private spoil(pairs: [Uint8Array, Uint8Array][], cells: Uint8Array[]): void {
    const { random } = this;
    const foreign = (): [Uint8Array, Uint8Array] => [randomBytes(random, 32), NO_DIGEST];
    if (pairs.length === 0 || random.chance(10)) {
      if (pairs.length === 8) pairs.pop();
      pairs.push(foreign());
      cells.length = pairs.length - 1;
      cells.push(new Uint8Array());
      return;
    }
    const at = random.below(pairs.length);
    const [id] = pairs[at] as [Uint8Array, Uint8Array];
    const bytes = cells[at] as Uint8Array;
    switch (random.below(9)) {
      case 0:
        pairs.splice(at, 1);
        cells.splice(at, 1);
        break;
      case 1:
        pairs[at] = [id, random.pick([NO_DIGEST, randomBytes(random, 32)])];
        break;
      case 2:
        pairs[at] = foreign();
        break;
      case 3:
        cells[at] = this.older.get(hexOf(id)) ?? new Uint8Array();
        break;
      case 4:
        cells[at] = random.pick(cells);
        break;
      case 5: {
        pairs.reverse();
        cells.reverse();
        break;
      }
      case 6:
        cells[at] = random.pick([
          bytes.slice(0, random.below(bytes.length + 1)),
          new Uint8Array(45_056).fill(1),
        ]);
        break;
      case 7:
        cells[at] = damaged(random, bytes);
        break;
      default:
        // Damaged, and the check is made right again.
        cells[at] = sealCell(damaged(random, bytes));
    }
  }
}

/** A command that reads some files, each a part of its own: more of them than histories that a call may touch. */
function manyFiles(random: Random, image: Image): Uint8Array {
  const commands = Array.from({ length: random.between(2, 14) }, () => `echo < f${random.below(20)}`);
  return encodeRequest({ tool: "run_shell", args: { command: commands.join("; ") } }, image.digest);
}

/** A long history with gaps, crowds and numbers near their ends; its last event is mostly before `now`. */
export function randomCell(random: Random, id: Uint8Array, numbers: bigint[], now: number): Cell {
  const cell = emptyCell(id, numbers);
  const all = 2 ** numbers.length - 1;
  const count = random.pick([1, 2, 5, 60, 127, 128, 129, 140, 300]);
  const step = random.pick([0, 1, 60_000, HOUR / 4, HOUR, 6 * HOUR, 24 * HOUR]);
  let time = Math.max(0, now - count * step - random.pick([0, 0, 500, HOUR]));
  for (let i = 0; i < count; i++) {
    appendEvent(cell, {
      time: BigInt(Math.min(time, 2 ** 53 - 1)),
      amount: random.pick([0n, 5n, 1234n, 50_000n, random.chance(5) ? NUMBER_MAX : 1n]),
      target: BigInt(random.below(4)),
      units: random.pick([1n, 1n, 3n, random.chance(5) ? U32_MAX : 2n]),
      tallies: random.chance(30) ? all : random.between(1, all),
      action: random.below(120),
      tier: random.below(5),
      verdict: random.below(3),
    });
    time += random.pick([0, step, step, 2 * step]);
  }
  if (cell.leftCount > 0n && random.chance(10)) {
    cell.leftCount = U32_MAX - BigInt(random.below(2));
    for (const bucket of [...cell.hours, ...cell.days]) {
      for (const column of bucket.columns) {
        if (random.chance(50)) column.events = U32_MAX - BigInt(random.below(2));
        if (random.chance(50)) column.amount = NUMBER_MAX - BigInt(random.below(2));
      }
    }
  }
  cell.digest = randomBytes(random, 32);
  return cell;
}

function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return randomBytes(random, random.pick([8, 120, 192]));
  const out = bytes.slice();
  // Counts, times and zeros of the head as often as all the rest.
  const at = random.chance(50) ? random.below(Math.min(120, out.length)) : random.below(out.length);
  out[at] = random.pick([0, 1, 255, (out[at] as number) ^ (1 << random.below(8))]);
  return out;
}

function randomBytes(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.below(256));
}

/** A request with members set; bytes that are no map stay as they are. */
function withMembers(request: Uint8Array, members: Record<string, Writable>): Uint8Array {
  const map = mapOf(request);
  if (map === null) return request;
  for (const [key, value] of Object.entries(members)) map.set(key, value);
  return writeCmp(map);
}

function withContext(request: Uint8Array, members: Record<string, Writable>): Uint8Array {
  const context = mapOf(request)?.get("context");
  if (!(context instanceof Map)) return request;
  return withMembers(request, { context: new Map([...context, ...Object.entries(members)]) });
}

function mapOf(request: Uint8Array): Map<string, Writable> | null {
  try {
    const written = writableOf(readCmp(request));
    return written instanceof Map ? written : null;
  } catch {
    return null;
  }
}
