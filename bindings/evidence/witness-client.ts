/** Asks a witness to cosign a checkpoint. The host sends; what comes back is checked before it is kept. */

import { quoted } from "../src/codec/errors.ts";
import { parseCheckpointText, parseSize } from "./checkpoint.ts";
import { type EvidenceError, refusal } from "./errors.ts";
import {
  type CheckedSignature,
  checkSignatures,
  KEY_TYPE,
  type Note,
  noteKey,
  noteText,
  parseSignatureLines,
  type Verify,
} from "./note.ts";
import { formatAddCheckpoint, SIZE_TYPE, type WitnessAnswer } from "./witness-request.ts";

/** Sends bytes by POST and gives the answer, whatever its status. What it throws is passed on. */
export type Post = (url: string, body: Uint8Array) => Promise<WitnessAnswer>;

export interface Submission {
  /** Submission prefix of the witness, without a slash at its end. */
  readonly url: string;
  /** Keys of the witness. Cosignatures of others are not kept. */
  readonly witness: readonly { readonly name: string; readonly publicKey: Uint8Array }[];
  /** The checkpoint, signed by the log. */
  readonly note: Note;
  /** Size that the witness cosigned last, as far as is known; 0 asks it. */
  readonly oldSize: number;
  /** Proof of consistency between two sizes of the log. */
  readonly proof: (oldSize: number, size: number) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  readonly post: Post;
  readonly verify: Verify;
}

/** A second log process may submit in between; more often than that something is wrong. */
const TRIES_MAX = 3;

/**
 * Cosignatures of a checkpoint, at least one, each verified.
 * @throws EvidenceError by what the witness says: `witness_ahead` and `witness_conflict` mean that it has seen another
 * history of this log than ours, and nothing may be signed until somebody has found out why.
 */
export async function submitCheckpoint(submission: Submission): Promise<CheckedSignature[]> {
  const { url, note, post } = submission;
  const { size } = parseCheckpointText(note.text);
  const where = `witness ${quoted(url)}`;
  let { oldSize } = submission;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    // An empty tree is the beginning of every tree, and that needs no proof.
    const proof = oldSize === 0 ? [] : await submission.proof(oldSize, size);
    const answer = await post(`${url}/add-checkpoint`, formatAddCheckpoint({ oldSize, proof, note }));
    if (answer.status === 200) return cosignaturesOf(answer, submission, where);
    const lastSize = lastSizeOf(answer, where);
    if (lastSize === undefined) throw refused(answer, where, size);
    if (lastSize > size) {
      const todo =
        "this log is older than what the witness saw: sign nothing, and find out whether it was restored";
      throw refusal("witness_ahead", where, `a last size of at most ${size}`, `${lastSize}`, todo);
    }
    oldSize = lastSize;
  }
  const todo = "let one process submit the checkpoints of a log";
  throw refusal("witness_answer", where, "a last size that stays", `${TRIES_MAX} times another one`, todo);
}

async function cosignaturesOf(
  { body }: WitnessAnswer,
  { witness, note, verify }: Submission,
  where: string,
): Promise<CheckedSignature[]> {
  const signatures = parseSignatureLines(noteText(body, where), where);
  const keys = witness.map(({ name, publicKey }) => noteKey(name, KEY_TYPE.cosignature, publicKey));
  const checked = await checkSignatures({ text: note.text, signatures }, keys, verify, where);
  if (checked.length > 0) return checked;
  const names = signatures.map(({ name, keyId }) => `${quoted(name)} (${keyId})`).join(", ");
  const todo = "check the key of the witness";
  throw refusal("witness_answer", where, "a cosignature of a key of this witness", names, todo);
}

/** The size that the witness saw last, when that is what it says. */
function lastSizeOf({ status, type, body }: WitnessAnswer, where: string): number | undefined {
  if (status !== 409 || type.split(";")[0]?.trim() !== SIZE_TYPE) return;
  const text = noteText(body, where);
  const size = text.endsWith("\n") ? parseSize(text.slice(0, -1)) : undefined;
  if (size !== undefined) return size;
  throw refusal(
    "witness_answer",
    where,
    "a size and a line feed",
    quoted(text),
    "ask the owner of the witness",
  );
}

function refused({ status }: WitnessAnswer, where: string, size: number): EvidenceError {
  const wanted = "a cosignature";
  switch (status) {
    case 403:
      return refusal(
        "witness_forbidden",
        where,
        wanted,
        "403",
        "give the witness the key that signs this log",
      );
    case 404:
      return refusal("witness_unknown_log", where, wanted, "404", "ask its owner to add the key of this log");
    case 409:
      return refusal(
        "witness_conflict",
        where,
        wanted,
        `409: it saw another root at size ${size}`,
        "there are two histories of this log: sign nothing, and find out where the other one is",
      );
    case 422:
      return refusal(
        "witness_inconsistent",
        where,
        wanted,
        "422: this log does not continue what it saw",
        "sign nothing, and compare the log with its copies",
      );
    default:
      return refusal(
        "witness_answer",
        where,
        wanted,
        `${status}`,
        "try again later, or ask the owner of the witness",
      );
  }
}
