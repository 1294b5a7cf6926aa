/**
 * `permit0/compile`: policies in YAML to an image. Pure: no files, no clock, no locale; the same sources give the same
 * bytes on every host. Shapes of the files: taxonomy/schema/*.json. Bytes: docs/format/image.md.
 */

import { hex, sha256 } from "../sha256.ts";
import { commandNames } from "./command-names.ts";
import { checkCorpus } from "./corpus.ts";
import { EntryReader, type ExampleCall } from "./entries.ts";
import { compareText, type Issue, Issues, type Place } from "./issues.ts";
import {
  type Base,
  finalSettings,
  type Layered,
  type Org,
  type OrgChoice,
  type Profile,
  readBase,
  readChoice,
  readOrg,
  readProfile,
} from "./layers.ts";
import { Lowering, type Policy, rowsOf, rulesOf, type SourceRecord } from "./lower.ts";
import { Memory } from "./memory.ts";
import { type BoundServer, type Pack, type PackExample, packName, readPack } from "./pack.ts";
import { memberOf, parseSource, type Source, type Tree, textOf } from "./parse.ts";
import {
  checkForeign,
  checkPublisher,
  checkUnlisted,
  hintsOf,
  isListed,
  isVouched,
  type Publishers,
  type VerifyEd25519,
} from "./publishers.ts";
import { type ImageContent, readImage } from "./read.ts";
import { Sets } from "./sets.ts";
import { daysOf, Reader } from "./shape.ts";
import { readTaxonomy, type Taxonomy } from "./taxonomy.ts";

export type { ExampleCall } from "./entries.ts";
export { CompileError, type Issue, issueText, type Place, type WarningKind } from "./issues.ts";
export type { BoundServer, Mapping, Pack, PackExample, Pattern } from "./pack.ts";
export type { Source } from "./parse.ts";
export {
  type PackStatement,
  packStatementBytes,
  packStatementOf,
  publicKeyOf,
  signatureFault,
  signatureText,
  type VerifyEd25519,
} from "./publishers.ts";
export { type ImageContent, type ImagePredicate, readImage } from "./read.ts";

export interface CompileOptions {
  /**
   * core.wasm, such as `embeddedWasm()` of `permit0/inline`. Needed when a profile or an org makes a number calmer: the
   * corpus is then scored by the engine itself.
   */
  readonly wasm?: Uint8Array;
  /** Profile to use; without it the one that the org file names, else `general` where there is one, else none. */
  readonly profile?: string;
  /** Needed for packs of other publishers: checks their signatures. `verifyEd25519` of `permit0/node`. */
  readonly verify?: VerifyEd25519;
}

export interface Compiled {
  /** The bytes that the engine loads, at most 4 MiB. */
  readonly image: Uint8Array;
  /** SHA-256 of `image`, lower-case hex. */
  readonly digest: string;
  /** What is allowed and probably not meant, ordered by place. */
  readonly warnings: readonly Issue[];
  readonly explain: Explanation;
}

/** What the sources say that the engine does not need. */
export interface Explanation {
  /** The image, decoded again from its bytes. */
  readonly content: ImageContent;
  /** `passes` and `violates` of all entries: calls that show when each matches. */
  readonly calls: readonly ExampleCall[];
  /** Calls that packs show, with the verdict wanted when the pack is bound. */
  readonly examples: readonly PackExample[];
  /** Packs of the policy, ordered by name. */
  readonly packs: readonly Pack[];
  /** Where each rule, gate, row and relax entry stands, by its code. */
  readonly places: ReadonlyMap<string, Place>;
  /** Servers that the org binds. */
  readonly servers: readonly BoundServer[];
}

const DEFAULT_PROFILE = "general";
const ACTION_UNCLASSIFIED = "unknown.unclassified";
const DAY_MS = 86_400_000;
const ENCODER = new TextEncoder();
const TAXONOMY_FILE = /(?:^|\/)(taxonomy\/(edition|flags|amplifiers|tiers|fields|reasons)\.yaml)$/;
const ACTIONS_FILE = /(?:^|\/)(taxonomy\/actions\/[a-z][a-z0-9_]*\.yaml)$/;
const TAXONOMY_PARTS = ["edition", "flags", "amplifiers", "tiers", "fields", "reasons"] as const;
const CORPUS_FILE = /(?:^|\/)policies\/corpus\.yaml$/;
const POLICY_KINDS = ["base", "pack", "profile", "org"] as const;

