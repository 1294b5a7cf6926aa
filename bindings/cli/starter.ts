/** The text of `permit0 init`. */

const DAY_MS = 86_400_000;
/** Ends of relax entries: long enough to be useful, short enough to be asked about again. */
const RELAX_DAYS = 90;

/** @param dated today, `2026-01-31`. */
export function starterPolicy(org: string, profile: string, dated: string): string {
  const expires = new Date(Date.parse(dated) + RELAX_DAYS * DAY_MS).toISOString().slice(0, 10);
  return `# yaml-language-server: $schema=./node_modules/permit0/taxonomy/schema/org.schema.json
# The policy of ${org}. It stands over the base policy, the packs and the profile, and may be stricter anywhere. Less strict it
# can be in the ways below and in no other; each of them ends up in the record of every decision that it lowered.
#
#   permit0 test permit0.yaml      runs the calls under passes and violates
#   permit0 lint permit0.yaml      says what is probably not meant
#   permit0 compile permit0.yaml -o ${org}.image
org: ${org}
dated: "${dated}"          # when you last looked through it; relax entries end within 366 days of this day
profile: ${profile}
packs: all

# Who is one of us: mail to these domains is internal, and hosts under them are our own.
domains: [${org}.example, "*.${org}.example"]

# An amount without a currency means this one. Without the line such an amount is not known, and reviewed.
default_currency: USD

# Names that somebody vouches for. Conditions ask for them with in_set and not_in_set.
sets:
  suppliers:
    owner: accounts-payable@${org}.example
    reason: "Bank details were checked by phone."
    values: [globex, initech]

# A tool server is taken for what it says only when it is bound to a pack here:
# servers:
#   stripe: { pack: stripe }

# Rules raise levels or add flags, and so the score.
rules:
  - id: payee_not_a_supplier
    on: { actions: [payments.transfer] }
    when: { payee: { not_in_set: suppliers } }
    raise: { destination: 40 }
    reason: "Nobody has checked the bank details of this payee."
    passes:
      - { action: payments.transfer, fields: { payee: globex, amount: 20000, currency: USD } }
    violates:
      - { action: payments.transfer, fields: { payee: hooli, amount: 20000, currency: USD } }

# Rows put a floor under the verdict, and say what must happen with it.
rows:
  - id: refund_needs_two
    on: { actions: [payments.refund] }
    when: { amount: { ge: 200000 } }
    verdict: review
    obligations: [{ kind: approvers, count: 2 }]
    owner: finance@${org}.example
    reason: "Refunds of 2 000 dollars and more are approved by two people."
    passes:
      - { action: payments.refund, fields: { amount: 1500, currency: USD } }
    violates:
      - { action: payments.refund, fields: { amount: 500000, currency: USD } }

# Relax entries lower what the score alone says, never a gate or a row. The condition must bound what is lowered, and the
# owner is asked again when it ends.
relax:
  - id: small_supplier_transfer
    on: { actions: [payments.transfer] }
    when: { payee: { in_set: suppliers }, amount: { lt: 50000 } }
    verdict: allow
    owner: finance@${org}.example
    reason: "Transfers below 500 dollars to checked suppliers are reconciled every day."
    expires: "${expires}"
    passes:
      - { action: payments.transfer, fields: { payee: globex, amount: 90000, currency: USD } }
    violates:
      - { action: payments.transfer, fields: { payee: globex, amount: 20000, currency: USD } }
`;
}
