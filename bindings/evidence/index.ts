/** Evidence: the log, who signs it, and who verifies it whom to believe. Runs in every runtime. */

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
export type { Entry, EntryCell, LogNote, NoteEntry, RecordEntry, Sealed } from "./entry.ts";
export { EvidenceError } from "./errors.ts";
export { EvidenceLog, type EvidenceLogOptions, openEvidenceLog, type Seal } from "./log.ts";
export { ShardFault } from "./shard.ts";
export type { Standing } from "./standing.ts";
export type { Storage, StorageReader } from "./storage.ts";
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
export {
  type Answer,
  type Finding,
  type NotReplayed,
  type OpenedRequest,
  type Progress,
  type ShardReport,
  type VerifyOptions,
  type VerifyReport,
  type VerifyTrust,
  verifyLog,
} from "./verify.ts";
