/**
 * Sequences of calls with histories, as a host with a store would make them: the cells that a call names go along, the next
 * ones are kept. Now and then a store loses, ages, mixes up or damages something, and a call lists other cells.
 */
import { fromBytes, hexOf, readable, utf8 } from "../model/bytes.ts";
import {
  ALL_WRITTEN,
  appendEvent,
  type Cell,
  changeAt,
  emptyCell,
  NO_DIGEST,
  NO_NAME,
  NUMBER_MAX,
  OBSERVED,
  readCell,
  SATURATED,
  sealCell,
  U32_MAX,
  writeCell,
} from "../model/cells.ts";
import { readCmp, type Writable, writableOf, writeCmp } from "../model/cmp.ts";
import { REVIEW } from "../model/decide.ts";
import { extract } from "../model/extract.ts";
import { formOfValue } from "../model/forms.ts";
import { frozenHash } from "../model/freezes.ts";
import { hashOf, OF_FORM } from "../model/hashes.ts";
import type { Image } from "../model/image.ts";
import { freezeKind, sessionKind } from "../model/image-cells.ts";
import { cellId } from "../model/keys.ts";
import { type Match, match } from "../model/match.ts";
import { type ModelAnswer, nameModel } from "../model/model.ts";
import { FROZEN, foldNote, markOf, TOOL, USER, WRITTEN } from "../model/notes.ts";
import { type Request, readRequest } from "../model/request.ts";
import { encodeRequest, type RequestSource } from "../model/request-writer.ts";
import { writtenHash } from "../model/session.ts";
import { Store } from "../model/store.ts";
import { fieldNumber } from "../model/wire.ts";
import { randomRequest } from "./generate.ts";
import { withAnswer, withAnswerTo } from "./generate-answers.ts";
import { randomCall } from "./generate-calls.ts";
import { namesIn, randomEvent, spoilEvent } from "./generate-events.ts";
import { EDGED } from "./generate-texts.ts";
import { WORDS } from "./images.ts";
import type { Random } from "./random.ts";

/** One call: its bytes, the ids that it names, and the cells in the order of the request. */
export interface Step {
  request: Uint8Array;
  /** Ids that the request lists, in its order. */
  ids: Uint8Array[];
  cells: Uint8Array[];
}

const HOUR = 3_600_000;
const CELLS_MAX = 8;
/** How many of 100 steps are looked at for something that a person or a reviewer may have said to them. */
const ANSWERED_PERCENT = 30;
/** How many of 100 steps ask again for a call that was reviewed, with an answer to its record; such records that are known. */
const AGAIN_PERCENT = 20;
const REVIEWS_MAX = 4;
/** Requests that a sequence asks again and again, so that histories grow. */
const BASES_MAX = 5;
const PATH = fieldNumber("path");
/** Values that histories and texts know, besides those of calls. */
const VALUES = [
  ...WORDS.address,
  ...WORDS.text,
  ...WORDS.host,
  ...EDGED,
  "/etc/passwd",
  "/work/app/src",
  "./f1",
  "./f2",
];

/** A call that was reviewed: without cells and answers, and its record. */
interface Review {
  request: Map<string, Writable>;
  record: Uint8Array;
}

export class Sequence {
  readonly store = new Store();
  /** The last one first. */
  private reviews: Review[] = [];
  /** Few, so that calls have the same one; by some of them calls have no name, by one they nearly have none. */
  private readonly salts: Uint8Array[];
  /** What stood in the store before, by id. */
  private readonly older = new Map<string, Uint8Array>();
  private readonly met = new Set<string>();
  private bases: Uint8Array[] = [];
  private frozen: [string, string][] = [];
  private clock: number;

  constructor(
    readonly random: Random,
    public bytes: Uint8Array,
    public image: Image,
    readonly keySalt: Uint8Array,
  ) {
    const salt = (): Uint8Array => randomBytes(random, 32);
    this.salts = [
      salt(),
      salt(),
      salt(),
      salt(),
      new Uint8Array(32),
      salt().fill(0, 0, 8),
      salt().fill(0, 0, 7).fill(1, 7, 8),
    ];
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
    const review = random.chance(AGAIN_PERCENT) ? this.review() : undefined;
    const plain = review ? this.again(review) : random.chance(25) ? this.event() : this.call();
    const ids = this.idsOf(plain);
    for (const id of ids) this.meet(id);
    if (random.chance(8)) return { request: plain, ids: [], cells: [] };
    const stored = this.store.bytes(ids);
    const isRenamed = review !== undefined && random.chance(20);
    const cells = isRenamed
      ? stored.map((bytes, i) => renamed(random, bytes, ids[i] as Uint8Array, review))
      : stored;
    const pairs = this.store.pairs(ids);
    if (random.chance(12)) this.spoil(pairs, cells);
    const listed = withMembers(plain, { cells: pairs.map((pair) => [...pair]) });
    const answered = (): Uint8Array => {
      if (review) return withAnswerTo(random, this.image, listed, review.record);
      return withAnswer(random, this.image, listed, cells, this.keySalt);
    };
    const request = random.chance(review ? 90 : ANSWERED_PERCENT) ? answered() : listed;
    return { request, ids: pairs.map(([id]) => id), cells };
  }

