/**
 * Changes of one fact of a call, such as a person could make them: the host vouches for somebody, an amount is smaller,
 * a receiver is a colleague. Whether a change helps is for the engine to say; here nothing is decided.
 */

import type { ImageView } from "./image.ts";
import type { Request } from "./types.ts";

/** A change of one fact. */
export interface Move {
  readonly kind: "context" | "value" | "server" | "annotations";
  /** What changes: `context.actor`, `fields.amount`. Moves of one place exclude each other. */
  readonly at: string;
  /** For a person, after «if»: `the amount were below 100.00 USD`. */
  readonly text: string;
  /** The request with the change. */
  readonly apply: (request: Request) => Request;
  /** The smallest change of this kind that is enough, given whether a request is allowed. */
  readonly tighten?: (request: Request, isAllowed: (request: Request) => boolean) => Move;
}

/** Who is said to vouch in a changed call. */
const VOUCHER = "host";
const MEMBERS_MAX = 24;

/** Words that base policy knows as the calm ones of a field. */
const CALM_WORDS: Readonly<Record<string, string>> = {
  role: "viewer",
  permission: "read",
  visibility: "private",
  environment: "development",
  branch: "some-topic",
};

const RECEIVERS = ["recipient"];
const PATHS = ["path", "destination_path"];
const ADDRESSES = ["url", "host"];
/** Numbers that a smaller value makes calmer, with the smallest that still makes sense. */
const SMALLEST: Readonly<Record<string, number>> = { attachments: 0 };

/** Fields without which nobody would make the call, so leaving them out is no way to make it. */
const NEEDED = [...PATHS, ...ADDRESSES, "amount_minor", "count", "payee", "command", "query"];

/** Every change that is known for a request; the calmest facts first, what leaves something out last. */
export function movesOf(request: Request, image: ImageView): Move[] {
  const members = membersOf(request, image).slice(0, MEMBERS_MAX);
  return [
    ...vouching(request),
    ...members.flatMap((member) => valueMoves(member, request, image)),
    ...receiverMoves(members, request, image),
    ...additions(request, image, members),
    ...workingDirectory(request, members),
    ...serverMoves(request),
    ...members.filter(({ field }) => !NEEDED.includes(field)).map((member) => omission(member, request)),
  ];
}

/** One named value of the arguments or fields, at the top or inside another one. */
interface Member {
  readonly path: readonly (string | number)[];
  /** The declared field that its name stands for, as far as a name can tell. */
  readonly field: string;
  readonly value: unknown;
}

const DEPTH_MAX = 6;

function membersOf(request: Request, image: ImageView): Member[] {
  const found: Member[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]): void => {
    if (Array.isArray(value) && value.some((item) => typeof item === "object")) {
      value.forEach((item, index) => {
        walk(item, [...path, index]);
      });
    } else if (isMap(value) && path.length < DEPTH_MAX) {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    } else {
      const name = path.filter((segment) => typeof segment === "string").at(-1) ?? "";
      found.push({ path, field: image.fieldOf(`${name}`.toLowerCase()) ?? `${name}`, value });
    }
  };
  for (const [key, value] of Object.entries(valuesOf(request))) walk(value, [key]);
  return found;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function valuesOf(request: Request): object {
  return request.fields ?? request.args ?? {};
}

/** `fields.amount`, `args.items.0.price`. */
function placeOf(request: Request, path: readonly (string | number)[]): string {
  return [request.action === undefined ? "args" : "fields", ...path].join(".");
}

/** The name of a member as a person would say it. */
function spoken({ path }: Member): string {
  return path.length === 1 ? `the ${`${path[0]}`.replaceAll("_", " ")}` : `\`${path.join(".")}\``;
}

/** The request with another value at a path; `undefined` leaves the member out. */
function withValue(request: Request, path: readonly (string | number)[], value: unknown): Request {
  const put = (whole: unknown, [segment, ...rest]: readonly (string | number)[]): unknown => {
    if (segment === undefined) return value;
    if (Array.isArray(whole)) {
      return whole.map((item, index) => (index === segment ? put(item, rest) : item));
    }
    const map = { ...(whole as Record<string, unknown>) };
    const next = put(map[segment], rest);
    if (next === undefined) delete map[segment];
    else map[segment] = next;
    return map;
  };
  const values = put(valuesOf(request), path) as object;
  return (
    request.action === undefined ? { ...request, args: values } : { ...request, fields: values }
  ) as Request;
}

function withContext(request: Request, facts: object, name: string): Request {
  const { context } = request;
  return {
    ...request,
    context: { ...context, ...facts, asserted_by: { ...context.asserted_by, [name]: VOUCHER } },
  };
}

