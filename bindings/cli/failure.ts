/** Exit codes and the errors that lead to them. */

import { EngineError } from "permit0";
import type { Issue } from "permit0/compile";
import { CodecError } from "permit0/node";

/** 0: done. 1: done, with findings. 2: could not run. */
export const EXIT = { done: 0, findings: 1, failed: 2 } as const;

/** The command could not run: wrong usage, a file that cannot be read. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: string;

  constructor(code: "usage" | "file", message: string) {
    super(message);
    this.code = code;
  }
}

/** An error as data: `{code, message, …}`. Anything unforeseen is an internal error. */
export function errorFacts(error: unknown): Record<string, unknown> {
  if (error instanceof EngineError) return error.toJSON();
  if (error instanceof CodecError) {
    const { code, message, path, line, column } = error;
    const place = { ...(path ? { path } : {}), ...(line === undefined ? {} : { line, column }) };
    return { code, message, ...place, wanted: error.wanted, came: error.came };
  }
  if (error instanceof CliError || isForeseen(error)) return { code: error.code, message: error.message };
  if (isNamed(error, ["LogFault"])) return { code: "log", message: error.message };
  if (isOfSystem(error)) return { code: "system", message: error.message };
  const issues = issuesOf(error);
  if (issues !== undefined) return { code: "policy", message: (error as Error).message, issues };
  return {
    code: "internal",
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

/**
 * An error about keys, evidence, reviews, tokens or a lock. Asked by name, so that a command without them need not load the code of curves.
 */
function isForeseen(error: unknown): error is Error & { readonly code: string } {
  return isNamed(error, ["KeyError", "EvidenceError", "LockError", "ReviewError", "TokenError"]);
}

function isNamed(error: unknown, names: readonly string[]): error is Error {
  return error instanceof Error && names.includes(error.name);
}

/** What the system refused: no such file, no space, no permission. Node's errors about its own use are faults of ours. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === "string" && (typeof syscall === "string" || SYSTEM_CODE.test(code));
}

/** `ENOENT`, and what Node itself says of files: `ERR_FS_FILE_TOO_LARGE`. */
const SYSTEM_CODE = /^(?:E(?!RR_)[A-Z0-9]+|ERR_FS_[A-Z_]+)$/;

/** Places of a CompileError. Asked by name, so that a command without a policy need not load the compiler. */
function issuesOf(error: unknown): readonly Issue[] | undefined {
  if (!isNamed(error, ["CompileError"])) return undefined;
  return (error as Error & { readonly issues: readonly Issue[] }).issues;
}
