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
export { EvidenceError } from "./errors.ts";
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
export { type Standing, standingOf } from "./standing.ts";
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
export { type SeenCheckpoint, Witness, type WitnessMemory, type WitnessOptions } from "./witness.ts";
export { type Post, type Submission, submitCheckpoint } from "./witness-client.ts";
export type { WitnessAnswer } from "./witness-request.ts";
