/**
 * The calls that permit0 and its peers are asked about: seeded, of tools that agents have, each with a text as long as
 * the request should be. A call carries both of its forms: what an agent sends (tool and arguments, for permit0) and
 * what somebody prepared from it (canonical action and typed facts, for the peers, which do not normalise).
 */

import type { Request } from "../bindings/src/types.ts";
import { Random } from "./random.ts";

/** A call as the peers get it. */
export interface Prepared {
  readonly action: string;
  readonly fields: Readonly<Record<string, string | number>>;
  readonly environment: string;
  readonly actor: string;
}

export interface BenchCall {
  /** What permit0 is asked. */
  readonly request: Request;
  /** What a peer is asked. */
  readonly prepared: Prepared;
}

/** 2026-01-01T00:00:00Z. */
export const TIME_MS = 1_767_225_600_000;
export const ENVIRONMENTS = ["development", "staging", "production"] as const;
/** Numbered values of facts: `account-0` to `account-99`. */
export const VALUES = 100;

type Facts = Readonly<Record<string, string | number>>;

/** One kind of call: the arguments an agent sends, and the facts somebody would read out of them. */
export interface Kind {
  readonly tool: string;
  readonly action: string;
  make(random: Random, text: string): { readonly args: Facts; readonly fields: Facts };
  /** Facts that entries of a policy ask about, and how. */
  readonly asked: readonly Asked[];
}

export type Asked =
  | { readonly fact: string; readonly by: "at_least"; readonly from: number; readonly step: number }
  | { readonly fact: string; readonly by: "one_of"; readonly stem: string }
  | { readonly fact: string; readonly by: "under"; readonly stem: string }
  | { readonly fact: string; readonly by: "domain"; readonly stem: string };

const numbered = (stem: string, random: Random): string => `${stem}-${random.below(VALUES)}`;
const colleague = (random: Random): string =>
  `${random.pick(["ann", "ben", "chris", "dana"])}@${numbered("team", random)}.acme.example`;

