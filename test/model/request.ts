/** Checks the envelope of a request: every key, type, bound and word, and the form of the call. */
import { compareBytes, fromBytes } from "./bytes.ts";
import { type Member, type Node, readCmp } from "./cmp.ts";
import type { Image } from "./image.ts";
import { limit, Refusal, wire } from "./wire.ts";

export interface HostFacts {
  cwd?: string;
  dialect?: string;
  realpaths: Map<string, string>;
}

export interface Context {
  actor?: string;
  environment?: string;
  roles?: string[];
  tzMin?: bigint;
  timeMs: bigint;
  host?: HostFacts;
  /** All members that are texts, as given: what can be the key of a history. */
  texts: Map<string, string>;
  /** The session that counts: of the one that opened it, if it was opened. */
  session?: string;
  /** Which facts somebody vouches for, and who. */
  assertedBy: Map<string, string>;
}

/** What is no call (docs/format/event.md). */
export interface RequestEvent {
  kind: string;
  labels: string[];
  trust?: string;
  scope?: string;
  value?: string;
  /** Hashes of what a text shows; undefined: it is not said. */
  seen?: bigint[];
}

/** What persons said to an earlier record of the same call. */
export interface Approval {
  /** As it was given. */
  node: Node;
  /** In the order of the request, which is that of their ids. */
  approvers: { id: string; key: string }[];
  args: Uint8Array;
  atMs: bigint;
  expiresMs: bigint;
  image: Uint8Array;
  of: Uint8Array;
  reasons: string[];
}

/** What a second judge said to an earlier record of the same call. */
export interface Reviewer {
  /** As it was given. */
  node: Node;
  answer: string;
  of: Uint8Array;
}

export interface Request {
  binding: string;
  durability: string;
  mode: string;
  engine: Uint8Array;
  image: Uint8Array;
  salt: Uint8Array;
  context: Context;
  /** args in the tool form, fields in the direct form, the event itself of an event. */
  payload: Node & { type: "map" };
  event?: RequestEvent;
  /** Id and digest of each history; undefined: no memory is kept. */
  cells?: { id: Uint8Array; digest: Uint8Array }[];
  /** At most one of the two, and only with a call. */
  approval?: Approval;
  reviewer?: Reviewer;
  tool?: string;
  server?: string;
  annotations?: Member[];
  /** Index into the actions of the image, and a field number for each member of the payload: the direct form. */
  direct?: { action: number; fields: number[] };
}

type Check = (node: Node) => void;

function need<T extends Node["type"]>(node: Node, type: T): Node & { type: T } {
  if (node.type !== type) throw new Refusal("value_type", node.at);
  return node as Node & { type: T };
}

/** A member that the checks found to be there. */
function memberOf<T extends Node["type"]>(map: Node, key: string, type: T): Node & { type: T } {
  return need(need(map, "map").members.find((member) => member.key === key)?.value as Node, type);
}

function str(least: number, most: number): Check {
  return (node) => {
    const size = need(node, "str").text.length;
    if (size < least || size > most) throw new Refusal("value_range", node.at);
  };
}

function word(list: string[]): Check {
  return (node) => {
    if (!list.includes(need(node, "str").text)) throw new Refusal("value_unknown", node.at);
  };
}

function int(least: bigint, most: bigint): Check {
  return (node) => {
    const value = need(node, "int").value;
    if (value < least || value > most) throw new Refusal("value_range", node.at);
  };
}

function bin(size: number): Check {
  return (node) => {
    if (need(node, "bin").bytes.length !== size) throw new Refusal("value_range", node.at);
  };
}

const bin32 = bin(32);

const anyMap: Check = (node) => {
  need(node, "map");
};

const name = str(1, limit("name_bytes_max"));
const time = int(0n, BigInt(limit("time_ms_max")));

const checkRoles: Check = (node) => {
  const items = need(node, "array").items;
  if (items.length > limit("roles_max")) throw new Refusal("value_range", node.at);
  for (const item of items) name(item);
};

const ASSERTABLE = ["actor", "environment", "host", "roles", "tz_min"];

const checkAssertedBy: Check = (node) => {
  for (const member of need(node, "map").members) {
    if (!ASSERTABLE.includes(member.key)) throw new Refusal("key_unknown", member.keyAt);
    str(1, limit("authority_bytes_max"))(member.value);
  }
};

const checkCwd: Check = (node) => {
  str(1, limit("path_bytes_max"))(node);
  if (!need(node, "str").text.startsWith("/")) throw new Refusal("value_range", node.at);
};

