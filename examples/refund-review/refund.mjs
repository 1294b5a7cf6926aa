/**
 * A refund of $850: reviewed, approved by a person at another terminal, and run once.
 *
 *   node examples/refund-review/refund.mjs [FOLDER]     everything is kept in FOLDER, by default ./refund-review
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createPermit, PermitDenied, PermitReview } from "permit0";
import { createGateway } from "permit0/gateway";
import { Remembering } from "permit0/memory";
import { BurnFolder, loadEngine, nodeEd25519, openApprovals, openKeyFolder, openLog } from "permit0/node";
import { ReviewError } from "permit0/review";
import { mintToken } from "permit0/token";

const ISSUER = "urn:pdp:acme";
const AUDIENCE = "urn:pep:acme:payments";
const ACTION = "payments.refund";
const FIELDS = { amount: 85_000, currency: "USD", reference: "ch_1" };
const WAIT_MS = 600_000;

const folder = process.argv[2] ?? "refund-review";
const place = (name) => join(folder, name);
mkdirSync(folder, { recursive: true, mode: 0o700 });

const log = await openLog(place("evidence"), { keys: place("keys") });
const plain = await loadEngine();
const engine = log.keySalt === undefined ? plain : plain.withKeySalt(log.keySalt);
const permit = createPermit({
  engine,
  log,
  context: { actor: "zoe@acme.example", agent: "billing-agent", principal: "acme", session: "ticket-4711" },
});
const approvals = await openApprovals({ dir: place("approvals"), persons: place("persons.json") });

let handle;
try {
  const asked = await permit.check({ action: ACTION, fields: FIELDS });
  console.log(`${asked.verdict}: ${asked.reasons.map(({ sentence }) => sentence).join(" ")}`);
  // The same call, asked for again after this stopped, is the same approval.
  ({ handle } = await approvals.open(asked, permit.requestOf(asked), { join: true }));
  console.log(`
Somebody must approve it. At another terminal:

  npx permit0 approvals approve ${handle} --by ann@acme.example --dir ${place("approvals")} --persons ${place("persons.json")} --keys ${place("person")}
`);
  const { state } = await approvals.wait(handle, { timeoutMs: WAIT_MS });
  if (state === "approved") await run();
  else {
    console.log(state);
    process.exitCode = 1;
  }
} catch (error) {
  // Its sentence says what to do: wait after a denial, or end an approval that nobody decides.
  if (!(error instanceof ReviewError || error instanceof PermitDenied || error instanceof PermitReview))
    throw error;
  console.log(error.message);
  process.exitCode = 1;
} finally {
  await log.close();
}

async function run() {
  // The approval is an input: the engine decides afresh, in the same log, and has the last word.
  const remembering = new Remembering({ store: log.store, log });
  const request = { ...(await approvals.take(handle)).request, durability: remembering.durability };
  const decision = await remembering.decide(engine, request);
  console.log(`${decision.verdict}: ${decision.reasons.map(({ code }) => code).join(", ")}`);

  const [signer] = (await openKeyFolder(place("keys"))).signers();
  const token = await mintToken(decision, {
    request: engine.encode(request),
    issuer: ISSUER,
    audience: AUDIENCE,
    signer,
    // Whoever mints promises what the policy asks for beside: here to tell those who are to know of it.
    obligations: ["notify"],
  });

  const gateway = await createGateway({
    audience: AUDIENCE,
    keys: [
      {
        id: signer.id,
        publicKey: signer.publicKey,
        issuer: ISSUER,
        audiences: [AUDIENCE],
        status: "current",
      },
    ],
    verify: nodeEd25519.verify,
    burns: new BurnFolder(place("burns")),
    permit,
    log,
    clock: Date.now,
  });
  const refund = ({ amount, currency, reference }) =>
    console.log(`refunded ${Number(amount) / 100} ${currency} of ${reference}`);
  await gateway.execute(token, { action: ACTION }, FIELDS, refund);
  await gateway.execute(token, { action: ACTION }, FIELDS, refund).catch((error) => {
    console.log(`a second time: ${error.code}`);
  });
  gateway.close();
  console.log(`
What the log says of it:

  npx permit0 verify ${place("evidence")} --keys ${place("keys")} --persons ${place("persons.json")}
  npx permit0 explain --log ${place("evidence")} --record ${handle} --persons ${place("persons.json")}`);
}
