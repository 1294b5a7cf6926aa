/**
 * The words of one command, as the shell hands them to a program: quotes taken off, with what is not known of them. The
 * parser of the shell writes them, and the table of commands reads them.
 */
import { WORDS_MAX } from "../../gen/limits";

/** The value is only known when the shell runs: a variable, a substitution, braces. */
export const WORD_EXPANDS: u32 = 1;
/** It has a `*`, `?` or `[` outside quotes. */
export const WORD_GLOBS: u32 = 2;
/** Some of it stood in quotes or behind a backslash. */
export const WORD_QUOTED: u32 = 4;
/** One word whatever it expands to: every expansion of it stands in double quotes and is none of `"$@"` and its like. */
export const WORD_WHOLE: u32 = 8;

/** 12 bytes. */
@unmanaged
export class Word {
  at: usize;
  bytes: u32;
  /** Bits of WORD_*. */
  bits: u32;
}

const WORD_BYTES: usize = 12;
const WORDS: usize = memory.data(49152, 8); // WORDS_MAX x 12

export function wordOf(position: i32): Word {
  assert(position < WORDS_MAX);
  return changetype<Word>(WORDS + <usize>position * WORD_BYTES);
}

/** What the shell knows of a command besides its words. */
@unmanaged
export class Surroundings {
  /** Marks for every part of the command: bits of MARK_*. */
  marks: u32;
  group: i32;
  depth: i32;
  directoryAt: usize;
  directoryBytes: u32;
  /** Where its standard input comes from: INPUT_*. */
  input: i32;
  /** The text of an INPUT_TEXT. */
  inputAt: usize;
  inputBytes: u32;
}

export const INPUT_NONE: i32 = 0;
export const INPUT_PIPE: i32 = 1;
export const INPUT_FILE: i32 = 2;
/** A here-document or here-string whose text is known: `inputAt`, `inputBytes`. */
export const INPUT_TEXT: i32 = 3;