const checkRealpaths: Check = (node) => {
  const members = need(node, "map").members;
  if (members.length > limit("realpaths_max")) throw new Refusal("value_range", node.at);
  for (const member of members) {
    if (member.key.length < 1 || member.key.length > limit("path_bytes_max")) {
      throw new Refusal("value_range", member.keyAt);
    }
    str(1, limit("path_bytes_max"))(member.value);
  }
};

/** Histories: pairs of id and digest, no id twice. */
const checkCells: Check = (node) => {
  const entries = need(node, "array").items;
  if (entries.length > limit("cells_max")) throw new Refusal("value_range", node.at);
  const seen = new Set<string>();
  for (const entry of entries) {
    const items = need(entry, "array").items;
    if (items.length !== 2) throw new Refusal("value_range", entry.at);
    const [id, digest] = items as [Node, Node];
    bin32(id);
    const text = fromBytes(need(id, "bin").bytes);
    if (seen.has(text)) throw new Refusal("value_range", id.at);
    seen.add(text);
    bin32(digest);
  }
};

/** Checks each member of a map in order, then that nothing required is missing. */
function checkMap(node: Node, known: Record<string, Check>, required: string[]): void {
  const seen = new Set<string>();
  for (const member of need(node, "map").members) {
    const check = Object.hasOwn(known, member.key) ? known[member.key] : undefined;
    if (check === undefined) throw new Refusal("key_unknown", member.keyAt);
    check(member.value);
    seen.add(member.key);
  }
  if (required.some((key) => !seen.has(key))) throw new Refusal("key_missing", node.at);
}

const hostKeys: Record<string, Check> = {
  cwd: checkCwd,
  dialect: word(wire.dialects),
  persistent: (node) => {
    need(node, "bool");
  },
  realpaths: checkRealpaths,
};

const contextKeys: Record<string, Check> = {
  actor: name,
  agent: name,
  asserted_by: checkAssertedBy,
  environment: name,
  host: (node) => checkMap(node, hostKeys, []),
  parent: name,
  principal: name,
  roles: checkRoles,
  session: name,
  tenant: name,
  time_ms: time,
  tz_min: int(-BigInt(limit("tz_min_max")), BigInt(limit("tz_min_max"))),
};

const checkLabels: Check = (node) => {
  const items = need(node, "array").items;
  if (items.length > wire.labels.length) throw new Refusal("value_range", node.at);
  for (const item of items) word(wire.labels)(item);
};

const eventKeys: Record<string, Check> = {
  by: name,
  kind: word(wire.event_kinds),
  labels: checkLabels,
  of: bin32,
  reason: name,
  scope: word(wire.freeze_scopes),
  source: name,
  status: word(wire.event_statuses),
  trust: word(wire.trusts),
  value: name,
};

/** What an event of a kind must say besides. */
const NEEDED: Record<string, string[]> = {
  observe: ["trust"],
  label: ["labels"],
  outcome: ["status"],
  freeze: ["scope", "value"],
  thaw: ["scope", "value"],
};

const HASH_BYTES = 8;

const checkSeen: Check = (node) => {
  const { bytes } = need(node, "bin");
  if (bytes.length > limit("seen_bytes_max") || bytes.length % HASH_BYTES !== 0) {
    throw new Refusal("value_range", node.at);
  }
  if (hashesOf(bytes).some((hash) => (hash & 7n) !== 0n)) throw new Refusal("value_range", node.at);
};

function hashesOf(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) => view.getBigUint64(HASH_BYTES * i, true));
}

// Bounds of docs/format/request.md, sections approval and reviewer.
const APPROVERS_MAX = 8;
const SEEN_REASONS_MAX = 64;
const KEY_BYTES_MAX = 64;
const SIGNATURE_BYTES = 64;
const REVIEW_BYTES_MAX = 1024;

const approverKeys: Record<string, Check> = {
  id: name,
  key: str(1, KEY_BYTES_MAX),
  signature: bin(SIGNATURE_BYTES),
};

/** Each approver as a map, then its id against the one before, then its key against those of all before. */
const checkApprovers: Check = (node) => {
  const entries = need(node, "array").items;
  if (entries.length < 1 || entries.length > APPROVERS_MAX) throw new Refusal("value_range", node.at);
  let before = "";
  const keys = new Set<string>();
  for (const entry of entries) {
    checkMap(entry, approverKeys, Object.keys(approverKeys));
    const id = memberOf(entry, "id", "str");
    if (compareBytes(before, id.text) >= 0) throw new Refusal("value_range", id.at);
    before = id.text;
    const key = memberOf(entry, "key", "str");
    if (keys.has(key.text)) throw new Refusal("value_range", key.at);
    keys.add(key.text);
  }
};

const checkSeenReasons: Check = (node) => {
  const items = need(node, "array").items;
  if (items.length > SEEN_REASONS_MAX) throw new Refusal("value_range", node.at);
  for (const item of items) name(item);
};

