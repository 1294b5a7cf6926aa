/** APIs: which requests to a product's hosts mean which action, and what their path and body say (docs/format/http.md). */

import {
  FIELD_TYPE_MONEY,
  MEMBER_KIND_ALTERNATIVE,
  MEMBER_KIND_LITERAL,
  MEMBER_KIND_MEMBER,
  STEP_KIND_ANY,
  STEP_KIND_EXACT,
  STEP_KIND_ONE,
  STEP_KIND_REST,
  UNIT_DIRECT,
  UNIT_NAMES,
} from "../gen/codes.ts";
import { API_MEMBERS_MAX, URL_SEGMENTS_MAX } from "../gen/limits.ts";
import { lowerAscii } from "./canonical.ts";
import { compareText, type Issues, type Place } from "./issues.ts";
import type { Tree } from "./parse.ts";
import type { Reader } from "./shape.ts";
import { type Action, actionOf, type Taxonomy } from "./taxonomy.ts";

/** How one segment of a path is met. */
export interface Step {
  /** STEP_KIND_*. */
  readonly kind: number;
  readonly prefix: string;
  readonly suffix: string;
  /** Number of the field that it is read into, or 0. */
  readonly field: number;
}

export interface ApiPath {
  readonly steps: readonly Step[];
  readonly text: string;
  readonly place: Place;
}

/** A member of the body or the query that is a field, or a fixed value of one. */
export interface ApiMember {
  readonly name: string;
  readonly field: number;
  /** UNIT_*. */
  readonly unit: number;
  /** MEMBER_KIND_*: an alternative is skipped when a member before it gave the field. */
  readonly kind: number;
}

export interface Api {
  /** `pack/row`. */
  readonly id: string;
  readonly action: Action;
  /** As the engine looks them up: `api.stripe.com`, or `.stripe.com` for what lies under it. */
  readonly hosts: readonly string[];
  readonly paths: readonly ApiPath[];
  /** Bit by position in METHODS; the last is any other. */
  readonly methods: number;
  readonly members: readonly ApiMember[];
  readonly place: Place;
}

/** A row of an image: one path of an API. */
export interface ApiRow {
  readonly api: Api;
  readonly path: ApiPath;
  readonly packIndex: number;
}

const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
const METHODS_ALL = 2 ** (METHODS.length + 1) - 1;
const APIS_MAX = 1_024;
const ID = { pattern: /^[a-z][a-z0-9_]{0,62}$/, wanted: "a name of a-z, 0-9 and _" };
const HOST = {
  pattern: /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/,
  wanted: "a host in small letters, such as api.stripe.com or *.stripe.com",
};
const MEMBER = { pattern: /^[\x21-\x7e]+$/, wanted: "the name of a member, in ASCII" };
const SEGMENT = /^([^*{}]*)(?:(\*)|\{([a-z_]+)\})?([^*{}]*)$/;
/** Fields that the request itself gives. */
const OWN_FIELDS = ["url", "method"];

class ApiReader {
  readonly #reader: Reader;
  readonly #taxonomy: Taxonomy;
  readonly #pack: string;

  constructor(reader: Reader, taxonomy: Taxonomy, pack: string) {
    this.#reader = reader;
    this.#taxonomy = taxonomy;
    this.#pack = pack;
  }

