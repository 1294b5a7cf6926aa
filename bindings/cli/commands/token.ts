/** `permit0 token`: mints, shows and verifies capability tokens. */

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { nodeEd25519, openKeyFolder, parseJson } from "permit0/node";
import type { Claims, Constraint, Target, TokenKey, VerifiedToken } from "permit0/token";
import { type CallOptions, callFromOptions, timeOption } from "../calls.js";
import { CliError, EXIT } from "../failure.js";
import { addCallOptions, addPolicyOptions } from "../options.js";
import { Output, remark } from "../output.js";
import { openPolicy, type PolicyOptions } from "../policy.js";
import { safe } from "../text.js";
import { runVectors } from "../token-vectors.js";
import { decideOrDeny } from "./check.js";

interface MintOptions extends CallOptions, PolicyOptions {
  readonly principal?: string;
  readonly issuer: string;
  readonly audience: string;
  readonly keys?: string;
  readonly constraints?: string;
  readonly ttlMs?: string;
  readonly json?: boolean;
}

interface VerifyOptions {
  readonly trust?: string;
  readonly audience?: string;
  readonly now?: string;
  readonly parent?: readonly string[];
  readonly tool?: string;
  readonly server?: string;
  readonly action?: string;
  readonly args?: string;
  readonly vectors?: string;
  readonly json?: boolean;
}

interface TrustOptions {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly keys?: string;
}

/** No token is longer; a file that is names another mistake. */
const FILE_BYTES_MAX = 1024 * 1024;

export function addToken(program: Command): void {
  const token = program
    .command("token")
    .summary("capability tokens: what was allowed, signed for one gateway")
    .description(
      "A token says that one call was allowed: by which record, policy and engine, for which gateway, once, and for a short time (docs/tokens.md).",
    );
  addMint(token);
  addTrust(token);
  token
    .command("show")
    .argument("<token>", "a token, a file with one, or - for standard input")
    .summary("print what a token says")
    .description("Prints the claims of a token. Nothing is verified, and nothing of it is to be believed.")
    .option("--json", "as JSON on standard output")
    .action(async (text: string, options: { readonly json?: boolean }) => {
      process.exitCode = await show(text, options.json === true);
    });
  addVerify(token);
}

function addMint(token: Command): void {
  const command = token
    .command("mint")
    .summary("decide a call and mint a token if it is allowed")
    .description("Decides a call, and prints a token for it if it is allowed.")
    .usage("--tool NAME --args JSON | --action NAME --fields JSON  --issuer NAME --audience NAME [options]");
  const calls = addCallOptions(command);
  // A token of another time would have ended before it was minted.
  for (const option of calls.options)
    if (option.long === "--time-ms") option.description = option.description.replace("the epoch", "now");
  addPolicyOptions(calls.option("--principal <name>", "whose authority the call uses"))
    .optionsGroup("The token:")
    .requiredOption("--issuer <name>", "who mints, as verifiers have it beside the key")
    .requiredOption("--audience <name>", "the gateway that may use it")
    .option("--keys <folder>", "folder of the keys (default: ~/.permit0/keys)")
    .option("--constraints <json>", "an envelope of arguments instead of exactly these: a list of {p, op, v}")
    .option("--ttl-ms <number>", "milliseconds from the decision on")
    .option("--json", "token and claims as JSON on standard output")
    .addHelpText(
      "after",
      `
Exit: 0 minted, 1 not allowed, 2 could not run.

Examples:
  $ permit0 token mint --tool read_file --args '{"path":"README.md"}' --agent desk --issuer acme --audience files
  $ permit0 token mint --tool read_file --args '{"path":"docs/a.md"}' --agent desk --issuer acme --audience files \\
      --constraints '[{"p":["path"],"op":"prefix","v":"docs/"}]'`,
    )
    .action(async (options: MintOptions) => {
      process.exitCode = await mint(options);
    });
}

