/** One typed error for a token that must not be made or believed. docs/errors.md lists the codes with more words. */

import { CodedError, type ErrorDetail } from "../src/errors.ts";

/** What to do about each refusal, by its code, in the order in which a verifier finds them. */
export const TOKEN_ADVICE = {
  // The text.
  token_length: "Send the token alone; one that long was not minted here.",
  token_ascii: "Send the token as it was minted.",
  token_prefix: "Send a v4.public token.",
  token_segments: "Send the token whole, and nothing else.",
  token_base64: "Send the token as it was minted: nothing that decodes to the same bytes.",
  token_footer_empty: "Leave the last dot out, or send the footer.",
  token_body: "Send the token whole.",
  token_footer: "Send a token with the footer that names its key, and nothing else in it.",

  // The key.
  key_unknown: "Add the key to the list of keys that are believed, if it is to be believed.",
  key_status: "Mint with a key that signs.",
  key_validity: "Mint with a key that is valid now, or correct the clock.",
  key_audience: "Use a key that may mint for this audience.",
  token_signature: "Refuse it: it was changed, minted for another audience, or signed by somebody else.",

  // The payload.
  json_bom: "Mint without a byte order mark.",
  json_utf8: "Mint with well-formed UTF-8.",
  json_syntax: "Mint with one JSON object.",
  json_duplicate_key: "Mint with each key once, however it is spelt.",
  json_surrogate: "Mint with well-formed text.",
  json_number: "Mint with integers from -(2^53 - 1) to 2^53 - 1; larger ones are texts.",
  json_depth: "Mint with at most 16 objects and arrays inside each other.",
  json_keys: "Mint with at most 256 keys.",
  json_object: "Mint with a JSON object.",

  // The claims.
  claim_unknown: "Mint without claims that this version does not know.",
  claim_missing: "Mint with all claims.",
  claim_type: "Mint with claims of the wanted types.",
  claim_value: "Mint with claims within their bounds.",
  claim_issuer: "Mint with the key of the issuer that the token names.",
  claim_audience: "Send the token to the audience that it names.",
  claim_lifetime: "Mint for at most 60 s with exact arguments, for at most 15 min with an envelope.",
  token_early: "Correct the clock, or wait.",
  token_expired: "Ask again: a decision is good for a short time.",

  // A token that was made from another.
  parent_missing: "Send the parents along, the nearest first.",
  parent_surplus: "Send the parents that the token names, and no other.",
  child_parent: "Send the parent that the token names.",
  child_claims: "Make the child of its parent's claims.",
  child_envelope: "Append constraints, and change nothing that stands before them.",
  child_wider: "Append only constraints about arguments that the parent already allows.",
  child_lifetime: "Keep the child inside the time of its parent.",

  // The arguments.
  tool_other: "Ask for a token for this tool.",
  args_bytes: "Give the CMP/1 bytes of a map of arguments.",
  args_hash: "Run exactly what was decided.",
  args_missing: "Give the argument that the envelope names.",
  args_type: "Give an argument of the type that the envelope names.",
  args_value: "Stay inside the envelope.",
  args_extra: "Leave out arguments that the envelope does not name.",

  // Minting.
  mint_record: "Give a decision of an engine as it came, with its own record.",
  mint_verdict: "Mint for what was allowed.",
  mint_host: "Mint for what the engine allowed; the host allows nothing.",
  mint_shadow: "Mint for what is enforced; a shadow decision permits nothing.",
  mint_event: "Mint for a call.",
  mint_request: "Give the request that the decision was made for.",
  mint_obligation: "Meet the obligations, and name them in `obligations`.",
  mint_subject: "Decide with a principal or an agent in the context.",
  mint_option: "Give the wanted value.",
  mint_envelope: "Give an envelope that the decided arguments lie in.",
  mint_lifetime: "Stay within the bounds.",

  // The list of keys.
  key_list: "Correct the list.",
} as const;

/** A code of {@link TokenError}. Codes are stable; messages are not. */
export type TokenCode = keyof typeof TOKEN_ADVICE;

/**
 * A token that must not be believed, arguments that it does not cover, or one that must not be minted. Nothing may run.
 *
 * @example
 * try {
 *   await verifyToken(text, { keys, audience, now_ms: Date.now(), verify: nodeEd25519.verify });
 * } catch (error) {
 *   if (error instanceof TokenError) console.error(error.code); // token_expired
 * }
 */
export class TokenError extends CodedError<TokenCode> {
  override readonly name = "TokenError";

  /** @param detail `came` is shortened and escaped: never a whole text of the token. */
  constructor(code: TokenCode, detail: Omit<ErrorDetail, "offset"> = {}) {
    super(code, detail, TOKEN_ADVICE[code]);
  }
}
