/** Opens what a log has sealed, with the keys of its subjects. */

import type { RecordEntry, Sealed } from "./entry.ts";
import { EvidenceError } from "./errors.ts";
import { isOfSubject, openPayload, type Payload } from "./payload.ts";
import type { SubjectKeys } from "./subject.ts";

/** The payload of an entry; `lost` where its key is gone. */
export type PayloadOpener = (
  entry: RecordEntry,
  sealed: Uint8Array,
  origin: string,
) => Promise<Payload | "lost">;

/**
 * An opener with the keys of a vault.
 * @returns it throws EvidenceError when an opened payload is not what its entry says.
 */
export function payloadOpener(keys: Pick<SubjectKeys, "idOf" | "key">): PayloadOpener {
  return async (entry, bytes, origin) => {
    const sealed = entry.sealed as Sealed;
    const key = keys.key(sealed.key);
    if (key === undefined) return "lost";
    let payload: Payload;
    try {
      payload = await openPayload(bytes, sealed, key, { origin, seq: entry.seq });
    } catch (error) {
      // After an erasure the subject got another key under its id, which opens nothing of before.
      if (error instanceof EvidenceError && error.code === "payload_key") return "lost";
      throw error;
    }
    if (isOfSubject(payload, sealed, keys)) return payload;
    throw new EvidenceError(
      "payload_subject",
      "payload: its request is of another subject than its entry says",
    );
  };
}
