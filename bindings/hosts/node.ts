/**
 * permit0 on Node: opens an engine from files, and finds the files that come with the package. What is left out is the
 * engine and the base policy of this release, which are part of the bundle.
 */

import { createPublicKey, verify } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BundleReport } from "../evidence/bundle/index.ts";
import type { KeySalts } from "../evidence/key-salt.ts";
import type { EvidenceLog } from "../evidence/log.ts";
import type { ProofReport } from "../evidence/proof.ts";
import type { VerifyReport } from "../evidence/verify.ts";
import type { Approvals, ApprovalsOptions } from "../review/approvals.ts";
import type { EngineFileNames } from "../src/embedded.ts";
import type { Engine } from "../src/engine.ts";
import type { KeyFolder } from "./key-folder.ts";
import type { LogFolderOptions, VerifyFolderOptions } from "./log-folder.ts";
import { defaultKeyFolder } from "./own-paths.ts";
import type { PersonFile } from "./person-file.ts";
import type { PersonKeyFile } from "./person-key.ts";
import { existingSubjectKeys, type SubjectKeyFolder } from "./subject-keys.ts";
import type { WitnessServer, WitnessServerOptions } from "./witness-server.ts";

export { CodecError } from "../src/codec/errors.ts";
export { type JsonValue, parseJson } from "../src/codec/json.ts";
export { BurnFolder } from "./burn-folder.ts";
export { nodeEd25519 } from "./ed25519-node.ts";
export { FolderReader } from "./folder-storage.ts";
export { nodeSha256 } from "./hash-node.ts";
export type { FolderSigner, KeyChangeOptions, KeyFolder } from "./key-folder.ts";
export { fillStore, JsonLinesLog, type JsonLinesLogOptions, readLog } from "./log.ts";
export type { LogFolderOptions, VerifyFolderOptions } from "./log-folder.ts";
export {
  defaultApprovalFolder,
  defaultKeyFolder,
  defaultPersonFile,
  defaultPersonKeys,
  ownTrustFile,
} from "./own-paths.ts";
export type { PersonFile } from "./person-file.ts";
export type { PersonKeyFile } from "./person-key.ts";

/**
 * Opens an engine.
 * @throws EngineError as `openEngine`; Node's own errors when a file cannot be read.
 *
 * @example
 * const engine = await loadEngine({ image: "acme.image" });
 */
export async function loadEngine(files: EngineFileNames<string | URL> = {}): Promise<Engine> {
  // Late, so that the sources below can be read by the very build that writes what is embedded.
  const { openFiles } = await import("../src/embedded.ts");
  return openFiles(files, (path) => readFile(path));
}

/**
 * Opens a folder of signing keys.
 * @param path default: `~/.permit0/keys` of the user who runs this.
 * @throws KeyError when it is not there, or when others can look into it.
 *
 * @example
 * const [current] = (await openKeyFolder()).signers();
 */
export async function openKeyFolder(
  path?: string,
  { create = false }: { readonly create?: boolean } = {},
): Promise<KeyFolder> {
  // Late: who only decides has no use for the code of curves.
  const { KeyFolder: Folder } = await import("./key-folder.ts");
  return create ? Folder.create(path) : Folder.open(path);
}

/**
 * Opens the keys of subjects, to read what a log sealed.
 * @param path the key folder; default: `~/.permit0/keys` of the user who runs this.
 * @returns undefined when there are none.
 * @throws EvidenceError when others can look into it.
 */
export async function openSubjectKeys(path?: string): Promise<SubjectKeyFolder | undefined> {
  return existingSubjectKeys(path ?? defaultKeyFolder());
}

/** Key salts in a key folder, for `keySalts` of what reads a log. Nothing is made. Default: `~/.permit0/keys`. */
export async function openKeySalts(path?: string): Promise<Pick<KeySalts, "find">> {
  const { KeySaltFolder } = await import("./key-salts.ts");
  return new KeySaltFolder(path ?? defaultKeyFolder());
}

/**
 * Opens a log in a folder, or begins one. See {@link LogFolderOptions}.
 * @throws EvidenceError, ShardFault, LogFault when it does not add up; KeyError; Error when another process writes to it.
 *
 * @example
 * const log = await openLog("evidence");
 * const permit = createPermit({ log });
 */
export async function openLog(folder: string, options?: LogFolderOptions): Promise<EvidenceLog> {
  return (await import("./log-folder.ts")).openLog(folder, options);
}

/**
 * Verifies a log in a folder, from its bytes alone.
 * @throws EvidenceError when there is none; Node's errors when it cannot be read.
 */
export async function verifyFolder(folder: string, options?: VerifyFolderOptions): Promise<VerifyReport> {
  return (await import("./log-folder.ts")).verifyFolder(folder, options);
}

/**
 * Verifies an evidence bundle, or a proof that stands alone, from its bytes alone.
 * @throws EvidenceError when the file is neither; Node's errors when it cannot be read.
 */
export async function verifyFile(
  file: string,
  options?: VerifyFolderOptions,
): Promise<BundleReport | ProofReport> {
  return (await import("./log-folder.ts")).verifyFile(file, options);
}

