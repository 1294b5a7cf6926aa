/**
 * Commitments (docs/format/request.md, commitments). Arguments are hashed once: the request commitment holds
 * their commitment in their place, so that they can be erased without breaking the record.
 */
import { bytesAt, encodedAt, encodedSize } from "../base/cmp";
import { sha256Begin, sha256Finish, sha256Update } from "../base/sha256";
import { REQUEST_KEY_SALT, WORD_CMP1_COMMIT_, wordAt, wordBytes } from "../gen/words";
import { member, payload } from "../request/view";

const DIGEST_BYTES: u32 = 32;
/** A CMP/1 bin of 32 bytes: its header, then the args commitment. */
const ARGS_BIN_AT: usize = memory.data(40, 8);
const REQUEST_COMMITMENT_AT: usize = memory.data(32, 8);
const BIN_HEADER_BYTES: u32 = 2;

export function argsCommitmentAt(): usize {
  return ARGS_BIN_AT + BIN_HEADER_BYTES;
}

/**
 * Six bytes of the args commitment, by which a history knows a call again; 0 without a salt, under which calls with the same
 * arguments have one commitment.
 */
export function callName(): u64 {
  const isSalted = load<u64>(bytesAt(member(REQUEST_KEY_SALT))) != 0;
  return isSalted ? (load<u64>(argsCommitmentAt()) << 16) >> 16 : 0;
}

export function requestCommitmentAt(): usize {
  return REQUEST_COMMITMENT_AT;
}

function beginCommitment(): void {
  sha256Begin();
  sha256Update(wordAt(WORD_CMP1_COMMIT_), wordBytes(WORD_CMP1_COMMIT_));
  sha256Update(bytesAt(member(REQUEST_KEY_SALT)), DIGEST_BYTES);
}

/** Commits to the arguments and to the request of `size` bytes at `at`. */
export function commitRequest(at: usize, size: u32): void {
  const args = payload();
  const argsAt = encodedAt(args);
  const argsBytes = encodedSize(args);
  beginCommitment();
  sha256Update(argsAt, argsBytes);
  sha256Finish(argsCommitmentAt());

  store<u8>(ARGS_BIN_AT, 0xc4);
  store<u8>(ARGS_BIN_AT, DIGEST_BYTES, 1);
  beginCommitment();
  sha256Update(at, <u32>(argsAt - at));
  sha256Update(ARGS_BIN_AT, BIN_HEADER_BYTES + DIGEST_BYTES);
  sha256Update(argsAt + argsBytes, <u32>(at + size - argsAt) - argsBytes);
  sha256Finish(REQUEST_COMMITMENT_AT);
}
