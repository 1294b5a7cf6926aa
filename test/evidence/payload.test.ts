/** What is kept of a call: sealed, opened, found out when altered; one field of it shown alone; some of it redacted. */

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EvidenceError } from "../../bindings/evidence/errors.ts";
import { fieldsOf } from "../../bindings/evidence/fields.ts";
import { hmacUnder } from "../../bindings/evidence/hmac.ts";
import {
  checkDisclosure,
  type Disclosure,
  disclose,
  disclosureBytes,
  fieldsRoot,
  isOfSubject,
  isSealedAs,
  openPayload,
  type Payload,
  payloadBytes,
  readDisclosure,
  readPayload,
  redact,
  redactedPaths,
  redactionOf,
  SEALED_BYTES_MAX,
  type Sealed,
  type SubjectKeys,
  sealPayload,
  subjectId,
  subjectOf,
} from "../../bindings/evidence/payload.ts";
import { type CmpValue, decode } from "../../bindings/src/codec/decode.ts";
import { encode } from "../../bindings/src/codec/encode.ts";
import { hex } from "../../bindings/src/sha256.ts";
import { ROOT } from "../../tools/files.ts";

/** Keys in memory. */
class Keys implements SubjectKeys {
  readonly #keys = new Map<string, Uint8Array>();
  readonly #secret = new Uint8Array(32).fill(3);
  idOf(name: string): Uint8Array {
    return subjectId(this.#secret, name);
  }
  key(id: Uint8Array): Uint8Array | undefined {
    return this.#keys.get(hex(id));
  }
  make(id: Uint8Array): Uint8Array {
    const key = this.key(id) ?? crypto.getRandomValues(new Uint8Array(32));
    this.#keys.set(hex(id), key);
    return key;
  }
  destroy(id: Uint8Array): void {
    this.#keys.delete(hex(id));
  }
}

const ARGS: CmpValue = {
  amount: 850.5,
  card: { cvc: "123", number: "4111 1111 1111 1111" },
  items: [
    { iban: "CH93", qty: 1 },
    { iban: "DE89", qty: 2 },
  ],
  none: null,
  nothing: {},
  raw: new Uint8Array([1, 2]),
  tags: [],
  "10": true,
  "9": 18_446_744_073_709_551_615n,
  ["__proto__"]: "own",
};

const requestOf = (args: CmpValue, context: object = { principal: "ann", session: "s-1" }): Uint8Array =>
  encode({
    args,
    binding: "advisory",
    context: { asserted_by: {}, time_ms: 1, ...context },
    durability: "strict",
    engine: new Uint8Array(32),
    image: new Uint8Array(32),
    mode: "enforce",
    salt: new Uint8Array(32).fill(7),
    tool: "pay",
    v: 1,
  });

const place = { origin: "permit0.local/3f9c21ab77d0e412/main", seq: 42 };
const request = requestOf(ARGS);

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof EvidenceError) return error.code;
    throw error;
  }
  return "none";
}

test("HMAC is that of Node, whatever the length of the key", () => {
  for (const size of [0, 1, 32, 63, 64, 65, 200]) {
    const key = new Uint8Array(size).map((_, at) => at * 7);
    const data = new TextEncoder().encode(`message ${size}`);
    expect(hex(hmacUnder(key)(data))).toBe(createHmac("sha256", key).update(data).digest("hex"));
  }
});

test("the subject is the principal, else the actor, else the session, else nobody", () => {
  const all = { principal: "p", actor: "a", session: "s" };
  expect(subjectOf(requestOf({}, all))).toBe("p");
  expect(subjectOf(requestOf({}, { actor: "a", session: "s" }))).toBe("a");
  expect(subjectOf(requestOf({}, { session: "s" }))).toBe("s");
  expect(subjectOf(requestOf({}, {}))).toBe("");
  const secret = new Uint8Array(32).fill(1);
  const own = createHmac("sha256", secret).update("subject\nann").digest("hex").slice(0, 32);
  expect(hex(subjectId(secret, "ann"))).toBe(own);
});

