/** What a host does around a decision: it names the histories of a call, fetches them, and keeps the next ones. */
import { hexOf } from "./bytes.ts";
import { NO_DIGEST } from "./cells.ts";
import type { ModelAnswer } from "./model.ts";

export interface Stored {
  bytes: Uint8Array;
  digest: Uint8Array;
}

export class Store {
  readonly cells = new Map<string, Stored>();

  of(id: Uint8Array): Stored {
    return this.cells.get(hexOf(id)) ?? { bytes: new Uint8Array(), digest: NO_DIGEST };
  }

  /** Id and digest of each, as a request has them. */
  pairs(ids: Uint8Array[]): [Uint8Array, Uint8Array][] {
    return ids.map((id) => [id, this.of(id).digest]);
  }

  bytes(ids: Uint8Array[]): Uint8Array[] {
    return ids.map((id) => this.of(id).bytes);
  }

  keep(ids: Uint8Array[], answer: ModelAnswer): void {
    if (!("cells" in answer)) return;
    answer.cells.forEach((bytes, i) => {
      if (bytes === null) return;
      this.cells.set(hexOf(ids[i] as Uint8Array), { bytes, digest: bytes.slice(40, 72) });
    });
  }
}
