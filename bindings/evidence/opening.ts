/** Opens what a log sealed, for a reader who has the keys of its subjects. */

import type { RecordEntry } from "./entry.ts";
import { EvidenceError } from "./errors.ts";
import { openPayload } from "./payload.ts";
import type { SubjectKeys } from "./subject.ts";
import type { OpenedRequest } from "./verify.ts";

/** The request of an entry from its sealed bytes, or why there is none. */
export type Opening = (entry: RecordEntry, sealed: Uint8Array, origin: string) => Promise<OpenedRequest>;

/** Opens with these keys. A key that is not there any more, or is a later one, has lost what it sealed. */
export function openingWith(keys: Pick<SubjectKeys, "key">): Opening {
  return async ({ sealed, seq }, bytes, origin) => {
    const key = sealed === undefined ? undefined : keys.key(sealed.key);
    if (sealed === undefined || key === undefined) return "lost";
    try {
      const { request, leaves } = await openPayload(bytes, sealed, key, { origin, seq });
      return leaves === undefined ? request : "redacted";
    } catch (error) {
      if (error instanceof EvidenceError && error.code === "payload_key") return "lost";
      throw error;
    }
  };
}