describe("a sealed payload", () => {
  const keys = new Keys();
  const seal = (redaction: string[] = [], from = request) =>
    sealPayload(from, { keys, ...place, redaction: redactionOf(redaction) });
  const keyOf = ({ key }: Sealed): Uint8Array => keys.key(key) as Uint8Array;

  test("opens to the request, at its place and with its key", async () => {
    const { bytes, sealed } = await seal();
    expect(await openPayload(bytes, sealed, keyOf(sealed), place)).toEqual({ request });
    expect(isSealedAs(bytes, sealed)).toBe(true);
    expect(sealed.key).toEqual(keys.idOf("ann"));
    expect(isOfSubject({ request }, sealed, keys)).toBe(true);
    expect(isOfSubject({ request: requestOf(ARGS, { principal: "bob" }) }, sealed, keys)).toBe(false);
    expect(bytes.length).toBe(12 + payloadBytes({ request }).length + 16);
    const again = await seal();
    expect(hex(again.bytes)).not.toBe(hex(bytes));
    expect(again.sealed.fields).toEqual(sealed.fields);
  });

  test("opens nowhere else, and with no other key", async () => {
    const { bytes, sealed } = await seal();
    const open = (other: object, key = keyOf(sealed)) =>
      openPayload(bytes, sealed, key, { ...place, ...other });
    expect(await codeOf(() => open({ seq: 43 }))).toBe("payload_key");
    expect(await codeOf(() => open({ origin: `${place.origin}x` }))).toBe("payload_key");
    expect(await codeOf(() => open({}, new Uint8Array(32)))).toBe("payload_key");
    expect(await codeOf(() => open({}, new Uint8Array(31)))).toBe("subject_key");
  });

  test("is found out when any bit of it is altered, by the entry and by the cipher", async () => {
    const { bytes, sealed } = await seal([], requestOf({ to: "ann" }));
    const { sha256 } = await import("../../bindings/src/sha256.ts");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = bytes.slice();
      (altered as Uint8Array)[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(isSealedAs(altered, sealed)).toBe(false);
      if (bit % 16 !== 0) continue;
      expect(await codeOf(() => openPayload(altered, sealed, keyOf(sealed), place))).toBe("payload_altered");
      const agreed = { ...sealed, sha256: sha256(altered) };
      expect(await codeOf(() => openPayload(altered, agreed, keyOf(sealed), place))).toBe("payload_key");
    }
    const short = { ...sealed, sha256: sha256(bytes.slice(0, 5)) };
    expect(await codeOf(() => openPayload(bytes.slice(0, 5), short, keyOf(sealed), place))).toBe(
      "payload_key",
    );
    const root = { ...sealed, fields: new Uint8Array(32) };
    expect(await codeOf(() => openPayload(bytes, root, keyOf(sealed), place))).toBe("payload_fields");
  });

  test("of an erased subject stays closed, and a new key opens nothing old", async () => {
    const { bytes, sealed } = await seal();
    keys.destroy(sealed.key);
    expect(keys.key(sealed.key)).toBeUndefined();
    await seal();
    expect(await codeOf(() => openPayload(bytes, sealed, keyOf(sealed), place))).toBe("payload_key");
  });

  test("needs a random salt and a request", async () => {
    const zero = encode({ ...(decode(request) as object), salt: new Uint8Array(32) });
    expect(await codeOf(() => seal([], zero))).toBe("payload_salt");
    expect(await codeOf(() => seal([], encode({ v: 1 })))).toBe("payload_malformed");
    expect(await codeOf(() => seal([], new Uint8Array([0xc1])))).toBe("payload_malformed");
  });

  test("holds the longest request, and one with the most fields redacted", async () => {
    const long = requestOf({ text: "x".repeat(65_536 - requestOf({ text: "" }).length - 4) });
    expect(long.length).toBeGreaterThan(65_500);
    for (const from of [long, requestOf({ secret: "s", many: new Array(20_000).fill(1) })]) {
      const { bytes, sealed } = await seal(["secret"], from);
      expect(bytes.length).toBeLessThanOrEqual(SEALED_BYTES_MAX);
      expect(sealed.fields).toEqual(fieldsRoot({ request: from }));
      const opened = await openPayload(bytes, sealed, keyOf(sealed), place);
      expect(redactedPaths(opened)).toEqual(from === long ? [] : [[]]);
    }
  });

  test("with something redacted keeps the root, and what is redacted is not in it", async () => {
    const { bytes, sealed } = await seal(["card", "items.*.iban"]);
    expect(sealed.fields).toEqual(fieldsRoot({ request }));
    const opened = await openPayload(bytes, sealed, keyOf(sealed), place);
    expect(redactedPaths(opened)).toEqual([
      ["card", "cvc"],
      ["card", "number"],
      ["items", 0, "iban"],
      ["items", 1, "iban"],
    ]);
    const plain = Buffer.from(payloadBytes(opened)).toString("latin1");
    for (const text of ["4111", "123", "CH93", "\x07".repeat(32)]) expect(plain).not.toContain(text);
    const copy = decode(opened.request) as { args: Record<string, unknown>; tool: string };
    expect(copy.args.card).toEqual({ cvc: null, number: null });
    expect(copy.args.amount).toBe(850.5);
    expect(Object.getOwnPropertyDescriptor(copy.args, "__proto__")?.value).toBe("own");
    expect(copy.tool).toBe("pay");
    expect(subjectOf(opened.request)).toBe("ann");
  });
});

