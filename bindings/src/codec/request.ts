/**
 * A request from plain data to canonical bytes, straight into the engine's inbox, and back from the engine's refusal to
 * the member that caused it. docs/format/request.md is the page; the engine is the judge of what is well-formed.
 */

import { EngineError, type ErrorCode, nearest, shown, unknownName } from "../errors.ts";
import {
  BINDING_NAMES,
  DIALECT_NAMES,
  DURABILITY_NAMES,
  EVENT_KIND_NAMES,
  EVENT_STATUS_NAMES,
  FREEZE_SCOPE_NAMES,
  LABEL_NAMES,
  MODE_NAMES,
  REVIEWER_ANSWER_NAMES,
  STATUS_TEXTS,
  TRUST_NAMES,
} from "../gen/codes.ts";
import { REQUEST_BYTES_MAX } from "../gen/limits.ts";
import type { Binding, Cell, Durability, EventRequest, Mode, Request } from "../types.ts";
import { decode } from "./decode.ts";
import { type CmpWriter, CodecError, encodeText } from "./encode.ts";
import { pathWith } from "./errors.ts";
import { behindValue } from "./skip.ts";

const DIGEST_BYTES = 32;
const ZERO_SALT = new Uint8Array(DIGEST_BYTES);

/** The keys of a call or an event that a program may give; `engine`, `image` and `v` are added here. */
const REQUEST_KEYS: readonly string[] = [
  "action",
  "annotations",
  "approval",
  "args",
  "binding",
  "context",
  "durability",
  "event",
  "fields",
  "mode",
  "reviewer",
  "salt",
  "seen",
  "server",
  "tool",
];

/** Writes requests for one engine and one image. Everything that does not change from call to call is encoded once. */
export class RequestEncoder {
  readonly #writer: CmpWriter;
  readonly #bindings: ReadonlyMap<Binding, Uint8Array>;
  readonly #durabilities: ReadonlyMap<Durability, Uint8Array>;
  readonly #modes: ReadonlyMap<Mode, Uint8Array>;
  #cellsAt = 0;