/**
 * Serves a witness that remembers in a file what it saw of each log.
 * @throws EvidenceError when the file is not the memory of a witness; Error when another process has it open.
 *
 * @example
 * const witness = await openWitness("seen.json", { name: "witness.example/w1", signer, logs, verify });
 */
export async function openWitness(
  path: string,
  options: Omit<WitnessServerOptions, "memory">,
): Promise<WitnessServer & { readonly isNew: boolean }> {
  // Late, as above.
  const { serveWitness, WitnessFile } = await import("./witness-server.ts");
  const memory = new WitnessFile(path);
  const release = (): void => memory.close();
  try {
    const server = await serveWitness({ ...options, memory });
    return { ...server, isNew: memory.isNew, close: () => server.close().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

/** Where approvals and the list of persons are; the rest as {@link Approvals} has it. */
export interface ApprovalFolderOptions extends Omit<ApprovalsOptions, "store" | "persons" | "ed25519"> {
  /** Default: `~/.permit0/approvals` of the user who runs this. Made when it is not there. */
  readonly dir?: string;
  /** Default: `~/.permit0/persons.json` of the user who runs this. */
  readonly persons?: string;
}

/**
 * Opens approvals that are kept in a folder: other processes decide them, and a restart loses none.
 * @throws ReviewError `approval_store` when others can look into the folder; `review_option`.
 *
 * @example
 * const approvals = await openApprovals({ persons: "/etc/permit0/persons.json" });
 * const { handle } = await approvals.open(decision, request);
 */
export async function openApprovals(options: ApprovalFolderOptions = {}): Promise<Approvals> {
  const { dir, persons, ...others } = options;
  // Late, as above.
  const [{ Approvals: Made }, { ApprovalFolder }, { PersonFile }, { nodeEd25519 }] = await Promise.all([
    import("../review/approvals.ts"),
    import("./approval-folder.ts"),
    import("./person-file.ts"),
    import("./ed25519-node.ts"),
  ]);
  return new Made({
    ...others,
    store: new ApprovalFolder(dir),
    persons: new PersonFile(persons),
    ed25519: nodeEd25519,
  });
}

/** Opens the list of persons. @param path default: `~/.permit0/persons.json` of the user who runs this. */
export async function openPersonFile(path?: string): Promise<PersonFile> {
  const { PersonFile: Made } = await import("./person-file.ts");
  return new Made(path);
}

/**
 * Makes a key that a person approves with: sealed under a passphrase, or with undefined plain.
 * @param folder default: `~/.permit0/person` of the user who runs this.
 * @throws KeyError when others can look into it; ReviewError `passphrase_wrong` for a short one.
 */
export async function makePersonKey(passphrase: string | undefined, folder?: string): Promise<PersonKeyFile> {
  return (await import("./person-key.ts")).makePersonKey(passphrase, folder);
}

/** Opens the file of a person's key, by the name of the key. @throws ReviewError `person_key_file`; KeyError. */
export async function openPersonKey(id: string, folder?: string): Promise<PersonKeyFile> {
  return (await import("./person-key.ts")).openPersonKey(id, folder);
}

let root: string | undefined;

/** Folder of the installed package. It holds `taxonomy/` and `policies/`, the sources of the base policy. */
export function packageFolder(): string {
  if (root !== undefined) return root;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isPackage(folder)) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the files of the package permit0 are not where its code is");
    folder = parent;
  }
  root = folder;
  return folder;
}

function isPackage(folder: string): boolean {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) return false;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { name?: unknown }).name === "permit0";
}

const TAXONOMY_PARTS = ["edition", "flags", "amplifiers", "tiers", "fields", "reasons"];

/**
 * The sources that the base policy is compiled from: the taxonomy, base, profiles and packs of this release, by their
 * path in the package. Add an organisation's own file and give them to `compile`.
 *
 * @example
 * const text = readFileSync("acme.yaml", "utf8");
 * const { image } = compile([...packageSources(), { name: "acme.yaml", text }]);
 */
export function packageSources(
  folder: string = packageFolder(),
): { name: string; text: string; vouched: true }[] {
  const yamlIn = (path: string): string[] =>
    readdirSync(join(folder, path))
      .filter((file) => file.endsWith(".yaml"))
      .sort()
      .map((file) => `${path}/${file}`);
  const packs = readdirSync(join(folder, "policies/packs")).sort();
  const names = [
    ...TAXONOMY_PARTS.map((part) => `taxonomy/${part}.yaml`),
    ...yamlIn("taxonomy/actions"),
    "policies/base.yaml",
    "policies/corpus.yaml",
    ...packs.map((pack) => `policies/packs/${pack}/pack.yaml`),
    ...yamlIn("policies/profiles"),
  ];
  return names.map((name) => ({ name, text: readFileSync(join(folder, name), "utf8"), vouched: true }));
}

/** What stands before the 32 bytes of an Ed25519 key in a key file (RFC 8410, SubjectPublicKeyInfo). */
const KEY_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** Checks an Ed25519 signature, for the option `verify` of `compile`. */
export function verifyEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([KEY_PREFIX, key]), format: "der", type: "spki" });
    return verify(null, message, publicKey, signature);
  } catch {
    // A key that is no point of the curve has signed nothing.
    return false;
  }
}
