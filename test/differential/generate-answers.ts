/**
 * What persons or a reviewer said to calls, for the differential tests: an approval that fits what the model finds about a
 * call, with nothing, one thing or several things of it wrong, and approvals and reviewers that must be refused.
 */
import { asciiLower, compareBytes, utf8 } from "../model/bytes.ts";
import { readCmp, type Writable, writableOf, writeCmp } from "../model/cmp.ts";
import type { Image } from "../model/image.ts";
import { decideLoaded } from "../model/model.ts";
import { recordDigest } from "../model/record.ts";
import { ANSWERS } from "../model/request.ts";
import { limit } from "../model/wire.ts";
import { mutateBytes, mutateForm } from "./generate.ts";
import type { Random } from "./random.ts";

type Fields = Map<string, Writable>;

const DAY = 86_400_000n;
const TIME_MAX = BigInt(limit("time_ms_max"));
const APPROVERS_MAX = 8;
/** Names whose order by bytes is not that of UTF-16, and names that begin alike. */
const PERSONS = [
  "Ann",
  "ann",
  "ann ",
  "ann.b",
  "bob",
  "carol",
  "zoë",
  "～",
  "😀",
  "p".repeat(255),
  "q".repeat(256),
].map(utf8);

/** What was found about a call, as a record has it. */
interface Found {
  verdict: string;
  args: Uint8Array;
  reasons: string[];
  /** How many must approve, and the longest time for which they may. */
  approvers: number;
  most: bigint;
}

/**
 * A request with what was said to an earlier record of it, if there is something to say: mostly to what is reviewed.
 * Bytes that are no request stay as they are.
 */
export function withAnswer(
  random: Random,
  image: Image,
  bytes: Uint8Array,
  cells: Uint8Array[] = [],
  keySalt?: Uint8Array,
): Uint8Array {
  const request = fieldsOf(bytes);
  const context = request?.get("context");
  if (request === null || !(context instanceof Map)) return bytes;
  const found = foundOf(image, bytes, cells, keySalt);
  const isReview = found?.verdict === "review";
  if (!isReview && !random.chance(15)) return bytes;
  const time = context.get("time_ms");
  const said = found ?? nothingFound();
  const now = typeof time === "bigint" ? time : 0n;
  if (random.chance(isReview ? 12 : 50)) request.set("reviewer", reviewer(random));
  else approve(random, request, context, approvalOf(random, image, context, said, now), said, now);
  if (random.chance(2)) request.set("reviewer", reviewer(random));
  const out = writeCmp(request);
  // With histories the ids and digests of the request stay those of its cells.
  if (request.has("cells")) return out;
  if (random.chance(2)) return mutateBytes(random, out);
  return random.chance(2) ? mutateForm(random, out) : out;
}

/**
 * A request with what was said to this record of it: mostly an approval that fits the record, whatever would be found
 * about the call now.
 */
export function withAnswerTo(
  random: Random,
  image: Image,
  bytes: Uint8Array,
  record: Uint8Array,
): Uint8Array {
  const request = fieldsOf(bytes);
  const context = request?.get("context");
  if (request === null || !(context instanceof Map)) return bytes;
  const of = recordDigest(record);
  if (random.chance(40)) {
    const said = new Map<string, Writable>([
      ["answer", random.pick(ANSWERS)],
      ["by", "judge 1"],
      ["of", of],
      ["prompt", bytesOf(random, 32)],
    ]);
    return writeCmp(request.set("reviewer", said));
  }
  const found = foundIn(record);
  const now = context.get("time_ms") as bigint;
  const approval = approvalOf(random, image, context, found, now).set("of", of);
  if (random.chance(85)) request.set("approval", approval);
  else approve(random, request, context, approval, found, now);
  return writeCmp(request);
}

function fieldsOf(bytes: Uint8Array): Fields | null {
  try {
    const value = writableOf(readCmp(bytes));
    return value instanceof Map ? value : null;
  } catch {
    return null;
  }
}