type TaxonomyPart = (typeof TAXONOMY_PARTS)[number];
type PolicyKind = (typeof POLICY_KINDS)[number];

/** A source that was parsed, with the name it has in the image: a path on some disk would make images differ. */
interface Parsed {
  readonly source: Source;
  readonly tree: Tree;
  readonly storedName: string;
}

interface Sorted {
  /** Not parsed until it is needed. */
  corpus?: Source;
  readonly parts: Map<TaxonomyPart, Parsed>;
  readonly domains: Parsed[];
  readonly policies: Record<PolicyKind, Parsed[]>;
}

function startOf(file: string): Place {
  return { file, line: 1, column: 1 };
}

function kindOf(tree: Tree): PolicyKind | undefined {
  // An org file names its profile too, so only a profile's own file begins with that key.
  const isProfile = tree.kind === "map" && tree.members[0]?.key === "profile";
  if (isProfile) return "profile";
  return (["base", "pack", "org"] as const).find((kind) => memberOf(tree, kind) !== undefined);
}

/** Parses every source and finds out what it is: the taxonomy by its path, policies by their first key. */
function sortSources(sources: readonly Source[], issues: Issues): Sorted {
  const sorted: Sorted = {
    parts: new Map(),
    domains: [],
    policies: { base: [], pack: [], profile: [], org: [] },
  };
  const names = new Set<string>();
  // By name, so that of two sources that cannot both be right always the same one is reported.
  for (const source of [...sources].sort((one, other) => compareText(one.name, other.name))) {
    if (names.has(source.name)) {
      issues.fault(
        startOf(source.name),
        "each source once",
        "a second source of this name",
        "remove one of them",
      );
      continue;
    }
    names.add(source.name);
    if (CORPUS_FILE.test(source.name)) {
      sorted.corpus = source;
      continue;
    }
    const tree = parseSource(source, issues);
    if (!tree) continue;
    const [, partPath, part] = TAXONOMY_FILE.exec(source.name) ?? [];
    const [, actionsPath] = ACTIONS_FILE.exec(source.name) ?? [];
    const kind = kindOf(tree);
    if (partPath !== undefined) {
      sorted.parts.set(part as TaxonomyPart, { source, tree, storedName: partPath });
    } else if (actionsPath !== undefined) {
      sorted.domains.push({ source, tree, storedName: actionsPath });
    } else if (kind === undefined) {
      const wanted = `a policy that begins with one of ${POLICY_KINDS.join(", ")}`;
      const fix = "name what the file is in its first line, such as `org: acme`";
      issues.fault(tree.place, wanted, "none of these keys", fix);
    } else {
      const name = memberOf(tree, kind);
      const shown = textOf(name);
      sorted.policies[kind].push({ source, tree, storedName: kind === "base" ? "base" : `${kind}/${shown}` });
    }
  }
  return sorted;
}

function readTaxonomySources({ parts, domains }: Sorted, issues: Issues): Taxonomy {
  for (const part of TAXONOMY_PARTS) {
    if (parts.has(part)) continue;
    const file = `taxonomy/${part}.yaml`;
    issues.fault(startOf(file), `the source ${file}`, "no such source", "add the taxonomy of this release");
  }
  if (domains.length === 0) {
    const file = "taxonomy/actions";
    issues.fault(startOf(file), "sources of taxonomy/actions", "none", "add the taxonomy of this release");
  }
  issues.throwIfAny();
  const treeOf = (part: TaxonomyPart): Tree | undefined => parts.get(part)?.tree;
  const taxonomy = readTaxonomy(
    {
      edition: treeOf("edition"),
      flags: treeOf("flags"),
      amplifiers: treeOf("amplifiers"),
      tiers: treeOf("tiers"),
      fields: treeOf("fields"),
      reasons: treeOf("reasons"),
      domains: domains.map(({ tree }) => tree),
    },
    issues,
  );
  // Every name below is looked up in the taxonomy, so nothing can be said about policies while it is wrong.
  issues.throwIfAny();
  return taxonomy;
}

