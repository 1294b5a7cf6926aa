/**
 * A log in a folder, with the keys beside it: what a program opens, and what somebody verifies years later.
 * docs/format/log.md has the files, docs/keys.md the keys.
 */

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BundleReport, isBundle, verifyBundle } from "../evidence/bundle/index.ts";
import { checkpointText, openCheckpoint, parseCheckpointText } from "../evidence/checkpoint.ts";
import { EvidenceError } from "../evidence/errors.ts";
import { KEY_SALT_BYTES, type KeySalts, keySaltId } from "../evidence/key-salt.ts";
import {
  type EvidenceLog,
  type EvidenceLogOptions,
  type FoundLog,
  type LogMemory,
  needShardName,
  openEvidenceLog,
  type SignedTree,
} from "../evidence/log.ts";
import { bytesOfText, KEY_TYPE, noteKey, parseVkey } from "../evidence/note.ts";
import { payloadOpener } from "../evidence/opener.ts";
import { redactionOf, type SubjectKeys, sealPayload } from "../evidence/payload.ts";
import { isProof, type ProofReport, verifyProof } from "../evidence/proof.ts";
import { parseTrust, type Trust, type TrustedShard, trustText } from "../evidence/trust.ts";
import {
  type OpenedRequest,
  type VerifyOptions,
  type VerifyReport,
  type VerifyTrust,
  verifyLog,
} from "../evidence/verify.ts";
import type { WitnessAnswer } from "../evidence/witness-request.ts";
import { witnessingBy } from "../evidence/witnessing.ts";
import type { ListedKey } from "../keys/key-list.ts";
import { keyId, publicKeyText } from "../keys/paserk.ts";
import { checkedSigner, type Signer } from "../keys/signer.ts";
import { approverCheck } from "../review/approvers.ts";
import type { Person } from "../review/persons.ts";
import { ENGINE_SHA256 } from "../src/gen/engine-digest.ts";
import { type Store, sameBytes } from "../src/memory.ts";
import { hex } from "../src/sha256.ts";
import type { Durability } from "../src/types.ts";
import { nodeEd25519 } from "./ed25519-node.ts";
import { FolderReader, FolderStorage } from "./folder-storage.ts";
import { nodeSha256 } from "./hash-node.ts";
import { KeyFolder, readOwn, writeOwn } from "./key-folder.ts";
import { KeySaltFolder } from "./key-salts.ts";
import { FileLock, LockError } from "./lock.ts";
import { defaultKeyFolder, ownTrustFile } from "./own-paths.ts";
import { SubjectKeyFolder } from "./subject-keys.ts";

export interface LogFolderOptions {
  /** Folder of the keys. Default `~/.permit0/keys` of the user who runs this. A first key is made where there is none. */
  readonly keys?: string;
  /**
   * Who signs, where that is no key of the folder: a key service, a card, another process (docs/keys.md). Each signature is
   * verified. One that fails stops nothing: the checkpoint waits, and is signed with the next one.
   */
  readonly signer?: Signer;
  /** Signs beside it, for as long as verifiers may know its key alone. */
  readonly retiring?: Signer;
  /** Name of this writer's shard, one for each process that writes at a time. Default `main`. */
  readonly shard?: string;
  /** Name of a log that begins. Default: one that nobody else has. */
  readonly origin?: string;
  /** See {@link EvidenceLog.durability}. Default `strict`. */
  readonly durability?: Durability;
  /** Whether requests are kept, sealed, so that they can be decided again. Default true. */
  readonly payloads?: boolean;
  /** What is taken out of the arguments of a call before it is kept: paths like `card.number`, `items.*.name`. */
  readonly redact?: readonly string[];
  /** Who is shown each checkpoint: a log that goes back behind what they have seen does not open. */
  readonly witnesses?: readonly WitnessAddress[];
  /** How many of them must cosign. Default: all. */
  readonly quorum?: number;
  /** Told what does not stop the log: that a witness does not answer. Default: a warning of the process. */
  readonly onRemark?: (sentence: string) => void;
  /** Where histories are kept, when they outlive the process. Default: in memory, filled from the log. */
  readonly store?: Store;
  /**
   * 32 secret bytes that ids of histories are made with in a log that begins, kept in the folder of the keys. Default: random
   * ones; none with a `store`, which may have histories of before. A log that began without any goes on without.
   */
  readonly keySalt?: Uint8Array;
}