/** The host vouches for what is only claimed, or for what would be calm. */
function vouching({ context }: Request): Move[] {
  const { actor, asserted_by = {}, environment, roles, tz_min } = context;
  const moves: Move[] = [];
  const vouch = (name: string, facts: object, text: string): void => {
    moves.push({
      kind: "context",
      at: `context.${name}`,
      text,
      apply: (request) => withContext(request, facts, name),
    });
  };
  if (asserted_by.actor === undefined) {
    if (actor === undefined) vouch("actor", { actor: "somebody" }, "the host vouched for an actor");
    else vouch("actor", {}, `the host vouched for the actor ${actor}`);
  }
  if (asserted_by.environment === undefined && environment !== undefined) {
    vouch("environment", {}, `the host vouched for the environment ${environment}`);
  }
  if (environment?.trim().toLowerCase() !== "development") {
    vouch(
      "environment",
      { environment: "development" },
      "it took effect in development, on the word of the host",
    );
  }
  if (asserted_by.roles === undefined && roles !== undefined) {
    vouch("roles", {}, "the host vouched for the roles");
  }
  if (asserted_by.tz_min === undefined) {
    if (tz_min === undefined) vouch("tz_min", { tz_min: 0 }, "the host vouched for the time zone, UTC");
    else vouch("tz_min", {}, "the host vouched for the time zone");
  }
  return moves;
}

/** Calmer values of one member. */
function valueMoves(member: Member, request: Request, image: ImageView): Move[] {
  const { field, path, value } = member;
  const set = (text: string, next: unknown): Move => ({
    kind: "value",
    at: placeOf(request, path),
    text: `${spoken(member)} ${text}`,
    apply: (other) => withValue(other, path, next),
  });
  if (typeof value === "boolean") {
    return value ? [{ ...set("", false), text: `\`${path.join(".")}\` were false` }] : [];
  }
  const number = numberOf(value);
  if (number !== undefined) return numberMoves(member, number, request, image);
  const calm = CALM_WORDS[field];
  if (calm !== undefined && value !== calm)
    return [set(`were ${calm}`, Array.isArray(value) ? [calm] : calm)];
  if (typeof value !== "string") return [];
  if (PATHS.includes(field)) return pathMoves(value, set);
  if (ADDRESSES.includes(field)) {
    return image
      .ownDomains()
      .slice(0, 1)
      .map((domain) =>
        set(
          `were a host of the organisation, such as ${domain}`,
          field === "url" ? `https://${domain}/` : domain,
        ),
      );
  }
  return [];
}

function pathMoves(value: string, set: (text: string, next: string) => Move): Move[] {
  const name =
    value
      .split(/[\\/]/)
      .filter((segment) => segment !== "" && segment !== "..")
      .at(-1) ?? "notes.txt";
  const inside = `./${name.replace(/^~|[%$].*/g, "") || "notes.txt"}`;
  const moves = [set("were an ordinary file, such as ./notes.txt", "./notes.txt")];
  return value === inside || value === name ? moves : [set(`were ${inside}`, inside), ...moves];
}

/** A number as an argument spells it: whole units of its last digit. */
interface Spelling {
  readonly units: number;
  readonly decimals: number;
  readonly write: (units: number) => unknown;
}

function numberOf(value: unknown): Spelling | undefined {
  const text = typeof value === "string" ? value.trim() : typeof value === "number" ? `${value}` : "";
  const found = /^-?(\d{1,15})(?:\.(\d{1,4}))?$/.exec(text);
  if (found === null) return undefined;
  const decimals = found[2]?.length ?? 0;
  const write = (units: number): unknown => {
    const shown = decimalText(units, decimals);
    return typeof value === "string" ? shown : Number(shown);
  };
  return { units: Number(`${found[1]}${found[2] ?? ""}`), decimals, write };
}

