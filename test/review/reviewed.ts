/** Reviewed calls, persons and approvals for tests, with a clock that stands still until it is moved. */

import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { publicKeyText } from "../../bindings/keys/paserk.ts";
import { type SyncSigner, seedSigner } from "../../bindings/keys/signer.ts";
import { Approvals, type ApprovalsOptions } from "../../bindings/review/approvals.ts";
import { type KeyKeeping, type Person, withPerson } from "../../bindings/review/persons.ts";
import { MemoryApprovals } from "../../bindings/review/store.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import type { Context, Decision } from "../../bindings/src/types.ts";
import { open, TIME_MS } from "../unit/built.ts";

export const engine: Engine = await open();

let salts = 0;

export interface Reviewed {
  readonly decision: Decision;
  readonly request: Uint8Array;
}

/** A refund: of $850, that one person must approve, or of $25 000, that two must. A salt of its own each time. */
export function refund(
  amount: 85_000 | 2_500_000 = 85_000,
  context: Partial<Context> = {},
  reference = "ch_1",
): Reviewed {
  const salt = new Uint8Array(32).fill(++salts % 256);
  salt[1] = salts >> 8;
  return decided({
    action: "payments.refund",
    fields: { amount, currency: "USD", reference },
    context: {
      time_ms: TIME_MS,
      actor: "zoe@acme.example",
      agent: "billing-agent",
      session: "s-1",
      asserted_by: { actor: "sso" },
      ...context,
    },
    salt,
  });
}

export function decided(request: Parameters<Engine["prepare"]>[0]): Reviewed {
  const prepared = engine.prepare(request);
  return { decision: engine.decide(request), request: prepared.request };
}

export function signerOf(seed: number): SyncSigner {
  return seedSigner(new Uint8Array(32).fill(seed), nodeEd25519);
}

/** The second key of ann is 11. */
export const SIGNERS = {
  ann: signerOf(1),
  ann2: signerOf(11),
  ben: signerOf(2),
  cleo: signerOf(3),
  zoe: signerOf(4),
};

export function listed(kept: KeyKeeping | undefined = "passphrase"): readonly Person[] {
  const given = [
    ["ann@acme.example", SIGNERS.ann],
    ["ann@acme.example", SIGNERS.ann2],
    ["ben@acme.example", SIGNERS.ben],
    ["cleo@acme.example", SIGNERS.cleo],
    ["zoe@acme.example", SIGNERS.zoe],
  ] as const;
  return given.reduce<readonly Person[]>(
    (persons, [id, { publicKey }]) =>
      withPerson(persons, { id, key: publicKeyText(publicKey), ...(kept === undefined ? {} : { kept }) }),
    [],
  );
}

export const ANN = { by: "ann@acme.example", signer: SIGNERS.ann };
export const ANN_AGAIN = { by: "ann@acme.example", signer: SIGNERS.ann2 };
export const BEN = { by: "ben@acme.example", signer: SIGNERS.ben };
export const CLEO = { by: "cleo@acme.example", signer: SIGNERS.cleo };
export const ZOE = { by: "zoe@acme.example", signer: SIGNERS.zoe };

export interface Room {
  readonly approvals: Approvals;
  readonly clock: { ms: number };
  persons: readonly Person[];
  /** Another process, as far as this one can tell: the same store, seen anew. */
  again(): Approvals;
}

export function room(options: Partial<ApprovalsOptions> = {}): Room {
  const clock = { ms: TIME_MS };
  const store = options.store ?? new MemoryApprovals();
  const made: Room = {
    clock,
    persons: listed(),
    again: () =>
      new Approvals({
        ed25519: nodeEd25519,
        clock: () => clock.ms,
        ...options,
        store,
        persons: { persons: () => made.persons, ...options.persons },
      }),
    get approvals() {
      return approvals;
    },
  };
  const approvals = made.again();
  return made;
}