/** Null: the request is refused. */
function foundOf(image: Image, bytes: Uint8Array, cells: Uint8Array[], keySalt?: Uint8Array): Found | null {
  const answer = decideLoaded(image, bytes, cells, keySalt);
  return "record" in answer ? foundIn(answer.record) : null;
}

function foundIn(bytes: Uint8Array): Found {
  const record = fieldsOf(bytes) as Fields;
  const obligations = record.get("obligations") as Map<string, bigint>;
  const ttl = obligations.get("ttl_ms") ?? DAY;
  return {
    verdict: record.get("verdict") as string,
    args: record.get("args") as Uint8Array,
    reasons: record.get("reasons") as string[],
    approvers: Number(obligations.get("approvers") ?? 1n),
    most: ttl < DAY ? ttl : DAY,
  };
}

function nothingFound(): Found {
  return { verdict: "deny", args: new Uint8Array(32), reasons: [], approvers: 1, most: DAY };
}

function bytesOf(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.below(256));
}

/** 0 .. count - 1, of counts beyond 2^32 too. */
function below(random: Random, count: bigint): bigint {
  return random.pick([0n, count - 1n, BigInt(random.next()) % count]);
}

// --- approvals ---------------------------------------------------------------------------------------------------

/** Who asks, by all the names that must not approve. */
function askingOf(context: Fields): string[] {
  return ["actor", "agent", "principal"].flatMap((key) => {
    const name = context.get(key);
    return typeof name === "string" ? [name] : [];
  });
}

/** An approval with nothing wrong, as far as there can be one. */
function approvalOf(random: Random, image: Image, context: Fields, found: Found, now: bigint): Fields {
  const free = PERSONS.filter((id) => !askingOf(context).includes(id));
  const count = Math.min(free.length, APPROVERS_MAX, found.approvers + random.pick([0, 0, 0, 1, 4]));
  const most = found.most > 0n ? found.most : 1n;
  const length = random.chance(50) ? most : 1n + below(random, most);
  const before = below(random, length);
  const start = before > now ? 0n : now - before;
  const end = start + length;
  // The last of all times is before no other.
  const expires = end > TIME_MAX && random.chance(80) ? TIME_MAX : end;
  // Who approved saw what there is, and now and then more.
  const others = random.chance(40) ? ["approval_quorum", "tier_", "tier_high", "x".repeat(256), "ü"] : [];
  const room = limit("reasons_max") - found.reasons.length;
  const filling = random.chance(6) ? Array.from({ length: room }, (_, i) => `${i}`.padEnd(256, "f")) : [];
  const more = [...random.some(others.map(utf8), 50), ...filling].slice(0, room);
  return new Map<string, Writable>([
    ["approvers", sorted(random.shuffle(free).slice(0, count)).map((id) => approver(random, id))],
    ["args", found.args],
    ["at_ms", start],
    ["expires_ms", expires],
    ["image", image.digest],
    ["of", bytesOf(random, 32)],
    ["reasons", random.shuffle([...found.reasons, ...more])],
  ]);
}

function sorted(ids: string[]): string[] {
  return [...new Set(ids)].sort(compareBytes);
}

function approver(random: Random, id: string): Fields {
  const start = random.chance(80) ? "k4.pid." : "";
  // 256 bits: no two are alike.
  const key = Buffer.from(bytesOf(random, 32)).toString("base64url");
  return new Map<string, Writable>([
    ["id", id],
    ["key", `${start}${key}`.padEnd(random.chance(20) ? 64 : 0, "-")],
    ["signature", bytesOf(random, 64)],
  ]);
}

/** Puts an approval into a request: many of them as they are, the others with one thing wrong or with several. */
function approve(
  random: Random,
  request: Fields,
  context: Fields,
  approval: Fields,
  found: Found,
  now: bigint,
): void {
  request.set("approval", approval);
  if (random.chance(40)) return;
  if (random.chance(40)) {
    spoilApproval(random, request, approval);
    return;
  }
  const all = unfit(random, request, context, approval, found, now);
  for (let i = random.pick([1, 1, 1, 2, 3]); i > 0; i--) random.pick(random.pick(all))();
}

