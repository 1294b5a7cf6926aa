/** A policy with memory, for tests that ask the real engine: one refund a session, and much is counted beside it. */

import { packageSources } from "../../bindings/hosts/node.ts";
import { compile } from "../../bindings/src/compile/index.ts";
import { WASM } from "../unit/built.ts";

export const POLICY = `org: acme
dated: "2026-11-22"
domains: [acme.example]
memory:
  cells:
    session: { of: session }
    agent: { of: agent }
    payee: { of: [payee] }
  tallies:
    - { id: mails, cell: session, on: { actions: [email.send] } }
    - { id: asked, cell: session, on: { domains: [email, payments, files] }, counts: any }
    - { id: denied, cell: agent, on: { domains: [email, payments, files] }, counts: denied }
    - { id: all, cell: agent, on: { domains: [email, payments, files] }, counts: any }
    - { id: paid, cell: payee, on: { domains: [payments] }, counts: any }
  signals:
    - { id: mails_day, tally: mails, measure: count, within: 24h }
    - { id: asked_day, tally: asked, measure: count, within: 24h }
    - { id: denied_day, tally: denied, measure: count, within: 24h }
    - { id: all_day, tally: all, measure: count, within: 24h }
    - { id: paid_week, tally: paid, measure: sum, of: amount, within: 168h }
rows:
  - id: one_mail
    on: { actions: [email.send] }
    when: { signal.mails_day: { ge: 2 } }
    verdict: deny
    reason: One mail a session and day.
`;

export function memoryImage(): Uint8Array {
  return compile([...packageSources(), { name: "acme.yaml", text: POLICY }], { wasm: WASM }).image;
}
