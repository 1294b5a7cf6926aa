/** Packs of other publishers: signed, listed, and unable to make anything less strict. */

import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { verifyEd25519 } from "../../bindings/hosts/node.ts";
import {
  CompileError,
  type CompileOptions,
  packStatementBytes,
  packStatementOf,
  type Source,
  signatureText,
} from "../../bindings/src/compile/index.ts";
import { openEngine } from "../../bindings/src/engine.ts";
import type { Decision } from "../../bindings/src/types.ts";
import { TIME_MS, WASM } from "./built.ts";
import { compileSmall, smallSources, smallText } from "./small-policy.ts";

function publisher(): { key: string; signed(text: string): string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
  return {
    key: `ed25519:${key}`,
    signed: (text) => {
      const statement = packStatementOf(text);
      if (!statement) throw new Error("no statement");
      return signatureText(statement, sign(null, packStatementBytes(statement), privateKey));
    },
  };
}

const globex = publisher();
const initech = publisher();

function pack(name: string, by: string, body: string): string {
  return `pack: ${name}\nversion: "1.0.0"\npublisher: ${by}\ntitle: T\ndescription: D\n${body}`;
}

const TOOLS = "tools:\n  - { id: list, names: [list_things], action: files.list }\n";
const PACK = pack("things", "globex", TOOLS).replace("files.list", "files.read");
const LISTED = `publishers: { globex: { key: "${globex.key}" }, initech: { key: "${initech.key}" } }\n`;

/** The publishers, with the digest of one pack of globex that somebody read. */
function listing(text: string): string {
  const { pack: name, sha256 } = packStatementOf(text) ?? {};
  return LISTED.replace(`${globex.key}"`, `${globex.key}", packs: { ${name}: "sha256:${sha256}" }`);
}

function sources(packs: readonly Omit<Source, "name">[], publishers = LISTED): Source[] {
  const org = `${smallText("org").replace("packs: [shop]", "packs: all")}${publishers}`;
  return [...smallSources({ org }), ...packs.map((one, index) => ({ name: `their${index}.yaml`, ...one }))];
}

function faults(all: readonly Source[], options: CompileOptions = { verify: verifyEd25519 }): string {
  try {
    compileSmall(all, options);
    return "";
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return error.message;
  }
}

const signedBy = (text: string, who = globex): Omit<Source, "name"> => ({
  text,
  signature: who.signed(text),
});

describe("a pack that did not come with the package", () => {
  test("compiles with a signature of a listed publisher", () => {
    expect(faults(sources([signedBy(PACK)]))).toBe("");
  });

  const signature = globex.signed(PACK);
  const other = JSON.parse(signature) as Record<string, unknown>;
  test.each<[string, Source[], RegExp]>([
    [
      "nobody lists the publisher",
      sources([signedBy(PACK)], ""),
      /a publisher of the org file \(which lists none\); came "globex"/,
    ],
    ["it is not signed", sources([{ text: PACK }]), /a signature of globex over this file; came none/],
    [
      "another publisher signed it",
      sources([signedBy(PACK, initech)]),
      /came one that the listed key did not make/,
    ],
    ["the file was changed", sources([{ text: `${PACK}# more\n`, signature }]), /came one for sha256/],
    [
      "the signature is of another pack",
      sources([{ text: PACK.replace("things", "thongs"), signature }]),
      /one for pack "things", not "thongs"/,
    ],
    [
      "digest and file agree and the signature does not",
      sources([
        {
          text: `${PACK}# more\n`,
          signature: JSON.stringify({ ...other, sha256: packStatementOf(`${PACK}# more\n`)?.sha256 }),
        },
      ]),
      /the listed key did not make/,
    ],
    ["the signature is no JSON", sources([{ text: PACK, signature: "{" }]), /a file that is no pack.sig/],
    [
      "the signature is of another version",
      sources([{ text: PACK, signature: JSON.stringify({ ...other, v: 2 }) }]),
      /version 2/,
    ],
    [
      "it says that it is permit0's",
      sources([{ text: PACK.replace("globex", "permit0") }]),
      /came "permit0", in a pack that did not come/,
    ],
  ])("is refused when %s", (_, all, says) => expect(faults(all)).toMatch(says));

  test("is refused when nothing can check signatures", () => {
    expect(faults(sources([signedBy(PACK)]), {})).toContain("give compile the option verify");
  });

  test.each([
    ["permit0", `"${globex.key}"`],
    ["globex", "ed25519:abc"],
    ["Globex", `"${globex.key}"`],
  ])("publishers: { %s: { key: %s } } is refused", (name, key) => {
    expect(faults(sources([], `publishers: { ${name}: { key: ${key} } }\n`))).not.toBe("");
  });

  test("a key that is no point of the curve has signed nothing", () => {
    expect(verifyEd25519(new Uint8Array(32).fill(255), new Uint8Array(1), new Uint8Array(64))).toBe(false);
    expect(verifyEd25519(new Uint8Array(31), new Uint8Array(1), new Uint8Array(64))).toBe(false);
  });
});

