/** What stands before the bytes of a digest, so that a digest of one thing is none of another. docs/format/cmp1.md. */

const domain = (name: string): Uint8Array => new TextEncoder().encode(`cmp1:${name}\n`);

export const ARGS_DOMAIN: Uint8Array = domain("args");
export const COMMIT_DOMAIN: Uint8Array = domain("commit");
export const RECORD_DOMAIN: Uint8Array = domain("record");
