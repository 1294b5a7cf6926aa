/**
 * The key that a person approves with, in a file of its own: `PID.key` in a folder that only its owner can open. Sealed
 * under a passphrase (scrypt, AES-256-GCM), so that a program that runs as the same user cannot sign in his place; or plain,
 * one line `k4.secret.…`, and then it can, and approvals say so. docs/approvals.md.
 */

import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { base64url, bytesOfBase64url } from "../keys/base64url.ts";
import { SEED_BYTES } from "../keys/ed25519.ts";
import { KeyError } from "../keys/errors.ts";
import { JsonPlace } from "../keys/json-place.ts";
import { type KeyId, keyId, publicKeyText, registerPublicKey, secretKeyText } from "../keys/paserk.ts";
import { type SyncSigner, secretKeySigner, seedSigner } from "../keys/signer.ts";
import { ReviewError } from "../review/errors.ts";
import { type KeyKeeping, needPassphrase } from "../review/persons.ts";
import { nodeEd25519 } from "./ed25519-node.ts";
import { needFolder, readOwn, writeOwn } from "./key-folder.ts";
import { defaultPersonKeys } from "./own-paths.ts";

/** Half a second and 128 MiB for each guess. */
const COST = 2 ** 17;
/** What a file may ask for: below it guesses are cheap, above it opening one is an attack. */
const COST_MIN = 2 ** 15;
const COST_MAX = 2 ** 20;
const BLOCK = 8;
const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FOLDER_MODE = 0o700;

export interface PersonKeyFile {
  readonly id: KeyId;
  readonly publicKey: Uint8Array;
  readonly kept: Extract<KeyKeeping, "passphrase" | "file">;
  /**
   * @param passphrase of a sealed key.
   * @throws ReviewError `passphrase_wrong`.
   */
  signer(passphrase?: string): Promise<SyncSigner>;
}

/**
 * Makes a key.
 * @param passphrase at least 8 characters; undefined for a plain file, that programs can sign with.
 * @param cost of a guess at the passphrase, a power of two from 2^15 to 2^20.
 * @throws KeyError when others can look into the folder; ReviewError `passphrase_wrong` for a short one.
 */
export async function makePersonKey(
  passphrase: string | undefined,
  folder: string = defaultPersonKeys(),
  cost: number = COST,
): Promise<PersonKeyFile> {
  if (passphrase !== undefined) needPassphrase(passphrase);
  const path = resolve(folder);
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  needFolder(path);
  const seed = new Uint8Array(randomBytes(SEED_BYTES));
  const publicKey = nodeEd25519.publicKey(seed);
  const id = keyId(publicKey);
  const text =
    passphrase === undefined
      ? secretKeyText({ seed, publicKey })
      : await sealed(seed, publicKey, passphrase, cost);
  writeOwn(path, fileOf(path, id), `${text}\n`);
  seed.fill(0);
  return openPersonKey(id, path);
}

/**
 * Opens the file of a key; its secret stays sealed until {@link PersonKeyFile.signer}.
 * @throws ReviewError `person_key_file`; KeyError when others can look at it.
 */
export function openPersonKey(id: string, folder: string = defaultPersonKeys()): PersonKeyFile {
  const path = resolve(folder);
  const file = fileOf(path, id);
  if (existsSync(path)) needFolder(path);
  const text = readOwn(file);
  if (text === undefined)
    throw new ReviewError("person_key_file", { path: file, wanted: "a key", came: "no such file" });
  const key = text.startsWith("k4.secret.") ? plainKey(text, file) : sealedKey(text, file);
  if (key.id === id) return key;
  throw new ReviewError("person_key_file", { path: file, wanted: "the key of its name", came: key.id });
}

function fileOf(folder: string, id: string): string {
  return join(folder, `${id}.key`);
}

function plainKey(text: string, file: string): PersonKeyFile {
  try {
    const signer = secretKeySigner(text.trimEnd(), nodeEd25519);
    const { publicKey } = signer;
    return { id: keyId(publicKey), publicKey, kept: "file", signer: async () => signer };
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new ReviewError("person_key_file", { path: `${file}: ${error.message}`, cause: error });
  }
}

function sealedKey(text: string, file: string): PersonKeyFile {
  const root = JsonPlace.parse(
    text,
    file,
    (message) => new ReviewError("person_key_file", { path: message }),
  );
  root.object(["v", "key", "scrypt", "salt", "nonce", "box"]);
  const version = root.member("v");
  if (version.value !== 1) version.fail("1", "use the release that wrote it");
  const publicKey = root.member("key").read("a k4.public key", registerPublicKey);
  const cost = root.member("scrypt");
  const n = cost.integer(COST_MIN, COST_MAX);
  if (!Number.isInteger(Math.log2(n))) cost.fail("a power of two", RESTORE);
  const bytesAt = (name: string, length: number): Uint8Array => {
    const place = root.member(name);
    const bytes = bytesOfBase64url(place.text("base64url"));
    return bytes?.length === length
      ? bytes
      : place.fail(`base64url of ${length} bytes`, RESTORE, "another text");
  };
  const salt = bytesAt("salt", SALT_BYTES);
  const nonce = bytesAt("nonce", NONCE_BYTES);
  const box = bytesAt("box", SEED_BYTES + TAG_BYTES);
  const signer = async (passphrase = ""): Promise<SyncSigner> => {
    const wrong = (): ReviewError =>
      new ReviewError("passphrase_wrong", {
        path: file,
        wanted: "the passphrase of this key",
        came: "another one",
      });
    const decipher = createDecipheriv("aes-256-gcm", await keyOf(passphrase, salt, n), nonce);
    decipher.setAAD(boundTo(publicKey, n));
    decipher.setAuthTag(box.subarray(SEED_BYTES));
    let seed: Uint8Array;
    try {
      // An array of its own: a slice of a Buffer would be the same bytes, and those are wiped below.
      seed = new Uint8Array(Buffer.concat([decipher.update(box.subarray(0, SEED_BYTES)), decipher.final()]));
    } catch {
      throw wrong();
    }
    const opened = seedSigner(seed, nodeEd25519);
    seed.fill(0);
    if (keyId(opened.publicKey) !== keyId(publicKey)) throw wrong();
    return opened;
  };
  return { id: keyId(publicKey), publicKey, kept: "passphrase", signer };
}

const RESTORE = "restore the file from a copy";

async function sealed(
  seed: Uint8Array,
  publicKey: Uint8Array,
  passphrase: string,
  cost: number,
): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", await keyOf(passphrase, salt, cost), nonce);
  cipher.setAAD(boundTo(publicKey, cost));
  const box = Buffer.concat([cipher.update(seed), cipher.final(), cipher.getAuthTag()]);
  return JSON.stringify({
    v: 1,
    key: publicKeyText(publicKey),
    scrypt: cost,
    salt: base64url(salt),
    nonce: base64url(nonce),
    box: base64url(box),
  });
}

function boundTo(publicKey: Uint8Array, cost: number): Buffer {
  return Buffer.from(`permit0 person key v1\n${publicKeyText(publicKey)}\nscrypt ${cost} ${BLOCK} 1\n`);
}

/** The same text typed on another keyboard is the same passphrase. */
function keyOf(passphrase: string, salt: Uint8Array, cost: number): Promise<Buffer> {
  const options = { N: cost, r: BLOCK, p: 1, maxmem: 256 * cost * BLOCK };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFKC"), salt, 32, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
