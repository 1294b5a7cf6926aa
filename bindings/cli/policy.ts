/** The policy that a command decides with: the base policy, an image file, or YAML compiled on the fly. */

import { existsSync, readFileSync } from "node:fs";
import type { Compiled, ImageContent, Source } from "permit0/compile";
import { type Engine, openEngine } from "permit0/engine";
import { EMBEDDED_DIGESTS, embeddedImage, embeddedWasm } from "permit0/inline";
import { packageSources, verifyEd25519 } from "permit0/node";
import { CliError } from "./failure.js";

export interface PolicyOptions {
  /** File of an organisation's policy in YAML, or of an image. */
  readonly policy?: string;
  /** Name of a shipped profile. */
  readonly profile?: string;
  /** Files of packs beside the shipped ones. */
  readonly pack?: readonly string[];
}

const MAGIC = "P0IM";
const BYTE_ORDER_MARK = "\ufeff";

/** Opens the engine with the policy that the options name. Nothing is looked for where nobody pointed. */
export async function openPolicy(options: PolicyOptions): Promise<Engine> {
  return openImage(await imageOf(options));
}

async function imageOf({ policy, profile, pack }: PolicyOptions): Promise<Uint8Array> {
  const packs = packSources(pack);
  if (policy === undefined) {
    const isDefault = profile === undefined && packs.length === 0;
    return isDefault ? embeddedImage() : (await compilePolicy(packs, profile)).image;
  }
  const bytes = readPolicy(policy);
  if (!isImage(bytes)) {
    const own = { name: policy, text: textOf(bytes, policy) };
    return (await compilePolicy([...packs, own], profile)).image;
  }
  if (profile !== undefined || packs.length > 0) {
    throw new CliError(
      "usage",
      `${policy} is an image, and an image has its profile and packs already; leave --profile and --pack out`,
    );
  }
  return bytes;
}

export function packSources(files: readonly string[] = []): Source[] {
  return files.map(packSource);
}

/**
 * Compiles policies on top of what this release ships. A source that is a base policy itself, or has the path of a shipped
 * file, takes that one's place. The compiler and its YAML parser are loaded now: most commands never need them.
 * @throws CompileError with every fault.
 */
export async function compilePolicy(own: readonly Source[], profile: string | undefined): Promise<Compiled> {
  const { compile } = await import("permit0/compile");
  const isBase = own.some(({ text }) => /^base:/m.test(text));
  const shipped = packageSources().filter(
    ({ name }) =>
      !(isBase && name === "policies/base.yaml") && !own.some((source) => source.name.endsWith(name)),
  );
  const sources = [...shipped, ...own];
  return compile(sources, {
    wasm: embeddedWasm(),
    verify: verifyEd25519,
    ...(profile === undefined ? {} : { profile }),
  });
}

/** A policy with its engine, and what stands in its image. */
export interface OpenedPolicy {
  readonly name: string;
  readonly engine: Engine;
  readonly content: ImageContent;
}

/** Opens a policy by file, image or YAML, or by the name of a shipped profile. */
export async function openNamed(name: string): Promise<OpenedPolicy> {
  const { readImage } = await import("permit0/compile");
  const profiles = packageSources().flatMap(
    (source) => /^policies\/profiles\/(\w+)\.yaml$/.exec(source.name)?.[1] ?? [],
  );
  const isProfile = profiles.includes(name) && !existsSync(name);
  const image = await imageOf(isProfile ? { profile: name } : { policy: name });
  return { name, engine: await openImage(image), content: readImage(image) };
}

/** Opens the embedded engine with an image. */
export function openImage(image: Uint8Array): Promise<Engine> {
  return openEngine({
    wasm: embeddedWasm(),
    image,
    expect: { engine: EMBEDDED_DIGESTS.engine },
  });
}

/** The detached signature beside a pack: `pack.yaml` has `pack.sig`. */
export function signatureFileOf(file: string): string {
  return `${file.replace(/\.ya?ml$/, "")}.sig`;
}

/** A pack beside the shipped ones, with the signature beside it if there is one. */
function packSource(file: string): Source {
  const source = { name: file, text: textOf(readPolicy(file, "a pack"), file) };
  if (!/^pack:/m.test(source.text)) {
    throw new CliError("file", `${file}: wanted a pack, a file with the key pack`);
  }
  const sig = signatureFileOf(file);
  return existsSync(sig) ? { ...source, signature: textOf(readPolicy(sig), sig) } : source;
}

export function isImage(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC;
}

export function readPolicy(file: string, what = "a policy"): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new CliError("file", `${file}: wanted ${what}; ${(error as Error).message}`);
  }
}

/** The text of a file as its bytes are: a byte order mark would be no part of what a signature covers. */
export function textOf(bytes: Uint8Array, file: string): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CliError("file", `${file}: wanted UTF-8 text, came other bytes`);
  }
  if (!text.startsWith(BYTE_ORDER_MARK)) return text;
  throw new CliError(
    "file",
    `${file}: wanted text without a byte order mark (EF BB BF) at its beginning; save it as UTF-8 without one`,
  );
}
