/**
 * Who made a pack, and whether the organisation knows them. Packs of other publishers are signed (docs/format/pack-signature.md)
 * and may map what nobody else maps; what another publisher has mapped already they can only judge more strictly.
 */

import { fromHex, hex, sha256 } from "../sha256.ts";
import type { Command } from "./commands.ts";
import { Issues, type Place } from "./issues.ts";
import type { Pack } from "./pack.ts";
import { memberOf, parseSource, type Source, type Tree, textOf } from "./parse.ts";
import { bytesOf, type Reader, sortedMembers } from "./shape.ts";

/** Checks an Ed25519 signature: `verifyEd25519` of `permit0/node`, or any other implementation. */
export type VerifyEd25519 = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** What a publisher signs about a pack. */
export interface PackStatement {
  readonly pack: string;
  readonly version: string;
  readonly publisher: string;
  /** SHA-256 of the pack's file, in hex. */
  readonly sha256: string;
}

/** Publishers that the org file lists, with their public keys. */
export type Publishers = ReadonlyMap<string, Uint8Array>;

const PUBLISHER = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const OURS = "permit0";
const KEY = {
  pattern: /^ed25519:[0-9a-f]{64}$/,
  wanted: "a public key: ed25519: and 64 hex digits in small letters",
};
const SIGNATURE_VERSION = 1;
const SIGNATURE_FILE_BYTES_MAX = 4_096;
const ENCODER = new TextEncoder();

/** The 32 bytes of a public key as org files write it; undefined when it is not one. */
export function publicKeyOf(text: string): Uint8Array | undefined {
  return KEY.pattern.test(text) ? fromHex(text.slice(text.indexOf(":") + 1)) : undefined;
}

/** The bytes that are signed. */
export function packStatementBytes({ pack, version, publisher, sha256: digest }: PackStatement): Uint8Array {
  return ENCODER.encode(
    `permit0:pack:${SIGNATURE_VERSION}\npack ${pack}\nversion ${version}\npublisher ${publisher}\nsha256 ${digest}\n`,
  );
}

/** What there is to sign about a pack; undefined when its text is no pack with a publisher that can sign. */
export function packStatementOf(text: string, name = "pack.yaml"): PackStatement | undefined {
  const tree = parseSource({ name, text }, new Issues());
  return tree && statementOf(tree, text);
}

function statementOf(tree: Tree, text: string): PackStatement | undefined {
  const [pack, version, publisher] = ["pack", "version", "publisher"].map((key) => {
    const value = textOf(memberOf(tree, key));
    return value.includes("\n") ? "" : value;
  });
  if (!pack || !version || !publisher || !PUBLISHER.test(publisher)) return undefined;
  return { pack, version, publisher, sha256: hex(sha256(ENCODER.encode(text))) };
}