export interface WitnessAddress {
  /** Where it answers, without a slash at its end. */
  readonly url: string;
  /** Its key, `NAME+ID+KEY`, as `permit0 witness key` prints it. */
  readonly key: string;
}

/** The lock of a shard goes when its files do. */
class LockedFolder extends FolderStorage {
  readonly #lock: FileLock;

  constructor(folder: string, lock: FileLock) {
    super(folder);
    this.#lock = lock;
  }

  override async close(): Promise<void> {
    try {
      await super.close();
    } finally {
      this.#lock.release();
    }
  }
}

/**
 * Opens a log and reads all of it; a folder that is not there begins one. Who may verify it is noted in `trust.json` in the
 * folder of the keys.
 * @throws EvidenceError, ShardFault, LogFault when it does not add up; KeyError; Error when another process writes to it.
 *
 * @example
 * const log = await openLog("evidence");
 * const permit = createPermit({ log });
 */
export async function openLog(folder: string, options: LogFolderOptions = {}): Promise<EvidenceLog> {
  const {
    keys = defaultKeyFolder(),
    shard = "main",
    durability,
    payloads = true,
    redact = [],
    store,
    keySalt,
  } = options;
  needShardName(shard);
  needSalt(keySalt);
  const path = realPath(folder);
  needOutside(path, realPath(keys));
  const own = KeyFolder.create(keys);
  const signers = signersOf(own, options);
  const subjects = payloads ? new SubjectKeyFolder(own.path) : undefined;
  const redaction = redactionOf(redact);
  const storage = new LockedFolder(path, new FileLock(`${path}.${shard}`));
  // Shards that begin at one moment would each begin a log.
  const beginning = existsSync(join(path, shard)) ? undefined : await lockWhenFree(path);
  try {
    const log = await openEvidenceLog(storage, {
      shard,
      origin: options.origin ?? `permit0.local/${randomBytes(8).toString("hex")}`,
      signers,
      revoked: revokedIn(own.keys()),
      memory: new SeenFolder(own, options.signer === undefined ? undefined : signers),
      keySalts: keySaltsOf(own.path, keySalt, store !== undefined),
      ...(durability === undefined ? {} : { durability }),
      ...(store === undefined ? {} : { store }),
      ...(subjects === undefined
        ? {}
        : { seal: (request, place) => sealPayload(request, { ...place, keys: subjects, redaction }) }),
      ...witnessingOf(options),
      clock: Date.now,
      hash: nodeSha256,
    });
    if (keySalt !== undefined && log.keySalt === undefined) {
      await log.close();
      throw new EvidenceError(
        "key_salt",
        `${folder}: it began without a key salt, and goes on without; leave keySalt out, or begin another log`,
      );
    }
    noteTrust(own, trustedShard(log));
    return log;
  } catch (error) {
    await storage.close();
    throw error;
  } finally {
    beginning?.release();
  }
}

const BEGIN_WAIT_MS = 30_000;

/** @throws LockError when somebody else holds it for that long. */
async function lockWhenFree(file: string): Promise<FileLock> {
  for (const end = Date.now() + BEGIN_WAIT_MS; ; ) {
    try {
      return new FileLock(file);
    } catch (error) {
      if (!(error instanceof LockError) || Date.now() > end) throw error;
      await sleep(LOCK_WAIT_MS);
    }
  }
}

