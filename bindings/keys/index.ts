/** Ed25519 keys: signing, the one verdict about signatures, and keys as text. Runs everywhere; files are the host's. */

export {
  type Awaitable,
  type Ed25519,
  keepsTo,
  PUBLIC_KEY_BYTES,
  pinned,
  SEED_BYTES,
  SIGNATURE_BYTES,
  type SyncEd25519,
  webEd25519,
} from "./ed25519.ts";
export { type KeyCode, KeyError } from "./errors.ts";
export { type KeyChange, type KeyStatus, keyListText, type ListedKey, parseKeyList } from "./key-list.ts";
export { checkPublicKey, nobleEd25519, publicKeyFault } from "./noble.ts";
export {
  type KeyId,
  type KeyPair,
  keyId,
  type PublicKeyText,
  parseKeyId,
  parsePublicKey,
  parseSecretKey,
  parseSecretKeyId,
  publicKeyText,
  registerPublicKey,
  type SecretKeyId,
  type SecretKeyText,
  secretKeyId,
  secretKeyText,
} from "./paserk.ts";
export { checkedSigner, type Signer, type SyncSigner, secretKeySigner, seedSigner } from "./signer.ts";
