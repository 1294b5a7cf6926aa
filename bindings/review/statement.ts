/** What a person signs: one act about one approval, with everything that the approval is bound to. */

import type { Ed25519 } from "../keys/ed25519.ts";
import { type KeyId, keyId } from "../keys/paserk.ts";
import type { Signer } from "../keys/signer.ts";
import { encode } from "../src/codec/encode.ts";

const PREFIX = new TextEncoder().encode("permit0 approval v1\n");

export type Act = "approve" | "deny";

/** What an approval is bound to: the same for everybody who is asked, so that one text serves a whole quorum. */
export interface Terms {
  /** Args commitment of the reviewed record. */
  readonly args: Uint8Array;
  /** When the approval was opened. */
  readonly at_ms: number;
  readonly expires_ms: number;
  /** SHA-256 of the policy that asked for the review. */
  readonly image: Uint8Array;
  /** Digest of the reviewed record. */
  readonly of: Uint8Array;
  /** All reason codes of that record. */
  readonly reasons: readonly string[];
}

/** What one person said, with one key. */
export interface Statement {
  readonly act: Act;
  /** Name of the person in the list of persons. */
  readonly by: string;
  readonly key: KeyId;
  readonly signature: Uint8Array;
}

/** The bytes to sign: `permit0 approval v1`, a line feed, and CMP/1. */
export function statementBytes(terms: Terms, { act, by, key }: Omit<Statement, "signature">): Uint8Array {
  const { args, at_ms, expires_ms, image, of, reasons } = terms;
  const body = encode({ act, args, at_ms, by, expires_ms, image, key, of, reasons: [...reasons] });
  const bytes = new Uint8Array(PREFIX.length + body.length);
  bytes.set(PREFIX);
  bytes.set(body, PREFIX.length);
  return bytes;
}

/** A statement of a person, by somebody who signs for one of his keys. */
export async function signStatement(terms: Terms, act: Act, by: string, signer: Signer): Promise<Statement> {
  const said = { act, by, key: keyId(signer.publicKey) };
  return { ...said, signature: new Uint8Array(await signer.sign(statementBytes(terms, said))) };
}

/** Whether this public key signed this statement about these terms. */
export async function isSignedBy(
  publicKey: Uint8Array,
  terms: Terms,
  statement: Statement,
  ed25519: Ed25519,
): Promise<boolean> {
  return ed25519.verify(publicKey, statementBytes(terms, statement), statement.signature);
}
