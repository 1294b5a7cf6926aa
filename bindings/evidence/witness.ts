/**
 * A witness: it remembers the last checkpoint it saw of each log it knows and cosigns one only if it continues that. So
 * who has its cosignature knows that nobody was shown another history. Where it keeps its memory is the host's affair.
 */

import { hex } from "../src/sha256.ts";
import {
  type Checkpoint,
  cosignCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpointText,
} from "./checkpoint.ts";
import { EvidenceError, refusal } from "./errors.ts";
import {
  bytesOfText,
  KEY_TYPE,
  type NoteKey,
  needName,
  noteKey,
  type Signer,
  signatureLine,
  type Verify,
} from "./note.ts";
import { emptyRoot, sameHash, verifyConsistency } from "./tree.ts";
import { type AddCheckpoint, parseAddCheckpoint, SIZE_TYPE, type WitnessAnswer } from "./witness-request.ts";

/** What a witness saw last of one log. */
export type SeenCheckpoint = Pick<Checkpoint, "size" | "root">;

/** Its memory. A checkpoint is in it for good once `store` returns; nobody else may write to it. */
export interface WitnessMemory {
  load(origin: string): SeenCheckpoint | undefined | Promise<SeenCheckpoint | undefined>;
  store(origin: string, seen: SeenCheckpoint): void | Promise<void>;
}

export interface WitnessOptions {
  readonly name: string;
  readonly signer: Signer;
  /** Keys of the logs it knows; several of one log while a key is replaced. */
  readonly logs: readonly NoteKey[];
  readonly memory: WitnessMemory;
  readonly verify: Verify;
  /** Seconds since 1970, now. */
  readonly timeS: () => number;
}

export class Witness {
  readonly key: NoteKey;
  readonly #options: WitnessOptions;
  /** Comparing with memory and writing to it is one step; this is the end of the last one. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: WitnessOptions) {
    const { name, signer, logs } = options;
    needName(name, "witness");
    this.key = noteKey(name, KEY_TYPE.cosignature, signer.publicKey);
    for (const { type, name: log, publicKey } of logs) {
      if (type !== KEY_TYPE.note) {
        const todo = "give the key that signs the log";
        throw refusal("witness_log", `log ${log}`, "a key of type 0x01", `type 0x0${type}`, todo);
      }
      if (hex(publicKey) === hex(signer.publicKey)) {
        const todo = "give the witness a key of its own: a log cannot witness itself";
        throw refusal("witness_log", `log ${log}`, "a key of somebody else", "the key of the witness", todo);
      }
    }
    this.#options = options;
  }

  /** Answers the body of a request to add a checkpoint. It throws only what its memory or its signer throws. */
  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    const { logs, verify } = this.#options;
    let request: AddCheckpoint;
    let opened: OpenedCheckpoint;
    try {
      request = parseAddCheckpoint(body);
      const { origin } = parseCheckpointText(request.note.text);
      const keys = logs
        .filter(({ name }) => name === origin)
        .map(({ publicKey }) => ({ publicKey, from: 0 }));
      if (keys.length === 0) return said(404, "this witness does not know the log");
      opened = await openCheckpoint(request.note, { origin, keys }, verify);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      const isUnsigned = error.code === "checkpoint_unsigned" || error.code === "note_signature";
      return said(isUnsigned ? 403 : 400, error.message);
    }
    const step = this.#last.then(() => this.#continue(request, opened.checkpoint));
    this.#last = step.catch(() => undefined);
    return step;
  }

  async #continue({ oldSize, proof }: AddCheckpoint, checkpoint: Checkpoint): Promise<WitnessAnswer> {
    const { memory, name, signer, timeS } = this.#options;
    const { origin, size, root } = checkpoint;
    if (oldSize > size) return said(400, `wanted an old size of at most ${size}; came ${oldSize}`);
    const seen = (await memory.load(origin)) ?? { size: 0, root: emptyRoot() };
    if (seen.size !== oldSize) return { status: 409, type: SIZE_TYPE, body: bytesOfText(`${seen.size}\n`) };
    if (oldSize === size && !sameHash(seen.root, root))
      return said(409, "another root was seen at this size");
    if (!verifyConsistency(oldSize, size, seen.root, root, proof, { allowEmpty: true })) {
      return said(422, `the proof does not lead from size ${oldSize} to size ${size}`);
    }
    // First remembered, then signed: a cosignature that is out in the world is never forgotten here.
    await memory.store(origin, { size, root });
    const cosignature = await cosignCheckpoint(checkpoint, name, signer, timeS());
    return { status: 200, type: "text/plain; charset=utf-8", body: bytesOfText(signatureLine(cosignature)) };
  }
}

function said(status: number, why: string): WitnessAnswer {
  return { status, type: "text/plain; charset=utf-8", body: bytesOfText(`${why}\n`) };
}
