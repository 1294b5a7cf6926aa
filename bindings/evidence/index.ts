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
export {
  type EntryDifference,
  type LoggedEvent,
  type MemberDifference,
  type ReplayedShard,
  type ReplayOptions,
  type ReplayReport,
  replayLog,
} from "./again.ts";
export type { ApprovalsAnswer, CheckApprover } from "./approvals.ts";
export {
  type BacktestChange,
  type BacktestOptions,
  type BacktestReport,
  type BacktestSide,
  backtest,
} from "./backtest.ts";
export {
  type BundleFilter,
  type BundleNotReplayed,
  type BundleOptions,
  type BundleReport,
  type BundleShard,
  type BundleShardReport,
  type BundleVerifyOptions,
  type DisclosedField,
  type FieldToDisclose,
  isBundle,
  type MadeBundle,
  makeBundle,
  verifyBundle,
} from "./bundle/index.ts";
export {
  type Checkpoint,
  type CheckpointTrust,
  checkpointText,
  cosignCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpointText,
  signCheckpoint,
} from "./checkpoint.ts";
export {
  type ByteRange,
  type CheckpointNote,
  CheckpointReader,
  type CheckpointTail,
} from "./checkpoint-file.ts";
export type { Entry, EntryCell, LogNote, NoteEntry, RecordEntry, Sealed } from "./entry.ts";
export { EvidenceError } from "./errors.ts";
export { type FrozenInLog, frozenIn } from "./frozen.ts";
export { type KeptEntry, keptEntry } from "./kept-entry.ts";
export { type KeySalts, keySaltId, type ReadersSalts } from "./key-salt.ts";
export { EvidenceLog, type EvidenceLogOptions, openEvidenceLog, type Seal } from "./log.ts";
export {
  type CheckedSignature,
  checkSignatures,
  formatNote,
  formatVkey,
  KEY_TYPE,
  type KeyType,
  type Note,
  type NoteKey,
  type NoteSignature,
  noteKey,
  parseNote,
  parseVkey,
  type Verify,
} from "./note.ts";
export { type PayloadOpener, payloadOpener } from "./opener.ts";
export { type Opening, openingWith } from "./opening.ts";
export {
  isProof,
  type ProofOptions,
  type ProofReport,
  proveConsistency,
  proveEntry,
  type VerifyProofOptions,
  verifyProof,
} from "./proof.ts";
export {
  type ApprovedRecord,
  approvedRecords,
  type ChainStep,
  type RecordChain,
  recordChain,
} from "./record-chain.ts";
export {
  csv,
  html,
  joined,
  jsonLines,
  ocsf,
  type ReportEntry,
  type ReportHead,
  type ReportRow,
  type RowFacts,
  rowOf,
  xlsx,
} from "./report/index.ts";
export { ShardFault } from "./shard.ts";
export { type Standing, standingOf } from "./standing.ts";
export type { Storage, StorageReader } from "./storage.ts";
export type { SubjectKeys } from "./subject.ts";
export { formatTlogProof, openTlogProof, parseTlogProof, type TlogProof } from "./tlog-proof.ts";
export {
  consistencyProof,
  Frontier,
  type Hash,
  inclusionProof,
  leafHash,
  type Range,
  type RangeProof,
  rangeProof,
  rootOfRange,
  type SubtreeHash,
  subtreeHashes,
  verifyConsistency,
  verifyInclusion,
  verifyRange,
} from "./tree.ts";
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
export { type SeenCheckpoint, Witness, type WitnessMemory, type WitnessOptions } from "./witness.ts";
export { type Post, type Submission, submitCheckpoint } from "./witness-client.ts";
export type { WitnessAnswer } from "./witness-request.ts";
