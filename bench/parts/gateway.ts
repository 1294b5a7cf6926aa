/** The gateway beside the signature that it verifies: everything but the disk. */

import { createGateway, MemoryBurns } from "../../bindings/gateway/index.ts";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import { createPermit } from "../../bindings/src/permit.ts";
import { mintToken, parseToken } from "../../bindings/token/index.ts";
import { TIME_MS } from "../calls.ts";
import type { PartResult } from "../results.ts";
import { median, timeSideBySide } from "../timing.ts";
import { AUDIENCE, benchKey, CALL, ISSUER } from "./token.ts";

const BATCHES = { batchCalls: 400, batches: 15, warmUpBatches: 5 };
/** One token is one use: as many as there are calls. */
const CALLS = BATCHES.batchCalls * (BATCHES.batches + BATCHES.warmUpBatches);
const SCHEDULE = { ...BATCHES, inputs: CALLS };

export async function measureGateway(): Promise<PartResult> {
  const clock = (): number => TIME_MS;
  const context = { agent: "desk", principal: "ann", session: "s-1" };
  const { signer, keys } = benchKey();
  const { verify } = nodeEd25519;
  const bare = createPermit({ context, clock });
  const remembering = createPermit({ context, clock, memory: new MemoryStore() });
  const tokens: string[] = [];
  for (let call = 0; call < CALLS; call++) {
    // Decided one after the other, all of them in the last seconds.
    const decision = await bare.check({ ...CALL, context: { time_ms: TIME_MS - call } });
    const request = bare.requestOf(decision);
    tokens.push(await mintToken(decision, { request, issuer: ISSUER, audience: AUDIENCE, signer }));
  }
  const token = (call: number): string => tokens[call] as string;
  const { message } = parseToken(token(0));
  const signature = signer.sign(message);
  const opened = await Promise.all(
    [bare, remembering].map((permit) =>
      createGateway({
        audience: AUDIENCE,
        keys,
        verify,
        burns: new MemoryBurns(),
        permit,
        log: "none",
        clock,
      }),
    ),
  );
  const [plain, withMemory] = opened;
  if (plain === undefined || withMemory === undefined) throw new Error("gateway: wanted two gateways");
  const run = (): number => 1;

  const [raw, one, other] = await timeSideBySide(
    [
      { name: "raw", run: () => verify(signer.publicKey, message, signature) },
      { name: "bare", run: (call) => plain.execute(token(call), CALL.tool, CALL.args, run) },
      { name: "memory", run: (call) => withMemory.execute(token(call), CALL.tool, CALL.args, run) },
    ],
    SCHEDULE,
  );
  if (raw === undefined || one === undefined || other === undefined)
    throw new Error("gateway: wanted three timings");
  const us = (name: string, ns: readonly number[]): PartResult["figures"][0] => ({
    name,
    value: Number((median(ns) / 1000).toPrecision(3)),
    unit: "us",
  });
  const beside = (batches: readonly number[]): number[] =>
    batches.map((ns, batch) => ns - (raw.batchP50s[batch] ?? Number.NaN));
  return {
    tables: [],
    figures: [
      us("raw: verify", raw.batchP50s),
      us("execute", one.batchP50s),
      us("overhead: execute without the signature", beside(one.batchP50s)),
      us("overhead with histories", beside(other.batchP50s)),
    ],
    notes: ["gateway: burns in memory, no log, a function that does nothing; Ed25519 by node"],
  };
}