/** The text of a pack.sig. */
export function signatureText(statement: PackStatement, signature: Uint8Array): string {
  const { pack, version, publisher, sha256: digest } = statement;
  const file = { v: SIGNATURE_VERSION, pack, version, publisher, sha256: digest, signature: hex(signature) };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** What is wrong with a pack.sig; undefined when the key signed exactly this statement. */
export function signatureFault(
  text: string,
  statement: PackStatement,
  key: Uint8Array,
  verify: VerifyEd25519,
): string | undefined {
  let file: unknown;
  try {
    file = bytesOf(text) <= SIGNATURE_FILE_BYTES_MAX ? JSON.parse(text) : undefined;
  } catch {
    // Said below, with everything else that is no signature.
  }
  if (typeof file !== "object" || file === null) return "a file that is no pack.sig";
  const { v, signature, ...said } = file as Record<string, unknown>;
  if (v !== SIGNATURE_VERSION) return `a pack.sig of version ${JSON.stringify(v)}`;
  for (const [name, value] of Object.entries(statement)) {
    if (said[name] !== value)
      return `one for ${name} ${JSON.stringify(said[name])}, not ${JSON.stringify(value)}`;
  }
  const bytes = typeof signature === "string" ? fromHex(signature) : undefined;
  if (bytes?.length !== 64 || !verify(key, packStatementBytes(statement), bytes)) {
    return "one that the listed key did not make";
  }
  return undefined;
}

/** Reads `publishers` of the org file. */
export function readPublishers(reader: Reader, tree: Tree | undefined): Publishers {
  const publishers = new Map<string, Uint8Array>();
  const map = tree && reader.map(tree, "publishers by name");
  for (const { key, keyPlace, value } of map ? sortedMembers(map) : []) {
    if (!PUBLISHER.test(key) || key === OURS) {
      const fix = key === OURS ? "remove it: its packs come with the package" : "correct the name";
      reader.issues.fault(
        keyPlace,
        "another publisher's name of a-z, 0-9, . _ and -",
        JSON.stringify(key),
        fix,
      );
    }
    const shape = reader.shape(value, "a publisher", ["key"]);
    const bytes = publicKeyOf(reader.text(shape?.get("key"), "a public key", KEY) ?? "");
    if (bytes) publishers.set(key, bytes);
  }
  return publishers;
}

/**
 * Whether a pack needs no signature: whoever compiles vouches for it, or it is the organisation's own, by its name. An
 * organisation that lists a key for its own name wants its own packs signed as well.
 */
export function isVouched(source: Source, tree: Tree, org: string, publishers: Publishers): boolean {
  if (source.vouched === true) return true;
  return org !== "" && textOf(memberOf(tree, "publisher")) === org && !publishers.has(org);
}

/** A pack whose makers nobody vouched for must be signed by a publisher of the org. */
export function checkPublisher(
  source: Source,
  tree: Tree,
  publishers: Publishers,
  verify: VerifyEd25519 | undefined,
  issues: Issues,
): void {
  const named = memberOf(tree, "publisher");
  const place = named?.place ?? tree.place;
  const publisher = textOf(named);
  const key = publishers.get(publisher);
  if (key === undefined) {
    const known = [...publishers.keys()].join(", ") || "which lists none";
    const came = `${JSON.stringify(publisher)}, in a pack that did not come with permit0`;
    const fix =
      "list the publisher and its key under `publishers` of the org file; a pack of your own has the name after `org`";
    issues.fault(place, `a publisher of the org file (${known})`, came, fix);
    return;
  }
  const statement = statementOf(tree, source.text);
  const wanted = `a signature of ${publisher} over this file`;
  if (source.signature === undefined) {
    issues.fault(place, wanted, "none", "put the pack.sig of the publisher beside the pack");
  } else if (verify === undefined) {
    issues.fault(place, wanted, "no way to check one", "give compile the option verify");
  } else if (statement !== undefined) {
    // A pack without name or version is reported where it is read.
    const came = signatureFault(source.signature, statement, key, verify);
    const fix = "get pack and pack.sig from the publisher again, and find out who changed one of them";
    if (came !== undefined) issues.fault(place, wanted, came, fix);
  }
}

function programsOf(commands: readonly Command[]): Map<string, Place> {
  return new Map(
    commands.flatMap(({ names }) =>
      [...names].map(([name, place]) => [name.split(" ")[0] ?? "", place] as const),
    ),
  );
}

/** Hosts that one request can reach: the same, or one below the other's `*.`. */
function hostsMeet(one: string, other: string): boolean {
  const covers = (wide: string, host: string): boolean => wide.startsWith(".") && host.endsWith(wide);
  return one === other || covers(one, other) || covers(other, one);
}

/**
 * What only one pack can decide, and where a second one would therefore weaken the first: more exact rows of a program or a
 * host win, and a variable of a shell is safe as soon as one pack says so. Tools need no such rule: there the strictest wins.
 */
export function checkForeign(packs: readonly Pack[], vouched: ReadonlySet<string>, issues: Issues): void {
  for (const pack of packs) {
    if (vouched.has(pack.name)) continue;
    const others = packs.filter(({ publisher }) => publisher !== pack.publisher);
    for (const [name, place] of pack.variables) {
      const wanted = "no variables in a pack that did not come with permit0";
      issues.fault(place, wanted, JSON.stringify(name), "leave it out: its commands are then reviewed");
    }
    for (const [program, place] of programsOf(pack.commands)) {
      const owner = others.find(({ commands }) => programsOf(commands).has(program));
      if (owner) refuseShared(place, "a program", program, owner, issues);
    }
    for (const { hosts, place } of pack.apis) {
      for (const host of hosts) {
        const owner = others.find(({ apis }) =>
          apis.some((api) => api.hosts.some((its) => hostsMeet(host, its))),
        );
        if (owner) refuseShared(place, "a host", host, owner, issues);
      }
    }
  }
}

function refuseShared(place: Place, what: string, name: string, owner: Pack, issues: Issues): void {
  const wanted = `${what} that no other publisher maps`;
  const came = `${name}, which the pack ${owner.name} of ${owner.publisher} maps`;
  issues.fault(place, wanted, came, "leave it out; the organisation's own rules can raise it");
}
