/** A log with sealed payloads, written as a program would, for tests of what reads one. */

import { createCipheriv } from "node:crypto";
import { type EvidenceLog, openEvidenceLog } from "../../bindings/evidence/log.ts";
import {
  fieldsRoot,
  payloadBytes,
  type RedactionRule,
  redact,
  type SubjectKeys,
  subjectOf,
} from "../../bindings/evidence/payload.ts";
import type { Storage } from "../../bindings/evidence/storage.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import { Remembering } from "../../bindings/src/memory.ts";
import { sha256 } from "../../bindings/src/sha256.ts";
import type { Decision, EventRequest, Request } from "../../bindings/src/types.ts";
import { TIME_MS } from "../unit/built.ts";
import { signerOf } from "./ed25519.ts";

export const ORIGIN = "permit0.local/3f9c21ab77d0e412";

export interface WrittenLog {
  readonly log: EvidenceLog;
  /** Decides with memory, and writes down what was decided and asked. */
  decide(engine: Engine, request: Request | EventRequest): Promise<Decision>;
  /** From now on requests are kept like this; without keys they are not. */
  keep(keys: SubjectKeys | undefined, redaction?: readonly RedactionRule[]): void;
}

/** A log that is open; each request has a salt that its number gives. */
export async function writtenLog(storage: Storage, given?: SubjectKeys, shard = "main"): Promise<WrittenLog> {
  let keys = given;
  let rules: readonly RedactionRule[] = [];
  const seal = (request: Uint8Array, { origin, seq }: { origin: string; seq: number }) => {
    if (keys === undefined) throw new Error("a request to keep, and no keys");
    const payload = redact(request, rules);
    const key = keys.idOf(subjectOf(request));
    const nonce = sha256(request).slice(0, 12);
    const cipher = createCipheriv("aes-256-gcm", keys.make(key), nonce);
    cipher.setAAD(Buffer.from(`permit0 payload v1\n${origin}\n${seq}`));
    const sealed = [nonce, cipher.update(payloadBytes(payload)), cipher.final(), cipher.getAuthTag()];
    const bytes = new Uint8Array(Buffer.concat(sealed));
    return { bytes, sealed: { fields: fieldsRoot(payload), key, sha256: sha256(bytes) } };
  };
  const log = await openEvidenceLog(storage, {
    origin: ORIGIN,
    shard,
    signers: [signerOf(7)],
    clock: () => TIME_MS,
    seal,
  });
  // A log whose host keeps no request is given none.
  const unsealed = new Proxy(log, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target) as unknown;
      if (name === "append" && keys === undefined)
        return ({ request: _, ...entry }: Parameters<typeof log.append>[0]) => target.append(entry);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const remembering = new Remembering({ store: log.store, log: unsealed });
  let number = 0;
  return {
    log,
    decide: (engine, request) => {
      const salt = sha256(new TextEncoder().encode(`${shard} ${number++}`));
      return remembering.decide(engine, { ...request, salt, durability: remembering.durability });
    },
    keep: (next, redaction = []) => {
      keys = next;
      rules = redaction;
    },
  };
}
