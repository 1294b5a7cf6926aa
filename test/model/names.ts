/** Names of tools and arguments in one spelling (evaluation.md, step 2). */
import { asciiLower } from "./bytes.ts";

/** Canonical tool name of a byte string: `sendEmail` and `send-email` become `send_email`. */
export function canonicalToolName(name: string): string {
  let out = "";
  const underscore = (): void => {
    if (out !== "" && !out.endsWith("_")) out += "_";
  };
  for (let i = 0; i < name.length; i++) {
    const byte = name[i] as string;
    const before = name[i - 1] ?? "";
    const after = name[i + 1] ?? "";
    if (/[A-Z]/.test(byte)) {
      if (/[a-z0-9]/.test(before) || (/[A-Z]/.test(before) && /[a-z]/.test(after))) underscore();
      out += asciiLower(byte);
    } else if (/[a-z0-9\x80-\xff]/.test(byte)) out += byte;
    else underscore();
  }
  return out.replace(/_$/, "");
}
