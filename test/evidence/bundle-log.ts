/** A small log in memory with everything that a bundle can hold: real decisions with histories, events, payloads, an erasure. */

import { createCipheriv, randomBytes } from "node:crypto";
import { openEvidenceLog, type Seal } from "../../bindings/evidence/log.ts";
import type { RedactionRule } from "../../bindings/evidence/payload.ts";
import { fieldsRoot, payloadBytes, redact, redactionOf } from "../../bindings/evidence/payload.ts";
import { type SubjectKeys, subjectOf } from "../../bindings/evidence/subject.ts";
import type { VerifyTrust } from "../../bindings/evidence/verify.ts";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { nodeSha256 } from "../../bindings/hosts/hash-node.ts";
import { seedSigner } from "../../bindings/keys/index.ts";
import { openEngine } from "../../bindings/src/engine.ts";
import { createPermit } from "../../bindings/src/index.ts";
import { hex, sha256 } from "../../bindings/src/sha256.ts";
import { compileSmall, smallSources, WASM } from "../unit/small-policy.ts";
import { MemoryKeys, MemoryStorage } from "./in-memory.ts";

export { MemoryKeys, MemoryStorage } from "./in-memory.ts";

export const TIME_MS = 1_767_225_600_000;
export const LOG = "permit0.local/test";
export const ORIGIN = `${LOG}/main`;
export const ENGINE = hex(sha256(WASM));
export const hash = nodeSha256;
export const { verify } = nodeEd25519;

export const signerOf = (fill: number) => seedSigner(new Uint8Array(32).fill(fill), nodeEd25519);
export const SIGNER = signerOf(7);

/** Seals as a host with synchronous ciphers does. */
export function sealWith(keys: SubjectKeys, redaction: readonly RedactionRule[] = []): Seal {
  return (request, { origin, seq }) => {
    const payload = redact(request, redaction);
    const key = keys.idOf(subjectOf(request));
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", keys.make(key), nonce);
    cipher.setAAD(Buffer.from(`permit0 payload v1\n${origin}\n${seq}`));
    const bytes = new Uint8Array(
      Buffer.concat([nonce, cipher.update(payloadBytes(payload)), cipher.final(), cipher.getAuthTag()]),
    );
    return { bytes, sealed: { fields: fieldsRoot(payload), key, sha256: hash(bytes) } };
  };
}

const ORG_MEMORY = `org: acme
dated: "2026-11-22"
memory:
  cells:
    session: { of: session }
  tallies:
    - { id: asked, cell: session, on: { domains: [payments, files] }, counts: any }
  signals:
    - { id: asked_day, tally: asked, measure: count, within: 24h }
rows:
  - id: much
    on: { actions: [payments.refund] }
    when: { signal.asked_day: { ge: 3 } }
    verdict: deny
    reason: Three calls a session and day.
`;

export const IMAGE: Uint8Array = compileSmall(smallSources({ org: ORG_MEMORY })).image;

export interface TestLog {
  readonly storage: MemoryStorage;
  readonly keys: MemoryKeys;
}

export interface LogOptions {
  readonly storage?: MemoryStorage;
  readonly keys?: MemoryKeys;
  readonly signer?: ReturnType<typeof signerOf>;
  readonly origin?: string;
  readonly shard?: string;
  /** Calls after the first ones. */
  readonly more?: number;
  readonly redaction?: readonly string[];
  readonly mode?: "enforce" | "shadow";
  readonly wasm?: Uint8Array;
  readonly image?: Uint8Array;
}

/** Calls of two people, one of whom is erased in the middle; then a freeze. */
export async function makeLog(options: LogOptions = {}): Promise<TestLog> {
  const {
    storage = new MemoryStorage(),
    keys = new MemoryKeys(),
    signer = SIGNER,
    origin = LOG,
    more = 0,
  } = options;
  let timeMs = TIME_MS;
  const clock = (): number => (timeMs += 1000);
  const log = await openEvidenceLog(storage, {
    origin,
    ...(options.shard === undefined ? {} : { shard: options.shard }),
    signers: [signer],
    seal: sealWith(keys, redactionOf(options.redaction ?? [])),
    clock,
    hash,
    checkpointMs: 1e9,
  });
  const engine = await openEngine({ wasm: options.wasm ?? WASM, image: options.image ?? IMAGE });
  const permit = createPermit({
    engine,
    log,
    clock,
    ...(options.mode === "shadow" ? { mode: { shadow: { until: "2026-01-15" } } } : {}),
  });
  const refund = (principal: string, session: string, amount: number) =>
    permit.check({
      action: "payments.refund",
      fields: { amount, currency: "USD", payee: "p-1" },
      context: { principal, session },
    });
  const read = (principal: string, session: string, path: string) =>
    permit.check({ action: "files.read", fields: { path }, context: { principal, session } });
  await read("ann", "s-1", "notes.txt");
  await refund("ann", "s-1", 5000);
  await refund("bob", "s-2", 700_000);
  const bob = keys.idOf("bob");
  keys.destroy(bob);
  await log.noteErased(bob, "dpo", "asked to be forgotten");
  await read("ann", "s-1", "=cmd|' /C calc'!A0");
  await refund("ann", "s-1", 10);
  for (let at = 0; at < more; at++) await read("ann", `s-${at % 3}`, `more-${at}.txt`);
  await log.close();
  return { storage, keys };
}

export function trustOf(changes: Partial<VerifyTrust> = {}): VerifyTrust {
  return {
    shards: [{ origin: ORIGIN, keys: [{ publicKey: SIGNER.publicKey, from: 0 }] }],
    engines: [ENGINE],
    ...changes,
  };
}
