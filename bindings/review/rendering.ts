/** An approval in lines for who decides, and as JSON. Everything in it may come from an agent. */

import { jsonLine, timeText } from "../evidence/report/text.ts";
import type { CmpValue } from "../src/codec/decode.ts";
import type { Wording } from "../src/decision.ts";
import { mappingText, obligationLines, percent } from "../src/explain.ts";
import { AMOUNT_MINOR_MAX } from "../src/gen/limits.ts";
import type { ImageView } from "../src/image.ts";
import { hex, sha256 } from "../src/sha256.ts";
import type { Context, Decision, DecisionJson, LoweredBy } from "../src/types.ts";
import { decisionOf, requestOf } from "./approval.ts";
import type { ApprovalView, Said } from "./approvals.ts";
import { Lookout, marked, ValueText } from "./marked.ts";

/** The words of a policy, and what it says of fields and currencies; the image of an engine is one. */
export type PolicyWords = Wording & Partial<AmountWords>;

type AmountWords = Pick<ImageView, "bytes" | "exponentOf" | "fieldOf" | "fields">;

/** What who decides must see. Without the policy there are codes in place of sentences. */
export function approvalLines(view: ApprovalView, wording?: PolicyWords): readonly string[] {
  if (view.state === "damaged") return [`approval ${view.handle}: ${stateText(view)}`];
  const lookout = new Lookout();
  const [call, why] = sections(view, lookout, wording);
  return [
    `approval ${view.handle}: ${stateText(view)}`,
    ...call,
    ...section("LOOK TWICE", lookout.warnings),
    ...why,
  ];
}

/** What is asked for, and why a person is asked. Everything that somebody chose stands in quotes. */
function sections(
  view: ApprovalView,
  lookout: Lookout,
  wording?: PolicyWords,
): [call: string[], why: string[]] {
  const decision = decisionOf(view.record, wording);
  const amount = amountText(view, decision, wording);
  const { tool, server, action, args, fields, annotations } = requestOf(view);
  const of = server === undefined ? "the host's own" : `of the server ${lookout.quoted(server as string)}`;
  const values = new ValueText((args ?? fields) as CmpValue, "  ", lookout);
  const hints = annotations === undefined ? [] : new ValueText(annotations as CmpValue, "", lookout).lines;
  const call = [
    ...section("who asks", contextLines(view.context, lookout)),
    ...section("what for", [
      ...(tool === undefined ? [] : [`tool ${lookout.quoted(tool)}, ${of}`]),
      ...(action === undefined ? [] : [`action ${lookout.quoted(action)}`]),
      ...decision.parts.map((part) => line(`understood as ${part.action}, ${mappingText(part.mapping)}`)),
      ...(amount === undefined ? [] : [`amount understood as ${amount}`]),
    ]),
    "",
    `${args === undefined ? "fields" : "arguments"}, in full`,
    ...values.lines,
    ...section("what its server says of the tool", hints),
  ];
  const why = [
    ...section("why a person is asked", [
      `${decision.tier} risk, ${percent(decision.score)}`,
      ...decision.reasons.map(({ code, sentence }) =>
        line(sentence === code ? code : `${sentence} [${code}]`),
      ),
    ]),
    ...section(
      "taken from",
      decision.lowered_by.map((one) => originText(one, lookout)),
    ),
    ...section("obligations", obligationLines(decision.obligations).map(line)),
    ...section("policy", [decision.digests.image]),
    ...section("record", [decision.digests.record]),
  ];
  return [call, why];
}

/** The same as data: what is not seen stands as JSON's own escapes. */
export function approvalJson(view: ApprovalView, wording?: PolicyWords): Readonly<Record<string, unknown>> {
  const { handle, state, at_ms, expires_ms, ended_ms, needed, approvers, denied, self_approvable, context } =
    view;
  if (state === "damaged") return { handle, state, action: "", damage: view.damage };
  const { args, fields, tool, server, annotations } = requestOf(view);
  const lookout = new Lookout();
  sections(view, lookout);
  const decision = decisionOf(view.record, wording);
  const { verdict, tier, score, action, reasons, obligations, lowered_by, digests }: DecisionJson =
    decision.toJSON();
  const amount = amountText(view, decision, wording);
  return {
    handle,
    state,
    at_ms,
    expires_ms,
    ...(ended_ms === undefined ? {} : { ended_ms }),
    needed,
    approvers,
    ...(denied === undefined ? {} : { denied }),
    self_approvable,
    context,
    ...(tool === undefined ? {} : { tool }),
    ...(server === undefined ? {} : { server }),
    action,
    ...(amount === undefined ? {} : { amount_understood: amount }),
    [args === undefined ? "fields" : "args"]: jsonOf((args ?? fields) as CmpValue),
    ...(annotations === undefined ? {} : { annotations: jsonOf(annotations as CmpValue) }),
    warnings: lookout.warnings,
    verdict,
    tier,
    score,
    reasons,
    obligations,
    lowered_by,
    digests,
  };
}

/** One line of JSON in which nothing is hidden. */
export function approvalJsonLine(view: ApprovalView, wording?: PolicyWords): string {
  return jsonLine(approvalJson(view, wording));
}