/** The keys of the folder, one of which is made where there is none; or those that the program brings. */
function signersOf(own: KeyFolder, { signer, retiring }: LogFolderOptions): [Signer, ...Signer[]] {
  if (signer !== undefined) {
    const all = [signer, ...(retiring === undefined ? [] : [retiring])];
    return all.map((one) => checkedSigner(one, nodeEd25519)) as [Signer, ...Signer[]];
  }
  if (retiring !== undefined)
    throw new EvidenceError("signer", "retiring: wanted a signer that takes its place; give signer too");
  if (!own.keys().some(({ status }) => status === "current")) own.add();
  const [first, ...others] = own.signers();
  if (first === undefined)
    throw new EvidenceError("key_unknown", `${own.path}: wanted a key that signs, came none`);
  return [first, ...others];
}

function needSalt(salt: unknown): void {
  const isSalt =
    salt instanceof Uint8Array && salt.length === KEY_SALT_BYTES && salt.some((byte) => byte > 0);
  if (salt === undefined || isSalt) return;
  throw new EvidenceError(
    "key_salt",
    `keySalt: wanted ${KEY_SALT_BYTES} bytes, not all zeros; give some random ones`,
  );
}

/** Salts in a key folder; the program's own before them. */
function keySaltsOf(keys: string, given: Uint8Array | undefined, hasStore: boolean): KeySalts {
  const kept = new KeySaltFolder(keys);
  if (given === undefined)
    return { find: (id) => kept.find(id), make: () => (hasStore ? undefined : kept.make()) };
  const keep = (): Uint8Array => {
    kept.keep(given);
    return given;
  };
  return { find: (id) => (sameBytes(keySaltId(given), id) ? keep() : undefined), make: keep };
}

function witnessingOf({
  witnesses = [],
  quorum = witnesses.length,
  onRemark = (sentence) => process.emitWarning(sentence, "permit0"),
}: LogFolderOptions): Pick<EvidenceLogOptions, "witnessing" | "onRemark"> {
  if (witnesses.length === 0) return { onRemark };
  if (!(Number.isSafeInteger(quorum) && quorum >= 1 && quorum <= witnesses.length))
    throw new EvidenceError(
      "witness_quorum",
      `quorum: wanted 1 to ${witnesses.length}, came ${quorum}; name how many witnesses must cosign`,
    );
  const named = witnesses.map(({ url, key }) => {
    const { name, type, publicKey } = parseVkey(key, `key of the witness ${url}`);
    if (type === KEY_TYPE.cosignature) return { url: url.replace(/\/+$/, ""), name, publicKey };
    throw new EvidenceError("vkey", `key of the witness ${url}: wanted one for cosignatures, came another`);
  });
  return {
    witnessing: witnessingBy({ witnesses: named, quorum, post, verify: nodeEd25519.verify }),
    onRemark,
  };
}

const WITNESS_WAIT_MS = 5_000;

async function post(url: string, body: Uint8Array): Promise<WitnessAnswer> {
  const signal = AbortSignal.timeout(WITNESS_WAIT_MS);
  const answer = await fetch(url, { method: "POST", body: body as BodyInit, signal, redirect: "error" });
  return {
    status: answer.status,
    type: answer.headers.get("content-type") ?? "",
    body: new Uint8Array(await answer.arrayBuffer()),
  };
}

/** Secrets beside the log would be handed out with it. */
function needOutside(log: string, keys: string): void {
  if (keys !== log && !keys.startsWith(`${log}${sep}`)) return;
  throw new EvidenceError(
    "key_folder",
    `${keys}: wanted a folder of keys outside of the log ${log}; choose another one`,
  );
}

function revokedIn(keys: readonly ListedKey[]): ReadonlyMap<string, string> {
  const revoked = keys.filter(({ status }) => status === "revoked");
  return new Map(
    revoked.map(({ publicKey, history }) => [publicKeyText(publicKey), history.at(-1)?.reason ?? "revoked"]),
  );
}

/** Where a path leads, also one whose end is not there yet: two names of one folder are one log. */
function realPath(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch (error) {
    const outer = dirname(whole);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || outer === whole) throw error;
    return join(realPath(outer), basename(whole));
  }
}