function addTrust(token: Command): void {
  token
    .command("trust")
    .summary("print the list of keys that a verifier needs")
    .description(
      "Prints the keys that sign now as the list that `permit0 token verify --trust` and gateways take.",
    )
    .requiredOption("--issuer <name>", "who mints with these keys")
    .requiredOption("--audience <names...>", "gateways that tokens may be for")
    .option("--keys <folder>", "folder of the keys (default: ~/.permit0/keys)")
    .action(async (options: TrustOptions) => {
      process.exitCode = await trust(options);
    });
}

function addVerify(token: Command): void {
  token
    .command("verify")
    .argument("[token]", "a token, a file with one, or - for standard input")
    .summary("say whether a token is to be believed")
    .description(
      "Verifies a token for an audience at a time, with --tool or --action whether it is for that, and with --args whether it covers arguments.",
    )
    .option("--trust <file>", "list of the keys that are believed, as `permit0 token trust` prints it")
    .option("--audience <name>", "the gateway that asks")
    .option("--now <time>", "milliseconds since 1970, or a UTC date (default: the machine's clock)")
    .option(
      "--parent <tokens...>",
      "of a token that was made from another: its parent, the parent's parent, …",
    )
    .option("--tool <name>", "tool that is to run")
    .option("--server <name>", "tool server of --tool; without it the tool is the host's own")
    .option("--action <name>", "action that is to run, instead of --tool")
    .option("--args <json>", "arguments that the token must cover")
    .option("--vectors <file>", "run test vectors of PASETO v4.public instead of a token")
    .option("--json", "the result as JSON on standard output")
    .addHelpText(
      "after",
      `
Exit: 0 believed, 1 refused, 2 could not be read or asked.

Examples:
  $ permit0 token verify - --trust token-keys.json --audience files < token.txt
  $ permit0 token verify --vectors test/vectors/paseto/v4.json`,
    )
    .action(async (text: string | undefined, options: VerifyOptions) => {
      process.exitCode =
        options.vectors === undefined ? await verify(text, options) : await vectors(text, options);
    });
}

async function mint(options: MintOptions): Promise<number> {
  const { mintToken } = await import("permit0/token");
  const signer = (await openKeyFolder(options.keys)).signers()[0];
  if (signer === undefined)
    throw new CliError("file", "wanted a key that signs; came none; run `permit0 keys new`");
  const call = callFromOptions({ ...options, timeMs: options.timeMs ?? "now" });
  const { principal } = options;
  const request = {
    ...call,
    context: { ...call.context, ...(principal === undefined ? {} : { principal }) },
    salt: crypto.getRandomValues(new Uint8Array(32)),
  };
  const engine = await openPolicy(options);
  const decision = decideOrDeny(engine, request);
  const output = new Output();
  if (decision.verdict !== "allow") {
    const [reason] = decision.reasons;
    if (options.json === true) await output.json(decision);
    else
      await output.line(
        safe(`${decision.verdict}: ${reason?.sentence ?? ""} [${reason?.code ?? ""}]; no token is minted`),
      );
    await output.flush();
    return EXIT.findings;
  }
  const token = await mintToken(decision, {
    request: engine.encode(request),
    issuer: options.issuer,
    audience: options.audience,
    signer,
    ...(options.constraints === undefined
      ? {}
      : { constraints: parseJson(options.constraints, "constraints") as unknown as readonly Constraint[] }),
    ...(options.ttlMs === undefined ? {} : { ttl_ms: Number(options.ttlMs) }),
  });
  if (options.json === true) await output.json({ token, claims: await claimsIn(token) });
  else await output.line(token);
  await output.flush();
  return EXIT.done;
}

