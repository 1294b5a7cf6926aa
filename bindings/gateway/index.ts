/** The execution gateway: a call runs under a token, at most once, and its outcome is logged. docs/tokens.md. */

export { type Burn, type BurnStore, MemoryBurns } from "./burns.ts";
export { GATEWAY_ADVICE, type GatewayCode, GatewayError } from "./errors.ts";
export {
  type BurnFacts,
  createGateway,
  type Gateway,
  type GatewayLog,
  type GatewayOptions,
  type OutcomeFacts,
} from "./gateway.ts";
export { type Run, type RunOptions, runUnderToken } from "./run.ts";