describe("redaction", () => {
  test("fits a key, an index, and any one step", () => {
    const paths = (...rules: string[]) =>
      redactedPaths(redact(request, redactionOf(rules))).map((path) => path.join("."));
    expect(paths("items.1.iban")).toEqual(["items.1.iban"]);
    expect(paths("*.number")).toEqual(["card.number"]);
    expect(paths("raw", "nothing", "tags", "none")).toEqual(["none", "nothing", "raw", "tags"]);
    expect(paths("card.number.x", "ite", "items.2")).toEqual([]);
    expect(paths("*")).toHaveLength(fieldsOf(ARGS).length);
  });

  test("leaves a request that nothing fits as it is", () => {
    expect(redact(request, redactionOf(["password"]))).toEqual({ request });
  });

  test.each(["", "a..b", ".a", "a."])("refuses the rule %j", async (rule) => {
    expect(await codeOf(() => redactionOf([rule]))).toBe("redaction_rule");
  });
});

describe("a payload in bytes", () => {
  const redacted = redact(request, redactionOf(["card"]));
  const plain = (members: object): Uint8Array => encode({ request, v: 1, ...members });
  const { leaves = [] } = redacted;

  test("is read back", () => {
    expect(readPayload(payloadBytes({ request }))).toEqual({ request });
    expect(readPayload(payloadBytes(redacted))).toEqual(redacted);
  });

  test.each<[string, Uint8Array]>([
    ["another version", plain({ v: 2 })],
    ["another key", plain({ more: 1 })],
    ["no map", encode([request])],
    ["no bytes", plain({ request: "x" })],
    ["no request", plain({ request: encode({}) })],
    ["a request of two kinds", plain({ request: encode({ ...(decode(request) as object), fields: {} }) })],
    ["leaves without redaction", plain({ leaves: fieldsOf(ARGS).map(() => ["salt", new Uint8Array(32)]) })],
    ["a leaf too few", plain({ ...redacted, leaves: leaves.slice(1) })],
    ["a leaf of no kind", plain({ ...redacted, leaves: leaves.map(([, bytes]) => ["key", bytes]) })],
    [
      "a redacted field that is there",
      plain({ ...redacted, leaves: leaves.map(([, bytes]) => ["hash", bytes]) }),
    ],
    ["a salt that was kept", plain({ leaves: [["hash", new Uint8Array(32)]], request: requestOf(null) })],
    ["bytes behind it", new Uint8Array([...payloadBytes({ request }), 0])],
  ])("is refused: %s", async (_, bytes) => {
    expect(await codeOf(() => readPayload(bytes))).toBe("payload_malformed");
  });
});

