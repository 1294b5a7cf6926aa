/** A token is believed, or refused with one reason: each way in which it can be wrong is a row. */

import { beforeAll, describe, expect, test } from "vitest";
import { keyId } from "../../bindings/keys/paserk.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import {
  attenuate,
  type Constraint,
  claimsJson,
  matchArguments,
  parsePayload,
  parseToken,
  parseTokenKeys,
  type TokenCode,
  TokenError,
  tokenDigest,
  tokenKeysText,
  verifyToken,
} from "../../bindings/token/index.ts";
import { footerOf } from "../../bindings/token/verify.ts";
import { open, TIME_MS } from "../unit/built.ts";
import {
  ARGS,
  AUDIENCE,
  argsBytes,
  asked,
  codeOf,
  ISSUER,
  keyOf,
  keys,
  minted,
  NOW_MS,
  READ,
  signedPayload,
  signer,
  signerOf,
} from "./fixture.ts";

/** Claims that a test may bend. */
type Loose = ReturnType<typeof JSON.parse>;

let engine: Engine;
let token: string;
let payload: Record<string, unknown>;
beforeAll(async () => {
  engine = await open();
  token = await minted(engine);
  payload = parsePayload(parseToken(token).message) as Record<string, unknown>;
});

describe("a token that was minted", () => {
  test("is believed, and says what was decided", async () => {
    const { claims, key } = await verifyToken(token, asked);
    const decision = engine.decide(READ);
    expect(key.id).toBe(keyId(signer.publicKey));
    expect(claims).toMatchObject({
      iss: ISSUER,
      sub: "ann",
      aud: AUDIENCE,
      act: { sub: "desk" },
      ctx: { session: "s-1" },
      iat_ms: TIME_MS,
      exp_ms: TIME_MS + 60_000,
      cap: { tool: "read_file", args: { mode: "exact" }, lim: { uses: 1 } },
      pol: { h: `sha256:${decision.digests.image}` },
      prov: { record: `sha256:${decision.digests.record}`, engine: `sha256:${decision.digests.engine}` },
    });
  });

  test("has its claims in one order", () => {
    expect(Object.keys(payload)).toEqual("iss sub aud act jti ctx iat nbf exp cap pol prov".split(" "));
    expect(new TextDecoder().decode(parseToken(token).message)).toBe(JSON.stringify(payload));
  });

  test("covers exactly what was decided, frozen", async () => {
    const { claims } = await verifyToken(token, asked);
    const args = matchArguments(claims, "read_file", argsBytes(ARGS));
    expect(args).toEqual(ARGS);
    expect(Object.isFrozen(args)).toBe(true);
    const other = (target: Parameters<typeof matchArguments>[1], bytes: Uint8Array) => () =>
      matchArguments(claims, target, bytes);
    expect(await codeOf(other("read_file", argsBytes({ ...ARGS, limit: 11 })))).toBe("args_hash");
    expect(await codeOf(other("write_file", argsBytes(ARGS)))).toBe("tool_other");
    expect(await codeOf(other({ tool: "read_file", server: "files" }, argsBytes(ARGS)))).toBe("tool_other");
    expect(await codeOf(other({ action: "read_file" }, argsBytes(ARGS)))).toBe("tool_other");
    expect(await codeOf(other("read_file", Uint8Array.of(0x90)))).toBe("args_bytes");
    expect(await codeOf(other("read_file", Uint8Array.of(0xc1)))).toBe("args_bytes");
  });
});