  constructor(writer: CmpWriter, engineDigest: Uint8Array, imageDigest: Uint8Array) {
    this.#writer = writer;
    this.#bindings = pieces(BINDING_NAMES, (word) => [KEY.binding, encodeText(word), KEY.context]);
    this.#durabilities = pieces(DURABILITY_NAMES, (word) => [
      KEY.durability,
      encodeText(word),
      KEY.engine,
      BIN32,
      engineDigest,
    ]);
    this.#modes = pieces(MODE_NAMES, (word) => [KEY.image, BIN32, imageDigest, KEY.mode, encodeText(word)]);
  }

  /** Where in the request that was written last the member `cells` has its place. */
  get cellsAt(): number {
    return this.#cellsAt;
  }

  /**
   * Encodes a request at the start of the writer's area and returns its bytes. Keys go out in the order of their bytes,
   * as CMP/1 demands: the order of the statements below.
   * @throws EngineError for members that a request cannot have; `request_too_large` when the area is full.
   */
  write(request: Request | EventRequest): number {
    needKnownKeys(request);
    const binding = wordPiece(this.#bindings, request.binding ?? "advisory", "binding");
    const durability = wordPiece(this.#durabilities, request.durability ?? "none", "durability");
    const mode = wordPiece(this.#modes, request.mode ?? "enforce", "mode");
    const salt = saltOf(request);
    const context = contextOf(request);
    const answers = request.approval === undefined && request.reviewer === undefined ? 0 : 1;
    const writer = this.#writer;
    try {
      writer.reset();
      if (request.event !== undefined) {
        const { event, seen } = request;
        writer.mapHeader(seen === undefined ? 9 : 10);
        writer.raw(binding);
        this.#cellsAt = writer.size - KEY.context.length;
        writer.value(context, "context", 1);
        writer.raw(durability);
        writer.raw(KEY.event);
        writer.value(event, "event", 1);
        writer.raw(mode);
        writer.raw(SALT);
        writer.raw(salt);
        if (seen !== undefined) {
          writer.raw(KEY.seen);
          writer.value(seen, "seen", 1);
        }
      } else if (request.action !== undefined) {
        writer.mapHeader(10 + answers);
        writer.raw(KEY.action);
        writer.value(request.action, "action", 1);
        this.#writeApproval(request);
        writer.raw(binding);
        this.#cellsAt = writer.size - KEY.context.length;
        writer.value(context, "context", 1);
        writer.raw(durability);
        writer.raw(KEY.fields);
        writer.value(request.fields, "fields", 1);
        writer.raw(mode);
        this.#writeReviewer(request);
        writer.raw(SALT);
        writer.raw(salt);
      } else {
        const annotated = request.annotations !== undefined;
        const served = request.server !== undefined;
        writer.mapHeader(10 + answers + (annotated ? 1 : 0) + (served ? 1 : 0));
        if (annotated) {
          writer.raw(KEY.annotations);
          writer.value(request.annotations, "annotations", 1);
        }
        this.#writeApproval(request);
        writer.raw(KEY.args);
        writer.value(request.args, "args", 1);
        writer.raw(binding);
        this.#cellsAt = writer.size - KEY.context.length;
        writer.value(context, "context", 1);
        writer.raw(durability);
        writer.raw(mode);
        this.#writeReviewer(request);
        writer.raw(SALT);
        writer.raw(salt);
        if (served) {
          writer.raw(KEY.server);
          writer.value(request.server, "server", 1);
        }
        writer.raw(KEY.tool);
        writer.value(request.tool, "tool", 1);
      }
      writer.raw(VERSION_1);
      return writer.size;
    } catch (error) {
      throw typedError(error);
    }
  }

  #writeApproval({ approval }: Request): void {
    if (approval === undefined) return;
    this.#writer.raw(KEY.approval);
    this.#writer.value(approval, "approval", 1);
  }

  #writeReviewer({ reviewer }: Request): void {
    if (reviewer === undefined) return;
    this.#writer.raw(KEY.reviewer);
    this.#writer.value(reviewer, "reviewer", 1);
  }

  /**
   * Writes a request that {@link write} has encoded once more, with the histories that it touches.
   * @param at what `cellsAt` was then
   * @throws EngineError `request_too_large`.
   */
  copyWith(request: Uint8Array, at: number, cells: readonly Cell[]): number {
    const writer = this.#writer;
    try {
      writer.reset();
      // At most thirteen members can stand there, those of a tool call with an answer: the header stays one byte.
      writer.mapHeader(((request[0] as number) & 0x0f) + 1);
      writer.raw(request.subarray(1, at));
      writer.raw(KEY.cells);
      writer.arrayHeader(cells.length);
      for (const { id, digest } of cells) {
        writer.arrayHeader(2);
        writer.bin(id);
        writer.bin(digest);
      }
      writer.raw(request.subarray(at));
      return writer.size;
    } catch (error) {
      throw typedError(error);
    }
  }

  /**
   * Copies a request that is encoded already to the start of the writer's area and returns its bytes.
   * @throws EngineError `request_too_large`.
   */
  copy(request: Uint8Array): number {
    try {
      this.#writer.reset();
      this.#writer.raw(request);
      return this.#writer.size;
    } catch (error) {
      throw typedError(error);
    }
  }
}

/** Where in an encoded request without histories the member `cells` has its place: before `context`. */
export function cellsPlace(request: Uint8Array): number {
  const isContext = (at: number): boolean => KEY.context.every((byte, step) => request[at + step] === byte);
  let at = 1;
  while (at < request.length && !isContext(at)) at = behindValue(request, behindValue(request, at));
  return Math.min(at, request.length);
}

/** A codec error as an error of the public list. Anything else is passed through. */
export function typedError(error: unknown): unknown {
  if (!(error instanceof CodecError)) return error;
  if (error.code === "too_large") {
    return new EngineError("request_too_large", {
      wanted: `a request of at most ${REQUEST_BYTES_MAX} bytes`,
      came: "more",
      cause: error,
    });
  }
  const { code, path, wanted, came, offset } = error;
  return new EngineError(code, {
    ...(path ? { path } : {}),
    ...(offset === undefined ? {} : { offset }),
    wanted,
    came,
    cause: error,
  });
}

function key(name: string): Uint8Array {
  return encodeText(name);
}

