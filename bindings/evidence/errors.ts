/** The one error for evidence that cannot be read or does not hold. */

/**
 * Evidence that is not what it should be. The message says where, what was wanted, what came and what to do; `code` says
 * the same to programs and never changes for one kind of fault.
 */
export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What is wrong in a file, and where in it. */
export class FileFault extends EvidenceError {
  readonly file: string;
  readonly at: number;

  constructor(code: string, file: string, at: number, message: string) {
    super(code, message);
    this.file = file;
    this.at = at;
  }
}

/** The usual form of its message. `came` is shown as it is: text from outside goes through `quoted` first. */
export function refusal(
  code: string,
  where: string,
  wanted: string,
  came: string,
  todo: string,
): EvidenceError {
  return new EvidenceError(code, `${where}: wanted ${wanted}, came ${came}; ${todo}`);
}
