/** The end of `permit0 demo`: the same calls in a log, the log verified, and one bit of it turned over. */

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine, Request } from "permit0/engine";
import { parseTrust, type VerifyReport } from "permit0/evidence";
import { ownTrustFile, packageFolder, verifyFolder } from "permit0/node";
import type { Output } from "../output.js";
import { State } from "../state.js";
import { safe, wrap } from "../text.js";

/** @returns whether the log was good, and the bit was found. */
export async function showLog(
  requests: readonly Request[],
  engine: Engine,
  output: Output,
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "permit0-demo-"));
  const [log, keys] = [join(folder, "log"), join(folder, "keys")];
  const state = (await State.open({ log, keys })) as State;
  const salted = state.engineFor(engine);
  for (const request of requests) await state.decide(salted, request);
  await state.close();

  const trust = parseTrust(readFileSync(ownTrustFile(keys), "utf8"));
  const verified = (): Promise<VerifyReport> => verifyFolder(log, { trust, keys });
  const good = await verified();
  const file = join(log, "main/0000000000000000.seg");
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  flip(bytes, at);
  writeFileSync(file, bytes);
  const bad = await verified();
  flip(bytes, at);
  writeFileSync(file, bytes);

  const { colors, columns } = output;
  const [finding] = bad.findings;
  const isGood = good.answer === "self-signed" && good.replay.failed === 0;
  const isFound = bad.answer === "failed" && finding !== undefined;
  await output.line(colors.bold("Evidence: the same calls, each written to a log before it was answered"));
  await output.line(`  ${safe(log)}`);
  const told = isGood
    ? colors.green(
        `verified: ${good.structure.checked} entries signed, ${good.arithmetic.checked} records computed again, ${good.replay.checked} decided again.`,
      )
    : colors.red(`NOT VERIFIED (${good.answer}). Please report this.`);
  await output.line(`  ${told}`);
  await output.line(`  One bit turned over in byte ${at} of main/0000000000000000.seg:`);
  const found = isFound ? `found: ${safe(finding.sentence)}` : "NOT FOUND. Please report this.";
  for (const line of wrap(found, columns - 4)) await output.line(`    ${isFound ? line : colors.red(line)}`);
  await output.line("  Turned back. See for yourself, offline, and in a browser:");
  await output.line(`    ${colors.cyan(`npx permit0 verify ${safe(log)} --keys ${safe(keys)}`)}`);
  await output.line(`    ${colors.cyan(safe(join(packageFolder(), "dist/verify.html")))}`);
  return isGood && isFound;
}

function flip(bytes: Buffer, at: number): void {
  bytes[at] = (bytes[at] as number) ^ 1;
}