const KEY = {
  action: key("action"),
  annotations: key("annotations"),
  approval: key("approval"),
  args: key("args"),
  binding: key("binding"),
  cells: key("cells"),
  context: key("context"),
  durability: key("durability"),
  engine: key("engine"),
  event: key("event"),
  fields: key("fields"),
  image: key("image"),
  mode: key("mode"),
  reviewer: key("reviewer"),
  salt: key("salt"),
  seen: key("seen"),
  server: key("server"),
  tool: key("tool"),
} as const;

/** Header of a bin of 32 bytes. */
const BIN32 = Uint8Array.of(0xc4, DIGEST_BYTES);
const SALT = joined([KEY.salt, BIN32]);
const VERSION_1 = joined([key("v"), Uint8Array.of(1)]);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function pieces<W extends string>(
  words: readonly W[],
  partsOf: (word: W) => readonly Uint8Array[],
): ReadonlyMap<W, Uint8Array> {
  return new Map(words.map((word) => [word, joined(partsOf(word))]));
}

function wordPiece<W extends string>(known: ReadonlyMap<W, Uint8Array>, word: W, path: string): Uint8Array {
  const piece = known.get(word);
  if (piece !== undefined) return piece;
  const code = typeof word === "string" ? "value_unknown" : "value_type";
  throw new EngineError(code, { path, wanted: listed([...known.keys()]), came: shown(word) });
}

function saltOf({ salt }: Request | EventRequest): Uint8Array {
  if (salt === undefined) return ZERO_SALT;
  if (salt instanceof Uint8Array && salt.length === DIGEST_BYTES) return salt;
  const code = salt instanceof Uint8Array ? "value_range" : "value_type";
  throw new EngineError(code, { path: "salt", wanted: "32 bytes", came: shown(salt) });
}

const NOBODY = Object.freeze({});

/** The context as it is written: `asserted_by` may be left out in code and is always there on the wire. */
function contextOf({ context }: Request | EventRequest): unknown {
  const given: unknown = context;
  if (typeof given !== "object" || given === null) return given;
  return "asserted_by" in given ? given : { ...given, asserted_by: NOBODY };
}

/** Refuses a request that is not one of the three forms with a context, or has any member besides. */
function needKnownKeys(request: Request | EventRequest): void {
  const given: unknown = request;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new EngineError("value_type", { wanted: "a call as an object", came: shown(given) });
  }
  const { tool, args, server, annotations, action, fields, context, binding, durability, mode, salt } =
    request;
  const { event, seen, approval, reviewer } = request;
  const isCall =
    event === undefined && seen === undefined && (approval === undefined || reviewer === undefined);
  const isTool = tool !== undefined && args !== undefined && action === undefined && fields === undefined;
  const isAction =
    action !== undefined &&
    fields !== undefined &&
    tool === undefined &&
    args === undefined &&
    server === undefined &&
    annotations === undefined;
  const isEvent =
    event !== undefined &&
    tool === undefined &&
    args === undefined &&
    action === undefined &&
    fields === undefined &&
    server === undefined &&
    annotations === undefined &&
    approval === undefined &&
    reviewer === undefined;
  // Every member that has a value is counted. As many keys as that: nothing unknown, nothing undefined.
  let known = isEvent ? 2 : 3;
  if (seen !== undefined) known++;
  if (approval !== undefined || reviewer !== undefined) known++;
  if (server !== undefined) known++;
  if (annotations !== undefined) known++;
  if (binding !== undefined) known++;
  if (durability !== undefined) known++;
  if (mode !== undefined) known++;
  if (salt !== undefined) known++;
  let keys = 0;
  for (const _ in request) keys++;
  if (((isCall && (isTool || isAction)) || isEvent) && context !== undefined && keys === known) return;
  throw wrongKeys(request);
}