/** What makes an approval well-formed and of no use, one list for each of its conditions; some of them only nearly. */
function unfit(
  random: Random,
  request: Fields,
  context: Fields,
  approval: Fields,
  found: Found,
  now: bigint,
): (() => void)[][] {
  const changedBit = (key: string): void => {
    const bytes = (approval.get(key) as Uint8Array).slice();
    const at = random.pick([0, 31, random.below(32)]);
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    approval.set(key, bytes);
  };
  const times = (start: bigint, end: bigint): void => {
    if (start < 0n || end > TIME_MAX) return;
    approval.set("at_ms", start);
    approval.set("expires_ms", end);
  };
  const ids = (): string[] =>
    (approval.get("approvers") as Fields[]).map((entry) => entry.get("id") as string);
  const setIds = (all: string[]): void => {
    const kept = sorted(all).slice(0, APPROVERS_MAX);
    if (kept.length > 0) {
      approval.set(
        "approvers",
        kept.map((id) => approver(random, id)),
      );
    }
  };
  const reasons = (): string[] => approval.get("reasons") as string[];
  const { most } = found;
  const asking = askingOf(context);
  const self = asking.length > 0 ? random.pick(asking) : null;
  return [
    [
      () => changedBit("image"),
      () => changedBit("args"),
      // Another salt: what was approved is not what is asked.
      () => request.set("salt", bytesOf(random, 32)),
    ],
    [
      // Too early, just not too early, just over, over; the other way round.
      () => times(now + 1n, now + 2n),
      () => times(now, now + 1n),
      () => times(now - 1n, now),
      () => times(now - most - 1n, now - 1n),
      () => times(now + 1n, now),
      // As long as it may be, and longer by one.
      () => times(now, now + most),
      () => times(now, now + most + 1n),
      () => times(now, now + random.pick([DAY, DAY + 1n, 2n * DAY])),
      () => times(0n, TIME_MAX),
    ],
    [
      // One that is now there was not seen, or nearly.
      () => approval.set("reasons", reasons().slice(1)),
      () => approval.set("reasons", []),
      () => {
        const [gone = "tier_low", ...rest] = random.shuffle(found.reasons);
        const nearly = random.pick([gone.toUpperCase(), `${gone}_`, gone.slice(0, -1) || "x", ` ${gone}`]);
        approval.set("reasons", [...rest, nearly.slice(0, 256)]);
      },
    ],
    self === null
      ? []
      : [
          () => setIds([self, ...ids().slice(1)]),
          () => setIds([self, ...ids()]),
          // Whoever is called nearly so is somebody else.
          () =>
            setIds([
              random.pick([`${self.slice(0, 255)} `, asciiLower(self), self.slice(1) || "y"]),
              ...ids(),
            ]),
        ],
    found.approvers < 2
      ? []
      : [
          // Too few, or just enough.
          () => setIds(ids().slice(0, found.approvers - 1)),
          () => setIds(ids().slice(0, 1)),
          () => setIds(ids().slice(0, found.approvers)),
        ],
  ].filter((list) => list.length > 0);
}

// --- what must be refused ----------------------------------------------------------------------------------------

