/**
 * Who made a pack, and whether the organisation knows them. Packs of other publishers are signed (docs/format/pack-signature.md).
 * A signature says who wrote a pack, not that somebody here read it: only a pack that the organisation lists by its digest maps
 * in full. What any other says of tools is a hint beside "nobody knows this tool", and the stricter of the two counts.
 */

import { LANGUAGE_NONE } from "../gen/codes.ts";
import { fromHex, hex, sha256 } from "../sha256.ts";
import type { Command } from "./commands.ts";
import { Issues, type Place } from "./issues.ts";
import type { Mapping, Pack } from "./pack.ts";
import { memberOf, parseSource, type Source, type Tree, textOf } from "./parse.ts";
import { bytesOf, type Reader, sortedMembers } from "./shape.ts";
import type { Action } from "./taxonomy.ts";

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

export interface Publisher {
  readonly key: Uint8Array;
  /** SHA-256 in hex of packs that somebody of the organisation read, by name. */
  readonly packs: ReadonlyMap<string, string>;
}

/** Publishers that the org file lists. */
export type Publishers = ReadonlyMap<string, Publisher>;

const PUBLISHER = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const OURS = "permit0";
const KEY = {
  pattern: /^ed25519:[0-9a-f]{64}$/,
  wanted: "a public key: ed25519: and 64 hex digits in small letters",
};
const DIGEST = {
  pattern: /^sha256:[0-9a-f]{64}$/,
  wanted: "a digest: sha256: and 64 hex digits in small letters",
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
  return { pack, version, publisher, sha256: digestOf(text) };
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
  const publishers = new Map<string, Publisher>();
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
    const shape = reader.shape(value, "a publisher", ["key"], ["packs"]);
    const bytes = publicKeyOf(reader.text(shape?.get("key"), "a public key", KEY) ?? "");
    const packs = readDigests(reader, shape?.get("packs"));
    if (bytes) publishers.set(key, { key: bytes, packs });
  }
  return publishers;
}

function readDigests(reader: Reader, tree: Tree | undefined): Map<string, string> {
  const map = tree && reader.map(tree, "digests by name of the pack");
  const digests = new Map<string, string>();
  for (const { key, value } of map ? sortedMembers(map) : []) {
    const digest = reader.text(value, "a digest", DIGEST);
    if (digest !== undefined) digests.set(key, digest.slice(digest.indexOf(":") + 1));
  }
  return digests;
}

/**
 * Whether a pack needs no signature: whoever compiles vouches for it, or it is the organisation's own, by its name. An
 * organisation that lists a key for its own name wants its own packs signed as well.
 */
export function isVouched(source: Source, tree: Tree, org: string, publishers: Publishers): boolean {
  if (source.vouched === true) return true;
  return org !== "" && textOf(memberOf(tree, "publisher")) === org && !publishers.has(org);
}

/**
 * Whether somebody of the organisation stands behind what a signed pack maps: it is their own, or its digest is listed.
 */
export function isListed(source: Source, tree: Tree, org: string, publishers: Publishers): boolean {
  const publisher = textOf(memberOf(tree, "publisher"));
  const listed = publishers.get(publisher)?.packs.get(textOf(memberOf(tree, "pack")));
  return publisher === org || listed === digestOf(source.text);
}

function digestOf(text: string): string {
  return hex(sha256(ENCODER.encode(text)));
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
  const known = publishers.get(publisher);
  if (known === undefined) {
    const names = [...publishers.keys()].join(", ") || "which lists none";
    const came = `${JSON.stringify(publisher)}, in a pack that did not come with permit0`;
    const fix =
      "list the publisher and its key under `publishers` of the org file; a pack of your own has the name after `org`";
    issues.fault(place, `a publisher of the org file (${names})`, came, fix);
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
    const came = signatureFault(source.signature, statement, known.key, verify);
    const fix = "get pack and pack.sig from the publisher again, and find out who changed one of them";
    if (came !== undefined) issues.fault(place, wanted, came, fix);
    const listed = known.packs.get(statement.pack);
    if (listed !== undefined && listed !== statement.sha256) {
      const read = "read what changed, then list the new digest under `publishers` of the org file";
      issues.fault(
        place,
        `the file that the org lists, sha256:${listed}`,
        `sha256:${statement.sha256}`,
        read,
      );
    }
  }
}

const UNLISTED = "the org file, by its digest, under `packs` of the publisher";

/**
 * What a pack that nobody here read cannot say as a hint: a pattern claims names that its author never saw, and a program or
 * a host has one reading, so there is nothing stricter beside it.
 */
export function checkUnlisted(packs: readonly Pack[], listed: ReadonlySet<string>, issues: Issues): void {
  for (const pack of packs.filter(({ name }) => !listed.has(name))) {
    const refuse = (what: string, place: Place): void =>
      issues.fault(place, `${what} only in a pack that stands in ${UNLISTED}`, "none for this pack", LISTING);
    for (const { patterns } of pack.mappings) for (const { place } of patterns) refuse("patterns", place);
    const [command] = pack.commands;
    if (command) refuse("commands", command.place);
    const [api] = pack.apis;
    if (api) refuse("apis", api.place);
  }
}

const LISTING =
  'read the pack and list it as `packs: { NAME: "sha256:..." }`, as `permit0 pack verify` prints it, or leave this out';
/** No pack can have this name. */
const HINTS = "unlisted-packs";

/**
 * A pack that says of every tool that only unlisted packs map: nobody knows it. One pack has one reading of a call, so this
 * is another one beside theirs, and the strictest counts. For a server that the organisation binds its pack alone counts.
 */
export function hintsOf(
  packs: readonly Pack[],
  listed: ReadonlySet<string>,
  unclassified: Action | undefined,
): Pack[] {
  const known = new Set(
    packs
      .filter(({ name }) => listed.has(name))
      .flatMap(({ mappings }) =>
        // A row with conditions may not apply.
        mappings.flatMap(({ guards, names }) => (guards.length === 0 ? [...names.keys()] : [])),
      ),
  );
  const names = new Map(
    packs
      .filter(({ name }) => !listed.has(name))
      .flatMap(({ mappings }) => mappings.flatMap((mapping) => [...mapping.names]))
      .filter(([name]) => !known.has(name)),
  );
  const [place] = names.values();
  if (!unclassified || !place) return [];
  const mapping: Mapping = {
    id: `${HINTS}/tool`,
    priority: 0,
    action: unclassified,
    guards: [],
    ops: [],
    language: LANGUAGE_NONE,
    names,
    patterns: [],
    place,
  };
  const nothing = { apis: [], commands: [], variables: new Map<string, Place>(), rules: [], examples: [] };
  const head = { name: HINTS, version: "1.0.0", publisher: OURS, title: "Tools of packs that nobody listed" };
  return [{ ...head, ...nothing, mappings: [mapping], place }];
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
