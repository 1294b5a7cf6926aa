/** Tokens beside the signatures in them: minting and verifying, and raw signing and verifying, by the same provider. */

import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { nodeSha256 } from "../../bindings/hosts/hash-node.ts";
import { keyId } from "../../bindings/keys/paserk.ts";
import { type SyncSigner, seedSigner } from "../../bindings/keys/signer.ts";
import { openEmbedded } from "../../bindings/src/embedded.ts";
import { mintToken, parseToken, type TokenKey, verifyToken } from "../../bindings/token/index.ts";
import { TIME_MS } from "../calls.ts";
import type { PartResult } from "../results.ts";
import { median, timeSideBySide, timesAsLong } from "../timing.ts";

const SCHEDULE = { inputs: 1, batchCalls: 400, batches: 15, warmUpBatches: 5 };

export const ISSUER = "urn:pdp:bench";
export const AUDIENCE = "urn:pep:bench";
export const CALL = { tool: "read_file", args: { path: "README.md", limit: 10 } };

/** A key, and the list that a verifier has of it. */
export function benchKey(): { readonly signer: SyncSigner; readonly keys: readonly TokenKey[] } {
  const signer = seedSigner(new Uint8Array(32).fill(7), nodeEd25519);
  const { publicKey } = signer;
  const key = { id: keyId(publicKey), publicKey, issuer: ISSUER, audiences: [AUDIENCE], status: "current" };
  return { signer, keys: [key as TokenKey] };
}

export async function measureToken(): Promise<PartResult> {
  const engine = await openEmbedded();
  const call = { ...CALL, context: { time_ms: TIME_MS, agent: "desk", principal: "ann", session: "s-1" } };
  const decision = engine.decide(call);
  const request = engine.encode(call);
  const { signer, keys } = benchKey();
  const { verify } = nodeEd25519;
  const minted = (): Promise<string> =>
    mintToken(decision, { request, issuer: ISSUER, audience: AUDIENCE, signer, hash: nodeSha256 });
  const token = await minted();
  const { message } = parseToken(token);
  const asked = { keys, audience: AUDIENCE, now_ms: TIME_MS, verify };

  const [raw, both, mint, check] = await timeSideBySide(
    [
      { name: "raw", run: () => verify(signer.publicKey, message, signer.sign(message)) },
      { name: "both", run: async () => verifyToken(await minted(), asked) },
      { name: "mint", run: minted },
      { name: "verify", run: () => verifyToken(token, asked) },
    ],
    SCHEDULE,
  );
  if (raw === undefined || both === undefined || mint === undefined || check === undefined)
    throw new Error("token: wanted four timings");
  const us = (name: string, batches: readonly number[]): PartResult["figures"][0] => ({
    name,
    value: Number((median(batches) / 1000).toPrecision(3)),
    unit: "us",
  });
  return {
    tables: [],
    figures: [
      us("raw: sign and verify", raw.batchP50s),
      us("mint and verify", both.batchP50s),
      us("mint", mint.batchP50s),
      us("verify", check.batchP50s),
      { name: "mint and verify against raw", value: timesAsLong(both, raw), unit: "times" },
    ],
    notes: [`token: of ${token.length} bytes, exact arguments; Ed25519 by ${nodeEd25519.name}`],
  };
}