describe("a pack cannot lower", () => {
  const entry = "rules:\n  - { id: their_rule, raise: { scope: 10 }, reason: R }\n";
  test.each([
    ["define a set", "sets: {}\n"],
    ["add to a set of the org", "sets: { known_payees: { owner: o, reason: r, values: [them] } }\n"],
    ["name own domains", "domains: [evil.example]\n"],
    ["relax", "relax: []\n"],
    ["move a threshold", "thresholds: { medium: { bp: 4500, why: w } }\n"],
    ["move a weight", "weights: { FINANCIAL: { bp: 1000, why: w } }\n"],
    ["move a gain", "gains: { amount: { gain: 1, why: w } }\n"],
    ["change routing", "routing: { medium: allow }\n"],
    ["list publishers", "publishers: {}\n"],
    ["set the default currency", "default_currency: USD\n"],
    ["add a row that allows", "rows: []\n"],
    ["bind a server", "servers: { shop-prod: { pack: things } }\n"],
    ["use a set of the org", entry.replace("raise", "when: { payee: { in_set: known_payees } }, raise")],
    ["lower a level", entry.replace("scope: 10", "scope: -5")],
    ["set a level to nothing", entry.replace("scope: 10", "scope: 0")],
    ["clear a flag", entry.replace("raise", "clear: [MUTATION], raise")],
    ["remove a flag", entry.replace("raise", "remove: { primary: [MUTATION] }, raise")],
    ["lower a verdict", entry.replace("raise", "verdict: allow, raise")],
    [
      "raise an action that it does not map",
      entry.replace("raise", "on: { actions: [payments.refund] }, raise"),
    ],
    ["take the name of another pack", ""],
  ])("nor %s", (what, body) => {
    const name = what.startsWith("take the name") ? "shop" : "things";
    const text = pack(name, "globex", TOOLS.replace("files.list", "files.read") + body);
    expect(faults(sources([signedBy(text)]))).not.toBe("");
  });

  test.each(["amount_large", "reads_private"])("an id of base, %s, stays base's", (id) => {
    const text = pack(
      "things",
      "globex",
      TOOLS.replace("files.list", "files.read") + entry.replace("their_rule", id),
    );
    const { explain } = compileSmall(sources([signedBy(text)]), { verify: verifyEd25519 });
    const { rules, rows } = explain.content;
    const codes = [...rules, ...rows].map(({ code }) => code);
    expect(codes.filter((code) => code === id)).toHaveLength(1);
    expect(codes.filter((code) => code !== id && code.endsWith(id))).toHaveLength(1);
  });

  const OURS = pack(
    "ours",
    "us",
    "commands:\n  - { id: tool, names: [tool], action: files.read }\napis:\n  - { id: api, hosts: [api.ours.example], paths: [/v1/refunds], methods: [POST], action: payments.refund }\n",
  );
  const theirs = (body: string): string =>
    faults(sources([{ text: OURS, vouched: true }, signedBy(pack("things", "globex", body))]));

  test("nor say that a variable of the shell is safe", () => {
    expect(theirs("variables: [LD_PRELOAD]\n")).toContain(
      "no variables in a pack that did not come with permit0",
    );
  });

  test("nor add a subcommand to somebody else's program", () => {
    const body = 'commands:\n  - { id: x, names: ["tool wipe"], action: none }\n';
    expect(theirs(body)).toContain("wanted a program that no other publisher maps; came tool");
  });

  test.each(["api.ours.example", "*.ours.example"])("nor map a path of somebody else's host: %s", (host) => {
    const body = `apis:\n  - { id: x, hosts: ["${host}"], paths: [/v1/refunds/one], methods: [POST], action: files.read }\n`;
    expect(theirs(body)).toContain("wanted a host that no other publisher maps");
  });

  const OF_THEIR_OWN =
    "commands:\n  - { id: x, names: [theirs], action: files.read }\napis:\n  - { id: y, hosts: [api.theirs.example], paths: [/v1], methods: [GET], action: files.read }\n";

  test("nor map a program or a host that would be unknown, unless its digest is listed", () => {
    const text = pack("things", "globex", OF_THEIR_OWN);
    expect(faults(sources([signedBy(text)]))).toMatch(
      /wanted commands only in a pack.*\n.*wanted apis only/s,
    );
    expect(faults(sources([signedBy(text)], listing(text)))).toBe("");
  });

  test("nor claim names by a pattern, unless its digest is listed", () => {
    const text = pack(
      "things",
      "globex",
      TOOLS.replace("[list_things]", "[it]")
        .replace("names: [it]", 'patterns: ["list_*"]')
        .replace("files.list", "files.read"),
    );
    expect(faults(sources([signedBy(text)]))).toContain("wanted patterns only in a pack");
    expect(faults(sources([signedBy(text)], listing(text)))).toBe("");
  });

  test("a digest that is listed and another file are not the same", () => {
    const changed = `${PACK}# more\n`;
    expect(faults(sources([signedBy(changed)], listing(PACK)))).toMatch(
      /wanted the file that the org lists, sha256:\w+; came sha256:\w+/,
    );
    const wrong = listing(PACK).replace(/"sha256:\w+"/, "abc");
    expect(faults(sources([], wrong))).toContain("a digest: sha256: and 64 hex digits");
  });
});

