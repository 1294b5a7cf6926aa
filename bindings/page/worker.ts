/** The worker of the page: verifies what it is given, and then answers questions about it. */

import { EvidenceError } from "../evidence/errors.ts";
import { parseTrust } from "../evidence/trust.ts";
import type { VerifyTrust } from "../evidence/verify.ts";
import { webEd25519 } from "../keys/ed25519.ts";
import { nobleEd25519 } from "../keys/noble.ts";
import type { FromWorker, Given, PageReport, ToWorker } from "./messages.ts";
import { checkProof } from "./proofs.ts";
import { bytesOf, sourceOf } from "./source.ts";
import { type Surroundings, type Verified, VerifiedLog } from "./verified.ts";
import { VerifiedBundle } from "./verified-bundle.ts";

/** What is used here of a worker's own side. */
interface Port {
  postMessage(message: FromWorker): void;
  onmessage: ((event: { readonly data: ToWorker }) => void) | null;
}

const port = globalThis as unknown as Port;
const tell = (message: FromWorker): void => port.postMessage(message);
const TRUST_BYTES_MAX = 4 * 1024 * 1024;
const PROOF_BYTES_MAX = 1024 * 1024;

let log: Verified | undefined;

port.onmessage = ({ data }) => {
  void answer(data);
};

async function answer(asked: ToWorker): Promise<void> {
  try {
    if (asked.kind === "verify") tell({ kind: "report", report: await verified(asked.given) });
    else if (log === undefined) throw new EvidenceError("log_none", "there is no log");
    else if (asked.kind === "rows") tell({ kind: "answer", id: asked.id, value: log.rows(asked.query) });
    else tell({ kind: "answer", id: asked.id, value: await log.entry(asked.shard, asked.seq) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof EvidenceError ? error.code : "fault";
    if (asked.kind === "verify") tell({ kind: "stopped", code, message });
    else tell({ kind: "refused", id: asked.id, message });
  }
}

async function verified(given: Given): Promise<PageReport> {
  const { verify } = (await webEd25519()) ?? nobleEd25519;
  const trust = await trustOf(given);
  const keys = new Map<string, Uint8Array>();
  for (const [id, file] of given.keys) keys.set(id, new Uint8Array(await file.arrayBuffer()));
  const { bundle, folder } = given;
  const hasLog = given.log.size > 0 || bundle !== undefined || given.proofs.length === 0;
  if (hasLog) log = await whatIsIn(given, { verify, trust, keys, tell });
  const report = (await log?.verify(bundle?.name ?? folder)) ?? { ...NO_LOG, hasTrust: trust !== undefined };
  const proofs = [];
  for (const file of given.proofs) {
    if (file.size > PROOF_BYTES_MAX) throw new EvidenceError("tlog_proof", `${file.name}: it is no proof`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const leaf = (origin: string, seq: number): Uint8Array | undefined => log?.leaf(origin, seq);
    proofs.push(await checkProof(file.name, bytes, { verify, trust, leaf }));
  }
  return { ...report, proofs };
}

/** This is the one place that knows in which form a log came. */
async function whatIsIn(given: Given, surroundings: Surroundings): Promise<Verified> {
  return given.bundle === undefined
    ? new VerifiedLog(sourceOf(given), surroundings)
    : new VerifiedBundle(await bytesOf(given.bundle), surroundings);
}

async function trustOf({ trust }: Given): Promise<VerifyTrust | undefined> {
  if (trust === undefined) return undefined;
  if (trust.size > TRUST_BYTES_MAX) throw new EvidenceError("trust", `${trust.name}: it is no trust file`);
  const { shards, witnesses, engines, images } = parseTrust(await trust.text(), trust.name);
  return {
    shards: shards.map((shard) => ({ ...shard, ...(witnesses === undefined ? {} : { witnesses }) })),
    engines,
    ...(images === undefined ? {} : { images }),
  };
}

/** Of a page that was given proofs alone. */
const NO_LOG: PageReport = {
  folder: "",
  report: undefined,
  hasTrust: false,
  shards: [],
  proofs: [],
  engines: [],
  images: [],
  actions: [],
  rows: 0,
  erased: 0,
  ms: 0,
};