  /** As the engine names them; now and then the last ones of those that are too many, without the list of what is frozen. */
  private idsOf(plain: Uint8Array): Uint8Array[] {
    const { ids } = nameModel(this.bytes, plain, this.keySalt, Number.POSITIVE_INFINITY);
    const others = ids.filter((id) => this.sideKindOf(hexOf(id)) !== "freezes");
    const isLast = others.length >= CELLS_MAX && this.random.chance(50);
    return isLast ? others.slice(-CELLS_MAX) : ids.slice(0, CELLS_MAX);
  }

  keep({ request, ids }: Step, answer: ModelAnswer): void {
    if (!("cells" in answer)) return;
    const map = mapOf(request);
    if (answer.result.verdict === REVIEW && map !== null) {
      for (const key of ["approval", "cells", "reviewer"]) map.delete(key);
      this.reviews = [{ request: map, record: answer.record }, ...this.reviews].slice(0, REVIEWS_MAX);
    }
    ids.forEach((id, i) => {
      if ((answer.cells[i] ?? null) !== null) this.older.set(hexOf(id), this.store.of(id).bytes);
    });
    this.store.keep(ids, answer);
  }

  /** A call without cells: one of the bases or a new one, at a time near the last one. */
  private call(): Uint8Array {
    const { random, image } = this;
    const ofPaths = image.cells.some(({ fields }) => fields.includes(PATH));
    const hasLanguages = image.mappings.some(({ language }) => language !== "none");
    if (this.bases.length === 0 || random.chance(25)) {
      const inLanguage = (): Uint8Array =>
        random.chance(ofPaths ? 65 : 25) ? manyFiles(random, image) : randomCall(random, image);
      const fresh = hasLanguages && random.chance(50) ? inLanguage() : randomRequest(random, image);
      this.bases = [fresh, ...this.bases].slice(0, BASES_MAX);
    }
    const call = withContext(random.pick(this.bases), this.context());
    return random.chance(85) ? withSalt(call, random.pick(this.salts)) : call;
  }

  private review(): Review | undefined {
    if (this.reviews.length === 0) return undefined;
    return this.random.chance(60) ? this.reviews[0] : this.random.pick(this.reviews);
  }

  /** A call that was reviewed once more, some time later; now and then with another salt, or in another mode. */
  private again({ request }: Review): Uint8Array {
    const { random } = this;
    const map = new Map(request).set("image", this.image.digest);
    if (random.chance(10)) map.set("mode", random.pick(["enforce", "shadow"]));
    const { time_ms } = this.context();
    const call = withContext(writeCmp(map), { time_ms: time_ms as number });
    return random.chance(10) ? withSalt(call, random.pick(this.salts)) : call;
  }

  private context(): Record<string, Writable> {
    const { random } = this;
    this.clock += random.pick([0, 0, 1, 999, 1000, 20_000, 60_000, HOUR / 2, HOUR, 5 * HOUR, 24 * HOUR]);
    this.clock = Math.min(this.clock, 2 ** 53 - 1);
    const time = Math.max(0, this.clock - (random.chance(8) ? random.pick([1, 1000, HOUR, 48 * HOUR]) : 0));
    const context: Record<string, Writable> = { time_ms: time };
    for (const key of ["session", "agent", "principal", "tenant"]) {
      if (random.chance(key === "session" ? 90 : 75)) context[key] = random.pick(["a", "a", "a", "b"]);
    }
    if (random.chance(30)) context.actor = random.pick(["alice", "alice", "svc-1"]);
    // A session that another one opened.
    if (random.chance(12)) context.parent = random.pick(["a", "b"]);
    return context;
  }

  /** An event without cells, in one of the sessions. */
  private event(): Uint8Array {
    const { random, image, keySalt } = this;
    const parts = randomEvent(random, {
      image,
      keySalt,
      values: this.values(),
      names: this.names(),
      frozen: this.frozen,
    });
    const members = random.chance(8) ? spoilEvent(random, parts) : { ...parts };
    const request = encodeRequest(
      { ...(members as RequestSource), mode: random.pick(["enforce", "enforce", "enforce", "shadow"]) },
      image.digest,
    );
    return withContext(request, this.context());
  }