async function trust({ issuer, audience, keys }: TrustOptions): Promise<number> {
  const { tokenKeysText } = await import("permit0/token");
  const signing = (await openKeyFolder(keys))
    .keys()
    .filter(({ status }) => status === "current" || status === "retiring");
  if (signing.length === 0)
    throw new CliError("file", "wanted a key that signs; came none; run `permit0 keys new`");
  const output = new Output();
  await output.text(
    tokenKeysText(
      signing.map(
        ({ id, publicKey, status }): TokenKey => ({ id, publicKey, status, issuer, audiences: audience }),
      ),
    ),
  );
  for (const { id, status } of signing) remark(`${status}  ${id}`);
  return EXIT.done;
}

/** What a token says of itself. */
async function claimsIn(token: string): Promise<unknown> {
  const { parsePayload, parseToken } = await import("permit0/token");
  return parsePayload(parseToken(token).message);
}

async function show(given: string, json: boolean): Promise<number> {
  const { parsePayload, parseToken } = await import("permit0/token");
  const { message, footer } = parseToken(tokenText(given));
  const claims = parsePayload(message);
  const footerText = new TextDecoder().decode(footer);
  const output = new Output();
  // JSON leaves direction marks and letters that nobody sees as they are, and a terminal would obey them.
  const text = JSON.stringify({ claims, footer: footerText }, null, 2);
  await output.lines(text.split("\n").map((line) => escaped(line)));
  await output.flush();
  if (!json) remark("nothing of this was verified: permit0 token verify");
  return EXIT.done;
}

/** {@link safe} within JSON, so that what is printed is still JSON. */
function escaped(line: string): string {
  return safe(line).replace(/\\u\{([0-9a-f]{5,6})\}/g, (_, digits: string) =>
    [...String.fromCodePoint(Number.parseInt(digits, 16))]
      .flatMap((sign) => [sign.charCodeAt(0), sign.charCodeAt(1)])
      .map((unit) => `\\u${unit.toString(16)}`)
      .join(""),
  );
}

async function verify(given: string | undefined, options: VerifyOptions): Promise<number> {
  const { trust: file, audience, parent = [], now = "now" } = options;
  if (given === undefined) throw new CliError("usage", "wanted a token, a file, or -; came nothing");
  if (file === undefined || audience === undefined)
    throw new CliError(
      "usage",
      "wanted --trust FILE and --audience NAME; a token never brings its own judge",
    );
  const target = targetOf(options);
  const { matchArguments, matchTarget, parseTokenKeys, TokenError, verifyToken } = await import(
    "permit0/token"
  );
  const keys = parseTokenKeys(readText(file, "a list of keys"), file);
  const chain = [given, ...parent].map(tokenText);
  const args = options.args === undefined ? undefined : await argsBytes(options.args);
  const output = new Output();
  try {
    const found = await verifyToken(chain, {
      keys,
      audience,
      now_ms: timeOption(now, "--now"),
      verify: nodeEd25519.verify,
    });
    if (target !== undefined) matchTarget(found.claims, target);
    // Where nobody said what is to run, the arguments alone are asked about.
    if (args !== undefined) matchArguments(found.claims, target ?? itsTarget(found.claims), args);
    if (options.json === true) await output.json({ believed: true, ...(await facts(found)) });
    else await output.lines(lines(found, args !== undefined));
    await output.flush();
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    if (options.json === true) await output.json({ believed: false, error: error.toJSON() });
    else await output.line(safe(`refused  ${error.message}`));
    await output.flush();
    return EXIT.findings;
  }
}

async function facts({ claims, key, audience }: VerifiedToken): Promise<Record<string, unknown>> {
  const { claimsJson } = await import("permit0/token");
  return { key: key.id, audience, claims: claimsJson(claims) };
}

