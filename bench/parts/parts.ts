/**
 * Where the time of a decision goes, each step apart: the same functions that the library calls, one at a time, on the
 * same requests. The steps do not add up to the whole exactly: apart, each finds its own data in the nearest cache.
 */

import { readFileSync } from "node:fs";
import { compileModuleSync, Instance } from "../../bindings/src/abi.ts";
import { CmpWriter, encode } from "../../bindings/src/codec/encode.ts";
import { RequestEncoder } from "../../bindings/src/codec/request.ts";
import { embeddedImage, embeddedWasm, openEmbedded } from "../../bindings/src/embedded.ts";
import type { Request } from "../../bindings/src/types.ts";
import { REQUEST_KINDS, requestsOf } from "../requests.ts";
import type { PartResult, Table } from "../results.ts";
import type { Subject } from "../timing.ts";
import { INPUTS, type TableSubject, timeTable } from "./decision.ts";

/** Kinds of requests that are taken apart. */
const KINDS = ["small refund", "file read", "mail", "4 KiB"];
/** `cmp1:commit\n` and the salt, which every commitment begins with. */
const COMMIT_PREFIX_BYTES = 12 + 32;

/** The engine's SHA-256 compiled apart by bench/run.ts. */
export const SHA256_FILE = "build/bench/sha256.wasm";

interface Sha256 {
  digest(bytes: number): void;
}

export async function measureParts(): Promise<PartResult> {
  const tables: Table[] = [];
  for (const name of KINDS) tables.push(await takeApart(name));
  return { tables, figures: [], notes: [] };
}

async function takeApart(name: string): Promise<Table> {
  const engine = await openEmbedded();
  const kind = REQUEST_KINDS.find((one) => one.name === name);
  if (kind === undefined) throw new Error(`no kind of request is called ${name}`);
  const requests = requestsOf(kind, INPUTS, engine);
  const encoded = requests.map((request) => engine.encode(request));
  const decisions = requests.map((request) => engine.decide(request));
  const request_bytes = (encoded[0] as Uint8Array).length;
  const argsBytes = encode((requests[0] as Request).args).length;

  const instance = new Instance(compileModuleSync(embeddedWasm()));
  if (instance.loadImage(embeddedImage()) !== 0) throw new Error("the image does not load");
  const { memory, requestAt, requestEnd } = instance;
  const writer = new CmpWriter(memory, requestAt, requestEnd - requestAt);
  const digest = Buffer.from(engine.digests.engine, "hex");
  const encoder = new RequestEncoder(writer, digest, instance.imageDigest());
  const sha = new WebAssembly.Instance(compileModuleSync(readFileSync(SHA256_FILE)))
    .exports as unknown as Sha256;

  const steps: Subject[] = [
    { name: "whole decision", run: (index) => engine.decide(requests[index] as Request).verdict },
    { name: "encode into the engine's memory", run: (index) => encoder.write(requests[index] as Request) },
    {
      name: "Wasm call, request in place",
      run: (index) => {
        const request = encoded[index] as Uint8Array;
        memory.set(request, requestAt);
        return instance.decide(request.length);
      },
    },
    {
      name: "of which SHA-256 of arguments and request",
      run: () => {
        sha.digest(COMMIT_PREFIX_BYTES + argsBytes);
        // The commitment to the arguments stands in their place.
        sha.digest(COMMIT_PREFIX_BYTES + request_bytes - argsBytes + 34);
      },
    },
    { name: "copy the record out", run: () => instance.record() },
    {
      name: "read the whole record, when asked",
      run: (index) => engine.readRecord((decisions[index] as (typeof decisions)[0]).record).toJSON(),
    },
  ];
  const subjects = steps.map((step): TableSubject => ({ ...step, request_bytes }));
  return timeTable(`${name}, ${request_bytes} bytes`, subjects);
}
