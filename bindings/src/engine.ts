/**
 * The engine: one Wasm instance with one image. `decide` is synchronous and pure: the same request gives the same
 * record, on every host. Opening is where files are checked against the digests that were expected.
 */

import { compileModule, EngineFault, type EngineModule, Instance, isModule } from "./abi.ts";
import { decode } from "./codec/decode.ts";
import { CmpWriter } from "./codec/encode.ts";
import { cellsPlace, RequestEncoder, refusal, typedError } from "./codec/request.ts";
import { decisionFromRecord, decisionOf, type HostReason, hostDecisionOf, hostRecord } from "./decision.ts";
import { EngineError, type ErrorCode, shown } from "./errors.ts";
import { STATUS_OK, STATUS_TEXTS, TRUST_NAMES } from "./gen/codes.ts";
import { CELLS_MAX, IMAGE_BYTES_MAX, REQUEST_BYTES_MAX } from "./gen/limits.ts";
import { ImageView } from "./image.ts";
import { fromHex, hex, sha256OfFile } from "./sha256.ts";
import type { Cell, Decision, EventRequest, RememberedDecision, Request, Trust } from "./types.ts";

export type { EngineModule } from "./abi.ts";
export type { HostReason } from "./decision.ts";
export { EngineError, type ErrorCode, nearest } from "./errors.ts";
export { eventText } from "./event-text.ts";
export {
  type AllowingChange,
  type Change,
  type Explanation,
  explain,
  minimalAllowingChange,
  obligationLines,
  percent,
} from "./explain.ts";
export type { ImageView } from "./image.ts";
export {
  boundName,
  DEFINITION_KEYS,
  type DefinitionDigests,
  definitionDigests,
  pinnedName,
  ServerRegistry,
  type ServerStanding,
  type ToolDefinition,
  toolsOf,
} from "./servers.ts";
export type {
  Approval,
  Approver,
  Cell,
  CellChange,
  Decision,
  DecisionJson,
  EventFacts,
  EventJson,
  EventRequest,
  FreezeFacts,
  FreezeScope,
  Label,
  LabelFacts,
  NextCell,
  ObserveFacts,
  OutcomeFacts,
  OutcomeStatus,
  RememberedDecision,
  Request,
  ReviewerAnswer,
  Trust,
} from "./types.ts";

/** SHA-256 digests in hex that files must have before they are used. */
export interface ExpectedDigests {
  readonly engine?: string;
  readonly image?: string;
}

export interface EngineFiles {
  /** core.wasm: its bytes, or a module that the host has compiled (then `engineDigest` says which one it is). */
  readonly wasm: Uint8Array | EngineModule;
  /** The compiled policy, at most 4 MiB. */
  readonly image: Uint8Array;
  /** Digests that the files must have. Checked before anything is compiled or loaded. */
  readonly expect?: ExpectedDigests;
  /** SHA-256 of core.wasm in hex: needed for a compiled module, whose bytes nobody can hash any more. */
  readonly engineDigest?: string;
  /**
   * 32 bytes that the ids of histories are made with (docs/format/cell.md). Whoever has them can test guesses of sessions
   * or payees against the ids in a store or log, so they are a secret; whoever loses them loses the histories. Default:
   * zeros.
   */
  readonly keySalt?: Uint8Array;
}

/** The bytes of an engine's two files. */
export interface EngineBytes {
  readonly image: Uint8Array;
  readonly wasm?: Uint8Array;
}

/**
 * Opens an engine.
 *
 * @throws EngineError `engine_unexpected` or `image_unexpected` when a file is not the expected one, `engine_invalid`
 * when the Wasm is no permit0 engine, and the `image_*` codes when the engine refuses the image.
 *
 * @example
 * const engine = await openEngine({ wasm: await readFile("core.wasm"), image: await readFile("acme.image") });
 * const decision = engine.decide({ tool: "bash", args: { command: "ls" }, context: { time_ms: Date.now() } });
 */