const approvalKeys: Record<string, Check> = {
  approvers: checkApprovers,
  args: bin32,
  at_ms: time,
  expires_ms: time,
  image: bin32,
  of: bin32,
  reasons: checkSeenReasons,
};

/** What a reviewer may answer: nothing that lowers. */
export const ANSWERS = ["deny", "escalate"];

const reviewerKeys: Record<string, Check> = {
  answer: word(ANSWERS),
  by: name,
  of: bin32,
  prompt: bin32,
  reason: str(1, REVIEW_BYTES_MAX),
};

const requestKeys: Record<string, Check> = {
  action: str(1, limit("tool_bytes_max")),
  annotations: anyMap,
  approval: (node) => checkMap(node, approvalKeys, Object.keys(approvalKeys)),
  args: anyMap,
  binding: word(wire.bindings),
  cells: checkCells,
  context: (node) => checkMap(node, contextKeys, ["asserted_by", "time_ms"]),
  durability: word(wire.durabilities),
  engine: bin32,
  event: (node) => checkMap(node, eventKeys, ["kind"]),
  fields: anyMap,
  image: bin32,
  mode: word(wire.modes),
  reviewer: (node) => checkMap(node, reviewerKeys, ["answer", "by", "of", "prompt"]),
  salt: bin32,
  seen: checkSeen,
  server: str(1, limit("name_bytes_max")),
  tool: str(1, limit("tool_bytes_max")),
  v: (node) => {
    if (need(node, "int").value !== 1n) throw new Refusal("version_unsupported", node.at);
  },
};

const REQUIRED = ["binding", "context", "durability", "engine", "image", "mode", "salt", "v"];

/** The keys this reader knows, by map: the closed-list test holds them against docs/format/request.md. */
export const knownKeys = {
  request: Object.keys(requestKeys),
  context: Object.keys(contextKeys),
  host: Object.keys(hostKeys),
  asserted_by: ASSERTABLE,
  event: Object.keys(eventKeys),
  approval: Object.keys(approvalKeys),
  approver: Object.keys(approverKeys),
  reviewer: Object.keys(reviewerKeys),
};

/** Throws `Refusal` with the status and offset that `decide` returns. */
export function readRequest(bytes: Uint8Array, image: Image): Request {
  if (bytes.length > limit("request_bytes_max")) throw new Refusal("request_too_large", 0);
  const root = readCmp(bytes);
  checkMap(root, requestKeys, REQUIRED);

  const get = (key: string): Node | undefined =>
    need(root, "map").members.find((member) => member.key === key)?.value;
  const text = (key: string): string => need(get(key) as Node, "str").text;
  const blob = (key: string): Uint8Array => need(get(key) as Node, "bin").bytes;
  const has = (...keys: string[]): boolean => keys.every((key) => get(key) !== undefined);

  const hasNone = (...keys: string[]): boolean => keys.every((key) => !has(key));
  const noEvent = hasNone("event", "seen");
  const toolForm = noEvent && has("tool", "args") && hasNone("action", "fields");
  const directForm = noEvent && has("action", "fields") && hasNone("tool", "args", "server", "annotations");
  const eventForm =
    has("event") &&
    hasNone("tool", "args", "action", "fields", "server", "annotations", "approval", "reviewer") &&
    isWhole(get);
  if (!toolForm && !directForm && !eventForm) throw new Refusal("call_form", 0);
  if (has("approval", "reviewer")) throw new Refusal("call_form", 0);
  if (fromBytes(blob("image")) !== fromBytes(image.digest)) {
    throw new Refusal("image_mismatch", (get("image") as Node).at);
  }

  const request: Request = {
    binding: text("binding"),
    durability: text("durability"),
    mode: text("mode"),
    engine: blob("engine"),
    image: blob("image"),
    salt: blob("salt"),
    context: readContext(need(get("context") as Node, "map").members),
    payload: need(get(toolForm ? "args" : directForm ? "fields" : "event") as Node, "map"),
  };
  const cells = get("cells");
  if (cells !== undefined) {
    request.cells = need(cells, "array").items.map((entry) => {
      const [id, digest] = need(entry, "array").items as [Node, Node];
      return { id: need(id, "bin").bytes, digest: need(digest, "bin").bytes };
    });
  }
  const approval = get("approval");
  if (approval !== undefined) request.approval = readApproval(approval);
  const reviewer = get("reviewer");
  if (reviewer !== undefined) {
    request.reviewer = {
      node: reviewer,
      answer: memberOf(reviewer, "answer", "str").text,
      of: memberOf(reviewer, "of", "bin").bytes,
    };
  }
  if (toolForm) {
    request.tool = text("tool");
    if (has("server")) request.server = text("server");
    if (has("annotations")) request.annotations = need(get("annotations") as Node, "map").members;
  } else if (eventForm) {
    request.event = readEvent(request.payload.members, get("seen"));
  } else {
    request.direct = readDirect(get("action") as Node, request.payload.members, image);
  }
  return request;
}

