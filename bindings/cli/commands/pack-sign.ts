/** `permit0 pack sign` and `permit0 pack verify`: who made a pack. */

import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { PackStatement } from "permit0/compile";
import { verifyEd25519 } from "permit0/node";
import { CliError, EXIT } from "../failure.js";
import { Output, remark } from "../output.js";
import { readPolicy, signatureFileOf, textOf } from "../policy.js";
import { safe } from "../text.js";

/** Bytes of an Ed25519 public key; they end its DER encoding. */
const KEY_BYTES = 32;

/** Adds the subcommands to `permit0 pack`. */
export function addPackSign(pack: Command): void {
  pack
    .command("sign")
    .argument("<file>", "pack in YAML")
    .summary("sign a pack as its publisher")
    .description("Signs a pack and writes the signature beside it: pack.yaml gets pack.sig.")
    .requiredOption(
      "--key <file>",
      "private Ed25519 key in PEM, as `openssl genpkey -algorithm ed25519` writes it",
    )
    .action(async (file: string, { key }: { key: string }) => {
      process.exitCode = await signPack(file, key);
    });
  pack
    .command("verify")
    .argument("<file>", "pack in YAML, with its signature beside it")
    .summary("check who signed a pack")
    .description("Checks that a publisher signed exactly this pack.")
    .requiredOption("--publisher <name=key>", "the publisher and its key: acme=ed25519:HEX")
    .addHelpText("after", "\nExit: 0 signed, 1 not signed by that publisher, 2 could not run.")
    .action(async (file: string, { publisher }: { publisher: string }) => {
      process.exitCode = await verifyPack(file, publisher);
    });
}

async function statementOf(file: string): Promise<PackStatement> {
  const { packStatementOf } = await import("permit0/compile");
  const statement = packStatementOf(textOf(readPolicy(file, "a pack"), file), file);
  if (statement !== undefined) return statement;
  const wanted = "wanted a pack with name, version and a publisher of a-z, 0-9, . _ and -";
  throw new CliError("file", `${file}: ${wanted}; correct its first lines`);
}

function readKey(file: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch (error) {
    throw new CliError("file", `${file}: wanted a private key in PEM; ${(error as Error).message}`);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new CliError("file", `${file}: wanted an Ed25519 key; came ${key.asymmetricKeyType}`);
}

async function signPack(file: string, keyFile: string): Promise<number> {
  const statement = await statementOf(file);
  const key = readKey(keyFile);
  const { packStatementBytes, signatureText } = await import("permit0/compile");
  const target = signatureFileOf(file);
  try {
    writeFileSync(target, signatureText(statement, sign(null, packStatementBytes(statement), key)));
  } catch (error) {
    throw new CliError("file", `${target}: wanted to write the signature; ${(error as Error).message}`);
  }
  const encoded = createPublicKey(key).export({ format: "der", type: "spki" });
  const publicKey = `ed25519:${encoded.subarray(-KEY_BYTES).toString("hex")}`;
  const output = new Output();
  await output.lines([
    `${safe(target)} written: ${statement.pack} ${statement.version} of ${statement.publisher}, sha256 ${statement.sha256}`,
    "Who takes packs of this publisher as hints writes into the policy:",
    `publishers: { ${statement.publisher}: { key: "${publicKey}" } }`,
    "and who read this one and wants it to count in full:",
    `publishers: { ${statement.publisher}: { key: "${publicKey}", packs: { ${statement.pack}: "sha256:${statement.sha256}" } } }`,
  ]);
  await output.flush();
  return EXIT.done;
}

async function verifyPack(file: string, publisher: string): Promise<number> {
  const { publicKeyOf, signatureFault } = await import("permit0/compile");
  const [, name = "", keyText = ""] = /^([^=]+)=(.+)$/.exec(publisher) ?? [];
  const key = publicKeyOf(keyText);
  if (key === undefined) {
    throw new CliError(
      "usage",
      `--publisher: wanted NAME=ed25519: and 64 hex digits; came ${JSON.stringify(publisher)}`,
    );
  }
  const statement = await statementOf(file);
  const sig = signatureFileOf(file);
  const fault =
    statement.publisher === name
      ? signatureFault(
          textOf(readPolicy(sig, "the signature of the pack"), sig),
          statement,
          key,
          verifyEd25519,
        )
      : `a pack of ${JSON.stringify(statement.publisher)}`;
  if (fault !== undefined) {
    remark(safe(`${file}: wanted a signature of ${name} over this file; came ${fault}`));
    return EXIT.findings;
  }
  const output = new Output();
  await output.line(
    safe(`${file}: ${statement.pack} ${statement.version}, signed by ${name}, sha256 ${statement.sha256}`),
  );
  await output.flush();
  return EXIT.done;
}