/**
 * What this user has signed, beside his keys: a log that somebody else has written to since, or put back, is found even if
 * nobody else has seen it.
 */
class SeenFolder implements LogMemory {
  readonly #keys: KeyFolder;
  readonly #folder: string;
  readonly #signers: readonly Signer[] | undefined;

  /** @param signers those that the program brings, instead of the keys of the folder. */
  constructor(keys: KeyFolder, signers?: readonly Signer[]) {
    this.#keys = keys;
    this.#signers = signers;
    this.#folder = join(keys.path, "seen");
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  newest(origin: string): SignedTree | undefined {
    const text = readOwn(this.#file(origin));
    if (text === undefined) return undefined;
    const { size, root } = parseCheckpointText(text, this.#file(origin));
    return { size, root };
  }

  remember(origin: string, tree: SignedTree): void {
    const known = this.newest(origin);
    if (known !== undefined && known.size > tree.size)
      throw new EvidenceError(
        "log_short",
        `${origin}: ${known.size} entries were signed here and ${tree.size} are to be; bring back the files that are missing`,
      );
    writeOwn(this.#folder, this.#file(origin), checkpointText({ origin, ...tree }));
  }

  /**
   * Keys that this writer has signed the log with. Of a signer elsewhere no folder has the keys of before: they are noted in
   * the trust of this user, whenever a log opened with them.
   */
  #own(origin: string): readonly { readonly publicKey: Uint8Array; readonly from: number }[] {
    const noted = (): readonly { readonly publicKey: Uint8Array }[] =>
      readTrust(this.#keys.path)?.shards.find((shard) => shard.origin === origin)?.keys ?? [];
    const keys = this.#signers === undefined ? this.#keys.keys() : [...this.#signers, ...noted()];
    return keys.map(({ publicKey }) => ({ publicKey, from: 0 }));
  }

  /** A log names no key but those of its writer, and one that is not remembered was signed by one of them. */
  async recognise({ origin, keys, newest, isRemembered }: FoundLog): Promise<void> {
    const own = this.#own(origin);
    const strangers = keys.filter(({ publicKey }) => !own.some((key) => sameBytes(key.publicKey, publicKey)));
    if (strangers.length === 0 && isRemembered) return;
    if (strangers.length === 0 && newest !== undefined) {
      await openCheckpoint(newest, { origin, keys: own }, nodeEd25519.verify);
      return;
    }
    const came = strangers.length > 0 ? "one of keys that are not there" : "one that nobody has signed";
    throw new EvidenceError(
      "log_stranger",
      `${origin}: wanted a log that ${this.#signers === undefined ? `the keys in ${this.#keys.path}` : "the keys of its signer"} have signed, came ${came}; give its own --keys or signer, or begin another log`,
    );
  }

  #file(origin: string): string {
    return join(this.#folder, hex(nodeSha256(bytesOfText(origin))).slice(0, 32));
  }
}

/** Notes the keys of a shard in the trust of the user who writes it. */
function noteTrust({ path: folder }: KeyFolder, shard: TrustedShard): void {
  const file = ownTrustFile(folder);
  const lock = waitForLock(file);
  try {
    writeTrust(folder, file, shard);
  } finally {
    lock.release();
  }
}

const LOCK_TRIES = 100;
const LOCK_WAIT_MS = 20;

/** Several shards may open at one moment. */
function waitForLock(file: string): FileLock {
  for (let tries = 0; ; tries++) {
    try {
      return new FileLock(file);
    } catch (error) {
      if (tries === LOCK_TRIES) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_WAIT_MS);
    }
  }
}

function readTrust(folder: string): Trust | undefined {
  const file = ownTrustFile(folder);
  const text = readOwn(file);
  return text === undefined ? undefined : parseTrust(text, file);
}

function writeTrust(folder: string, file: string, shard: TrustedShard): void {
  const text = readOwn(file);
  const trust = readTrust(folder) ?? { shards: [], engines: [] };
  const others = trust.shards.filter(({ origin }) => origin !== shard.origin);
  const engines = [...new Set([...trust.engines, ENGINE_SHA256])];
  const next = trustText({ ...trust, shards: [...others, shard], engines });
  if (next !== text) writeOwn(folder, file, next);
}

function trustedShard({ origin, keys }: Pick<EvidenceLog, "origin" | "keys">): TrustedShard {
  return {
    origin,
    keys: keys.map(({ publicKey, from, to }) => ({
      id: keyId(publicKey),
      publicKey,
      from,
      ...(to === undefined ? {} : { to }),
    })),
  };
}

export interface VerifyFolderOptions
  extends Pick<VerifyOptions, "from" | "to" | "replay" | "keySalt" | "onProgress" | "onEntry"> {
  /** Whom to believe. Left out: nobody, and the answer is "consistent, unanchored" at best. */
  readonly trust?: Trust;
  /** Folder with the keys of subjects, to open what is sealed, and with key salts. Left out: it stays sealed. */
  readonly keys?: string;
  /** Who may approve: the signatures of approvers are then verified. Left out: nobody looks at them. */
  readonly persons?: readonly Person[];
}

/**
 * Verifies a log in a folder.
 * @throws EvidenceError when there is none; Node's errors when it cannot be read.
 */
export async function verifyFolder(folder: string, options: VerifyFolderOptions = {}): Promise<VerifyReport> {
  return verifyLog(new FolderReader(folder), await verifyOptions(options));
}

/**
 * Verifies an evidence bundle, or a proof that stands alone.
 * @throws EvidenceError when the file is neither; Node's errors when it cannot be read.
 */
export async function verifyFile(
  file: string,
  options: VerifyFolderOptions = {},
): Promise<BundleReport | ProofReport> {
  const bytes = new Uint8Array(await readFile(file));
  const { open: _, ...brought } = await verifyOptions(options);
  if (isProof(bytes)) return verifyProof(bytes, brought);
  if (isBundle(bytes)) return verifyBundle(bytes, brought);
  throw new EvidenceError(
    "evidence_none",
    `${file}: wanted an evidence bundle or a proof; came a file that begins as neither`,
  );
}

/** What a verifier on this machine brings along: Ed25519 and SHA-256 of Node, and the engine of this release. */
export async function verifyOptions({
  trust,
  keys,
  persons,
  ...rest
}: VerifyFolderOptions): Promise<VerifyOptions> {
  const { EMBEDDED_DIGESTS, embeddedWasm } = await import("../src/embedded.ts");
  return {
    ...rest,
    verify: nodeEd25519.verify,
    hash: nodeSha256,
    engines: new Map([[EMBEDDED_DIGESTS.engine, embeddedWasm()]]),
    ...(trust === undefined ? {} : { trust: verifyTrust(trust) }),
    ...(persons === undefined ? {} : { approver: approverCheck(persons, nodeEd25519) }),
    ...(keys === undefined ? {} : { keySalts: new KeySaltFolder(keys) }),
    ...(keys === undefined || !existsSync(join(keys, "subjects"))
      ? {}
      : { open: opener(new SubjectKeyFolder(keys)) }),
  };
}

function verifyTrust({ shards, witnesses, engines, images }: Trust): VerifyTrust {
  const keys = witnesses?.keys.map(({ name, publicKey }) => noteKey(name, KEY_TYPE.cosignature, publicKey));
  const cosigned =
    witnesses === undefined ? {} : { witnesses: { quorum: witnesses.quorum, keys: keys ?? [] } };
  return {
    shards: shards.map(({ origin, keys: signing }) => ({ origin, keys: signing, ...cosigned })),
    engines,
    ...(images === undefined ? {} : { images }),
  };
}

function opener(keys: SubjectKeys): NonNullable<VerifyOptions["open"]> {
  const open = payloadOpener(keys);
  return async (entry, bytes, origin): Promise<OpenedRequest> => {
    const payload = await open(entry, bytes, origin);
    if (payload === "lost") return payload;
    return payload.leaves === undefined ? payload.request : "redacted";
  };
}