export async function openEngine(files: EngineFiles): Promise<Engine> {
  const { wasm: given, expect = {} } = files;
  needBytes(files.image, "image");
  needKeySalt(files.keySalt);
  // Copies, which `slice` of a Buffer is not: what is loaded must be what was checked, whatever the caller does meanwhile.
  const image = new Uint8Array(files.image);
  if (isModule(given)) {
    if (expect.image !== undefined) await needDigest(image, expect.image, "image");
    return createEngine(given, image, files.engineDigest ?? expect.engine ?? "", files.keySalt);
  }
  needBytes(given, "wasm");
  const wasm = new Uint8Array(given as Uint8Array);
  if (expect.image !== undefined) await needDigest(image, expect.image, "image");
  const engineDigest = hex(await sha256OfFile(wasm));
  if (expect.engine !== undefined && expect.engine.toLowerCase() !== engineDigest) {
    throw new EngineError("engine_unexpected", { path: "wasm", wanted: expect.engine, came: engineDigest });
  }
  let module: EngineModule;
  try {
    module = await compileModule(wasm);
  } catch (cause) {
    throw new EngineError("engine_invalid", {
      path: "wasm",
      wanted: "a WebAssembly module",
      came: "other bytes",
      cause,
    });
  }
  return engineOf(module, image, engineDigest, files.keySalt, wasm);
}

/**
 * Makes an engine at once from a compiled module, for hosts that get modules and not bytes.
 * @param engineDigest SHA-256 of the module's file in hex; it stands in every record, so it must be true.
 * @param keySalt see {@link EngineFiles}.
 */
export function createEngine(
  module: EngineModule,
  image: Uint8Array,
  engineDigest: string,
  keySalt?: Uint8Array,
): Engine {
  return engineOf(module, image, engineDigest, keySalt, undefined);
}

function engineOf(
  module: EngineModule,
  image: Uint8Array,
  engineDigest: string,
  keySalt: Uint8Array | undefined,
  wasm: Uint8Array | undefined,
): Engine {
  needBytes(image, "image");
  needKeySalt(keySalt);
  const digest = fromHex(engineDigest);
  if (digest?.length !== DIGEST_BYTES) {
    throw new EngineError("option_type", {
      path: "engineDigest",
      wanted: "64 hex digits: the SHA-256 of core.wasm",
      came: shown(engineDigest),
    });
  }
  return new Engine(module, image, digest, keySalt ?? new Uint8Array(DIGEST_BYTES), wasm);
}

const DIGEST_BYTES = 32;

/** What a text shows: hashes of 8 bytes each, or more than 2 048 of them. */
export type Seen =
  | { readonly overflow: false; readonly hashes: Uint8Array }
  | { readonly overflow: true; readonly hashes?: never };

/** A call or an event that is encoded, with the histories that it touches. Made by {@link Engine.prepare}. */
export interface PreparedCall {
  /** The canonical bytes, without the histories: what a log keeps, so that somebody can decide it again. */
  readonly request: Uint8Array;
  /** At most eight, in the order in which {@link decide} wants their histories. */
  readonly ids: readonly Uint8Array[];
  /**
   * Decides the call with its histories; as often as need be.
   * @throws EngineError `request_too_large`.
   */
  decide(cells: readonly Cell[]): RememberedDecision;
}

/** One loaded policy that answers calls. Made by {@link openEngine} or {@link createEngine}. */
export class Engine {
  readonly #module: EngineModule;
  readonly #imageFile: Uint8Array;
  readonly #wasm: Uint8Array | undefined;
  readonly #engineDigest: Uint8Array;
  readonly #imageDigest: Uint8Array;
  readonly #keySalt: Uint8Array;
  readonly #image: ImageView;
  #instance: Instance;
  #encoder: RequestEncoder;

  /** @internal */
  constructor(
    module: EngineModule,
    image: Uint8Array,
    engineDigest: Uint8Array,
    keySalt: Uint8Array,
    wasm?: Uint8Array,
  ) {
    this.#module = module;
    this.#wasm = wasm;
    this.#keySalt = new Uint8Array(keySalt);
    this.#engineDigest = engineDigest;
    // A copy: a fresh instance after a fault must get the bytes that were checked, whatever happened to the caller's.
    this.#imageFile = new Uint8Array(image);
    this.#instance = this.#load();
    this.#imageDigest = this.#instance.imageDigest();
    this.#image = new ImageView(this.#imageFile);
    this.#encoder = this.#newEncoder();
  }