  /** Values of the calls of this sequence, as fields have them, and others. */
  private values(): string[] {
    const short = this.bases
      .flatMap((base) => valuesOf(base, this.image))
      .filter((text) => text.length > 0 && text.length < 200);
    return [...VALUES, ...short, ...short, ...short].slice(0, 200);
  }

  private names(): [string, string][] {
    const given = this.bases.flatMap((base): [string, string][] => {
      const named = requestOf(base, this.image);
      if (named === null) return [];
      const { tool, context } = named.request;
      const actions = named.match.candidates.map(({ action }) => this.image.actions[action]?.name);
      const pairs: [string, string | null | undefined][] = [
        ...actions.map((action): [string, string | undefined] => ["action", action]),
        ["tool", tool],
        // Without their pins, and as they are.
        ...[named.match.server, named.request.server].flatMap((server): [string, string | undefined][] => [
          ["server", server?.split("@sha256:")[0]],
          ["server", server?.split("@sha256:")[0]],
          ["server", server ?? undefined],
        ]),
        ["actor", context.actor],
      ];
      return pairs.flatMap(([scope, value]): [string, string][] =>
        value == null ? [] : [[scope, readable(value)]],
      );
    });
    return namesIn(this.random, this.image, given);
  }

  /** Some histories are long when a sequence begins. */
  private meet(id: Uint8Array): void {
    const { random } = this;
    const name = hexOf(id);
    if (this.met.has(name)) return;
    this.met.add(name);
    const kind = this.sideKindOf(name);
    if (!random.chance(kind === "freezes" ? 80 : 40)) return;
    if (kind !== null && random.chance(70)) {
      const cell = this.knowingCell(id, kind === "freezes");
      this.store.cells.set(name, { bytes: writeCell(cell), digest: cell.digest });
      return;
    }
    const kinds = this.image.cells.filter(({ tallyCount }) => tallyCount > 0);
    if (kinds.length === 0) return;
    const counted = random.pick(kinds);
    const cell = randomCell(random, id, this.numbersOf(counted), this.clock);
    this.store.cells.set(name, { bytes: writeCell(cell), digest: cell.digest });
  }

  private numbersOf({ tallyStart, tallyCount }: { tallyStart: number; tallyCount: number }): bigint[] {
    return this.image.tallies.slice(tallyStart, tallyStart + tallyCount).map(({ number }) => number);
  }

  /** Whether an id is that of a session, or of what is frozen. */
  private sideKindOf(name: string): "session" | "freezes" | null {
    const { cells } = this.image;
    const [session, freezes] = [sessionKind(cells), freezeKind(cells)];
    const isId = (kind: string, ...texts: string[]): boolean =>
      hexOf(cellId(this.keySalt, kind, texts)) === name;
    if (freezes !== undefined && isId(freezes.name)) return "freezes";
    const isSession = session !== undefined && ["a", "b"].some((text) => isId(session.name, text));
    return isSession ? "session" : null;
  }

  /** A history that knows much already: marks, a filter, bits, and mostly events too. */
  private knowingCell(id: Uint8Array, isFreezes: boolean): Cell {
    const { random, keySalt } = this;
    const kind = sessionKind(this.image.cells);
    const numbers = isFreezes || kind === undefined ? [] : this.numbersOf(kind);
    const cell =
      numbers.length > 0 && random.chance(50)
        ? randomCell(random, id, numbers, this.clock)
        : emptyCell(id, numbers);
    if (!cell.wasChanged) changeAt(cell, BigInt(Math.max(0, this.clock - random.pick([0, 1, HOUR]))));
    const fill = (known: bigint[], count: number, ofClass: number): bigint[] =>
      someMarks(random, count, ofClass, known);
    const some = random.some(this.values(), 30);
    const forms = some.flatMap((text) => {
      const form = formOfValue(utf8(text));
      return form === null ? [] : [hashOf(keySalt, OF_FORM, form)];
    });
    const count = (most: number): number => random.pick([0, 3, 20, most - 1, most, most, most, most]);
    if (isFreezes) {
      const names = random.some(this.names(), random.pick([0, 3, 10]));
      const hashes = [...new Set(names.map(([scope, value]) => frozenHash(keySalt, scope, utf8(value))))];
      this.frozen.push(...names);
      const places = random.pick([0, 3, 3, 254, 255, 255, 256]);
      foldNote(cell, { bits: 0, marks: fill(hashes, Math.max(hashes.length, places), FROZEN) });
    } else {
      foldNote(cell, {
        bits: 0,
        marks: fill(random.some(forms, 50), count(random.chance(30) ? 4096 : 40), TOOL),
      });
      if (cell.filterCount > 0 && random.chance(25)) cell.filterCount = 4096 - random.below(3);
      foldNote(cell, { bits: 0, marks: fill(random.some(forms, 70), count(1024), USER) });
      const written = some.map((text) => writtenHash(keySalt, utf8(text)));
      foldNote(cell, { bits: 0, marks: fill(written, count(128), WRITTEN) });
      cell.bits |= random.below(128);
      for (const [bit, percent] of [
        [OBSERVED, 85],
        [SATURATED, 10],
        [ALL_WRITTEN, 15],
      ] as const) {
        if (random.chance(percent)) cell.bits |= 1 << bit;
      }
    }
    cell.digest = randomBytes(random, 32);
    return cell;
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
    switch (random.below(10)) {
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
      case 8:
        cells[at] = crowded(random, bytes, id);
        break;
      default:
        // Damaged, and the check is made right again.
        cells[at] = sealCell(damaged(random, bytes));
    }
  }
}