export const KINDS: readonly Kind[] = [
  {
    tool: "stripe_create_refund",
    action: "payments.refund",
    make: (random, text) => {
      const amount = 100 + random.below(6_000);
      const charge = numbered("ch", random);
      return {
        args: { charge, amount, currency: "usd", reason: "requested_by_customer", note: text },
        fields: { amount_minor: amount, currency: "usd", reference: charge, note: text },
      };
    },
    asked: [
      { fact: "amount_minor", by: "at_least", from: 5_000, step: 50 },
      { fact: "reference", by: "one_of", stem: "ch" },
    ],
  },
  {
    tool: "read_file",
    action: "files.read",
    make: (random, text) => {
      const path = `data/${numbered("team", random)}/reports/quarter-${1 + random.below(4)}.csv`;
      return { args: { path, why: text }, fields: { path, why: text } };
    },
    asked: [{ fact: "path", by: "under", stem: "data/team" }],
  },
  {
    tool: "list_directory",
    action: "files.list",
    make: (random, text) => {
      const path = `data/${numbered("team", random)}/reports`;
      return { args: { path, why: text }, fields: { path, why: text } };
    },
    asked: [{ fact: "path", by: "under", stem: "data/team" }],
  },
  {
    tool: "send_email",
    action: "email.send",
    make: (random, text) => {
      const to = colleague(random);
      return {
        args: { to, subject: "Numbers of the quarter", body: text },
        fields: { recipient: to, subject: "Numbers of the quarter", text },
      };
    },
    asked: [{ fact: "recipient", by: "domain", stem: "team" }],
  },
  {
    tool: "draft_email",
    action: "email.draft",
    make: (random, text) => {
      const to = colleague(random);
      return {
        args: { to, subject: "Draft for Monday", body: text },
        fields: { recipient: to, subject: "Draft for Monday", text },
      };
    },
    asked: [{ fact: "recipient", by: "domain", stem: "team" }],
  },
  {
    tool: "search_inbox",
    action: "email.search",
    make: (random, text) => {
      const account = numbered("mailbox", random);
      const limit = 1 + random.below(600);
      return {
        args: { query: "invoice", account, limit, why: text },
        fields: { query: "invoice", account, limit, why: text },
      };
    },
    asked: [
      { fact: "limit", by: "at_least", from: 500, step: 10 },
      { fact: "account", by: "one_of", stem: "mailbox" },
    ],
  },
  {
    tool: "get_transactions",
    action: "payments.list_transactions",
    make: (random, text) => {
      const account = numbered("account", random);
      const limit = 1 + random.below(600);
      return { args: { account, limit, why: text }, fields: { account, limit, why: text } };
    },
    asked: [
      { fact: "account", by: "one_of", stem: "account" },
      { fact: "limit", by: "at_least", from: 500, step: 10 },
    ],
  },
  {
    tool: "view_contact",
    action: "crm.get_contact",
    make: (random, text) => {
      const reference = numbered("customer", random);
      return { args: { customer_id: reference, why: text }, fields: { reference, why: text } };
    },
    asked: [{ fact: "reference", by: "one_of", stem: "customer" }],
  },
  {
    tool: "log_activity",
    action: "crm.log_activity",
    make: (random, text) => {
      const reference = numbered("customer", random);
      return { args: { customer_id: reference, note: text }, fields: { reference, text } };
    },
    asked: [{ fact: "reference", by: "one_of", stem: "customer" }],
  },
  {
    tool: "create_task",
    action: "tasks.create",
    make: (random, text) => {
      const user = numbered("user", random);
      return {
        args: { title: "Call the supplier", description: text, assignee: user },
        fields: { title: "Call the supplier", text, user },
      };
    },
    asked: [{ fact: "user", by: "one_of", stem: "user" }],
  },
  {
    tool: "assign_task",
    action: "tasks.assign",
    make: (random, text) => {
      const reference = numbered("task", random);
      const user = numbered("user", random);
      return {
        args: { task_id: reference, assignee: user, why: text },
        fields: { reference, user, why: text },
      };
    },
    asked: [
      { fact: "user", by: "one_of", stem: "user" },
      { fact: "reference", by: "one_of", stem: "task" },
    ],
  },
  {
    tool: "add_task_comment",
    action: "tasks.comment",
    make: (random, text) => {
      const reference = numbered("task", random);
      return { args: { task_id: reference, comment: text }, fields: { reference, text } };
    },
    asked: [{ fact: "reference", by: "one_of", stem: "task" }],
  },
  {
    tool: "read_channel_messages",
    action: "messages.search",
    make: (random, text) => {
      const channel = numbered("channel", random);
      const limit = 1 + random.below(600);
      return { args: { channel, limit, query: text }, fields: { channel, limit, query: text } };
    },
    asked: [
      { fact: "channel", by: "one_of", stem: "channel" },
      { fact: "limit", by: "at_least", from: 500, step: 10 },
    ],
  },
  {
    tool: "send_channel_message",
    action: "messages.post_channel",
    make: (random, text) => {
      const channel = numbered("channel", random);
      return { args: { channel, message: text }, fields: { channel, text } };
    },
    asked: [{ fact: "channel", by: "one_of", stem: "channel" }],
  },
  {
    tool: "ask_llm",
    action: "ai.prompt",
    make: (random, text) => {
      const model = numbered("model", random);
      return { args: { model, prompt: text }, fields: { model, text } };
    },
    asked: [{ fact: "model", by: "one_of", stem: "model" }],
  },
];

/** A tool that no policy knows: nobody allows it. */
const UNKNOWN_TOOL = "frobnicate_widget";
const UNKNOWN_ACTION = "unknown.unclassified";

const WORDS =
  "the report was sent on monday and covers all regions but one where numbers arrive late please compare it with the plan of last year before anybody decides what to order".split(
    " ",
  );

/** Plain words of exactly `length` characters. */
export function plainText(random: Random, length: number): string {
  let text = random.pick(WORDS);
  while (text.length < length) text += ` ${random.pick(WORDS)}`;
  return text.slice(0, length).replace(/ $/, ".");
}

/**
 * `count` calls, the same ones for the same arguments.
 * @param textLength characters of the text in each call, which makes most of its size
 */
export function benchCalls(count: number, textLength: number, seed = 7): BenchCall[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const kind = random.pick(KINDS);
    const known = random.below(50) !== 0;
    const { args, fields } = kind.make(random, plainText(random, textLength));
    const environment = random.pick(ENVIRONMENTS);
    const actor = `agent-${random.below(VALUES)}`;
    return {
      request: {
        tool: known ? kind.tool : UNKNOWN_TOOL,
        args,
        context: {
          actor,
          asserted_by: { actor: "host", environment: "host" },
          environment,
          session: `session-${random.below(VALUES)}`,
          time_ms: TIME_MS + random.below(1_000_000),
        },
      },
      prepared: { action: known ? kind.action : UNKNOWN_ACTION, fields, environment, actor },
    };
  });
}
