/** Ours and the shells agree on what can be read: a few hundred scripts; test/differential/shells.ts takes as many as one likes. */

import { describe, expect, test } from "vitest";
import { compare, installed, SHELLS, scriptsFor, told } from "./shells.ts";

describe.each(SHELLS)("%s", (shell) => {
  const there = installed(shell);
  if (!there) console.log(`${shell} is not installed: not compared`);
  test.skipIf(!there)("what it rejects is not taken apart", async () => {
    const compared = await compare(shell, scriptsFor(shell, 300, 20_260_101));
    console.log(told(shell, compared));
    expect(compared.unsound).toEqual([]);
    expect(compared.accepted).toBeGreaterThan(0);
  });
});
