/** The requests whose whole decision is timed: everyday calls, and messages that make a request of a chosen size. */

import type { Engine } from "../bindings/src/engine.ts";
import type { Request } from "../bindings/src/types.ts";
import { plainText, TIME_MS } from "./calls.ts";
import { Random } from "./random.ts";

export interface RequestKind {
  readonly name: string;
  readonly tool: string;
  readonly args: (random: Random, textLength: number) => Readonly<Record<string, unknown>>;
  /** Bytes that the encoded request must have; undefined: as many as it takes. */
  readonly bytes?: number;
}

const message = (name: string, bytes: number): RequestKind => ({
  name,
  tool: "send_channel_message",
  args: (random, textLength) => ({
    channel: `channel-${random.below(100)}`,
    message: plainText(random, textLength),
  }),
  bytes,
});

export const REQUEST_KINDS: readonly RequestKind[] = [
  {
    name: "small refund",
    tool: "stripe_create_refund",
    args: (random) => ({
      charge: `ch_${random.below(1e6)}`,
      amount: 1 + random.below(5_000),
      currency: "usd",
    }),
  },
  {
    name: "file read",
    tool: "read_file",
    args: (random) => ({ path: `src/module-${random.below(1e3)}/index-${random.below(1e3)}.ts` }),
  },
  {
    name: "mail",
    tool: "send_email",
    args: (random, textLength) => ({
      to: `ann-${random.below(1e3)}@acme.example`,
      subject: "Numbers of the quarter",
      body: plainText(random, textLength),
    }),
    bytes: 800,
  },
  message("1 KiB", 1_024),
  message("4 KiB", 4_096),
  message("16 KiB", 16_384),
];

/** `count` requests of one kind, each with values of its own. */
export function requestsOf(kind: RequestKind, count: number, engine: Engine): Request[] {
  return Array.from({ length: count }, (_, at) => {
    const bare = requestOf(kind, at, 1);
    if (kind.bytes === undefined) return bare;
    // A longer text has a longer header, so the length is corrected once.
    const guess = 1 + kind.bytes - engine.encode(bare).length;
    const guessed = engine.encode(requestOf(kind, at, guess)).length;
    return requestOf(kind, at, guess + kind.bytes - guessed);
  });
}

function requestOf(kind: RequestKind, seed: number, textLength: number): Request {
  return {
    tool: kind.tool,
    args: kind.args(new Random(seed), textLength),
    context: {
      actor: "agent-1",
      asserted_by: { actor: "host", environment: "host" },
      environment: "staging",
      time_ms: TIME_MS + seed,
    },
  };
}
