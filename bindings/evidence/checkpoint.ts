/**
 * Checkpoints (c2sp.org/tlog-checkpoint): what a log is at a size, signed by the log and seen by witnesses
 * (c2sp.org/tlog-cosignature). Extension lines are refused: nobody could check them.
 */

import { quoted } from "../src/codec/errors.ts";
import { base64, bytesOfBase64 } from "./base64.ts";
import { refusal } from "./errors.ts";
import {
  type CheckedSignature,
  checkSignatures,
  cosignText,
  KEY_TYPE,
  type Note,
  type NoteSignature,
  needName,
  noteKey,
  parseNote,
  type Signer,
  signText,
  type Verify,
} from "./note.ts";
import { HASH_BYTES, isHash, isSize } from "./tree.ts";

export interface Checkpoint {
  /** Name of the log; its keys have the same name. */
  readonly origin: string;
  /** Entries. */
  readonly size: number;
  readonly root: Uint8Array;
}

/** A whole number in its one decimal form, or undefined. */
export function parseSize(text: string): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(text)) return;
  const size = Number(text);
  return isSize(size) ? size : undefined;
}

/** A hash in canonical base64, or undefined. */
export function parseHash(text: string): Uint8Array | undefined {
  const bytes = bytesOfBase64(text);
  return isHash(bytes) ? bytes : undefined;
}

/** The text that is signed. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  const text = `${origin}\n${size}\n${base64(root)}\n`;
  parseCheckpointText(text);
  return text;
}

export function parseCheckpointText(text: string, where = "checkpoint"): Checkpoint {
  const lines = text.split("\n");
  const [origin = "", sizeText = "", rootText = "", end] = lines;
  if (lines.length !== 4 || end !== "") {
    const wanted = "three lines: origin, size and root";
    throw refusal("checkpoint_lines", where, wanted, `${lines.length - 1} lines`, "get the checkpoint again");
  }
  needName(origin, `${where}: origin`);
  const size = parseSize(sizeText);
  if (size === undefined) {
    const wanted = "a whole number up to 2^53 - 1 without leading zeros";
    throw refusal("checkpoint_size", `${where}: size`, wanted, quoted(sizeText), "get the checkpoint again");
  }
  const root = parseHash(rootText);
  if (root === undefined) {
    const wanted = `${HASH_BYTES} bytes in canonical base64`;
    throw refusal("checkpoint_root", `${where}: root`, wanted, quoted(rootText), "get the checkpoint again");
  }
  return { origin, size, root };
}

/** Signs as the log; with two signers while a key is being replaced. */
export async function signCheckpoint(checkpoint: Checkpoint, signers: readonly Signer[]): Promise<Note> {
  const text = checkpointText(checkpoint);
  const signatures: NoteSignature[] = [];
  for (const signer of signers) signatures.push(await signText(text, checkpoint.origin, signer));
  return { text, signatures };
}

/** Signs as a witness that saw the checkpoint at a time, in seconds since 1970. */
export function cosignCheckpoint(
  checkpoint: Checkpoint,
  name: string,
  signer: Signer,
  timeS: number,
): Promise<NoteSignature> {
  return cosignText(checkpointText(checkpoint), name, signer, timeS);
}

/** Whom a verifier believes about one log. It comes from the verifier, never with the evidence. */
export interface CheckpointTrust {
  readonly origin: string;
  /** A key counts for checkpoints of sizes `from` to `to`, both included; without `to` for all from there. */
  readonly keys: readonly { readonly publicKey: Uint8Array; readonly from: number; readonly to?: number }[];
  /** Witnesses by their keys for cosignatures (0x04), and how many of them must have cosigned. */
  readonly witnesses?: {
    readonly quorum: number;
    readonly keys: readonly { readonly name: string; readonly publicKey: Uint8Array }[];
  };
}

/** A checkpoint whose signatures were checked. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** Signatures of the log, by keys that count at this size. */
  readonly signed: readonly CheckedSignature[];
  /** One cosignature for each known witness, its newest. */
  readonly witnessed: readonly CheckedSignature[];
}

/**
 * Checks who signed a checkpoint.
 * @throws EvidenceError when it is of another log, when no key that counts at its size signed it, or when a line of a
 * known key is wrong.
 */
export async function openCheckpoint(
  given: Uint8Array | Note,
  { origin, keys, witnesses }: CheckpointTrust,
  verify: Verify,
  where = "checkpoint",
): Promise<OpenedCheckpoint> {
  const note = given instanceof Uint8Array ? parseNote(given, where) : given;
  const checkpoint = parseCheckpointText(note.text, where);
  if (checkpoint.origin !== origin) {
    const came = quoted(checkpoint.origin);
    throw refusal(
      "checkpoint_origin",
      where,
      `the log ${quoted(origin)}`,
      came,
      "give the evidence of that log",
    );
  }
  const { size } = checkpoint;
  const logKeys = keys
    .filter(({ from, to }) => from <= size && (to === undefined || size <= to))
    .map(({ publicKey }) => noteKey(origin, KEY_TYPE.note, publicKey));
  const witnessKeys = (witnesses?.keys ?? []).map(({ name, publicKey }) =>
    noteKey(name, KEY_TYPE.cosignature, publicKey),
  );
  const checked = await checkSignatures(note, [...logKeys, ...witnessKeys], verify, where);
  const signed = checked.filter(({ key }) => key.type === KEY_TYPE.note);
  if (signed.length === 0) {
    const wanted = `a signature of a trusted key of ${quoted(origin)} for size ${size}`;
    const came = `${note.signatures.length} by keys that do not count there`;
    throw refusal(
      "checkpoint_unsigned",
      where,
      wanted,
      came,
      "check which keys the trust file names, and from where",
    );
  }
  // A log that cosigns its own checkpoints has no witness.
  const ownKeys = new Set(keys.map(({ publicKey }) => publicKey.join()));
  const cosigned = checked.filter(({ key }) => !ownKeys.has(key.publicKey.join()));
  return { checkpoint, signed, witnessed: newestByKey(cosigned) };
}

function newestByKey(checked: readonly CheckedSignature[]): CheckedSignature[] {
  const newest = new Map<string, CheckedSignature>();
  for (const signature of checked) {
    if (signature.timeS === undefined) continue;
    // One key is one witness, whatever names it is listed under.
    const witness = signature.key.publicKey.join();
    if ((newest.get(witness)?.timeS ?? -1) < signature.timeS) newest.set(witness, signature);
  }
  return [...newest.values()];
}