describe("the text of a token", () => {
  const rows: readonly [string, (token: string) => string | Promise<string>, TokenCode][] = [
    ["too long", (t) => t + "A".repeat(8192), "token_length"],
    ["not ASCII", (t) => `${t}é`, "token_ascii"],
    ["another version", (t) => t.replace("v4", "v3"), "token_prefix"],
    ["another purpose", (t) => t.replace("public", "local"), "token_prefix"],
    ["upper case", (t) => t.replace("v4", "V4"), "token_prefix"],
    ["a space before it", (t) => ` ${t}`, "token_prefix"],
    ["a fifth segment", (t) => `${t}.AA`, "token_segments"],
    ["padding", (t) => `${t}=`, "token_base64"],
    ["a line end", (t) => `${t}\n`, "token_base64"],
    ["an empty footer", (t) => `${t.split(".").slice(0, 3).join(".")}.`, "token_footer_empty"],
    ["a short body", () => "v4.public.AAAA", "token_body"],
    ["no body", () => "v4.public.", "token_body"],
    ["no footer", (t) => t.split(".").slice(0, 3).join("."), "token_footer"],
    [
      "a footer with more in it",
      () => signedPayload("{}", footer(`{"kid":"${id()}","a":1}`)),
      "token_footer",
    ],
    ["a footer with a space", () => signedPayload("{}", footer(`{"kid": "${id()}"}`)), "token_footer"],
    [
      "a footer over its limit",
      () => signedPayload("{}", footer(`{"kid":"${id()}"}${" ".repeat(90)}`)),
      "token_footer",
    ],
    [
      "a footer spliced from another key",
      (t) => spliced(t, footerOf(keyId(signerOf(8).publicKey))),
      "key_unknown",
    ],
    ["a changed payload", (t) => changed(t, 5), "token_signature"],
    ["a changed signature", (t) => changed(t, -1), "token_signature"],
  ];
  const footer = (text: string) => new TextEncoder().encode(text);
  const id = () => keyId(signer.publicKey);
  const spliced = (t: string, bytes: Uint8Array) =>
    [...t.split(".").slice(0, 3), Buffer.from(bytes).toString("base64url")].join(".");
  const changed = (t: string, at: number) => {
    const [v, p, body = "", f] = t.split(".");
    const bytes = Buffer.from(body, "base64url");
    const index = at < 0 ? bytes.length + at : at;
    bytes[index] = (bytes[index] as number) ^ 1;
    return [v, p, bytes.toString("base64url"), f].join(".");
  };
  test.each(rows)("with %s", async (_, change, code) => {
    expect(await codeOf(async () => verifyToken(await change(token), asked))).toBe(code);
  });

  test("is a text", async () => {
    for (const other of [undefined, null, 5, {}, [], [5], [token, undefined]])
      expect(await codeOf(() => verifyToken(other as never, asked)), `${other}`).toBe("token_prefix");
  });

  test("a footer spliced from another believed key is refused by its signature", async () => {
    const other = signerOf(8);
    const both = { ...asked, keys: [...keys, keyOf(other.publicKey)] };
    const text = spliced(token, footerOf(keyId(other.publicKey)));
    expect(await codeOf(() => verifyToken(text, both))).toBe("token_signature");
  });
});

describe("the key of a token", () => {
  const key = (more: Parameters<typeof keyOf>[1]) => ({ ...asked, keys: [keyOf(signer.publicKey, more)] });
  const rows: readonly [string, () => Parameters<typeof verifyToken>[1], TokenCode][] = [
    ["of nobody", () => ({ ...asked, keys: [] }), "key_unknown"],
    ["retired", () => key({ status: "retired" }), "key_status"],
    ["revoked", () => key({ status: "revoked" }), "key_status"],
    ["not yet valid", () => key({ from_ms: NOW_MS + 1 }), "key_validity"],
    ["no longer valid", () => key({ to_ms: NOW_MS }), "key_validity"],
    ["at a time that is none", () => ({ ...asked, now_ms: Number.NaN }), "key_validity"],
    ["for other audiences", () => key({ audiences: ["urn:pep:other"] }), "key_audience"],
    [
      "asked by another audience",
      () => ({ ...key({ audiences: [AUDIENCE, "b"] }), audience: "b" }),
      "token_signature",
    ],
    ["of another issuer", () => key({ issuer: "urn:pdp:other" }), "claim_issuer"],
  ];
  test.each(rows)("%s", async (_, options, code) => {
    expect(await codeOf(() => verifyToken(token, options()))).toBe(code);
  });

  test("is believed while it is retiring", async () => {
    expect((await verifyToken(token, key({ status: "retiring" }))).key.status).toBe("retiring");
  });

  test("is read from a list, and the list is closed", () => {
    expect(parseTokenKeys(tokenKeysText(keys), "keys.json")).toEqual(keys);
    const [listed] = JSON.parse(tokenKeysText(keys)).keys;
    const bad: readonly unknown[] = [
      { v: 2, keys: [listed] },
      { v: 1, keys: [] },
      { v: 1, keys: [listed, listed] },
      { v: 1, keys: [{ ...listed, more: 1 }] },
      { v: 1, keys: [{ ...listed, status: "new" }] },
      { v: 1, keys: [{ ...listed, aud: [] }] },
      { v: 1, keys: [{ ...listed, from_ms: 1.5 }] },
    ];
    for (const list of bad)
      expect(() => parseTokenKeys(JSON.stringify(list), "keys.json")).toThrow(TokenError);
  });
});

