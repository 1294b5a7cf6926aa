/** PASETO v4.public by the vectors of its authors, and by ours for what they leave open. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeEd25519 } from "../../bindings/hosts/ed25519-node.ts";
import { nobleEd25519 } from "../../bindings/keys/noble.ts";
import { seedSigner } from "../../bindings/keys/signer.ts";
import { isSigned, parsePayload, parseToken, signToken, TokenError } from "../../bindings/token/index.ts";
import { ROOT } from "../../tools/files.ts";

const read = (file: string) => JSON.parse(readFileSync(join(ROOT, "test/vectors/paseto", file), "utf8"));
const hexBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const utf8 = new TextEncoder();

interface Official {
  readonly name: string;
  readonly "expect-fail": boolean;
  readonly "public-key"?: string;
  readonly "secret-key-seed"?: string;
  readonly key?: string;
  readonly token: string;
  readonly payload: string | null;
  readonly footer: string;
  readonly "implicit-assertion": string;
}
const official = read("v4.json").tests as readonly Official[];
const strict = read("strictness.json") as {
  readonly public_key: string;
  readonly vectors: readonly { name: string; token: string; accept: boolean; implicit: string }[];
};

async function refusal(token: string, key: string, implicit: string): Promise<string | undefined> {
  const verdicts: (string | undefined)[] = [];
  for (const { verify } of [nodeEd25519, nobleEd25519]) {
    try {
      const parsed = parseToken(token);
      if (!(await isSigned(parsed, hexBytes(key), utf8.encode(implicit), verify)))
        throw new TokenError("token_signature");
      parsePayload(parsed.message);
      verdicts.push(undefined);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      verdicts.push(error.code);
    }
  }
  expect(verdicts[0]).toBe(verdicts[1]);
  return verdicts[0];
}

describe("the official vectors", () => {
  const signed = official.filter((one) => one["public-key"] !== undefined && !one["expect-fail"]);
  test("are there", () => expect(signed.map(({ name }) => name)).toEqual(["4-S-1", "4-S-2", "4-S-3"]));

  test.each(signed)("$name is read, and written again byte for byte", async (one) => {
    const { token, payload, footer, "implicit-assertion": implicit } = one;
    expect(await refusal(token, one["public-key"] as string, implicit)).toBeUndefined();
    const parsed = parseToken(token);
    expect(new TextDecoder().decode(parsed.message)).toBe(payload);
    expect(new TextDecoder().decode(parsed.footer)).toBe(footer);
    const signer = seedSigner(hexBytes(one["secret-key-seed"] as string), nodeEd25519);
    expect(await signToken(parsed.message, utf8.encode(footer), utf8.encode(implicit), signer)).toBe(token);
    expect(await refusal(token, one["public-key"] as string, `${implicit}x`)).toBe("token_signature");
  });

  const failing = official.filter((one) => one["expect-fail"]);
  test.each(failing)("$name is refused", async (one) => {
    const key = one["public-key"] ?? (one.key as string);
    const code = await refusal(one.token, key, one["implicit-assertion"]);
    expect(code).toBe(one.name === "4-F-2" ? "token_signature" : "token_prefix");
  });
});

const CODES: Readonly<Record<string, string>> = {
  "b64 trailing bits": "token_base64",
  padding: "token_base64",
  "empty footer segment": "token_footer_empty",
  "5 segments": "token_segments",
  newline: "token_base64",
  "std base64 alphabet": "token_base64",
  "upper header": "token_prefix",
  "duplicate key payload (valid signature)": "json_duplicate_key",
  "array payload (valid signature)": "json_object",
  "invalid utf8 payload (valid signature)": "json_utf8",
  "63-byte body": "token_body",
  "footer swapped": "token_signature",
};

test.each(strict.vectors)("strictly: $name", async ({ name, token, accept, implicit }) => {
  expect(await refusal(token, strict.public_key, implicit)).toBe(accept ? undefined : CODES[name]);
  expect(accept || CODES[name] !== undefined).toBe(true);
});