describe("the disclosure of one field", () => {
  const whole: Payload = { request };
  const root = fieldsRoot(whole);
  const fields = fieldsOf(ARGS);

  test("is there for every field, in the order of the bytes", () => {
    expect(fields.map(({ path }) => path.join("."))).toEqual([
      "10",
      "9",
      "__proto__",
      "amount",
      "card.cvc",
      "card.number",
      "items.0.iban",
      "items.0.qty",
      "items.1.iban",
      "items.1.qty",
      "none",
      "nothing",
      "raw",
      "tags",
    ]);
    for (const [index, { path, value }] of fields.entries()) {
      const disclosure = disclose(whole, path);
      expect(disclosure).toMatchObject({ path, index, size: fields.length });
      expect(disclosure.value).toEqual(value);
      expect(checkDisclosure(root, disclosure)).toBe(true);
      expect(readDisclosure(disclosureBytes(disclosure))).toEqual(disclosure);
    }
  });

  test("shows nothing that is not so", () => {
    const good = disclose(whole, ["amount"]);
    const [first = new Uint8Array(32)] = good.proof;
    const bad: Partial<Disclosure>[] = [
      { value: 850.25 },
      { value: "850.5" },
      { path: ["amount2"] },
      { path: ["card", "amount"] },
      { path: [] },
      { salt: new Uint8Array(32) },
      { index: good.index + 1 },
      { index: -1 },
      { index: 0.5 },
      { size: good.size * 2 },
      { proof: good.proof.slice(1) },
      { proof: [...good.proof, first] },
      { proof: good.proof.map((hash) => hash.map((byte) => byte ^ 1)) },
    ];
    for (const change of bad)
      expect(checkDisclosure(root, { ...good, ...change }), JSON.stringify(change)).toBe(false);
    expect(checkDisclosure(new Uint8Array(32), good)).toBe(false);
  });

  test("is made from a redacted payload too, but not of what is redacted", async () => {
    const redacted = redact(request, redactionOf(["card"]));
    expect(checkDisclosure(root, disclose(redacted, ["amount"]))).toBe(true);
    expect(disclose(redacted, ["amount"])).toEqual(disclose(whole, ["amount"]));
    expect(await codeOf(() => disclose(redacted, ["card", "number"]))).toBe("field_redacted");
    expect(await codeOf(() => disclose(whole, ["card"]))).toBe("field_unknown");
    expect(await codeOf(() => disclose(whole, ["items", "0", "iban"]))).toBe("field_unknown");
  });

  test("of a call without fields is that it has none", () => {
    const none: Payload = { request: requestOf({}) };
    expect(disclose(none, [])).toMatchObject({ path: [], value: {}, index: 0, size: 1, proof: [] });
    expect(checkDisclosure(fieldsRoot(none), disclose(none, []))).toBe(true);
  });

  test.each<[string, object]>([
    ["another version", { v: 2 }],
    ["another key", { more: 1 }],
    ["a value that holds others", { value: [1] }],
    ["a path of something else", { path: [true] }],
    ["a short hash", { proof: [new Uint8Array(31)] }],
    ["a long proof", { proof: new Array(54).fill(new Uint8Array(32)) }],
    ["a fraction", { index: 0.5 }],
  ])("in bytes is refused: %s", async (_, change) => {
    const bytes = encode({ ...(decode(disclosureBytes(disclose(whole, ["amount"]))) as object), ...change });
    expect(await codeOf(() => readDisclosure(bytes))).toBe("disclosure_malformed");
  });
});

test("the example of the page is what its words say", async () => {
  const page = readFileSync(join(ROOT, "docs/format/payload.md"), "utf8");
  const example = page.slice(page.indexOf("## Worked example"));
  const named = (name: string): Uint8Array => {
    const [, digits = ""] = new RegExp(`^${name}: \`([0-9a-f]+)\`$`, "m").exec(example) ?? [];
    return new Uint8Array(Buffer.from(digits, "hex"));
  };
  const sealed = { fields: named("fields"), key: named("key id"), sha256: named("sha256") };
  const payload = await openPayload(named("sealed bytes"), sealed, named("key"), place);
  expect(hex(payload.request)).toBe(hex(named("request")));
  expect(hex(subjectId(named("vault secret"), subjectOf(payload.request)))).toBe(hex(sealed.key));
  expect(hex(disclosureBytes(disclose(payload, ["amount"])))).toBe(hex(named("disclosure of amount")));
  expect(hex(payloadBytes(redact(payload.request, redactionOf(["card"]))))).toBe(hex(named("card redacted")));
});