/** What is wrong with the keys of a request. */
function wrongKeys(request: Request | EventRequest): EngineError {
  for (const name in request) {
    if (!REQUEST_KEYS.includes(name)) return unknownName("key_unknown", name, name, REQUEST_KEYS);
    if (request[name as keyof typeof request] === undefined) {
      return new EngineError("value_undefined", {
        path: name,
        wanted: "a value, or no such member",
        came: "undefined",
      });
    }
  }
  const forms = [request.tool, request.action, request.event].filter((form) => form !== undefined);
  if (request.context !== undefined || forms.length !== 1) {
    return new EngineError("call_form", { wanted: CALL_FORM, came: formOf(request) });
  }
  return new EngineError("key_missing", { path: "context", wanted: "who, when and where", came: "nothing" });
}

const CALL_FORM =
  "tool and args (with server and annotations), action and fields, or event (with seen); a call with approval or reviewer";

function formOf(request: Request | EventRequest): string {
  const call = [
    "tool",
    "args",
    "server",
    "annotations",
    "action",
    "fields",
    "event",
    "seen",
    "approval",
    "reviewer",
  ];
  const given = call.filter((name) => Object.hasOwn(request, name));
  return given.length === 0 ? "none of them" : given.join(", ");
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

// ---- From a refusal of the engine back to the member

const NAME_TEXT = "text of 1..256 bytes";
const AUTHORITY_TEXT = "text of 1..64 bytes";
const PATH_TEXT = "text of 1..4096 bytes";
const DIGEST = "32 bytes";
const TIME = "a whole number of milliseconds from 0 to 2^53-1";

/** What each member of a request must be, by its place. `*` stands for any key, `[]` for any element. */
export const WANTED: Readonly<Record<string, string>> = {
  "": "a request: a map of its members",
  action: NAME_TEXT,
  annotations: "a map",
  approval: "a map: approvers, args, at_ms, expires_ms, image, of, reasons",
  "approval.approvers": "1 to 8 persons",
  "approval.approvers[]": "a map: id, key, signature",
  "approval.approvers[].id": "text of 1..256 bytes, the ids ascending by their bytes",
  "approval.approvers[].key": "text of 1..64 bytes, each once",
  "approval.approvers[].signature": "64 bytes",
  "approval.args": DIGEST,
  "approval.at_ms": TIME,
  "approval.expires_ms": TIME,
  "approval.image": DIGEST,
  "approval.of": DIGEST,
  "approval.reasons": "at most 64 reason codes",
  "approval.reasons[]": NAME_TEXT,
  args: "a map of the tool's arguments",
  binding: listed(BINDING_NAMES),
  cells: "at most 8 histories, each once: id and digest",
  "cells[]": "id and digest, 32 bytes each",
  "cells[][]": DIGEST,
  context: "a map",
  "context.actor": NAME_TEXT,
  "context.agent": NAME_TEXT,
  "context.asserted_by": "a map of texts: actor, environment, host, roles, tz_min",
  "context.asserted_by.actor": AUTHORITY_TEXT,
  "context.asserted_by.environment": AUTHORITY_TEXT,
  "context.asserted_by.host": AUTHORITY_TEXT,
  "context.asserted_by.roles": AUTHORITY_TEXT,
  "context.asserted_by.tz_min": AUTHORITY_TEXT,
  "context.environment": NAME_TEXT,
  "context.host": "a map: cwd, dialect, persistent, realpaths",
  "context.host.cwd": "an absolute path of at most 4096 bytes",
  "context.host.dialect": listed(DIALECT_NAMES),
  "context.host.persistent": "true or false",
  "context.host.realpaths": "a map of at most 64 paths to paths",
  "context.host.realpaths.*": PATH_TEXT,
  "context.parent": NAME_TEXT,
  "context.principal": NAME_TEXT,
  "context.roles": "at most 16 roles",
  "context.roles[]": NAME_TEXT,
  "context.session": NAME_TEXT,
  "context.tenant": NAME_TEXT,
  "context.time_ms": TIME,
  "context.tz_min": "a whole number of minutes from -840 to 840",
  durability: listed(DURABILITY_NAMES),
  engine: DIGEST,
  event: "a map: kind and what belongs to it",
  "event.by": NAME_TEXT,
  "event.kind": listed(EVENT_KIND_NAMES),
  "event.labels": "at most 7 labels",
  "event.labels[]": listed(LABEL_NAMES),
  "event.of": DIGEST,
  "event.reason": NAME_TEXT,
  "event.scope": listed(FREEZE_SCOPE_NAMES),
  "event.source": NAME_TEXT,
  "event.status": listed(EVENT_STATUS_NAMES),
  "event.trust": listed(TRUST_NAMES),
  "event.value": NAME_TEXT,
  fields: "a map of the action's fields",
  image: DIGEST,
  mode: listed(MODE_NAMES),
  reviewer: "a map: answer, by, of, prompt, and perhaps reason",
  "reviewer.answer": listed(REVIEWER_ANSWER_NAMES),
  "reviewer.by": NAME_TEXT,
  "reviewer.of": DIGEST,
  "reviewer.prompt": DIGEST,
  "reviewer.reason": "text of 1..1024 bytes",
  salt: DIGEST,
  seen: "at most 2048 hashes, 8 bytes each",
  server: NAME_TEXT,
  tool: NAME_TEXT,
  v: "1",
};

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  "": ["binding", "context", "durability", "engine", "image", "mode", "salt", "v"],
  approval: ["approvers", "args", "at_ms", "expires_ms", "image", "of", "reasons"],
  "approval.approvers[]": ["id", "key", "signature"],
  context: ["asserted_by", "time_ms"],
  event: ["kind"],
  reviewer: ["answer", "by", "of", "prompt"],
};

