/** Test vectors of PASETO v4.public, run through the codec: signature and JSON, whatever the claims say. */

import { parseJson } from "permit0/node";
import type { TokenError } from "permit0/token";
import { CliError } from "./failure.js";

/** What came of one vector. */
export interface VectorResult {
  readonly name: string;
  readonly expected: "accept" | "refuse";
  /** Code of the refusal; undefined: accepted. */
  readonly refused: string | undefined;
  readonly ok: boolean;
}

interface Vector {
  readonly name: string;
  readonly token: string;
  readonly key: Uint8Array;
  readonly implicit: string;
  readonly accept: boolean;
  readonly payload?: string;
  readonly footer?: string;
}

interface Row {
  readonly name: string;
  readonly token: string;
  readonly [member: string]: unknown;
}

/** The vectors of a file: `{tests: [...]}` as paseto-standard/test-vectors has them, or `{public_key, vectors: [...]}`. */
function vectorsOf(
  text: string,
  file: string,
): { readonly vectors: readonly Vector[]; readonly skipped: number } {
  const root = parseJson(text) as { readonly tests?: readonly Row[]; readonly vectors?: readonly Row[] };
  if (Array.isArray(root.vectors)) {
    const key = hexBytes((root as { public_key?: unknown }).public_key);
    const vectors = root.vectors.map(
      ({ name, token, accept, implicit }: Row): Vector => ({
        name,
        token,
        key,
        implicit: `${implicit ?? ""}`,
        accept: accept === true,
      }),
    );
    return { vectors, skipped: 0 };
  }
  if (!Array.isArray(root.tests))
    throw new CliError("file", `${file}: wanted test vectors with tests or vectors; came other JSON`);
  const rows = root.tests as readonly Row[];
  // Of v4.local there is nothing here; that such a token is refused is a vector, that it can be opened is not.
  const own = rows.filter((row) => row["public-key"] !== undefined || row["expect-fail"] === true);
  const vectors = own.map(
    (row): Vector => ({
      name: row.name,
      token: row.token,
      key: hexBytes(row["public-key"] ?? row.key),
      implicit: `${row["implicit-assertion"] ?? ""}`,
      accept: row["expect-fail"] !== true,
      ...(typeof row.payload === "string" ? { payload: row.payload } : {}),
      ...(typeof row.footer === "string" ? { footer: row.footer } : {}),
    }),
  );
  return { vectors, skipped: rows.length - own.length };
}

function hexBytes(text: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(`${text ?? ""}`, "hex"));
}

/** Runs the vectors of a file. @throws CliError for a file that has none. */
export async function runVectors(
  text: string,
  file: string,
): Promise<{ readonly results: readonly VectorResult[]; readonly skipped: number }> {
  const { vectors, skipped } = vectorsOf(text, file);
  const results: VectorResult[] = [];
  for (const vector of vectors) {
    const refused = await refusalOf(vector);
    const expected = vector.accept ? "accept" : "refuse";
    results.push({ name: vector.name, expected, refused, ok: (refused === undefined) === vector.accept });
  }
  return { results, skipped };
}

async function refusalOf({ token, key, implicit, payload, footer }: Vector): Promise<string | undefined> {
  const { isSigned, parsePayload, parseToken, TokenError: Refusal } = await import("permit0/token");
  const { nodeEd25519 } = await import("permit0/node");
  try {
    const parsed = parseToken(token);
    if (!(await isSigned(parsed, key, new TextEncoder().encode(implicit), nodeEd25519.verify)))
      return "token_signature";
    parsePayload(parsed.message);
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    if (payload !== undefined && payload !== text(parsed.message)) return "another payload";
    if (footer !== undefined && footer !== text(parsed.footer)) return "another footer";
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return (error as TokenError).code;
    throw error;
  }
}
