/**
 * Capability tokens: what a decision allowed, signed, for one gateway, once and for a short time. Runs in every runtime;
 * docs/tokens.md has how to use them, docs/format/token.md every byte.
 */

export {
  type DecodedArguments,
  encodeArguments,
  matchArguments,
  matchTarget,
  type Target,
} from "./arguments.ts";
export { type AttenuateOptions, attenuate } from "./child.ts";
export {
  type Capability,
  type Claims,
  type CoveredArguments,
  claimsJson,
  readClaims,
  type TokenContext,
} from "./claims.ts";
export { isSigned, type ParsedToken, parseToken, signToken } from "./codec.ts";
export { type ArgumentPath, argsDigest, type Constraint, type Scalar } from "./constraints.ts";
export { TOKEN_ADVICE, type TokenCode, TokenError } from "./errors.ts";
export { type MintOptions, mintToken } from "./mint.ts";
export { parsePayload } from "./payload.ts";
export { parseTokenKeys, type TokenKey, tokenKeysText } from "./token-keys.ts";
export {
  implicitAssertion,
  tokenDigest,
  type VerifiedToken,
  type VerifyTokenOptions,
  verifyToken,
} from "./verify.ts";
