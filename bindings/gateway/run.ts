/** A permit's guards over a gateway: each allowed call gets a token for itself, which is used up by running it. */

import type { Signer } from "../keys/signer.ts";
import { decode } from "../src/codec/decode.ts";
import type { Run } from "../src/permit.ts";
import type { AllowDecision, Call, Obligations } from "../src/types.ts";
import { mintToken } from "../token/index.ts";
import type { Gateway } from "./gateway.ts";

export type { Run };

export interface RunOptions {
  /** A function where the gateway is made behind the permit that it needs. */
  readonly gateway: Pick<Gateway, "execute"> | (() => Pick<Gateway, "execute">);
  /** Who mints, and the gateway's own name: 1..256 bytes each. */
  readonly issuer: string;
  readonly audience: string;
  readonly signer: Signer;
}

/**
 * What `createPermit({ run })` takes: mints a token for exactly what was decided, and lets the gateway burn it, run the
 * body, and log what came of it.
 * @throws TokenError, GatewayError from the guarded function: its body was not started. Whatever the body throws.
 *
 * @example
 * const run = runUnderToken({ gateway: () => gateway, issuer: "urn:pdp:acme", audience: "urn:pep:acme", signer });
 * const permit = createPermit({ log, context: { agent: "desk" }, run });
 * const gateway = await createGateway({ audience: "urn:pep:acme", permit, log, keys, verify, burns, clock });
 */
export function runUnderToken({ gateway, issuer, audience, signer }: RunOptions): Run {
  return async <R>(decision: AllowDecision, request: Uint8Array, body: () => R): Promise<Awaited<R>> => {
    // The permit let through only what it was promised to meet.
    const obligations = Object.keys(decision.obligations) as (keyof Obligations)[];
    const token = await mintToken(decision, { request, issuer, audience, signer, obligations });
    const { tool, server, args, action, fields } = decode(request) as unknown as Call;
    const open = typeof gateway === "function" ? gateway() : gateway;
    if (action !== undefined) return open.execute(token, { action }, fields, body);
    return open.execute(token, { tool, ...(server === undefined ? {} : { server }) }, args, body);
  };
}
