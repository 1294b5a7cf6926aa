/** Evidence: what a verifier believes, and the keys behind it. Runs in every runtime. */

export {
  type Awaitable,
  checkedSigner,
  checkPublicKey,
  type Ed25519,
  KeyError,
  type KeyId,
  type KeyPair,
  type KeyStatus,
  keyId,
  type ListedKey,
  nobleEd25519,
  type PublicKeyText,
  pinned,
  publicKeyText,
  registerPublicKey,
  type SecretKeyText,
  type Signer,
  type SyncEd25519,
  type SyncSigner,
  secretKeySigner,
  seedSigner,
  webEd25519,
} from "../keys/index.ts";
export {
  type EntryDifference,
  type LoggedEvent,
  type MemberDifference,
  type ReplayedShard,
  type ReplayOptions,
  type ReplayReport,
  replayLog,
} from "./again.ts";
export {
  type BacktestChange,
  type BacktestOptions,
  type BacktestReport,
  type BacktestSide,
  backtest,
} from "./backtest.ts";
export { EvidenceError } from "./errors.ts";
export { type KeptEntry, keptEntry } from "./kept-entry.ts";
export { type Opening, openingWith } from "./opening.ts";
export type { StorageReader } from "./storage.ts";
export {
  originFault,
  parseTrust,
  parseWitnessKey,
  shardJson,
  type Trust,
  type TrustedKey,
  type TrustedShard,
  type TrustedWitnesses,
  trustText,
  type WitnessKey,
  witnessKeyText,
} from "./trust.ts";