/** Where it stands, in words. */
export function stateText(view: ApprovalView): string {
  const { state, needed, approvers, denied, expires_ms, ended_ms, self_approvable } = view;
  const count = `${approvers.length} of ${needed} ${needed === 1 ? "person" : "persons"}`;
  const names = approvers.length === 0 ? "" : `: ${approvers.map(({ by }) => by).join(", ")}`;
  const mark = self_approvable ? "; self_approvable: whoever asks could have approved it himself" : "";
  switch (state) {
    case "open":
      return `open until ${timeText(expires_ms)}, approved by ${count}${names}${mark}`;
    case "approved":
      return `approved by ${count}${names}, to be used until ${timeText(expires_ms)}${mark}`;
    case "denied":
      return `denied by ${saidText(denied)}`;
    case "expired":
      return ended_ms !== undefined && ended_ms < expires_ms
        ? `ended at ${timeText(ended_ms)}, before its time; nobody refused it`
        : `expired at ${timeText(expires_ms)}; nobody refused it`;
    case "damaged":
      return line(`damaged; ${view.damage}`);
    case "used":
      return `used; approved by ${count}${names}${mark}`;
  }
}

function saidText(said: Said | undefined): string {
  return said === undefined ? "a person" : `${said.by} at ${timeText(said.time_ms)}`;
}

const CURRENCY = /^[A-Za-z]{3}$/;

/**
 * An amount as the engine understood it: `USD 850.00` for 85000 of the direct form, which is in minor units. A record has
 * amounts only under its commitments, so it is computed from the fields, by the policy that decided and by no other one;
 * undefined wherever more than one reading is thinkable. docs/format/evaluation.md, money.
 */
function amountText(
  view: ApprovalView,
  { digests, parts }: Decision,
  policy: PolicyWords | undefined,
): string | undefined {
  const { fields } = requestOf(view);
  const [part, ...others] = parts;
  if (fields === undefined || part?.mapping !== "direct" || others.length > 0 || !isImage(policy))
    return undefined;
  const { declared } = policy.fields(part.action);
  const only = (field: string): unknown => {
    const found = Object.entries(fields).filter(
      ([name, value]) => value !== null && policy.fieldOf(name.toLowerCase()) === field,
    );
    const [[name, value] = []] = found;
    return declared.includes(field) && found.length === 1 && name === name?.toLowerCase() ? value : undefined;
  };
  const [amount, currency] = [only("amount_minor"), only("currency")];
  if (!Number.isSafeInteger(amount) || typeof currency !== "string" || !CURRENCY.test(currency))
    return undefined;
  const units = Math.abs(amount as number);
  const exponent = policy.exponentOf(currency.toUpperCase());
  if (units > AMOUNT_MINOR_MAX || exponent === undefined || hex(sha256(policy.bytes)) !== digests.image)
    return undefined;
  const digits = `${units}`.padStart(exponent + 1, "0");
  const whole = digits.slice(0, digits.length - exponent);
  const cents = exponent === 0 ? "" : `.${digits.slice(-exponent)}`;
  return `${currency.toUpperCase()} ${whole}${cents}`;
}

function isImage(policy: PolicyWords | undefined): policy is Wording & AmountWords {
  return policy?.bytes !== undefined && policy.exponentOf !== undefined && policy.fields !== undefined;
}

/** Where a value or fact that calmed the decision came from. */
function originText({ kind, name, authority }: LoweredBy, lookout: Lookout): string {
  const word = `on the word of ${lookout.quoted(authority)}`;
  if (kind === "provenance") return `a value that the ${lookout.quoted(name)} typed, ${word}`;
  return `${kind} ${lookout.quoted(name)}, ${word}`;
}

const WHO = ["actor", "agent", "principal", "tenant", "session", "parent", "environment"] as const;

function contextLines(context: Context, lookout: Lookout): string[] {
  const vouched = (context.asserted_by ?? {}) as Readonly<Record<string, string>>;
  const told = (name: string, shown: string): string => {
    if (!(name in CLAIMABLE)) return `${name} ${shown}`;
    const word = vouched[name];
    return `${name} ${shown} (${word === undefined ? "nobody vouches for it" : `on the word of ${lookout.quoted(word)}`})`;
  };
  const { roles, host, tz_min, time_ms } = context;
  return [
    ...WHO.flatMap((name) =>
      context[name] === undefined ? [] : [told(name, lookout.quoted(context[name]))],
    ),
    ...(roles === undefined ? [] : [told("roles", roles.map((role) => lookout.quoted(role)).join(", "))]),
    ...(host === undefined
      ? []
      : [
          told(
            "host",
            new ValueText(host as unknown as CmpValue, "", lookout).lines
              .map((text) => text.trim())
              .join(" "),
          ),
        ]),
    `time ${timeText(time_ms)}${tz_min === undefined ? "" : `, ${tz_min} minutes from UTC`}`,
  ];
}

const CLAIMABLE: Readonly<Record<string, true>> = { actor: true, environment: true, host: true, roles: true };

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((text) => `  ${text}`)];
}

function line(text: string): string {
  return marked(text).text;
}

/** Bytes and integers beyond JSON by name. */
function jsonOf(value: CmpValue): unknown {
  if (value instanceof Uint8Array) return `bytes(${hex(value)})`;
  if (typeof value === "bigint") return `int(${value})`;
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, jsonOf(one as CmpValue)]));
}
