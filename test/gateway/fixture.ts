/** Gateways for tests: the base policy, a memory, and tokens for a call that it allows. */

import {
  createGateway,
  type Gateway,
  type GatewayOptions,
  MemoryBurns,
} from "../../bindings/gateway/index.ts";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { MemoryStore } from "../../bindings/memory/memory-store.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import type { Log, Store } from "../../bindings/src/memory.ts";
import { type CallContext, createPermit, type Permit } from "../../bindings/src/permit.ts";
import type { Context, Decision } from "../../bindings/src/types.ts";
import { type MintOptions, mintToken } from "../../bindings/token/index.ts";
import { ARGS, AUDIENCE, ISSUER, keys, signer } from "../token/fixture.ts";
import { TIME_MS } from "../unit/built.ts";

export const NAMES = { agent: "desk", principal: "ann", session: "s-1", tenant: "acme" };

export interface Clock {
  now: number;
}

export function permitOf(
  engine: Engine,
  clock: Clock,
  { log, memory, context = NAMES }: { log?: Log; memory?: Store; context?: Omit<Context, "time_ms"> } = {},
): Permit {
  const kept = log === undefined ? { memory: memory ?? new MemoryStore() } : { log };
  return createPermit({ engine, context, clock: () => clock.now, ...kept });
}

/** A token for {@link ARGS}, which the permit allows. */
export async function tokenOf(
  permit: Permit,
  { context = {}, ...more }: { context?: CallContext; ttl_ms?: number } = {},
): Promise<string> {
  return tokenFor(permit, await permit.check({ tool: "read_file", args: ARGS, context }), more);
}

export function tokenFor(
  permit: Permit,
  decision: Decision,
  more: Partial<MintOptions> = {},
): Promise<string> {
  return mintToken(decision, {
    request: permit.requestOf(decision),
    issuer: ISSUER,
    audience: AUDIENCE,
    signer,
    ...more,
  });
}

export function gatewayOf(
  permit: GatewayOptions["permit"],
  clock: Clock,
  more: Partial<GatewayOptions> = {},
): Promise<Gateway> {
  return createGateway({
    audience: AUDIENCE,
    keys,
    verify: nodeEd25519.verify,
    burns: new MemoryBurns(),
    permit,
    log: "none",
    clock: () => clock.now,
    ...more,
  });
}

export const atStart = (): Clock => ({ now: TIME_MS });
/** A log on the disk has its own notes in the machine's time. */
export const atNow = (): Clock => ({ now: Date.now() });

/** The code of what is thrown, undefined where nothing is. */
export async function codeOf(run: Promise<unknown>): Promise<string | undefined> {
  try {
    await run;
    return undefined;
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error);
  }
}