function spoilApproval(random: Random, request: Fields, approval: Fields): void {
  const approvers = approval.get("approvers") as Fields[];
  const crowd = (count: number): Fields[] =>
    Array.from({ length: count }, (_, i) => approver(random, utf8(`p${String(i).padStart(2, "0")}`)));
  const twice = random.pick(crowd(1));
  const one = random.pick(approvers);
  switch (random.below(10)) {
    case 0: {
      // Out of order: of names that begin alike, too.
      const pair = random.pick([
        ["b", "a"],
        ["ann.b", "ann"],
        ["😀", "～"],
        ["a", "Z"],
      ]);
      const odd = pair.map((id) => approver(random, utf8(id)));
      approval.set("approvers", random.chance(50) ? odd : [...approvers].reverse());
      break;
    }
    case 1:
      approval.set(
        "approvers",
        random.pick([
          [one, one],
          [...approvers, one],
          [twice, approver(random, "p00")],
        ]),
      );
      break;
    case 2: {
      // One key twice, next to each other or far apart; the place is that of the later one.
      const many = crowd(random.between(2, APPROVERS_MAX));
      const [from, to] = [random.pick(many), random.pick(many)];
      to.set("key", from.get("key") as string);
      approval.set("approvers", many);
      break;
    }
    case 3:
      approval.set(
        "approvers",
        random.pick<Writable>([[], crowd(8), crowd(9), crowd(16), new Map(), [[]], null]),
      );
      break;
    case 4:
      one.set(
        random.pick([...one.keys()]),
        random.pick<Writable>([new Uint8Array(63), new Uint8Array(65), "", "x".repeat(64), "x".repeat(65)]),
      );
      break;
    case 5:
      approval.set(
        "reasons",
        random.pick<Writable>([
          [],
          [""],
          ["x".repeat(256)],
          ["x".repeat(257)],
          ["a", "a"],
          ["a", 1n],
          Array.from({ length: 64 }, () => "a"),
          Array.from({ length: 65 }, () => "a"),
          Array.from({ length: 65 }, () => 1n),
          "a",
        ]),
      );
      break;
    case 6:
      approval.set(random.pick(["at_ms", "expires_ms"]), random.pick([-1n, 0n, TIME_MAX, TIME_MAX + 1n]));
      break;
    case 7:
      approval.set(
        random.pick(["args", "image", "of"]),
        random.pick<Writable>([new Uint8Array(31), new Uint8Array(33), new Uint8Array(), "x".repeat(32)]),
      );
      break;
    case 8:
      request.set("approval", random.pick<Writable>([null, [], "approve", new Map(), true]));
      break;
    default:
      spoilAnything(random, random.pick([approval, approval, one]));
  }
  if (random.chance(15)) spoilAnything(random, random.pick([approval, one]));
}

/** A member is lost, is another thing, or is one too many. */
function spoilAnything(random: Random, map: Fields): void {
  const key = random.pick([...map.keys(), "of"]);
  switch (random.below(3)) {
    case 0:
      map.delete(key);
      break;
    case 1:
      map.set(
        key,
        random.pick<Writable>([
          ...[null, true, 0n, -1n, "", "x", new Uint8Array(32), new Uint8Array(64)],
          ...[[], [null], new Map(), { bits: 0x3ff8000000000000n }, "y".repeat(1025), "deny"],
        ]),
      );
      break;
    default:
      map.set(random.pick(["", "a", "act", "by", "id", "key", "parent", "prompt", "reason", "zz"]), "x");
  }
}

function reviewer(random: Random): Writable {
  const said: Fields = new Map<string, Writable>([
    ["answer", random.pick(ANSWERS)],
    ["by", random.pick(["judge 1", "x".repeat(256), "j"])],
    ["of", bytesOf(random, 32)],
    ["prompt", bytesOf(random, 32)],
  ]);
  if (random.chance(60)) said.set("reason", random.pick(["because", utf8("ü".repeat(512)), "r"]));
  if (random.chance(80)) return said;
  const spoiled: (() => void)[] = [
    () => said.set("answer", random.pick(["allow", "review", "Deny", "", "escalate "])),
    () => said.set(random.pick(["of", "prompt"]), new Uint8Array(random.pick([0, 31, 33]))),
    () => said.set("by", random.pick(["", "x".repeat(257)])),
    () => said.set("reason", random.pick(["", "r".repeat(1024), "r".repeat(1025)])),
    () => spoilAnything(random, said),
  ];
  random.pick(spoiled)();
  return random.chance(5) ? random.pick<Writable>([null, [], "deny"]) : said;
}
