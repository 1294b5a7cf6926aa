/** One typed error for evidence that cannot be read or written. A verification that fails is an answer, and no error. */

export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
  readonly code: string;

  /** @param message where, what was wanted and what came. */
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}
