/** Types of the front door: calls have one of two forms, guards keep the types of what they guard. */

import { createPermit, type Decision, guard, type Permit, permit } from "permit0";

export const made: Permit = createPermit({ context: { environment: "staging" }, obligations: ["disclose"] });

export const answers: Promise<Decision>[] = [
  permit.check({ tool: "x", args: { a: 1 }, server: "s" }),
  permit.check({ action: "email.send", fields: {}, context: { session: "s" } }),
  permit.require("email.send", { to: "ann@example.com" }),
];

// @ts-expect-error: a tool needs arguments
void permit.check({ tool: "x" });
// @ts-expect-error: both forms at once
void permit.check({ tool: "x", args: {}, action: "email.send", fields: {} });
// @ts-expect-error: a server goes with a tool
void permit.check({ action: "email.send", fields: {}, server: "s" });
// @ts-expect-error: an option that may turn out undefined
createPermit({ image: undefined });
// @ts-expect-error: an unknown option
createPermit({ policy: new Uint8Array() });
// @ts-expect-error: shadow mode needs an end
createPermit({ mode: { shadow: {} } });
// @ts-expect-error: an unknown obligation
createPermit({ obligations: ["applaud"] });

export const told: Promise<readonly { readonly record: Uint8Array }[]>[] = [
  permit.observe({ session: "s", text: "x", trust: "user" }),
  permit.observe({ text: "x", trust: "tool", source: "mail", labels: ["pii", "untrusted"], parent: "s" }),
  permit.outcome(await permit.check({ tool: "x", args: {} }), { status: "ran", text: "x" }),
];
export const ordered: Promise<{ readonly verdict: "allow" }>[] = [
  permit.label({ session: "s", labels: ["secret"], by: "vault" }),
  permit.freeze({ scope: "agent", value: "a", by: "ann", reason: "x" }),
  permit.thaw({ scope: "agent", value: "a", by: "ann", reason: "x" }),
];
export const whoFroze: string | undefined = (await permit.frozen()).frozen[0]?.by;

// @ts-expect-error: whose text it is
void permit.observe({ session: "s", text: "x" });
// @ts-expect-error: only the user's and a tool's
void permit.observe({ session: "s", text: "x", trust: "model" });
// @ts-expect-error: an unknown label
void permit.label({ session: "s", labels: ["odd"] });
// @ts-expect-error: who says so
void permit.freeze({ scope: "agent", value: "a", reason: "x" });
// @ts-expect-error: an unknown scope
void permit.thaw({ scope: "planet", value: "a", by: "ann", reason: "x" });
// @ts-expect-error: a verdict is no status
void permit.outcome(await permit.check({ tool: "x", args: {} }), { status: "allow" });

interface Order {
  readonly charge: string;
  readonly amount: number;
}

const asking = guard(async (order: Order, note?: string) => {
  await permit.require("payments.refund", { amount: order.amount, currency: "USD" });
  return { order, note };
});
export const asked: Promise<{ order: Order; note: string | undefined }> = asking({ charge: "c", amount: 1 });
// @ts-expect-error: the arguments keep their types
void asking({ charge: 1 });

const derived = guard(
  { action: "payments.refund", fields: (order: Order) => ({ amount: order.amount, currency: "USD" }) },
  (order) => order.charge.length,
);
export const characters: Promise<number> = derived({ charge: "c", amount: 1 });
// @ts-expect-error: the result keeps its type
export const wrong: Promise<string> = derived({ charge: "c", amount: 1 });

const fixed = guard(
  { action: "payments.refund", fields: { amount: 1, currency: "USD" } },
  (fields) => fields.currency,
);
export const currency: Promise<string> = fixed();
// @ts-expect-error: fixed fields leave no argument
void fixed({ amount: 2 });

const tool = guard(
  { tool: "create_refund", server: "stripe" },
  (args: Order, options: { signal: AbortSignal }) => (options.signal.aborted ? 0 : args.amount),
);
export const amount: Promise<number> = tool(
  { charge: "c", amount: 1 },
  { signal: new AbortController().signal },
);
// @ts-expect-error: the host's own argument is missing
void tool({ charge: "c", amount: 1 });

const ignoring = guard({ action: "files.read", fields: () => ({ path: "a" }) }, (lines: number) => lines);
export const lines: Promise<number> = ignoring(3);