describe("a name that only a pack of another publisher maps", () => {
  const body = (action: string, args = ""): string =>
    `tools:\n  - { id: it, names: [wipe_everything], ${args}action: ${action} }\n`;
  const CALM = pack("things", "globex", body("payments.list"));

  async function decided(all: readonly Source[], server?: string): Promise<Decision> {
    const { image } = compileSmall(all, { verify: verifyEd25519 });
    const engine = await openEngine({ wasm: WASM, image });
    const call = { tool: "wipe_everything", args: {}, context: { time_ms: TIME_MS } };
    return engine.decide(server === undefined ? call : { ...call, server });
  }

  test("is not read more calmly than it is without the pack", async () => {
    const without = await decided(sources([]));
    const beside = await decided(sources([signedBy(CALM)]));
    expect([beside.action, beside.verdict]).toEqual(["unknown.unclassified", without.verdict]);
    expect(beside.score).toBe(without.score);
  });

  test("is not, whatever the condition of the row", async () => {
    const text = pack("things", "globex", body("payments.list", "args: { sure: absent }, "));
    expect((await decided(sources([signedBy(text)]))).action).toBe("unknown.unclassified");
  });

  test("is read more strictly where the pack says so", async () => {
    const strict = pack("things", "globex", body("payments.refund"));
    expect((await decided(sources([signedBy(strict)]))).action).toBe("payments.refund");
  });

  test("counts where the organisation lists the digest, binds the server, or is the publisher", async () => {
    expect((await decided(sources([signedBy(CALM)], listing(CALM)))).action).toBe("payments.list");

    const [bound] = sources([], LISTED).filter(({ name }) => name === "acme.yaml");
    const org = bound?.text.replace("shop-prod: { pack: shop }", "theirs: { pack: things }");
    const all = sources([signedBy(CALM)]).map((one) =>
      one.name === "acme.yaml" ? { ...one, text: org ?? "" } : one,
    );
    expect((await decided(all, "theirs")).action).toBe("payments.list");
    expect((await decided(all, "other")).action).toBe("unknown.unclassified");
    expect((await decided(all)).action).toBe("unknown.unclassified");

    const ours = signedBy(pack("things", "acme", body("payments.list")));
    const signedOurs = sources([ours], `publishers: { acme: { key: "${globex.key}" } }\n`);
    expect((await decided(signedOurs)).action).toBe("payments.list");
  });

  test("and a name that a pack of ours maps as well keeps the strictest of the two, and no third", async () => {
    const ours = { text: pack("ours", "us", body("payments.list")), vouched: true };
    expect((await decided(sources([ours, signedBy(CALM)]))).action).toBe("payments.list");
    const sometimes = {
      text: pack("ours", "us", body("payments.list", "args: { sure: [true] }, ")),
      vouched: true,
    };
    expect((await decided(sources([sometimes, signedBy(CALM)]))).action).toBe("unknown.unclassified");
  });
});