  /** SHA-256 of the engine and image files, in hex. */
  get digests(): { readonly engine: string; readonly image: string } {
    return { engine: hex(this.#engineDigest), image: hex(this.#imageDigest) };
  }

  /** The files behind {@link digests}: what a log keeps. An engine made from a compiled module has no `wasm`. */
  get files(): EngineBytes {
    const image = new Uint8Array(this.#imageFile);
    return this.#wasm === undefined ? { image } : { image, wasm: new Uint8Array(this.#wasm) };
  }

  /** The loaded policy: edition, sentences, names. */
  get image(): ImageView {
    return this.#image;
  }

  /**
   * Decides one call, or puts one event into its history. A fault of the engine is answered too: a denial with the reason
   * `engine_fault`, and the engine goes on with a fresh instance.
   *
   * @param request at most 65 536 bytes once encoded; `context.time_ms` is required, everything else has a default.
   * @param cells the histories that {@link name} lists, in its order. Left out, the call is decided without memory.
   * @returns with `cells`, also the histories to keep from now on: `next`.
   * @throws EngineError when the request is malformed or too large. Then nothing was decided and nothing may run.
   */
  decide(request: Request | EventRequest, cells: readonly Cell[]): RememberedDecision;
  decide(request: Request | EventRequest): Decision;
  decide(request: Request | EventRequest, cells?: readonly Cell[]): Decision {
    const bytes = this.#encoder.write(request);
    if (cells === undefined) return this.#run(bytes);
    return this.#decideWith(this.#requestBytes(bytes), this.#encoder.cellsAt, cells);
  }

  /**
   * Ids of the histories that a call touches, at most eight, or an event, at most one: docs/format/cell.md.
   * @throws EngineError as {@link decide}; `engine_fault`.
   */
  name(request: Request | EventRequest): readonly Uint8Array[] {
    return this.#name(this.#encoder.write(request));
  }

  /**
   * Encodes a call or an event once, for a host that reads its histories and decides it, again when somebody was faster.
   * @throws EngineError as {@link decide}.
   */
  prepare(request: Request | EventRequest): PreparedCall {
    const size = this.#encoder.write(request);
    const at = this.#encoder.cellsAt;
    const bytes = this.#requestBytes(size);
    try {
      // A policy that asks no history needs no second look at the call.
      const ids = this.#image.hasCells ? this.#name(size) : [];
      return { request: bytes, ids, decide: (cells) => this.#decideWith(bytes, at, cells) };
    } catch (error) {
      if (!(error instanceof EngineError && error.code === "engine_fault")) throw error;
      return { request: bytes, ids: [], decide: () => this.#faultDenial(bytes, error) };
    }
  }

  /**
   * What a text shows, as an event has it in `seen`: docs/format/cell.md, section 6. Equal texts show equal hashes under
   * equal key salts, and under no others.
   * @param text at most 65 536 bytes of UTF-8. One half of a surrogate pair counts as U+FFFD.
   * @param trust `user` for what the user typed: more of it is taken for something that was meant.
   * @throws EngineError `value_type`, `value_range`, `value_unknown`; `engine_fault`.
   */
  observe(text: string | Uint8Array, trust: Trust): Seen {
    if (!(TRUST_NAMES as readonly unknown[]).includes(trust)) {
      throw new EngineError("value_unknown", { path: "trust", wanted: "user or tool", came: shown(trust) });
    }
    const hashes = this.#observe(textBytes(text), trust === "user");
    return hashes === undefined ? { overflow: true } : { overflow: false, hashes };
  }

  /**
   * Decides one encoded request (docs/format/request.md), which names this engine and image by their digests.
   * @param cells its histories, for a request that has none of its own: what {@link encode} gives, and a log keeps.
   * @throws EngineError with the offset and, where there is one, the member that the engine refused.
   */
  decideBytes(request: Uint8Array, cells?: readonly Cell[]): Decision {
    needBytes(request, "request");
    if (cells === undefined) return this.#run(this.#encoder.copy(request));
    try {
      decode(request);
    } catch (error) {
      throw typedError(error);
    }
    return this.#decideWith(request, cellsPlace(request), cells);
  }

  /**
   * The canonical bytes of a request to this engine: what {@link decideBytes} takes and a replay needs.
   * @throws EngineError as {@link decide}.
   */
  encode(request: Request | EventRequest): Uint8Array {
    const { memory, requestAt } = this.#instance;
    const bytes = this.#encoder.write(request);
    return memory.slice(requestAt, requestAt + bytes);
  }

  /**
   * Denies a call without asking the engine, with a record that says so. For adapters: a call that `decide` refuses as
   * too large still has to be answered and recorded.
   * @throws EngineError when the call has values that no record can commit to.
   */
  denyByHost(request: Request | EventRequest, reason: HostReason): Decision {
    return this.#byHost(request, reason, "deny");
  }

  /**
   * Sends a call to a person without asking the engine: its memory cannot be reached, and the program chose that rather
   * than a denial.
   * @throws EngineError as {@link denyByHost}.
   */
  reviewByHost(request: Request, reason: "state_unavailable"): Decision {
    return this.#byHost(request, reason, "review");
  }

  #byHost(
    request: Request | EventRequest,
    reason: HostReason,
    verdict: "deny" | "review",
  ): RememberedDecision {
    const facts = {
      engine: this.#engineDigest,
      image: this.#imageDigest,
      edition: this.#image.edition,
      reason,
      verdict,
    };
    try {
      return hostDecisionOf(hostRecord(request, facts), verdict, this.#image);
    } catch (error) {
      throw typedError(error);
    }
  }

  /**
   * A decision read back from the bytes of its record. Sentences are those of this engine's image.
   * @throws EngineError `record_malformed`.
   */
  readRecord(record: Uint8Array): Decision {
    needBytes(record, "record");
    try {
      const decision = decisionFromRecord(record, this.#image);
      if (decision !== undefined) return decision;
    } catch (cause) {
      throw new EngineError("record_malformed", {
        wanted: "the CMP/1 bytes of a record",
        came: shown(record),
        cause,
      });
    }
    throw new EngineError("record_malformed", { wanted: "a record of version 1", came: "another value" });
  }

  #name(requestBytes: number): readonly Uint8Array[] {
    const instance = this.#instance;
    try {
      const status = instance.name(requestBytes);
      if (status === STATUS_OK) return instance.names();
      throw this.#refused(status, requestBytes);
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error;
      this.#restart();
      throw new EngineError("engine_fault", { came: error.message, cause: error });
    }
  }

  #observe(text: Uint8Array, isUser: boolean): Uint8Array | undefined {
    try {
      return this.#instance.observe(text, isUser);
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error;
      this.#restart();
      throw new EngineError("engine_fault", { came: error.message, cause: error });
    }
  }

  #decideWith(request: Uint8Array, at: number, cells: readonly Cell[]): RememberedDecision {
    const bytes = this.#encoder.copyWith(request, at, cells);
    this.#instance.putCells(cells.slice(0, CELLS_MAX).map((cell) => cell.bytes));
    return this.#run(bytes, cells.length);
  }

  #run(requestBytes: number, cellCount = 0): RememberedDecision {
    const instance = this.#instance;
    try {
      const status = instance.decide(requestBytes);
      if (status !== STATUS_OK) throw this.#refused(status, requestBytes);
      return decisionOf(
        instance.record(),
        instance.verdict,
        instance.tier,
        instance.score,
        instance.hazard,
        this.#image,
        cellCount === 0 ? undefined : instance.nextCells(cellCount),
      );
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error;
      return this.#faulted(requestBytes, error);
    }
  }

  #refused(status: number, requestBytes: number): EngineError | EngineFault {
    if (STATUS_TEXTS[status] === undefined) return new EngineFault(`status ${status}`);
    return refusal(status, this.#instance.refusedAt, this.#requestBytes(requestBytes), this.#image);
  }

  #requestBytes(bytes: number): Uint8Array {
    const { memory, requestAt } = this.#instance;
    return memory.slice(requestAt, requestAt + bytes);
  }

  /** Answers a request during which the instance stopped, and puts a fresh one in its place. */
  #faulted(requestBytes: number, fault: EngineFault): RememberedDecision {
    const bytes = this.#requestBytes(requestBytes);
    this.#restart();
    return this.#faultDenial(bytes, fault);
  }

