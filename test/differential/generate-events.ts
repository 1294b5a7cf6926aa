/** Events for the differential tests: all kinds, as they should be and as they should not. */
import { readable, utf8 } from "../model/bytes.ts";
import { observeModel } from "../model/forms.ts";
import type { Image } from "../model/image.ts";
import { canonicalToolName } from "../model/names.ts";
import { encodeRequest, type Plain, type RequestSource } from "../model/request-writer.ts";
import { wire } from "../model/wire.ts";
import { spelledTool } from "./generate.ts";
import { crowdedText, randomText } from "./generate-texts.ts";
import type { Random } from "./random.ts";

type Tree = { [key: string]: Plain };

/** The members of a request that make an event of it. */
export interface EventParts {
  event: Plain;
  seen?: Plain;
}

export interface Knowing {
  image: Image;
  keySalt: Uint8Array;
  /** Values that calls have, too. */
  values: readonly string[];
  /** What calls name, by scope. */
  names: readonly (readonly [string, string])[];
  /** What was frozen so far. */
  frozen: [string, string][];
}

export function randomEvent(random: Random, knowing: Knowing): EventParts {
  const kind = random.pick([
    "observe",
    "observe",
    "observe",
    "observe",
    "label",
    "outcome",
    "freeze",
    "freeze",
    "thaw",
  ]);
  const event: Tree = { kind };
  const maybe = (key: string, percent: number, value: () => Plain): void => {
    if (random.chance(percent)) event[key] = value();
  };
  maybe("by", 40, () => random.pick(["ann", "ü", "x".repeat(256)]));
  maybe("reason", 20, () => "because");
  maybe("source", 20, () => "inbox");
  maybe("of", 20, () => new Uint8Array(32).fill(random.below(256)));
  if (kind === "freeze" || kind === "thaw") {
    const all = random.chance(kind === "thaw" ? 80 : 10) ? knowing.frozen : knowing.names;
    // What has more than one spelling is met more often.
    const often = random.pick(["tool", "server", "any"]);
    const fitting = all.filter(([scope]) => scope === often);
    const known = fitting.length > 0 ? fitting : all;
    const [scope, value] =
      known.length > 0 && random.chance(95)
        ? random.pick(known)
        : [random.pick(wire.freeze_scopes), random.pick(["a", "b", "zzz", "Ü"])];
    const other = scope === "tool" && random.chance(50) ? spelledTool(random, knowing.image, value) : value;
    const named = utf8(other).length <= 256 ? other : value;
    Object.assign(event, { scope, value: named });
    if (kind === "freeze") knowing.frozen.push([scope, named]);
    return { event };
  }
  const labels = (): Plain => random.some(wire.labels, random.pick([0, 20, 40, 100]));
  if (kind === "label") event.labels = labels();
  else maybe("labels", 15, labels);
  if (kind === "outcome") event.status = random.pick(wire.event_statuses);
  if (kind === "observe") event.trust = random.pick(wire.trusts);
  else maybe("trust", 40, () => random.pick(wire.trusts));
  if (kind !== "observe" && random.chance(40)) return { event };
  const text = random.chance(2) ? crowdedText(random) : randomText(random, knowing.values);
  const hashes = observeModel(utf8(text), event.trust === "user", knowing.keySalt);
  return hashes === null || random.chance(3) ? { event } : { event, seen: seenOf(hashes) };
}

function seenOf(hashes: bigint[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(hashes).buffer);
}

/** One thing that is wrong with an event. */
export function spoilEvent(random: Random, parts: EventParts): Tree {
  const event = { ...(parts.event as Tree) };
  const request: Tree = { event };
  if (parts.seen !== undefined) request.seen = parts.seen;
  const wrong = (): Plain =>
    random.pick<Plain>([
      null,
      0,
      "",
      "x",
      "x".repeat(257),
      [],
      ["x"],
      ["pii", "pii"],
      Array.from({ length: 8 }, () => "pii"),
      [1],
      {},
      new Uint8Array(31),
      new Uint8Array(32),
      true,
      "user",
      "freeze",
      "agent",
    ]);
  switch (random.below(6)) {
    case 0:
      delete event[random.pick(Object.keys(event))];
      break;
    case 1:
      event[
        random.pick(["by", "kind", "labels", "of", "scope", "status", "trust", "value", "reason", "source"])
      ] = wrong();
      break;
    case 2:
      event[random.pick(["", "a", "text", "zz", "kinds"])] = wrong();
      break;
    case 3:
      request.seen = random.pick<Plain>([
        "x",
        new Uint8Array(7),
        new Uint8Array(8),
        new Uint8Array(16).fill(8),
        new Uint8Array(8).fill(1),
        Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]),
        new Uint8Array(16_384),
        new Uint8Array(16_392),
        null,
      ]);
      break;
    case 4:
      Object.assign(
        request,
        random.pick<Tree>([
          { tool: "x" },
          { tool: "x", args: {} },
          { args: {} },
          { action: "files.read", fields: {} },
          { fields: {} },
          { server: "s" },
          { annotations: {} },
        ]),
      );
      break;
    default:
      request.event = random.pick<Plain>([
        null,
        [],
        "observe",
        {},
        { kind: "observe" },
        { kind: "label", labels: [] },
      ]);
  }
  return request;
}

/** What a call may name that can be frozen; `given`: what calls did name, by scope. */
export function namesIn(
  random: Random,
  image: Image,
  given: readonly [string, string][],
): [string, string][] {
  const of = (namespace: string): string[] =>
    image.names
      .filter((name) => name.namespace === wire.namespaces[namespace])
      .map(({ text }) => readable(text));
  return [
    ...["tenant", "principal", "agent", "session"].flatMap((scope): [string, string][] => [
      [scope, "a"],
      [scope, random.pick(["a", "b"])],
    ]),
    ...["alice", "alice", "svc-1"].map((actor): [string, string] => ["actor", actor]),
    ...given,
    ...given.filter(([scope]) => scope === "server"),
    ...given.filter(([scope]) => scope === "tool"),
    ...given.flatMap(([scope, tool]): [string, string][] =>
      scope === "tool" ? [["tool", readable(canonicalToolName(utf8(tool)))]] : [],
    ),
    ...random.some([...of("server"), "evil"], 30).map((server): [string, string] => ["server", server]),
    ...random.some(image.actions, 20).map(({ name }): [string, string] => ["action", readable(name)]),
  ].filter((pair): pair is [string, string] => {
    const size = utf8(pair[1] as string).length;
    return size >= 1 && size <= 256;
  });
}

/** Requests with an event and no histories, most of them as they should be. */
export function randomEventRequest(random: Random, image: Image): Uint8Array {
  const knowing: Knowing = {
    image,
    keySalt: new Uint8Array(32),
    values: [],
    names: namesIn(random, image, [["tool", "send_email"]]),
    frozen: [],
  };
  const parts = randomEvent(random, knowing);
  const members = random.chance(30) ? spoilEvent(random, parts) : { ...parts };
  return encodeRequest(members as RequestSource, image.digest);
}