function lines({ claims, key }: VerifiedToken, hasArguments: boolean): string[] {
  const { cap, prov, pol } = claims;
  const covered = cap.args.mode === "exact" ? "exactly the decided arguments" : "arguments in its envelope";
  const envelope = cap.args.mode === "exact" ? [] : cap.args.c.map((one) => `  if ${constraintText(one)}`);
  const name = cap.server === undefined ? cap.tool : `${cap.tool} of ${cap.server}`;
  return [
    `believed  ${safe(name)} with ${covered}${hasArguments ? ", these among them" : ""}`,
    ...envelope,
    `  for ${safe(claims.aud)}, until ${new Date(claims.exp_ms).toISOString()}, once (${claims.jti})`,
    `  on behalf of ${safe(claims.sub)}, by ${safe(claims.act.sub)}`,
    `  minted by ${safe(claims.iss)} with ${key.id}`,
    `  record ${prov.record}`,
    `  policy ${pol.h}, engine ${prov.engine}`,
    "  whether it was used already was not looked at: the gateway knows",
  ];
}

/** `amount max 5000`, as the token has it. */
function constraintText({ p, op, ...value }: Constraint): string {
  const path = p.length === 0 ? "it" : p.map((step) => JSON.stringify(step)).join(".");
  if (!("v" in value)) return safe(`${path} ${op}`);
  const { v } = value;
  return safe(`${path} ${op} ${op === "every" ? constraintText(v as Constraint) : JSON.stringify(v)}`);
}

/** What is to run, if somebody said it. */
function targetOf({ tool, server, action }: VerifyOptions): Target | undefined {
  if (tool !== undefined && action !== undefined)
    throw new CliError("usage", "wanted --tool NAME or --action NAME; came both; leave one out");
  if (server !== undefined && tool === undefined)
    throw new CliError(
      "usage",
      "wanted --tool NAME beside --server; came none; say which tool of the server",
    );
  if (action !== undefined) return { action };
  if (tool !== undefined) return { tool, ...(server === undefined ? {} : { server }) };
  return undefined;
}

function itsTarget({ cap }: Claims): Target {
  if (cap.direct === true) return { action: cap.tool };
  return { tool: cap.tool, ...(cap.server === undefined ? {} : { server: cap.server }) };
}

/** Arguments as a gateway gets them: the bytes that would be hashed. */
async function argsBytes(text: string): Promise<Uint8Array> {
  const { encodeArguments } = await import("permit0/token");
  return encodeArguments(parseJson(text, "args"));
}

async function vectors(given: string | undefined, options: VerifyOptions): Promise<number> {
  if (given !== undefined || options.trust !== undefined || options.audience !== undefined)
    throw new CliError("usage", "--vectors brings its own keys; leave token, --trust and --audience out");
  const file = options.vectors as string;
  const { results, skipped } = await runVectors(readText(file, "test vectors"), file);
  const failed = results.filter(({ ok }) => !ok);
  const output = new Output();
  if (options.json === true) await output.json({ results, skipped });
  else
    for (const { name, expected, refused, ok } of results)
      await output.line(
        safe(
          `${ok ? "ok  " : "FAIL"}  ${name}: ${refused === undefined ? "accepted" : `refused, ${refused}`}`,
        ) + (ok ? "" : `; wanted ${expected}`),
      );
  await output.flush();
  remark(
    `${results.length - failed.length} of ${results.length} as expected${skipped === 0 ? "" : `, ${skipped} of v4.local left out`}`,
  );
  return failed.length === 0 ? EXIT.done : EXIT.findings;
}

/** A token as it stands, in a file, or on standard input; blanks and line ends around it belong to the file. */
function tokenText(given: string): string {
  if (/^v[0-9]+\./i.test(given)) return given;
  return readText(given === "-" ? 0 : given, "a token").trim();
}

function readText(file: string | 0, what: string): string {
  const name = file === 0 ? "standard input" : file;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CliError("file", `${safe(name)}: wanted ${what}; ${(error as Error).message}`);
  }
  if (bytes.length > FILE_BYTES_MAX)
    throw new CliError("file", `${safe(name)}: wanted ${what}; came ${bytes.length} bytes`);
  return bytes.toString("utf8");
}
