/** Keys, decisions and tokens for tests of tokens. */

import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { keyId } from "../../bindings/keys/paserk.ts";
import { type SyncSigner, seedSigner } from "../../bindings/keys/signer.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import type { Engine, Request } from "../../bindings/src/engine.ts";
import {
  type MintOptions,
  mintToken,
  signToken,
  type TokenCode,
  TokenError,
  type TokenKey,
} from "../../bindings/token/index.ts";
import { footerOf, implicitAssertion } from "../../bindings/token/verify.ts";
import { TIME_MS } from "../unit/built.ts";

export const ISSUER = "urn:pdp:acme";
export const AUDIENCE = "urn:pep:acme:files";
export const NOW_MS = TIME_MS + 1_000;

export const signerOf = (byte: number): SyncSigner => seedSigner(new Uint8Array(32).fill(byte), nodeEd25519);
export const signer = signerOf(7);

export function keyOf(publicKey: Uint8Array, more: Partial<TokenKey> = {}): TokenKey {
  return {
    id: keyId(publicKey),
    publicKey,
    issuer: ISSUER,
    audiences: [AUDIENCE],
    status: "current",
    ...more,
  };
}

export const keys = [keyOf(signer.publicKey)];
export const asked = { keys, audience: AUDIENCE, now_ms: NOW_MS, verify: nodeEd25519.verify };

export const ARGS = { path: "README.md", limit: 10 };
/** Something that the base policy allows. */
export const READ: Request = {
  tool: "read_file",
  args: ARGS,
  context: { time_ms: TIME_MS, agent: "desk", principal: "ann", session: "s-1" },
  salt: new Uint8Array(32).fill(9),
};
export const argsBytes = encode;

export async function minted(
  engine: Engine,
  more: Partial<MintOptions> = {},
  request: Request = READ,
): Promise<string> {
  return mintToken(engine.decide(request), {
    request: engine.encode(request),
    issuer: ISSUER,
    audience: AUDIENCE,
    signer,
    ...more,
  });
}

const utf8 = new TextEncoder();

/** A token with any payload, signed by whom everybody believes. */
export function signedPayload(
  payload: string | Uint8Array,
  footer: Uint8Array = footerOf(keyId(signer.publicKey)),
  audience = AUDIENCE,
): Promise<string> {
  const message = typeof payload === "string" ? utf8.encode(payload) : payload;
  return signToken(message, footer, implicitAssertion(audience), signer);
}

/** The code of a refusal, undefined where there is none. */
export async function codeOf(run: () => unknown): Promise<TokenCode | undefined> {
  try {
    await run();
  } catch (error) {
    if (error instanceof TokenError) return error.code;
    throw error;
  }
  return undefined;
}