function decimalText(units: number, decimals: number): string {
  if (decimals === 0) return `${units}`;
  const digits = `${units}`.padStart(decimals + 1, "0");
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** A smaller number; tightened to the largest one that is enough. */
function numberMoves(
  member: Member,
  { units, decimals, write }: Spelling,
  request: Request,
  image: ImageView,
): Move[] {
  const smallest = SMALLEST[member.field] ?? 1;
  if (units === smallest) return [];
  const at = placeOf(request, member.path);
  if (units < smallest) {
    const text = `${spoken(member)} were ${smallest}`;
    return [{ kind: "value", at, text, apply: (other) => withValue(other, member.path, write(smallest)) }];
  }
  const moveTo = (most: number): Move => ({
    kind: "value",
    at,
    text: `${spoken(member)} were below ${shownNumber(member, most + 1, decimals, request, image)}`,
    apply: (other) => withValue(other, member.path, write(most)),
  });
  const tighten = (other: Request, isAllowed: (request: Request) => boolean): Move => {
    let enough = smallest;
    let tooMuch = units;
    while (tooMuch - enough > 1) {
      const middle = Math.floor((enough + tooMuch) / 2);
      if (isAllowed(withValue(other, member.path, write(middle)))) enough = middle;
      else tooMuch = middle;
    }
    return moveTo(enough);
  };
  return [{ ...moveTo(smallest), tighten }];
}

/** An amount of the direct form in major units with its currency, other numbers as they are spelt. */
function shownNumber(
  member: Member,
  units: number,
  decimals: number,
  request: Request,
  image: ImageView,
): string {
  const currency = (valuesOf(request) as { currency?: unknown }).currency;
  const exponent = typeof currency === "string" ? image.exponentOf(currency.trim().toUpperCase()) : undefined;
  if (member.field !== "amount_minor" || exponent === undefined) return decimalText(units, decimals);
  const isMinor = request.action !== undefined && decimals === 0 && typeof member.value === "number";
  return `${decimalText(units, isMinor ? exponent : decimals)} ${`${currency}`.trim().toUpperCase()}`;
}

/** Every receiver is one of us. */
function receiverMoves(members: readonly Member[], request: Request, image: ImageView): Move[] {
  const receivers = members.filter(
    ({ field, value }) => RECEIVERS.includes(field) && (typeof value === "string" || Array.isArray(value)),
  );
  if (receivers.length === 0) return [];
  const { actor, asserted_by = {} } = request.context;
  const [domain] = image.ownDomains();
  const colleague = domain === undefined ? undefined : `somebody@${domain}`;
  const self = asserted_by.actor !== undefined && actor?.includes("@") === true ? actor : undefined;
  const to = (address: string, text: string): Move => ({
    kind: "value",
    at: placeOf(request, receivers[0]?.path ?? []),
    text,
    apply: (other) =>
      receivers.reduce(
        (changed, { path, value }) =>
          withValue(changed, path, Array.isArray(value) ? value.map(() => address) : address),
        other,
      ),
  });
  return [
    ...(colleague === undefined ? [] : [to(colleague, "every receiver were inside the organisation")]),
    ...(self === undefined ? [] : [to(self, `it went to the actor alone, ${self}`)]),
  ];
}

/** A fact that the call leaves open and that counts against it. Only the direct form says which fields there are. */
function additions(request: Request, image: ImageView, members: readonly Member[]): Move[] {
  if (request.action === undefined) return [];
  const named = new Set(members.map(({ field }) => field));
  const { declared } = image.fields(request.action);
  const add = (field: string, value: unknown, text: string): Move[] => {
    if (!declared.includes(field) || named.has(field)) return [];
    return [
      {
        kind: "value",
        at: `fields.${field}`,
        text,
        apply: (other) => withValue(other, [field], value),
      },
    ];
  };
  const [domain] = image.ownDomains();
  return [
    ...add("count", 1, "the call said that one thing is affected"),
    ...add("payee", "somebody", "the call named a payee"),
    ...add("currency", "USD", "the call named its currency"),
    ...add("path", "./notes.txt", "the call named a file in the working directory"),
    ...(domain === undefined
      ? []
      : add("recipient", `somebody@${domain}`, "the call named a receiver inside the organisation")),
  ];
}

/** An absolute path lies in the working directory, which the host knows. */
function workingDirectory(request: Request, members: readonly Member[]): Move[] {
  const { host, asserted_by = {} } = request.context;
  const absolute = members.find(
    ({ field, value }) => PATHS.includes(field) && typeof value === "string" && value.startsWith("/"),
  );
  if (asserted_by.host !== undefined && host?.cwd !== undefined) return [];
  const folder = host?.cwd ?? `${absolute?.value ?? ""}`.replace(/\/[^/]*$/, "");
  if (folder === "") return [];
  return [
    {
      kind: "context",
      at: "context.host",
      text: `the host vouched that the working directory is ${folder}`,
      apply: (other) => withContext(other, { host: { ...other.context.host, cwd: folder } }, "host"),
    },
  ];
}

/** The tool's server is bound to a pack, which then speaks alone; what the tool's definition says is calmer. */
function serverMoves(request: Request): Move[] {
  if (request.tool === undefined) return [];
  const { annotations, server, tool } = request;
  const named = /^mcp__((?:(?!__).)+)__(.+)$/is.exec(tool);
  const moves: Move[] = [];
  if (annotations !== undefined) {
    moves.push({
      kind: "annotations",
      at: "annotations",
      text: "the tool's definition said nothing about what it does",
      apply: ({ annotations: _, ...other }) => other as Request,
    });
  }
  if (server !== undefined || named !== null) {
    // Decided as the host's own tool: every pack speaks then and the strictest counts, so one bound pack is no stricter.
    moves.push({
      kind: "server",
      at: "server",
      text: `the organisation bound the server ${server ?? named?.[1]} to a pack that knows this tool`,
      apply: ({ server: _, ...other }) => ({ ...other, tool: named?.[2] ?? tool }) as Request,
    });
  }
  return moves;
}

function omission(member: Member, request: Request): Move {
  return {
    kind: "value",
    at: placeOf(request, member.path),
    text: `${spoken(member)} were left out`,
    apply: (other) => withValue(other, member.path, undefined),
  };
}
