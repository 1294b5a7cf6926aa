/** What only a person at a terminal can give. */

import { ReviewError } from "permit0/review";

/** In the help of what {@link needTerminal} guards. */
export const PEOPLE = "For people: it needs a terminal, and an agent must not be able to run this.";

/** @throws ReviewError `key_unattended` without a terminal: a program must not do what is for people. */
export function needTerminal(what: string): void {
  if (process.stdin.isTTY === true) return;
  throw new ReviewError("key_unattended", { wanted: `a person at a terminal, ${what}`, came: "no terminal" });
}

const [END, BACK, DELETE, INTERRUPT, ENTER, LINE] = ["\u0004", "\b", "\u007f", "\u0003", "\r", "\n"];

/** A passphrase that is typed and not shown. @throws ReviewError `key_unattended`. */
export async function askPassphrase(question: string): Promise<string> {
  needTerminal("who types a passphrase");
  const { stdin, stderr } = process;
  stderr.write(`${question}: `);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  let typed: string[] = [];
  try {
    for await (const text of stdin.iterator({ destroyOnReturn: false })) {
      for (const sign of String(text)) {
        if (sign === ENTER || sign === LINE || sign === END) return typed.join("");
        if (sign === INTERRUPT)
          throw new ReviewError("key_unattended", { wanted: "a passphrase", came: "an interrupt" });
        if (sign === BACK || sign === DELETE) typed = typed.slice(0, -1);
        else typed.push(sign);
      }
    }
    return typed.join("");
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}
