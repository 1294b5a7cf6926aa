/** A witness over HTTP on Node. Its memory is one file, replaced as a whole before each answer. */

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, resolve } from "node:path";
import { base64 } from "../evidence/base64.ts";
import { parseHash } from "../evidence/checkpoint.ts";
import { refusal } from "../evidence/errors.ts";
import { nameFault } from "../evidence/note.ts";
import { isSize } from "../evidence/tree.ts";
import {
  type SeenCheckpoint,
  Witness,
  type WitnessMemory,
  type WitnessOptions,
} from "../evidence/witness.ts";
import { ADD_CHECKPOINT_BYTES_MAX, type WitnessAnswer } from "../evidence/witness-request.ts";
import { type JsonValue, parseJson } from "../src/codec/json.ts";
import { FileLock } from "./lock.ts";

/** The memory of a witness in a file. While it is open, a lock beside it keeps other processes out. */
export class WitnessFile implements WitnessMemory {
  readonly path: string;
  /** Whether there was no file yet. A witness that lost its memory cosigns whatever it is shown first. */
  readonly isNew: boolean;
  readonly #lock: FileLock;
  readonly #seen: Map<string, SeenCheckpoint>;

  /** @throws EvidenceError when the file is not one that this class writes; Node's errors when it cannot be read. */
  constructor(path: string) {
    this.path = resolve(path);
    this.#lock = new FileLock(this.path);
    try {
      this.isNew = !existsSync(this.path);
      this.#seen = this.isNew ? new Map() : seenOf(readFileSync(this.path, "utf8"), path);
      if (this.isNew) this.#write(this.#seen);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  load(origin: string): SeenCheckpoint | undefined {
    return this.#seen.get(origin);
  }

  store(origin: string, seen: SeenCheckpoint): void {
    this.#write(new Map(this.#seen).set(origin, seen));
    this.#seen.set(origin, seen);
  }

  close(): void {
    this.#lock.release();
  }

  /** All of it or nothing, and on the disk when this returns. */
  #write(seen: ReadonlyMap<string, SeenCheckpoint>): void {
    const next = `${this.path}.next`;
    const file = openSync(next, "w", 0o600);
    try {
      writeFileSync(file, textOf(seen));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, this.path);
    syncFolder(dirname(this.path));
  }
}

/** A renamed file is on the disk once its folder is. Windows has no such thing. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function textOf(seen: ReadonlyMap<string, SeenCheckpoint>): string {
  const logs = [...seen]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([origin, { size, root }]) => ({ origin, size, root: base64(root) }));
  return `${JSON.stringify({ v: 1, logs }, null, 2)}\n`;
}

function seenOf(text: string, where: string): Map<string, SeenCheckpoint> {
  const value = parseJson(text, where) as { readonly logs?: JsonValue };
  const seen = new Map<string, SeenCheckpoint>();
  for (const row of Array.isArray(value?.logs) ? value.logs : []) {
    const { origin, size, root } = (row ?? {}) as Partial<Record<string, JsonValue>>;
    const hash = parseHash(String(root));
    if (typeof origin !== "string" || nameFault(origin) !== undefined || hash === undefined) continue;
    if (typeof size === "number" && isSize(size)) seen.set(origin, { size, root: hash });
  }
  // One way to write it, so that nothing is forgotten that somebody wrote in another way.
  if (textOf(seen) === text) return seen;
  const todo = "restore the file: a witness that forgets cosigns a second history";
  throw refusal("witness_memory", where, "what a witness wrote", "something else", todo);
}

export interface WitnessServerOptions extends Omit<WitnessOptions, "timeS"> {
  /** Address to listen at. Default 127.0.0.1: a machine that others reach has something in front that speaks TLS. */
  readonly host?: string;
  /** Default: one that is free. */
  readonly port?: number;
  /** Seconds since 1970; default: the clock of the machine. */
  readonly timeS?: () => number;
}

export interface WitnessServer {
  /** Submission prefix. */
  readonly url: string;
  readonly witness: Witness;
  close(): Promise<void>;
}

/** A request and its answer are small; who takes longer is stuck. */
const REQUEST_MS_MAX = 10_000;
const CONNECTIONS_MAX = 64;

/** Serves `POST /add-checkpoint`. */
export async function serveWitness(options: WitnessServerOptions): Promise<WitnessServer> {
  const { host = "127.0.0.1", port = 0, timeS = () => Math.floor(Date.now() / 1000) } = options;
  const witness = new Witness({ ...options, timeS });
  const server = createServer((request, response) => {
    answerOf(witness, request).then(
      (answer) => send(response, answer),
      // The memory or the key cannot be used: nothing was cosigned, and the sender need not know why.
      () => send(response, plain(500, "the witness cannot answer now")),
    );
  });
  server.requestTimeout = REQUEST_MS_MAX;
  server.headersTimeout = REQUEST_MS_MAX;
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, host, done);
  });
  const { address, family, port: bound } = server.address() as AddressInfo;
  const url = `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`;
  return { url, witness, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeIdleConnections();
  });
}

async function answerOf(witness: Witness, request: IncomingMessage): Promise<WitnessAnswer> {
  if (request.url !== "/add-checkpoint") return plain(404, "wanted /add-checkpoint");
  if (request.method !== "POST") return plain(405, "wanted POST");
  const pieces: Buffer[] = [];
  let bytes = 0;
  // The request stays open when it is too long, so that the answer still reaches its sender.
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > ADD_CHECKPOINT_BYTES_MAX)
      return plain(413, `wanted at most ${ADD_CHECKPOINT_BYTES_MAX} bytes`);
    pieces.push(piece);
  }
  return witness.addCheckpoint(new Uint8Array(Buffer.concat(pieces)));
}

function plain(status: number, why: string): WitnessAnswer {
  return { status, type: "text/plain; charset=utf-8", body: Buffer.from(`${why}\n`) };
}

function send(response: ServerResponse, { status, type, body }: WitnessAnswer): void {
  const rest = status === 413 ? { connection: "close" } : {};
  response.writeHead(status, { "content-type": type, "content-length": body.length, ...rest });
  response.end(body);
}