describe("the payload of a token", () => {
  const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
  const rows: readonly [string, string | Uint8Array, TokenCode][] = [
    ["a byte order mark", "\ufeff{}", "json_bom"],
    ["bytes that are no UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d), "json_utf8"],
    ["no JSON", '{"a":1', "json_syntax"],
    ["something behind it", "{} {}", "json_syntax"],
    ["an array", "[1]", "json_object"],
    ["a text", '"a"', "json_object"],
    ["a key twice", '{"iss":"a","iss":"b"}', "json_duplicate_key"],
    ["a key twice, once by an escape", '{"iss":"a","\\u0069ss":"b"}', "json_duplicate_key"],
    ["a key twice inside", '{"act":{"sub":"a","s\\u0075b":"b"}}', "json_duplicate_key"],
    ["half a surrogate", '{"iss":"\\ud800"}', "json_surrogate"],
    ["an integer that is not exact", '{"iat":9007199254740992}', "json_number"],
    ["a number without end", '{"iat":1e999}', "json_number"],
    ["17 levels", nested(17), "json_depth"],
    ["40 levels", nested(40), "json_depth"],
    ["257 keys", `{${Array.from({ length: 257 }, (_, at) => `"${at}":1`).join()}}`, "json_keys"],
  ];
  test.each(rows)("has %s", async (_, text, code) => {
    expect(await codeOf(async () => verifyToken(await signedPayload(text), asked))).toBe(code);
  });
  test("may have 16 levels and 256 keys as far as JSON goes", () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(() => parsePayload(bytes(nested(16)))).not.toThrow();
    expect(() =>
      parsePayload(bytes(`{${Array.from({ length: 256 }, (_, at) => `"${at}":1`).join()}}`)),
    ).not.toThrow();
  });
});

describe("the claims of a token", () => {
  type Change = (payload: Loose) => void;
  const rows: readonly [string, Change, TokenCode][] = [
    [
      "one more",
      (p) => {
        p.admin = true;
      },
      "claim_unknown",
    ],
    [
      "__proto__",
      (p) => {
        Object.defineProperty(p, "__proto__", { value: {}, enumerable: true });
      },
      "claim_unknown",
    ],
    [
      "one more inside",
      (p) => {
        p.act.roles = [];
      },
      "claim_unknown",
    ],
    [
      "one more in the capability",
      (p) => {
        p.cap[0].any = true;
      },
      "claim_unknown",
    ],
    [
      "a digest beside an envelope",
      (p) => {
        p.cap[0].args = { mode: "match", closed: true, c: [], h: p.cap[0].args.h };
      },
      "claim_unknown",
    ],
    ...["iss", "sub", "aud", "act", "jti", "iat", "nbf", "exp", "cap", "pol", "prov"].map(
      (name): [string, Change, TokenCode] => [
        `no ${name}`,
        (p) => {
          delete p[name];
        },
        "claim_missing",
      ],
    ),
    [
      "no record",
      (p) => {
        delete p.prov.record;
      },
      "claim_missing",
    ],
    [
      "a subject that is a number",
      (p) => {
        p.sub = 1;
      },
      "claim_type",
    ],
    [
      "an empty subject",
      (p) => {
        p.sub = "";
      },
      "claim_value",
    ],
    [
      "a long subject",
      (p) => {
        p.sub = "é".repeat(129);
      },
      "claim_value",
    ],
    [
      "another audience",
      (p) => {
        p.aud = "urn:pep:other";
      },
      "claim_audience",
    ],
    [
      "audiences",
      (p) => {
        p.aud = [p.aud];
      },
      "claim_type",
    ],
    [
      "a short jti",
      (p) => {
        p.jti = "AAAA";
      },
      "claim_value",
    ],
    [
      "two capabilities",
      (p) => {
        p.cap.push(p.cap[0]);
      },
      "claim_value",
    ],
    [
      "no capability",
      (p) => {
        p.cap = [];
      },
      "claim_value",
    ],
    [
      "two uses",
      (p) => {
        p.cap[0].lim.uses = 2;
      },
      "claim_value",
    ],
    [
      "an open envelope",
      (p) => {
        p.cap[0].args = { mode: "match", closed: false, c: [] };
      },
      "claim_value",
    ],
    [
      "another mode",
      (p) => {
        p.cap[0].args = { mode: "any" };
      },
      "claim_value",
    ],
    [
      "a server of an action",
      (p) => {
        p.cap[0].direct = true;
        p.cap[0].server = "s";
      },
      "claim_value",
    ],
    [
      "a digest in upper case",
      (p) => {
        p.pol.h = p.pol.h.toUpperCase();
      },
      "claim_value",
    ],
    [
      "an index without a log",
      (p) => {
        p.prov.i = "1";
      },
      "claim_value",
    ],
    [
      "a time in seconds",
      (p) => {
        p.exp = 1_767_225_660;
      },
      "claim_type",
    ],
    [
      "a time with fractions",
      (p) => {
        p.exp = "2026-01-01T00:00:30.5Z";
      },
      "claim_value",
    ],
    [
      "a time of another zone",
      (p) => {
        p.exp = "2026-01-01T00:00:30+00:00";
      },
      "claim_value",
    ],
    [
      "a day that there is not",
      (p) => {
        p.exp = "2026-02-30T00:00:00Z";
      },
      "claim_value",
    ],
    [
      "a life of 61 s",
      (p) => {
        p.exp = "2026-01-01T00:01:01Z";
      },
      "claim_lifetime",
    ],
    [
      "an end before its begin",
      (p) => {
        p.exp = p.nbf;
      },
      "claim_lifetime",
    ],
    [
      "a begin before it was minted",
      (p) => {
        p.nbf = "2025-12-31T23:59:59Z";
      },
      "claim_lifetime",
    ],
    [
      "an empty context",
      (p) => {
        p.ctx = {};
      },
      "claim_value",
    ],
  ];
  test.each(rows)("%s", async (_, change, code) => {
    const copy = structuredClone(payload);
    change(copy);
    expect(await codeOf(async () => verifyToken(await signedPayload(JSON.stringify(copy)), asked))).toBe(
      code,
    );
  });
});