function readApproval(node: Node): Approval {
  return {
    node,
    approvers: memberOf(node, "approvers", "array").items.map((entry) => ({
      id: memberOf(entry, "id", "str").text,
      key: memberOf(entry, "key", "str").text,
    })),
    args: memberOf(node, "args", "bin").bytes,
    atMs: memberOf(node, "at_ms", "int").value,
    expiresMs: memberOf(node, "expires_ms", "int").value,
    image: memberOf(node, "image", "bin").bytes,
    of: memberOf(node, "of", "bin").bytes,
    reasons: memberOf(node, "reasons", "array").items.map((item) => need(item, "str").text),
  };
}

/** Whether an event says what its kind needs, and nothing that it may not say. */
function isWhole(get: (key: string) => Node | undefined): boolean {
  const { members } = need(get("event") as Node, "map");
  const says = (key: string): boolean => members.some((member) => member.key === key);
  const kind = need(members.find((member) => member.key === "kind")?.value as Node, "str").text;
  if (!(NEEDED[kind] as string[]).every(says)) return false;
  const isFreeze = kind === "freeze" || kind === "thaw";
  return !isFreeze || (!says("labels") && get("seen") === undefined);
}

function readEvent(members: Member[], seen: Node | undefined): RequestEvent {
  const get = (key: string): Node | undefined => members.find((member) => member.key === key)?.value;
  const text = (key: string): string => need(get(key) as Node, "str").text;
  const labels = get("labels");
  const event: RequestEvent = {
    kind: text("kind"),
    labels: labels === undefined ? [] : need(labels, "array").items.map((item) => need(item, "str").text),
  };
  for (const key of ["trust", "scope", "value"] as const) if (get(key) !== undefined) event[key] = text(key);
  if (seen !== undefined) event.seen = hashesOf(need(seen, "bin").bytes);
  return event;
}

/** Step 6: the action and the fields of the direct form exist, and no single field is named twice. */
function readDirect(action: Node, members: Member[], image: Image): { action: number; fields: number[] } {
  const index = image.look(wire.namespaces.action as number, need(action, "str").text);
  if (index === undefined) throw new Refusal("action_unknown", action.at);
  const declared = image.actions[index]?.fields ?? new Set<number>();
  const fields: number[] = [];
  for (const member of members) {
    const field = image.look(wire.namespaces.field as number, member.key);
    if (field === undefined || !declared.has(field)) throw new Refusal("field_unknown", member.keyAt);
    const many = image.fields[field - 1]?.many === true;
    if (!many && fields.includes(field)) throw new Refusal("field_unknown", member.keyAt);
    fields.push(field);
  }
  return { action: index, fields };
}

function readContext(members: Member[]): Context {
  const get = (key: string): Node | undefined => members.find((member) => member.key === key)?.value;
  const context: Context = {
    timeMs: need(get("time_ms") as Node, "int").value,
    texts: new Map(members.flatMap(({ key, value }) => (value.type === "str" ? [[key, value.text]] : []))),
    assertedBy: textMap(get("asserted_by") as Node),
  };
  const session = context.texts.get("parent") ?? context.texts.get("session");
  if (session !== undefined) context.session = session;
  const actor = get("actor");
  if (actor !== undefined) context.actor = need(actor, "str").text;
  const environment = get("environment");
  if (environment !== undefined) context.environment = need(environment, "str").text;
  const roles = get("roles");
  if (roles !== undefined) context.roles = need(roles, "array").items.map((item) => need(item, "str").text);
  const tzMin = get("tz_min");
  if (tzMin !== undefined) context.tzMin = need(tzMin, "int").value;
  const host = get("host");
  if (host !== undefined) {
    const inside = need(host, "map").members;
    const cwd = inside.find((member) => member.key === "cwd")?.value;
    const realpaths = inside.find((member) => member.key === "realpaths")?.value;
    context.host = { realpaths: realpaths === undefined ? new Map() : textMap(realpaths) };
    const dialect = inside.find((member) => member.key === "dialect")?.value;
    if (dialect !== undefined) context.host.dialect = need(dialect, "str").text;
    if (cwd !== undefined) context.host.cwd = need(cwd, "str").text;
  }
  return context;
}

function textMap(node: Node): Map<string, string> {
  return new Map(need(node, "map").members.map((member) => [member.key, need(member.value, "str").text]));
}
