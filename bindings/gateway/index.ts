/** The execution gateway: a call runs under a token, at most once, and its outcome is logged. docs/tokens.md. */

export { type Burn, type BurnAnswer, type BurnStore, MemoryBurns } from "./burns.ts";
export { GATEWAY_ADVICE, type GatewayCode, GatewayError } from "./errors.ts";
export { createGateway, type Gateway } from "./gateway.ts";
export type { BurnFacts, GatewayLog, GatewayOptions, OutcomeFacts } from "./options.ts";
export { type Run, type RunOptions, runUnderToken } from "./run.ts";