/** Names that the loaded image can suggest for a misspelt one. */
export interface Vocabulary {
  actions(): Iterable<string>;
  fields(action: string): { readonly declared: readonly string[]; readonly inputs: readonly string[] };
}

/**
 * The typed error for a status of the engine, with the place, what was wanted and what came.
 * @param request the refused bytes
 * @param offset where the engine saw the fault
 */
export function refusal(
  status: number,
  offset: number,
  request: Uint8Array,
  vocabulary: Vocabulary,
): EngineError {
  const [code, text] = (STATUS_TEXTS[status] ?? ["engine_fault", `unknown status ${status}`]) as [
    ErrorCode,
    string,
  ];
  let whole: unknown;
  try {
    whole = decode(request);
  } catch {
    // The bytes are not CMP/1: there are no members to name.
    return new EngineError(code, { offset, wanted: "one CMP/1 value", came: text });
  }
  const place = placeAt(request, offset);
  const wanted = WANTED[place.pattern];
  const path = place.path === "" ? {} : { path: place.path };
  switch (code) {
    case "key_unknown": {
      const { known, name } = siblings(place);
      return withOffset(unknownName("key_unknown", place.path, name, known), offset);
    }
    case "key_missing": {
      const map = place.value as Record<string, unknown>;
      const missing = (REQUIRED[place.pattern] ?? []).filter((name) => !Object.hasOwn(map, name));
      return new EngineError(code, { ...path, offset, wanted: missing.join(", "), came: "a map without it" });
    }
    case "action_unknown": {
      const name = String(place.value);
      const meant = nearest(name, vocabulary.actions());
      return new EngineError(code, {
        ...path,
        offset,
        wanted: "an action of the taxonomy, or one of its aliases",
        came: shown(name),
        ...(meant === undefined
          ? {}
          : { advice: `Did you mean ${meant}? \`permit0 taxonomy search\` finds others.` }),
      });
    }
    case "field_unknown": {
      const action = String((whole as { action?: unknown }).action);
      const { declared, inputs } = vocabulary.fields(action);
      const meant = inputs.includes(place.name) ? undefined : nearest(place.name, inputs);
      return new EngineError(code, {
        ...path,
        offset,
        wanted: `a field of ${action}, each once: ${declared.join(", ")}`,
        came: shown(place.name),
        ...(meant === undefined ? {} : { advice: `Did you mean ${meant}?` }),
      });
    }
    case "value_type":
    case "value_range":
    case "value_unknown":
    case "version_unsupported":
      return new EngineError(code, { ...path, offset, wanted: wanted ?? text, came: shown(place.value) });
    default:
      return new EngineError(code, { ...path, offset, wanted: text });
  }
}

function withOffset(error: EngineError, offset: number): EngineError {
  return new EngineError(error.code, {
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.wanted === undefined ? {} : { wanted: error.wanted }),
    ...(error.came === undefined ? {} : { came: error.came }),
    advice: error.advice,
    offset,
  });
}