/** A command that reads some files, each a part of its own: more of them than histories that a call may touch. */
function manyFiles(random: Random, image: Image): Uint8Array {
  const files = (): string => Array.from({ length: 40 }, () => `f${random.below(1000)}`).join(" ");
  const commands = random.chance(35)
    ? [`rm ${files()}`, `rm ${files()}`, `cat ${files()}`]
    : Array.from({ length: random.between(2, 18) }, () => `echo < f${random.below(20)}`);
  const mode = random.pick(["enforce", "shadow"]);
  return encodeRequest({ tool: "run_shell", args: { command: commands.join("; ") }, mode }, image.digest);
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
      name: NO_NAME,
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

/** A request as it is read; null: it is refused. */
function requestOf(bytes: Uint8Array, image: Image): { request: Request; match: Match } | null {
  try {
    const request = readRequest(bytes, image);
    return { request, match: match(request, image) };
  } catch {
    return null;
  }
}

/** Canonical values of the fields of a call, in all its readings. */
function valuesOf(bytes: Uint8Array, image: Image): string[] {
  const read = requestOf(bytes, image);
  if (read === null) return [];
  return read.match.candidates.flatMap((candidate) =>
    [...extract(read.request, image, candidate).fields.values()].flatMap(({ values }) =>
      values.flatMap((value) => {
        if (!("text" in value)) return [];
        const host = value.kind === "url" ? value.url.host : null;
        return host === null ? [readable(value.text)] : [value.text, host.text].map(readable);
      }),
    ),
  );
}

/** Marks of one class: first those of what is known. */
function someMarks(random: Random, count: number, ofClass: number, known: bigint[] = []): bigint[] {
  return Array.from({ length: count }, (_, i) =>
    markOf(known[i] ?? BigInt.asUintN(64, BigInt(random.next()) * 2n ** 35n + BigInt(8 * i)) & ~7n, ofClass),
  );
}

/** A cell with as many marks of one class as there may be, or more; those of the first two count together. */
function crowded(random: Random, bytes: Uint8Array, id: Uint8Array): Uint8Array {
  const cell = (bytes.length > 0 ? readCell(bytes, id) : null) ?? emptyCell(id, []);
  const ofClass = random.pick([USER, TOOL, WRITTEN, FROZEN]);
  const most = ofClass === WRITTEN ? 128 : ofClass === FROZEN ? 256 : 1024;
  const other = ofClass === USER ? TOOL : USER;
  const few = ofClass === USER || ofClass === TOOL ? random.pick([0, 1, 20]) : 0;
  const marks = [
    ...someMarks(random, most + random.pick([0, 1, 1, 20]) - few, ofClass),
    ...someMarks(random, few, other),
  ];
  cell.marks = [...new Set(marks)].sort((a, b) => (a < b ? -1 : 1));
  return writeCell(cell);
}

/** A cell in which many reviews are those of a call; now and then one event has its name that is no review. */
function renamed(random: Random, bytes: Uint8Array, id: Uint8Array, { record }: Review): Uint8Array {
  const cell = bytes.length > 0 ? readCell(bytes, id) : null;
  const args = mapOf(record)?.get("args");
  if (cell === null || !(args instanceof Uint8Array)) return bytes;
  const name = fromBytes(args.subarray(0, 6));
  for (const event of random.some(cell.events, 60)) {
    if (event.verdict === REVIEW) event.name = random.pick([name, name, `${name.slice(1)}x`, NO_NAME]);
  }
  if (cell.events.length > 0 && random.chance(10)) random.pick(cell.events).name = name;
  return writeCell(cell);
}

function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return randomBytes(random, random.pick([8, 120, 192]));
  const out = bytes.slice();
  // Counts, times and bits of the head as often as all the rest.
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

/** A request whose salt is one gets another one. */
function withSalt(request: Uint8Array, salt: Uint8Array): Uint8Array {
  const old = mapOf(request)?.get("salt");
  return old instanceof Uint8Array && old.length === 32 ? withMembers(request, { salt }) : request;
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