/** The only source of a kind; further ones are reported. */
function onlyOne(found: readonly Parsed[], what: string, issues: Issues): Parsed | undefined {
  for (const { tree, source } of found.slice(1)) {
    const came = `a second one; the first is ${found[0]?.source.name}`;
    issues.fault({ ...tree.place, file: source.name }, `one ${what}`, came, "compile one at a time");
  }
  return found[0];
}

/** Packs by name, those that the org left out taken away. */
function choosePacks(
  found: readonly Parsed[],
  choice: OrgChoice | undefined,
  issues: Issues,
): Map<string, Parsed> {
  const byName = new Map<string, Parsed>();
  for (const parsed of found) {
    const named = packName(parsed.tree);
    const name = named?.name ?? "";
    const first = byName.get(name);
    if (named && first) {
      const came = `${JSON.stringify(name)}, which ${first.source.name} has`;
      issues.fault(named.place, "a pack name of its own", came, "rename one of the two");
    }
    byName.set(name, parsed);
  }
  for (const [name, place] of choice?.packs ?? []) {
    if (!byName.has(name)) issues.unknownName(place, "a pack", name, byName.keys());
  }
  const chosen = [...byName].filter(([name]) => choice?.packs?.has(name) ?? true);
  return new Map(chosen.sort(([one], [other]) => compareText(one, other)));
}

function chooseProfile(
  found: readonly Parsed[],
  choice: OrgChoice | undefined,
  option: string | undefined,
  issues: Issues,
): Parsed | undefined {
  const byName = new Map<string, Parsed>();
  for (const parsed of found) {
    const name = memberOf(parsed.tree, "profile");
    const key = textOf(name);
    const first = byName.get(key);
    if (name && first) {
      const came = `${JSON.stringify(key)}, which ${first.source.name} has`;
      issues.fault(name.place, "a profile name of its own", came, "rename one of the two");
    }
    byName.set(key, parsed);
  }
  const wanted = option ?? choice?.profile?.name;
  if (wanted === undefined) return byName.get(DEFAULT_PROFILE);
  const profile = byName.get(wanted);
  if (!profile) {
    const place = option === undefined ? choice?.profile?.place : undefined;
    issues.unknownName(place ?? startOf("option profile"), "a profile", wanted, byName.keys());
  }
  return profile;
}

function recordOf({ source, storedName }: Parsed, version: string): SourceRecord {
  return { name: storedName, version, digest: sha256(ENCODER.encode(source.text)) };
}

/**
 * Compiles sources to an image.
 *
 * @param sources the taxonomy (names ending in `taxonomy/…`), the base policy, and any packs, profiles and at most one
 *   org policy, in any order. `permit0/node` reads the shipped ones.
 * @throws CompileError with every fault found, each with file, line and column.
 *
 * @example
 * const { image, digest } = compile([...shipped, { name: "permit0.yaml", text }]);
 */