  #restart(): void {
    this.#instance = this.#load();
    this.#encoder = this.#newEncoder();
  }

  #faultDenial(bytes: Uint8Array, fault: Error): RememberedDecision {
    let members: Request & Record<string, unknown>;
    try {
      members = decode(bytes) as Request & Record<string, unknown>;
    } catch {
      // Not even the time of the call can be read, so there is nothing to record.
      throw new EngineError("engine_fault", { came: fault.message, cause: fault });
    }
    const { engine: _engine, image: _image, v: _version, ...request } = members;
    return this.#byHost(request as Request, "engine_fault", "deny");
  }

  #newEncoder(): RequestEncoder {
    const { memory, requestAt, requestEnd } = this.#instance;
    const writer = new CmpWriter(memory, requestAt, requestEnd - requestAt);
    return new RequestEncoder(writer, this.#engineDigest, this.#imageDigest);
  }

  /** A fresh instance with the image in it. */
  #load(): Instance {
    const image = this.#imageFile;
    if (image.length > IMAGE_BYTES_MAX) {
      throw new EngineError("image_too_large", {
        path: "image",
        wanted: `at most ${IMAGE_BYTES_MAX} bytes`,
        came: `${image.length} bytes`,
      });
    }
    let instance: Instance;
    let status: number;
    try {
      instance = new Instance(this.#module);
      instance.setKeySalt(this.#keySalt);
      status = instance.loadImage(image);
    } catch (cause) {
      if (!(cause instanceof EngineFault)) throw cause;
      throw new EngineError("engine_invalid", {
        path: "wasm",
        wanted: "a permit0 engine",
        came: cause.message,
        cause,
      });
    }
    if (status === STATUS_OK) return instance;
    const [code, text] = STATUS_TEXTS[status] ?? ["engine_invalid", `unknown status ${status}`];
    throw new EngineError(code as ErrorCode, {
      path: "image",
      offset: instance.refusedAt,
      wanted: "a permit0 image of this version",
      came: text,
    });
  }
}

