/** Who signed a checkpoint, line by line, as a reader wants to see it. What counts is decided by verify.ts alone. */

import type { CheckpointNote } from "../evidence/checkpoint-file.ts";
import { EvidenceError } from "../evidence/errors.ts";
import {
  checkSignatures,
  formatNote,
  KEY_TYPE,
  type NoteKey,
  noteKey,
  type Verify,
} from "../evidence/note.ts";
import type { TrustedWitnesses } from "../evidence/trust.ts";
import type { VerifyTrust } from "../evidence/verify.ts";
import { publicKeyText } from "../keys/paserk.ts";
import { hex } from "../src/sha256.ts";
import type { CheckpointFacts, SignatureFacts } from "./messages.ts";

/** A key that somebody names, and who. */
interface NamedKey {
  readonly key: NoteKey;
  readonly by: "trusted" | "named";
  readonly role: "log" | "witness";
}

export async function checkpointFacts(
  { note, checkpoint, from }: CheckpointNote,
  file: string,
  own: readonly Uint8Array[],
  trust: VerifyTrust | undefined,
  verify: Verify,
): Promise<CheckpointFacts> {
  const { origin, size, root } = checkpoint;
  const trusted = trust?.shards.find((shard) => shard.origin === origin);
  const witnesses: TrustedWitnesses["keys"][number][] = [];
  for (const { name, publicKey } of trusted?.witnesses?.keys ?? [])
    witnesses.push({ name, publicKey, keyId: new Uint8Array() });
  // Whom the verifier trusts comes first: a key may be named by both.
  const keys: NamedKey[] = [
    ...(trusted?.keys ?? [])
      .filter((key) => key.from <= size && (key.to === undefined || size <= key.to))
      .map(({ publicKey }) => ofLog(origin, publicKey, "trusted")),
    ...witnesses.map(
      ({ name, publicKey }): NamedKey => ({
        key: noteKey(name, KEY_TYPE.cosignature, publicKey),
        by: "trusted",
        role: "witness",
      }),
    ),
    ...own.map((publicKey) => ofLog(origin, publicKey, "named")),
  ];
  const signatures: SignatureFacts[] = [];
  for (const line of note.signatures) {
    const found = keys.find(({ key }) => key.name === line.name && key.id === line.keyId);
    const isRight = found === undefined ? undefined : await isSigned(note.text, line, found.key, verify);
    signatures.push({
      name: line.name,
      keyId: line.keyId,
      key: found === undefined ? undefined : publicKeyText(found.key.publicKey),
      by: found?.by ?? "unknown",
      role: found?.role ?? "unknown",
      isRight: isRight === undefined ? undefined : isRight !== false,
      timeS: typeof isRight === "number" ? isRight : undefined,
    });
  }
  const text = new TextDecoder().decode(formatNote(note));
  return { file, at: from, origin, size, root: hex(root), text, signatures };
}

function ofLog(origin: string, publicKey: Uint8Array, by: NamedKey["by"]): NamedKey {
  return { key: noteKey(origin, KEY_TYPE.note, publicKey), by, role: "log" };
}

/** Whether a line is a signature of a key; of a witness the time at which it saw the text. */
async function isSigned(
  text: string,
  line: CheckpointNote["note"]["signatures"][number],
  key: NoteKey,
  verify: Verify,
): Promise<boolean | number> {
  try {
    const [checked] = await checkSignatures({ text, signatures: [line] }, [key], verify);
    return checked?.timeS ?? checked !== undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}