  read(tree: Tree): Api | undefined {
    const reader = this.#reader;
    const shape = reader.shape(tree, "an API", ["id", "hosts", "paths", "action"], ["methods", "body"]);
    if (!shape) return undefined;
    const id = reader.text(shape.get("id"), "an id", ID);
    const name = reader.text(shape.get("action"), "an action");
    const actionPlace = shape.get("action")?.place ?? shape.place;
    const action =
      name === undefined ? undefined : actionOf(this.#taxonomy, name, actionPlace, reader.issues);
    const hosts = [...reader.texts(shape.get("hosts"), "host", HOST).keys()];
    const methods = this.#methods(shape.get("methods"));
    if (!action || id === undefined) return undefined;
    const paths = [...reader.texts(shape.get("paths"), "path", { bytesMax: 1024 })].flatMap(
      ([text, place]) => {
        const steps = this.#steps(text, place, action);
        return steps ? [{ steps, text, place }] : [];
      },
    );
    for (const key of ["hosts", "paths"]) {
      const list = shape.get(key);
      if (list?.kind === "list" && list.items.length === 0)
        reader.wrong(list, "at least one value", "add one");
    }
    const captured = new Set(paths.flatMap(({ steps }) => steps.map(({ field }) => field)));
    const members = this.#members(shape.get("body"), action, captured);
    const place = shape.placeOf("id");
    const keys = hosts.map((host) => (host.startsWith("*.") ? host.slice(1) : host));
    return { id: `${this.#pack}/${id}`, action, hosts: keys, paths, methods, members, place };
  }

  #methods(tree: Tree | undefined): number {
    if (!tree) return METHODS_ALL;
    const items = this.#reader.oneOrMany(tree);
    return items.reduce((bits, item) => bits | (1 << (this.#reader.word(item, "a method", METHODS) ?? 0)), 0);
  }

  #field(name: string, place: Place, action: Action): number | undefined {
    const field = this.#taxonomy.fields.get(name);
    if (field && action.fields.has(name) && !OWN_FIELDS.includes(name)) return field.number;
    const known = [...action.fields].filter((other) => !OWN_FIELDS.includes(other));
    this.#reader.issues.unknownName(place, `a field that ${action.name} declares`, name, known);
    return undefined;
  }

  /** `/v1/charges/{reference}/refund`, `/bot*\/sendMessage`, `/repos/**`. */
  #steps(text: string, place: Place, action: Action): Step[] | undefined {
    const refuse = (came: string, fix: string): undefined => {
      this.#reader.issues.fault(place, "a path such as /v1/charges/{reference}/refund", came, fix);
    };
    if (!text.startsWith("/")) return refuse(JSON.stringify(text), "begin it with /");
    if (/[%?#\\]/.test(text)) return refuse(JSON.stringify(text), "write it decoded, without a query");
    const parts = text === "/" ? [] : text.slice(1).split("/");
    if (parts.length > URL_SEGMENTS_MAX) return refuse(`${parts.length} segments`, "end it with **");
    const steps: Step[] = [];
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1;
      const rest = /^\{([a-z_]+)\*\*\}$/.exec(part);
      if ((rest || part === "**") && !isLast) return refuse(`${part} before the end`, "use it last");
      const found = SEGMENT.exec(part);
      if (part === "**") {
        steps.push({ kind: STEP_KIND_ANY, prefix: "", suffix: "", field: 0 });
        continue;
      }
      const name = rest?.[1] ?? found?.[3];
      const field = name === undefined ? 0 : this.#field(name, place, action);
      if (field === undefined) return undefined;
      if (rest) {
        steps.push({ kind: STEP_KIND_REST, prefix: "", suffix: "", field });
        continue;
      }
      if (!found || part === "")
        return refuse(`the segment ${JSON.stringify(part)}`, "write text, one * or one {field}");
      const [, prefix = "", star, , suffix = ""] = found;
      const isExact = star === undefined && name === undefined;
      steps.push({ kind: isExact ? STEP_KIND_EXACT : STEP_KIND_ONE, prefix, suffix, field });
    }
    const runs = steps.filter(({ field }, index) => field !== 0 && steps[index - 1]?.field !== field);
    if (new Set(runs.map(({ field }) => field)).size < runs.length) {
      return refuse("one field in two places", "let its segments stand side by side");
    }
    return steps;
  }

  #literal(tree: Tree): string | undefined {
    if (tree.kind === "int" || tree.kind === "bool") return `${tree.value}`;
    return this.#reader.text(tree, "a fixed value");
  }

  #members(tree: Tree | undefined, action: Action, captured: ReadonlySet<number>): ApiMember[] {
    const reader = this.#reader;
    const map = tree && reader.map(tree, "fields and the members of the body they come from");
    const members = (map?.members ?? []).flatMap(({ key, keyPlace, value }) => {
      const field = this.#field(key, keyPlace, action);
      if (field === undefined) return [];
      if (captured.has(field)) {
        const came = `${key} in a path as well`;
        reader.issues.fault(keyPlace, "a field that is read in one place", came, "remove one of the two");
      }
      let from: Tree | undefined = value;
      let unit: number = UNIT_DIRECT;
      if (value.kind === "map" && value.members[0]?.key === "value") {
        const literal = reader.shape(value, "a fixed value", ["value"])?.get("value");
        const name = literal && this.#literal(literal);
        return name === undefined ? [] : [{ name, field, unit, kind: MEMBER_KIND_LITERAL }];
      }
      if (value.kind === "map") {
        const shape = reader.shape(value, "where a field comes from", ["from"], ["unit"]);
        from = shape?.get("from");
        unit = reader.word(shape?.get("unit"), "a unit", UNIT_NAMES) ?? UNIT_DIRECT;
        if (shape?.get("unit") && this.#taxonomy.fields.get(key)?.type !== FIELD_TYPE_MONEY) {
          reader.issues.fault(shape.placeOf("unit"), "a unit on an amount only", key, "remove the unit");
        }
      }
      const names = from ? reader.oneOrMany(from) : [];
      return names.flatMap((item, index) => {
        const name = reader.text(item, "a member", MEMBER);
        return name === undefined
          ? []
          : [{ name, field, unit, kind: index > 0 ? MEMBER_KIND_ALTERNATIVE : MEMBER_KIND_MEMBER }];
      });
    });
    if (map && members.length > API_MEMBERS_MAX) {
      reader.wrong(map, `at most ${API_MEMBERS_MAX} members`, "map fewer of them");
    }
    return members;
  }
}