interface Place {
  /** `context.roles[2]`. */
  readonly path: string;
  /** `context.roles[]`: a key of {@link WANTED}, when there is one. */
  readonly pattern: string;
  /** The last step. */
  readonly name: string;
  /** The value that begins here; for an offset on a key, the value behind the key. */
  readonly value: unknown;
}

/** The member whose key or value begins at an offset of well-formed CMP/1 bytes; the innermost one that holds it else. */
function placeAt(bytes: Uint8Array, offset: number): Place {
  let found: Place = { path: "", pattern: "", name: "", value: decode(bytes) };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

  const visit = (at: number, path: string, pattern: string, name: string, keyAt: number): number => {
    const { kind, count, headerBytes, payloadBytes } = headerAt(view, at);
    let end = at + headerBytes + payloadBytes;
    const mine = offset === at || offset === keyAt;
    if (kind === "array") {
      for (let i = 0; i < count; i++) end = visit(end, pathWith(path, i), `${pattern}[]`, `${i}`, -1);
    } else if (kind === "map") {
      for (let i = 0; i < count; i++) {
        const header = headerAt(view, end);
        const valueAt = end + header.headerBytes + header.payloadBytes;
        const step = decode(bytes.subarray(end, valueAt)) as string;
        const known = pattern === "" ? step : `${pattern}.${step}`;
        const anyKey = `${pattern}.*`;
        end = visit(valueAt, pathWith(path, step), WANTED[anyKey] === undefined ? known : anyKey, step, end);
      }
    }
    if (mine) found = { path, pattern, name, value: decode(bytes.subarray(at, end)) };
    return end;
  };

  visit(0, "", "", "", -1);
  return found;
}

interface Header {
  readonly kind: "scalar" | "array" | "map";
  /** Elements or pairs. */
  readonly count: number;
  readonly headerBytes: number;
  /** Bytes of a scalar behind its header. */
  readonly payloadBytes: number;
}

/** What begins at an offset of well-formed CMP/1 bytes. */
function headerAt(view: DataView, at: number): Header {
  const type = view.getUint8(at);
  const scalar = (headerBytes: number, payloadBytes: number): Header => ({
    kind: "scalar",
    count: 0,
    headerBytes,
    payloadBytes,
  });
  const container = (kind: "array" | "map", headerBytes: number, count: number): Header => ({
    kind,
    count,
    headerBytes,
    payloadBytes: 0,
  });
  if (type < 0x80 || type >= 0xe0) return scalar(1, 0);
  if (type < 0x90) return container("map", 1, type & 0x0f);
  if (type < 0xa0) return container("array", 1, type & 0x0f);
  if (type < 0xc0) return scalar(1, type & 0x1f);
  switch (type) {
    case 0xc4:
    case 0xd9:
      return scalar(2, view.getUint8(at + 1));
    case 0xc5:
    case 0xda:
      return scalar(3, view.getUint16(at + 1));
    case 0xc6:
    case 0xdb:
      return scalar(5, view.getUint32(at + 1));
    case 0xcc:
    case 0xd0:
      return scalar(1, 1);
    case 0xcd:
    case 0xd1:
      return scalar(1, 2);
    case 0xce:
    case 0xd2:
      return scalar(1, 4);
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return scalar(1, 8);
    case 0xdc:
      return container("array", 3, view.getUint16(at + 1));
    case 0xdd:
      return container("array", 5, view.getUint32(at + 1));
    case 0xde:
      return container("map", 3, view.getUint16(at + 1));
    case 0xdf:
      return container("map", 5, view.getUint32(at + 1));
    default:
      return scalar(1, 0);
  }
}

/** The keys that may stand beside an unknown one, and the unknown one. */
function siblings({ pattern, name }: Place): { known: readonly string[]; name: string } {
  const parent = pattern.slice(0, Math.max(0, pattern.length - name.length - 1));
  const prefix = parent === "" ? "" : `${parent}.`;
  const known = Object.keys(WANTED)
    .filter((place) => place !== "" && place.startsWith(prefix))
    .map((place) => place.slice(prefix.length))
    .filter((place) => !/[.[*]/.test(place));
  return { known, name };
}