export function compile(sources: readonly Source[], options: CompileOptions = {}): Compiled {
  const issues = new Issues();
  const sorted = sortSources(sources, issues);
  issues.throwIfAny();
  const taxonomy = readTaxonomySources(sorted, issues);
  const reader = new Reader(issues);
  const sets = new Sets(issues);
  const memory = new Memory(reader, taxonomy);
  const entries = new EntryReader(reader, taxonomy, sets, memory);

  const orgSource = onlyOne(sorted.policies.org, "org policy", issues);
  const choice = orgSource && readChoice(reader, orgSource.tree);
  const packSources = choosePacks(sorted.policies.pack, choice, issues);
  const publishers: Publishers = choice?.publishers ?? new Map();
  const vouched = new Set<string>();
  const listed = new Set<string>();
  for (const [name, { source, tree }] of packSources) {
    const org = choice?.org ?? "";
    if (isVouched(source, tree, org, publishers)) vouched.add(name);
    else checkPublisher(source, tree, publishers, options.verify, issues);
    if (vouched.has(name) || isListed(source, tree, org, publishers)) listed.add(name);
  }
  const profileSource = chooseProfile(sorted.policies.profile, choice, options.profile, issues);

  const baseSource = onlyOne(sorted.policies.base, "base policy", issues);
  const base = baseSource && readBase(reader, baseSource.tree, taxonomy, entries);
  if (!baseSource) {
    const file = "policies/base.yaml";
    issues.fault(
      startOf(file),
      "a base policy",
      "no source with the key base",
      `add ${file} of this release`,
    );
  }
  const packs = [...packSources.values()].flatMap(
    ({ tree }) => readPack(reader, tree, taxonomy, entries) ?? [],
  );
  checkForeign(packs, vouched, issues);
  checkUnlisted(packs, listed, issues);
  const { profile, org, settings } = readUpper({
    reader,
    taxonomy,
    entries,
    sets,
    base,
    packs,
    profileSource,
    orgSource,
  });
  const members = sets.members();
  const tables = memory.tables();
  const commands = packs.flatMap((pack) => pack.commands);
  const names = commandNames(commands, reader);
  issues.throwIfAny();
  if (!base || !baseSource || !settings)
    throw new RangeError("compile: sources without faults gave no policy");

  const unclassified = taxonomy.actions.find(({ name }) => name === ACTION_UNCLASSIFIED);
  const final = finalSettings(base.settings, settings);
  const policy: Policy = {
    taxonomy,
    base,
    packs: [...packs, ...hintsOf(packs, listed, unclassified)],
    commandNames: names,
    profile,
    org,
    settings: final,
    sets: members,
    memory: tables,
    sources: [
      ...[...sorted.parts.values(), ...sorted.domains].map((parsed) => recordOf(parsed, taxonomy.edition)),
      recordOf(baseSource, base.version),
      ...[...packSources.values()].map((parsed, index) => recordOf(parsed, packs[index]?.version ?? "")),
      ...(profileSource && profile ? [recordOf(profileSource, profile.version)] : []),
      ...(orgSource && org ? [recordOf(orgSource, org.dated)] : []),
    ],
    place: (orgSource ?? baseSource).tree.place,
  };
  const image = new Lowering(policy, issues).run();
  issues.throwIfAny();
  if (!image) throw new RangeError("compile: no faults and no image");
  const check = {
    source: sorted.corpus,
    wasm: options.wasm,
    before: () => new Lowering(withBaseNumbers(policy), new Issues()).run(),
    after: image,
    calmed: final.calmed,
    base,
    timeMs: (daysOf(org?.dated ?? "") ?? 0) * DAY_MS,
  };
  checkCorpus(check, reader, taxonomy);
  issues.throwIfAny();
  return {
    image,
    digest: hex(sha256(image)),
    warnings: issues.warnings(),
    // Reading the bytes again checks the writer: an image that this compiler cannot read is never handed out.
    explain: {
      content: readImage(image),
      calls: entries.calls,
      examples: packs.flatMap(({ examples }) => examples),
      packs,
      places: new Map([...rulesOf(policy), ...rowsOf(policy)].map(({ code, place }) => [code, place])),
      servers: org?.servers ?? [],
    },
  };
}

/** The same policy with the numbers of base, and without what profile and org add. */
function withBaseNumbers(policy: Policy): Policy {
  const { base, org } = policy;
  return {
    ...policy,
    profile: undefined,
    org: org && { ...org, rules: [], rows: [] },
    settings: finalSettings(base.settings, base.settings),
  };
}

interface Upper {
  readonly profile: Profile | undefined;
  readonly org: Org | undefined;
  readonly settings: Base["settings"] | undefined;
}

/** Profile and org over the base policy. */
function readUpper(below: {
  readonly reader: Reader;
  readonly taxonomy: Taxonomy;
  readonly entries: EntryReader;
  readonly sets: Sets;
  readonly base: Base | undefined;
  readonly packs: readonly Pack[];
  readonly profileSource: Parsed | undefined;
  readonly orgSource: Parsed | undefined;
}): Upper {
  const { reader, taxonomy, entries, sets, base, packs, profileSource, orgSource } = below;
  if (!base) return { profile: undefined, org: undefined, settings: undefined };
  const profile: Layered<Profile> | undefined =
    profileSource && readProfile(reader, profileSource.tree, taxonomy, entries, base);
  const settings = profile?.settings ?? base.settings;
  const packNames = new Set(packs.map(({ name }) => name));
  const org: Layered<Org> | undefined =
    orgSource && readOrg(reader, orgSource.tree, taxonomy, entries, sets, base, settings, packNames);
  return { profile: profile?.layer, org: org?.layer, settings: org?.settings ?? settings };
}
