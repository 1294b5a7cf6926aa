/**
 * What the fuzzer knows of a thing it attacks: how to make an input, and how to try one. Everything is made from a seed,
 * so that a run can be had again; the only clock is in the loop around it.
 */
import type { Corpus } from "./corpus.ts";

/** What came of one input. */
export interface Outcome {
  /** Status of the engine, or a word of the same kind. Counted, and shown at the end. */
  readonly status: string;
  /** What was reached. An input with a signature that nobody had before is kept and mutated further. */
  readonly signature: string;
  /** Cases in this input, which is 1 where it does not stand for several, and how many of them were accepted. */
  readonly cases: number;
  readonly accepted: number;
}

export interface Target {
  readonly corpus: Corpus;
  /** Inputs to begin with. They are tried and not counted. */
  seeds?(): Iterable<Uint8Array>;
  /** The next input. Its bytes are good until the next call. */
  next(): Uint8Array;
  /** Tries an input. @throws Broken when something that must hold does not. */
  check(input: Uint8Array): Outcome;
  /** The input as a file keeps it: it must mean the same after a change to a policy. */
  portable?(input: Uint8Array): Uint8Array;
  /** What an input reaches, name by name: of the inputs that reach a thing the smallest is kept in git. */
  features?(input: Uint8Array): string[];
  /** Smaller inputs that may fail in the same way, the most promising ones first. */
  smaller?(input: Uint8Array): Iterable<Uint8Array>;
}

/** Something that must hold does not. */
export class Broken extends Error {
  override readonly name = "Broken";

  /**
   * @param kind names the invariant: two failures of one kind are taken for the same one.
   * @param evidence an input of `target` that shows it, where the input at hand only leads to one.
   */
  constructor(
    readonly kind: string,
    message: string,
    readonly evidence?: { readonly target: string; readonly input: Uint8Array },
  ) {
    super(message);
  }
}

export function need(holds: boolean, kind: string, message: () => string): void {
  if (!holds) throw new Broken(kind, message());
}

/** What broke, whatever was thrown. */
export function asBroken(error: unknown): Broken {
  if (error instanceof Broken) return error;
  const { name, stack, message } = error as Error;
  // Where it was thrown tells two of them apart; what it says may have the input in it.
  const place = /([\w-]+)\.ts:\d+/.exec(stack ?? "")?.[1] ?? "somewhere";
  return new Broken(`${name}-${place}`, stack ?? message);
}

/** How a target fails on an input; null where it does not. */
export function failureOf(target: Target, input: Uint8Array): Broken | null {
  try {
    target.check(input);
    return null;
  } catch (error) {
    return asBroken(error);
  }
}
