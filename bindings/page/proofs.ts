/** Proofs of single entries that were given to the page. */

import { parseCheckpointText } from "../evidence/checkpoint.ts";
import { decodeEntry } from "../evidence/entry.ts";
import { EvidenceError } from "../evidence/errors.ts";
import type { Verify } from "../evidence/note.ts";
import { openTlogProof, parseTlogProof, type TlogProof } from "../evidence/tlog-proof.ts";
import { leafHash, verifyInclusion } from "../evidence/tree.ts";
import type { VerifyTrust } from "../evidence/verify.ts";
import type { ProofFacts } from "./messages.ts";

export interface ProofOptions {
  readonly verify: Verify;
  readonly trust: VerifyTrust | undefined;
  /** The hash of an entry of the log that was given, if there is one. */
  readonly leaf: (origin: string, seq: number) => Uint8Array | undefined;
}

/** Checks a proof for the entry that it carries, or for the one of the log that was given. */
export async function checkProof(
  name: string,
  bytes: Uint8Array,
  options: ProofOptions,
): Promise<ProofFacts> {
  try {
    return { file: name, ...(await checked(bytes, options)) };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { file: name, answer: "failed", sentence: error.message };
  }
}

async function checked(
  bytes: Uint8Array,
  { verify, trust, leaf }: ProofOptions,
): Promise<Omit<ProofFacts, "file">> {
  const proof = parseTlogProof(bytes);
  const { origin, size, root } = parseCheckpointText(proof.note.text, "proof: checkpoint");
  const hash = carriedLeaf(proof) ?? leaf(origin, proof.index);
  if (hash === undefined)
    throw new EvidenceError(
      "proof_entry",
      `the proof of entry ${proof.index} of ${origin} does not carry the entry; give the log that has it too`,
    );
  const entry = `Entry ${proof.index} is in ${origin} at size ${size}`;
  const trusted = trust?.shards.find((shard) => shard.origin === origin);
  if (trusted !== undefined) {
    const { signed, witnessed } = await openTlogProof(proof, hash, trusted, verify);
    const seen = witnessed.length === 0 ? "" : `, and ${witnessed.length} of your witnesses saw it`;
    return { answer: "proved", sentence: `${entry}: ${signed.length} of your keys signed its root${seen}.` };
  }
  if (!verifyInclusion(proof.index, size, hash, root, proof.path))
    throw new EvidenceError("not_included", `the path does not lead from entry ${proof.index} to the root`);
  if (trust !== undefined)
    throw new EvidenceError("shard_unknown", `the trust file names no shard ${origin}; its keys are unknown`);
  return {
    answer: "consistent, unanchored",
    sentence: `${entry}, if its checkpoint is genuine: without a trust file nobody vouches for it.`,
  };
}

/** The hash of the entry that stands in the proof's extra, where that is an entry of this index. */
function carriedLeaf({ extra, index }: TlogProof): Uint8Array | undefined {
  if (extra === undefined) return undefined;
  try {
    return decodeEntry(extra).seq === index ? leafHash(extra) : undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}
