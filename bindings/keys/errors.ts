/** What can be wrong with a key, a signature or the place where keys are kept. docs/keys.md says what to do about each. */
export type KeyCode =
  // Text or bytes that are no key.
  | "key_text"
  | "key_length"
  | "key_weak"
  | "key_pair"
  // Signing.
  | "signature_wrong"
  // The folder.
  | "key_folder"
  | "key_mode"
  | "key_file"
  | "key_unknown"
  | "key_status";

/**
 * A key that cannot be used, or a signature that must not be. The message says where, what was wanted, what came and
 * what to do; it never holds a secret.
 */
export class KeyError extends Error {
  override readonly name = "KeyError";
  readonly code: KeyCode;

  constructor(code: KeyCode, message: string) {
    super(message);
    this.code = code;
  }
}
