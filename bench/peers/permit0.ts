/** permit0 itself: the whole of the shipped policy with the bench's entries on top, asked through the library. */

import { packageSources } from "../../bindings/hosts/node.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import { openEmbedded } from "../../bindings/src/embedded.ts";
import type { Engine } from "../../bindings/src/engine.ts";
import type { Request } from "../../bindings/src/types.ts";
import type { BenchCall } from "../calls.ts";
import { type Policy, permit0Yaml } from "../policy.ts";
import type { Peer } from "./peer.ts";

export function compileBench(policy: Policy): Uint8Array {
  const { image } = compile([
    ...packageSources(process.cwd()),
    { name: "bench.yaml", text: permit0Yaml(policy) },
  ]);
  return image;
}

export function openBenchEngine(policy: Policy): Promise<Engine> {
  return openEmbedded(compileBench(policy));
}

/** `Engine.decide`: a plain object in, a decision with its record out. */
export async function openPermit0(policy: Policy): Promise<Peer> {
  const engine = await openBenchEngine(policy);
  return {
    name: "permit0",
    prepare: ({ request }: BenchCall) => request,
    allows: (request) => engine.decide(request as Request).verdict === "allow",
  };
}