/** `apis` of a pack. */
export function readApis(reader: Reader, tree: Tree | undefined, pack: string, taxonomy: Taxonomy): Api[] {
  const items = (tree && reader.list(tree, "apis"))?.items ?? [];
  if (tree && items.length > APIS_MAX) reader.wrong(tree, `at most ${APIS_MAX} APIs`, "split the pack");
  const apis = new ApiReader(reader, taxonomy, pack);
  return items.flatMap((item) => apis.read(item) ?? []);
}

/** How much a step says: exact, one with text, one, the end of the path, rest, any. */
function rank(step: Step | undefined): number {
  if (!step) return 3;
  if (step.kind === STEP_KIND_EXACT) return 0;
  if (step.kind === STEP_KIND_ONE) return step.prefix + step.suffix === "" ? 2 : 1;
  return step.kind === STEP_KIND_REST ? 4 : 5;
}

/** Bytes written out in a step beside what it takes. */
function fixedBytes(step: Step | undefined): number {
  return step && rank(step) === 1 ? new TextEncoder().encode(step.prefix + step.suffix).length : 0;
}

function comparePaths(one: readonly Step[], other: readonly Step[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [mine, theirs] = [one[index], other[index]];
    const order = rank(mine) - rank(theirs) || fixedBytes(theirs) - fixedBytes(mine);
    if (order !== 0) return order;
  }
  return 0;
}

function bitCount(bits: number): number {
  return bits.toString(2).replaceAll("0", "").length;
}

/** True when some segment meets both steps, which are of one kind. */
function stepsMeet(one: Step, other: Step): boolean {
  const covers = (a: string, b: string, has: (whole: string, part: string) => boolean): boolean =>
    a.length >= b.length ? has(lowerAscii(a), lowerAscii(b)) : has(lowerAscii(b), lowerAscii(a));
  if (one.kind === STEP_KIND_EXACT) return lowerAscii(one.prefix) === lowerAscii(other.prefix);
  return (
    covers(one.prefix, other.prefix, (whole, part) => whole.startsWith(part)) &&
    covers(one.suffix, other.suffix, (whole, part) => whole.endsWith(part))
  );
}

function isAmbiguous(one: ApiRow, other: ApiRow): boolean {
  if (comparePaths(one.path.steps, other.path.steps) !== 0) return false;
  const shared = one.api.methods & other.api.methods;
  const isNarrower =
    one.api.methods !== other.api.methods && [one, other].some(({ api }) => api.methods === shared);
  if (shared === 0 || isNarrower) return false;
  return one.path.steps.every((step, index) => stepsMeet(step, other.path.steps[index] ?? step));
}

/** Rows by host, those that say more first. Two of which nobody could say which one counts are a fault. */
export function orderedRows(rows: readonly ApiRow[], issues: Issues): [string, ApiRow[]][] {
  const byHost = new Map<string, ApiRow[]>();
  for (const row of rows) {
    for (const host of row.api.hosts) byHost.set(host, [...(byHost.get(host) ?? []), row]);
  }
  const hosts = [...byHost].sort(([one], [other]) => compareText(one, other));
  for (const [host, list] of hosts) {
    list.sort(
      (one, other) =>
        comparePaths(one.path.steps, other.path.steps) ||
        bitCount(one.api.methods) - bitCount(other.api.methods),
    );
    list.forEach((row, index) => {
      const same = list.slice(0, index).find((other) => isAmbiguous(row, other));
      if (!same) return;
      const wanted = `one row for a request to ${host}`;
      const came = `${row.path.text}, which ${same.path.text} of ${same.api.id} meets as well`;
      issues.fault(row.path.place, wanted, came, "make one of the two paths or lists of methods more exact");
    });
  }
  return hosts;
}