describe("the time of a token", () => {
  test.each([
    [TIME_MS - 5_000, undefined],
    [TIME_MS - 5_001, "token_early"],
    [TIME_MS + 64_999, undefined],
    [TIME_MS + 65_000, "token_expired"],
  ] as const)("%d", async (now_ms, code) => {
    expect(await codeOf(() => verifyToken(token, { ...asked, now_ms }))).toBe(code);
  });
  test("may be off by 30 s and no more", async () => {
    expect(
      await codeOf(() => verifyToken(token, { ...asked, now_ms: TIME_MS + 89_999, skew_ms: 30_000 })),
    ).toBe(undefined);
    for (const skew_ms of [30_001, -1, Number.NaN, "10" as unknown as number])
      await expect(verifyToken(token, { ...asked, skew_ms }), `${skew_ms}`).rejects.toThrow(RangeError);
  });
});

describe("a child", () => {
  const c: readonly Constraint[] = [
    { p: ["path"], op: "prefix", v: "READ" },
    { p: ["limit"], op: "max", v: 100 },
  ];
  const parentOf = async () => verifyToken(await minted(engine, { constraints: c }), asked);

  test("covers less than its parent, and is one use with it", async () => {
    const parent = await parentOf();
    const text = await attenuate(parent, {
      constraints: [{ p: ["limit"], op: "max", v: 20 }],
      signer,
      exp_ms: TIME_MS + 30_000,
    });
    const child = await verifyToken([text, parent.token], asked);
    expect(child.claims).toMatchObject({
      jti: parent.claims.jti,
      par: tokenDigest(parent.token),
      exp_ms: TIME_MS + 30_000,
    });
    expect(matchArguments(child.claims, "read_file", argsBytes({ path: "README", limit: 20 }))).toBeTruthy();
    expect(
      await codeOf(() => matchArguments(child.claims, "read_file", argsBytes({ path: "README", limit: 21 }))),
    ).toBe("args_value");
    expect(matchArguments(parent.claims, "read_file", argsBytes({ path: "README", limit: 21 }))).toBeTruthy();
    const grandchild = await attenuate(child, {
      constraints: [{ p: ["path"], op: "eq", v: "README.md" }],
      signer,
    });
    expect(await codeOf(() => verifyToken([grandchild, text, parent.token], asked))).toBe(undefined);
    expect(await codeOf(() => verifyToken([grandchild, text], asked))).toBe("parent_missing");
    expect(await codeOf(() => verifyToken([grandchild, parent.token], asked))).toBe("child_parent");
    expect(await codeOf(() => verifyToken(text, asked))).toBe("parent_missing");
    expect(await codeOf(() => verifyToken([parent.token, text], asked))).toBe("parent_surplus");
  });

  test("must not be made of exact arguments, nor let in an argument, nor live longer", async () => {
    const parent = await parentOf();
    const exact = await verifyToken(token, asked);
    const make =
      (more: Partial<Parameters<typeof attenuate>[1]>, of = parent) =>
      () =>
        attenuate(of, { constraints: [], signer, ...more });
    expect(await codeOf(make({}, exact))).toBe("child_envelope");
    expect(await codeOf(make({ constraints: [{ p: ["more"], op: "present" }] }))).toBe("child_wider");
    expect(await codeOf(make({ constraints: [{ p: ["path", "x"], op: "present" }] }))).toBe("child_wider");
    expect(await codeOf(make({ constraints: [{ p: ["more"], op: "absent" }] }))).toBe(undefined);
    expect(await codeOf(make({ exp_ms: parent.claims.exp_ms + 1_000 }))).toBe("child_lifetime");
  });

  test("has at most 8 parents", async () => {
    let verified = await parentOf();
    const texts = [verified.token];
    const make = () => attenuate(verified, { constraints: [], signer });
    while (texts.length < 9) {
      texts.unshift(await make());
      verified = await verifyToken(texts, asked);
    }
    expect(await codeOf(make)).toBe("parent_surplus");
    expect(await codeOf(() => verifyToken([...texts, texts[0] as string], asked))).toBe("parent_surplus");
  });

  test("is made of known options of the wanted types", async () => {
    const parent = await parentOf();
    const all = { constraints: [], signer };
    for (const options of [
      undefined,
      { ...all, ttl_ms: 1 },
      { ...all, exp_ms: Number.NaN },
      { constraints: [] },
    ])
      expect(await codeOf(() => attenuate(parent, options as never))).toBe("mint_option");
    expect(await codeOf(() => attenuate(parent, { signer } as never))).toBe("claim_type");
  });

  test("that a believed key signed is held against its parent all the same", async () => {
    const parent = await parentOf();
    const rows: readonly [(claims: Loose) => void, TokenCode][] = [
      [
        (p) => {
          p.sub = "bob";
        },
        "child_claims",
      ],
      [
        (p) => {
          p.jti = "AAAAAAAAAAAAAAAAAAAAAQ";
        },
        "child_claims",
      ],
      [
        (p) => {
          p.txn = "t-1";
        },
        "child_claims",
      ],
      [
        (p) => {
          p.ctx.session = "s-2";
        },
        "child_claims",
      ],
      [
        (p) => {
          p.ctx.parent = "s-0";
        },
        "child_claims",
      ],
      [
        (p) => {
          delete p.ctx;
        },
        "child_claims",
      ],
      [
        (p) => {
          p.cap[0].tool = "write_file";
        },
        "child_claims",
      ],
      [
        (p) => {
          p.prov.record = p.pol.h;
        },
        "child_claims",
      ],
      [
        (p) => {
          p.cap[0].args.c.shift();
        },
        "child_envelope",
      ],
      [
        (p) => {
          p.cap[0].args.c[1].v = 101;
        },
        "child_envelope",
      ],
      [
        (p) => {
          p.cap[0].args = { mode: "exact", h: p.pol.h };
          p.exp = "2026-01-01T00:01:00Z";
        },
        "child_envelope",
      ],
      [
        (p) => {
          p.cap[0].args.c.push({ p: ["more"], op: "present" });
        },
        "child_wider",
      ],
      [
        (p) => {
          p.iat = p.nbf = "2026-01-01T00:00:01Z";
          p.exp = "2026-01-01T00:15:01Z";
        },
        "child_lifetime",
      ],
      [
        (p) => {
          p.iat = p.nbf = "2026-01-01T00:00:01Z";
        },
        "child_lifetime",
      ],
      [
        (p) => {
          p.iat = "2025-12-31T23:59:59Z";
          p.exp = "2026-01-01T00:10:00Z";
        },
        "child_lifetime",
      ],
    ];
    for (const [change, code] of rows) {
      const claims = JSON.parse(
        JSON.stringify({ ...claimsJson(parent.claims), par: tokenDigest(parent.token) }),
      );
      change(claims);
      const child = await signedPayload(JSON.stringify(claims));
      expect(await codeOf(() => verifyToken([child, parent.token], asked)), `${change}`).toBe(code);
    }
  });

  test("does not begin before its parent", async () => {
    const bent = async (change: Readonly<Record<string, unknown>>) => {
      const claims = { ...claimsJson((await parentOf()).claims), ...change };
      return signedPayload(JSON.stringify(claims));
    };
    const parent = await bent({ nbf: "2026-01-01T00:00:01Z" });
    const par = tokenDigest(parent);
    const same = await bent({ nbf: "2026-01-01T00:00:01Z", par });
    expect(await codeOf(() => verifyToken([same, parent], asked))).toBe(undefined);
    const early = await bent({ par });
    expect(await codeOf(() => verifyToken([early, parent], asked))).toBe("child_lifetime");
  });
});