function needBytes(bytes: unknown, path: string): void {
  if (bytes instanceof Uint8Array) return;
  throw new EngineError("option_type", { path, wanted: "a Uint8Array", came: shown(bytes) });
}

function textBytes(text: unknown): Uint8Array {
  const isBytes = text instanceof Uint8Array;
  if (!isBytes && typeof text !== "string")
    throw new EngineError("value_type", { path: "text", wanted: "text, or its UTF-8", came: shown(text) });
  const bytes = isBytes ? text : new TextEncoder().encode(text);
  if (bytes.length > REQUEST_BYTES_MAX) {
    throw new EngineError("value_range", {
      path: "text",
      wanted: `at most ${REQUEST_BYTES_MAX} bytes`,
      came: `${bytes.length} bytes`,
    });
  }
  if (isBytes) needUtf8(bytes);
  return bytes;
}

function needUtf8(bytes: Uint8Array): void {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EngineError("value_type", { path: "text", wanted: "UTF-8", came: "other bytes", cause });
  }
}

function needKeySalt(salt: unknown): void {
  if (salt === undefined || (salt instanceof Uint8Array && salt.length === DIGEST_BYTES)) return;
  throw new EngineError("option_type", { path: "keySalt", wanted: "32 bytes", came: shown(salt) });
}

async function needDigest(bytes: Uint8Array, expected: string, path: "image"): Promise<void> {
  const found = hex(await sha256OfFile(bytes));
  if (found === expected.toLowerCase()) return;
  throw new EngineError("image_unexpected", { path, wanted: expected, came: found });
}
