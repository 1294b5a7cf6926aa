/** The targets by name: how much of each is a whole run, and what a run must have reached to count for anything. */
import type { Target } from "./target.ts";

export interface Canary {
  readonly kind: string;
  /** Seconds after which a worker hangs, instead of the usual ones. */
  readonly hangSeconds?: number;
}

export interface TargetRow {
  readonly name: string;
  readonly about: string;
  /** A whole run: so many inputs, or so many seconds. */
  readonly count: number;
  readonly seconds: number;
  /** Of a hundred inputs at least this many must be accepted: a fuzzer that makes only rubbish tests only the door. */
  readonly acceptedMin: number;
  /** Each of these must have come up, in a run of at least `judgedFrom` inputs. */
  readonly expected: readonly string[];
  readonly judgedFrom: number;
  /** Its engine is wrong on purpose: the run passes when this kind of failure was found. */
  readonly canary?: Canary;
  open(seed: number): Promise<Target>;
}

const ENDLESS = Number.POSITIVE_INFINITY;
/** What the canaries wait for comes up once in some hundred inputs. */
const CANARY_COUNT = 200_000;

/** All that a request can be answered with, but for `record_too_large`, which needs a policy with endless rows. */
const REQUEST_STATUSES = [
  ...["ok", "request_too_large", "call_form", "action_unknown", "field_unknown", "image_mismatch"],
  ...[
    "cmp_truncated",
    "cmp_type",
    "cmp_not_shortest",
    "cmp_utf8",
    "cmp_key_type",
    "cmp_key_order",
    "cmp_depth",
  ],
  ...["cmp_trailing", "cmp_float", "key_unknown", "key_missing", "value_type", "value_range"],
  ...["value_unknown", "version_unsupported"],
];

export const TARGETS: readonly TargetRow[] = [
  {
    name: "requests",
    about: "mutated requests against the engine",
    count: 20_000_000,
    seconds: ENDLESS,
    acceptedMin: 15,
    expected: REQUEST_STATUSES,
    judgedFrom: 10_000,
    open: async (seed) => new (await import("./requests.ts")).RequestsTarget(seed),
  },
  {
    name: "images",
    about: "mutated policy images, and decisions on those that load",
    count: 1_000_000,
    seconds: ENDLESS,
    acceptedMin: 10,
    expected: ["ok", "image_too_large", "image_magic", "image_version", "image_digest", "image_structure"],
    judgedFrom: 20_000,
    open: async (seed) => new (await import("./images.ts")).ImagesTarget(seed),
  },
  {
    name: "yaml",
    about: "mutated policy sources against the compiler",
    count: 20_000,
    seconds: ENDLESS,
    acceptedMin: 3,
    expected: ["ok", "refused"],
    judgedFrom: 1000,
    open: async (seed) => new (await import("./yaml.ts")).YamlTarget(seed),
  },
  {
    name: "canary",
    about: "an engine that allows too much now and then: must be found",
    count: CANARY_COUNT,
    seconds: ENDLESS,
    acceptedMin: 0,
    expected: [],
    judgedFrom: ENDLESS,
    canary: { kind: "verdict-of-record" },
    open: async (seed) => (await import("./canary.ts")).permissiveTarget(seed),
  },
  {
    name: "canary-hang",
    about: "an engine that does not come back now and then: must be found",
    count: CANARY_COUNT,
    seconds: ENDLESS,
    acceptedMin: 0,
    expected: [],
    judgedFrom: ENDLESS,
    canary: { kind: "hang", hangSeconds: 5 },
    open: async (seed) => (await import("./canary.ts")).endlessTarget(seed),
  },
  {
    name: "differential",
    about: "random policies and requests, engine against model",
    count: ENDLESS,
    seconds: 3600,
    acceptedMin: 50,
    expected: ["base", "organisation", "random"],
    judgedFrom: 10_000,
    open: async (seed) => new (await import("./differential.ts")).DifferentialTarget(seed),
  },
];

export function targetRow(name: string): TargetRow {
  const row = TARGETS.find((target) => target.name === name);
  if (row === undefined) {
    throw new Error(`no target ${name}; there are ${TARGETS.map((target) => target.name).join(", ")}`);
  }
  return row;
}