test("a byte order mark is refused: a signature without it must not cover a file with it", () => {
  const { signature } = signedBy(PACK);
  expect(faults(sources([{ text: `\ufeff${PACK}`, signature: signature as string }]))).toContain(
    "wanted text without a byte order mark at its beginning",
  );
  expect(packStatementOf(`\ufeff${PACK}`)).toBeUndefined();
});

describe("of several publishers the strictest reading counts", () => {
  const row = (action: string, priority: number): string =>
    `tools:\n  - { id: it, names: [do_it], action: ${action}, priority: ${priority} }\n`;

  async function decided(packs: readonly Omit<Source, "name">[]): Promise<Decision> {
    const { image } = compileSmall(sources(packs), { verify: verifyEd25519 });
    const engine = await openEngine({ wasm: WASM, image });
    return engine.decide({ tool: "do_it", args: {}, context: { time_ms: TIME_MS } });
  }

  const calm = signedBy(pack("aaa", "globex", row("files.read", 65_535)));
  const strict = signedBy(pack("zzz", "initech", row("payments.refund", 0)), initech);

  test("whatever their order and priority", async () => {
    const together = await decided([calm, strict]);
    const turned = await decided([strict, calm]);
    const alone = await decided([strict]);
    expect(together.action).toBe("payments.refund");
    expect([together.verdict, together.score]).toEqual([alone.verdict, alone.score]);
    expect(turned.record).toEqual(together.record);
  });

  test("a pack beside a strict one never makes a call calmer", async () => {
    const alone = await decided([strict]);
    const verdicts = ["allow", "review", "deny"];
    for (const action of ["files.read", "payments.list", "payments.refund"]) {
      const beside = await decided([strict, signedBy(pack("aaa", "globex", row(action, 9)))]);
      expect(verdicts.indexOf(beside.verdict)).toBeGreaterThanOrEqual(verdicts.indexOf(alone.verdict));
      expect(beside.score).toBeGreaterThanOrEqual(alone.score);
    }
  });
});

test("a draft does not compile, vouched for or not", () => {
  const draft = PACK.replace("pack: things\n", "pack: things\ndraft: true\n");
  expect(faults(sources([{ text: draft, vouched: true }]))).toContain(
    "wanted a pack that a person has read; came a draft",
  );
  expect(faults(sources([{ text: draft.replace("true", "false"), vouched: true }]))).toContain(
    "came a draft",
  );
  expect(faults(sources([{ text: PACK, vouched: true }]))).toBe("");
});
