/**
 * PASETO v4.public, strictly: each token has one text. What a lenient decoder would also read (padding, other alphabets,
 * bits that nobody looks at, an empty footer) is refused, because whoever remembers a token by its text would be passed by.
 */

import { base64url, bytesOfBase64url } from "../keys/base64url.ts";
import type { Awaitable, Ed25519 } from "../keys/ed25519.ts";
import { SIGNATURE_BYTES } from "../keys/ed25519.ts";
import type { Signer } from "../keys/signer.ts";
import { quoted } from "../src/codec/errors.ts";
import { TokenError } from "./errors.ts";

const HEADER = "v4.public.";
export const TOKEN_BYTES_MAX = 8192;
/** `{}` and the signature. */
const BODY_BYTES_MIN = SIGNATURE_BYTES + 2;
const ASCII = /^[\0-\x7f]*$/;

const utf8 = new TextEncoder();
const HEADER_BYTES = utf8.encode(HEADER);

/** A token taken apart. Nothing of it is believed yet. */
export interface ParsedToken {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  /** No bytes where the token has no footer. */
  readonly footer: Uint8Array;
}

/** @throws TokenError with the first rule that the text breaks. */
export function parseToken(token: string): ParsedToken {
  if (token.length > TOKEN_BYTES_MAX)
    throw new TokenError("token_length", {
      wanted: `at most ${TOKEN_BYTES_MAX} bytes`,
      came: `${token.length}`,
    });
  if (!ASCII.test(token)) throw new TokenError("token_ascii", { wanted: "ASCII", came: "other signs" });
  if (!token.startsWith(HEADER))
    throw new TokenError("token_prefix", { wanted: HEADER, came: quoted(token.slice(0, HEADER.length)) });
  const segments = token.slice(HEADER.length).split(".");
  if (segments.length > 2)
    throw new TokenError("token_segments", { wanted: "3 or 4 segments", came: `${segments.length + 2}` });
  const [body, footer] = segments.map(segmentBytes) as [Uint8Array, Uint8Array?];
  if (footer?.length === 0)
    throw new TokenError("token_footer_empty", { wanted: "a footer behind the last dot", came: "none" });
  if (body.length < BODY_BYTES_MIN)
    throw new TokenError("token_body", {
      wanted: `at least ${BODY_BYTES_MIN} bytes of payload and signature`,
      came: `${body.length}`,
    });
  const end = body.length - SIGNATURE_BYTES;
  return {
    message: body.subarray(0, end),
    signature: body.subarray(end),
    footer: footer ?? new Uint8Array(0),
  };
}

function segmentBytes(segment: string, at: number): Uint8Array {
  const bytes = bytesOfBase64url(segment);
  if (bytes !== undefined) return bytes;
  throw new TokenError("token_base64", {
    path: at === 0 ? "payload" : "footer",
    wanted: "base64url without padding and with zeros behind the last byte",
    came: "another text",
  });
}

/** Whether the signature holds, by the pinned predicate of `verify`. */
export function isSigned(
  { message, signature, footer }: ParsedToken,
  publicKey: Uint8Array,
  implicit: Uint8Array,
  verify: Ed25519["verify"],
): Awaitable<boolean> {
  return verify(publicKey, preAuthentication(HEADER_BYTES, message, footer, implicit), signature);
}

/** Signs a payload. A footer without bytes is none. */
export async function signToken(
  message: Uint8Array,
  footer: Uint8Array,
  implicit: Uint8Array,
  signer: Pick<Signer, "sign">,
): Promise<string> {
  const signature = await signer.sign(preAuthentication(HEADER_BYTES, message, footer, implicit));
  const body = new Uint8Array(message.length + SIGNATURE_BYTES);
  body.set(message);
  body.set(signature, message.length);
  return `${HEADER}${base64url(body)}${footer.length === 0 ? "" : `.${base64url(footer)}`}`;
}

/** PAE: the number of pieces, then each behind its length, so that no piece can lend bytes to its neighbour. */
function preAuthentication(...pieces: readonly Uint8Array[]): Uint8Array {
  let size = 8;
  for (const piece of pieces) size += 8 + piece.length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  // Lengths stay far below 2^32, so the upper halves and the top bit are zero.
  view.setUint32(0, pieces.length, true);
  let at = 8;
  for (const piece of pieces) {
    view.setUint32(at, piece.length, true);
    bytes.set(piece, at + 8);
    at += 8 + piece.length;
  }
  return bytes;
}
