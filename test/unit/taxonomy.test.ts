// The taxonomy is data, so its tests say what data is good: what a released edition promised, what every action must
// have, and that the default scores rank actions as a careful person would.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  type Action,
  csvCell,
  defaultRisk,
  hazardOfScore,
  parseTaxonomy,
  pinTaxonomy,
  readTaxonomySources,
  renderTaxonomy,
  type Scale,
  scaleOf,
  type TaxonomyPin,
} from "../../tools/taxonomy.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const sources = readTaxonomySources(root);
const taxonomy = parseTaxonomy(sources);
const actions = taxonomy.domains.flatMap(({ domain, actions: list }) =>
  list.map((action): [string, Action] => [`${domain}.${action.verb}`, action]),
);
const listed = actions.filter(([name]) => !name.startsWith("unknown."));
const byName = new Map(actions);

// Typed out by hand from the published list, in the order of the wire numbers.
const EDITION_2026_1 = `
email: search get_thread send reply forward draft label archive delete
messages: send post_channel send_dm search react delete
content: post_social update_cms send_newsletter
calendar: list_events get_event create_event update_event delete_event rsvp
tasks: create assign complete update delete comment
files: list read write delete move copy share upload download export
db: select insert update delete admin export backup
crm: search_contacts get_contact create_contact update_contact delete_contact create_deal update_deal log_activity export
payments: charge refund transfer get_balance list_transactions create_invoice update_payment_method create_subscription
legal: sign_document submit_filing accept_terms
iam: list_users create_user update_user delete_user assign_role revoke_role reset_password generate_api_key
secrets: read create rotate
infra: list_resources create_resource modify_resource terminate_resource scale modify_network
process: shell run_script docker_run lambda_invoke
network: http_get http_post webhook_send
dev: get_repo list_issues create_issue create_pr merge_pr push_code deploy run_pipeline create_release
browser: navigate click fill_form submit_form screenshot download execute_js
device: unlock lock camera_enable camera_disable move
ai: prompt embed fine_tune
voice: place_call leave_voicemail transfer_call record_call`;

describe("edition 2026.1", () => {
  test("holds the published domains and actions, numbered in list order", () => {
    const lines = EDITION_2026_1.trim().split("\n");
    const expectedDomains = lines.map((line, index) => [index + 1, line.split(":")[0]]);
    const expectedActions = lines
      .flatMap((line) => {
        const [domain, verbs] = line.split(": ");
        return (verbs ?? "").split(" ").map((verb) => `${domain}.${verb}`);
      })
      .map((name, index) => [index + 1, name]);
    const first = listed.filter(([, { since }]) => since === "2026.1");
    expect(expectedDomains).toHaveLength(20);
    expect(expectedActions).toHaveLength(119);
    expect(taxonomy.domains.slice(1, 21).map(({ number, domain }) => [number, domain])).toEqual(
      expectedDomains,
    );
    expect(first.map(([name, { number }]) => [number, name])).toEqual(expectedActions);
    expect(byName.get("unknown.unclassified")?.number).toBe(0);
    expect(byName.get("unknown.read")?.number).toBe(120);
  });

  test("counts itself", () => {
    expect(taxonomy.edition.domains).toBe(taxonomy.domains.filter(({ number }) => number > 0).length);
    expect(taxonomy.edition.actions).toBe(listed.length);
    expect(taxonomy.edition.cite).toContain(taxonomy.edition.edition);
    expect(taxonomy.edition.cite).toContain(taxonomy.edition.released);
  });

  test("has the flags, amplifiers and tiers of the design", () => {
    expect(
      taxonomy.flags.map((flag) => `${flag.number} ${flag.id} ${flag.weight_bp} ${flag.protected}`),
    ).toEqual([
      "0 DESTRUCTION 2800 true",
      "1 PHYSICAL 2600 true",
      "2 EXECUTION 2200 true",
      "3 PRIVILEGE 2000 false",
      "4 FINANCIAL 2000 false",
      "5 EXPOSURE 1600 false",
      "6 GOVERNANCE 1400 false",
      "7 OUTBOUND 1000 false",
      "8 MUTATION 1000 false",
    ]);
    expect(
      taxonomy.amplifiers.map(({ number, id, max, weight_milli }) => [number, id, max, weight_milli]),
    ).toEqual([
      [0, "destination", 40, 155],
      [1, "sensitivity", 35, 136],
      [2, "scope", 35, 136],
      [3, "amount", 30, 117],
      [4, "session", 30, 97],
      [5, "irreversibility", 20, 97],
      [6, "volume", 25, 78],
      [7, "boundary", 20, 78],
      [8, "actor", 20, 58],
      [9, "environment", 15, 48],
    ]);
    expect(taxonomy.tiers.map(({ number, id }) => `${number} ${id}`)).toEqual([
      "0 minimal",
      "1 low",
      "2 medium",
      "3 high",
      "4 critical",
    ]);
  });

  test("has the fields of the design, in the order of their numbers", () => {
    const expected =
      "amount_minor:money currency:currency recipient:address* payee:text path:path* destination_path:path url:url " +
      "host:host environment:word count:int text:text query:text subject:text role:word resource:text account:text " +
      "channel:address visibility:word attachments:int recursive:bool force:bool branch:text repository:text " +
      "command:text language:word image:text device:text limit:int table:text* database:text name:text " +
      "permission:word* duration_s:int model:text method:word reference:text data:text user:text title:text " +
      "private:bool start:text origin:word";
    expect(taxonomy.fields.map(({ name, type, many }) => `${name}:${type}${many ? "*" : ""}`).join(" ")).toBe(
      expected,
    );
    expect(taxonomy.fields.map(({ number }) => number)).toEqual(taxonomy.fields.map((_, index) => index + 1));
  });
});

/**
 * Aliases of an edition that a later one gave to an action of its own: all there will ever be of one edition stand here, with
 * the reason in taxonomy/CHANGELOG.md. An image of the older edition keeps the old meaning.
 */
const BECAME_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  "2026.1": [
    "db.alter db.admin",
    "db.create db.insert",
    "db.drop db.admin",
    "db.grant db.admin",
    "db.truncate db.admin",
    "email.mark_read email.label",
  ],
};

describe("append only", () => {
  const directory = join(root, "test/vectors/taxonomy");
  const pins = readdirSync(directory).map(
    (file) => JSON.parse(readFileSync(join(directory, file), "utf8")) as TaxonomyPin,
  );
  const now = pinTaxonomy(taxonomy);

  test("this edition is pinned, and is what the pin says", () => {
    expect(pins.map(({ edition }) => edition)).toContain(taxonomy.edition.edition);
    expect(pins.find(({ edition }) => edition === taxonomy.edition.edition)).toEqual(now);
  });

  for (const pin of pins) {
    test(`keeps every name, number and alias of ${pin.edition}`, () => {
      for (const list of [
        "domains",
        "actions",
        "flags",
        "amplifiers",
        "tiers",
        "fields",
        "aliases",
      ] as const) {
        const current = new Set(now[list].map((pair) => pair.join(" ")));
        const gone = pin[list].map((pair) => pair.join(" ")).filter((pair) => !current.has(pair));
        expect(gone).toEqual(list === "aliases" ? (BECAME_ACTIONS[pin.edition] ?? []) : []);
      }
    });

    test(`an alias of ${pin.edition} that is gone is the name of a newer action`, () => {
      const newer = new Map(actions.filter(([, { since }]) => since > pin.edition));
      const names = (BECAME_ACTIONS[pin.edition] ?? []).map((pair) => pair.split(" ")[0] ?? "");
      expect(names.filter((name) => !newer.has(name))).toEqual([]);
    });
  }

  test("numbers and names are used once", () => {
    for (const list of ["domains", "actions", "flags", "amplifiers", "tiers", "fields"] as const) {
      expect(duplicates(now[list].map(([number]) => number))).toEqual([]);
      expect(duplicates(now[list].map(([, name]) => name))).toEqual([]);
    }
  });
});

/** Actions that start from the calmest case, and the rule of the base policy that raises all others. */
const RAISED_BY: ReadonlyMap<string, string> = new Map([["process.run_script", "script_unread"]]);
const baseRules = new Map(
  (
    parse(readFileSync(join(root, "policies/base.yaml"), "utf8")) as {
      rules: readonly { id: string; on: { actions: string[] }; raise: Record<string, number> }[];
    }
  ).rules.map((rule) => [rule.id, rule]),
);

/** The level that an action has in all but its calmest case. */
function usualLevels(name: string, action: Action): Record<string, number> {
  const rule = baseRules.get(RAISED_BY.get(name) ?? "");
  if (rule !== undefined) expect(rule.on.actions).toEqual([name]);
  const own = Object.entries(action.levels).map(([id, { level }]) => [id, level]);
  return { ...rule?.raise, ...Object.fromEntries(own) };
}

describe("every action", () => {
  const flagIds = new Set(taxonomy.flags.map(({ id }) => id));
  const maxima = new Map(taxonomy.amplifiers.map(({ id, max }) => [id, max]));
  const fieldNames = new Set(taxonomy.fields.map(({ name }) => name));

  test.each(actions)("%s names only what exists", (_, action) => {
    const flags = [...action.flags.primary, ...action.flags.secondary];
    expect(flags.filter((id) => !flagIds.has(id))).toEqual([]);
    expect(duplicates(flags)).toEqual([]);
    expect(action.fields.filter((name) => !fieldNames.has(name))).toEqual([]);
    for (const [id, { level }] of Object.entries(action.levels)) {
      expect(maxima.has(id), id).toBe(true);
      expect(level, id).toBeLessThanOrEqual(maxima.get(id) ?? 0);
    }
  });

  test.each(listed)("%s has working defaults", (name, action) => {
    expect(action.flags.primary.length + action.flags.secondary.length).toBeGreaterThan(0);
    // Only reading may come without a primary flag: whatever acts does something in the first place.
    if (action.effect !== "read") expect(action.flags.primary.length).toBeGreaterThan(0);
    expect(Object.keys(usualLevels(name, action)).length).toBeGreaterThan(0);
    expect(action.fields.length).toBeGreaterThan(0);
    expect(action.tools.length).toBeGreaterThanOrEqual(2);
    expect(action.aliases.length).toBeGreaterThan(0);
  });

  test.each(actions)("%s has an irreversibility level that fits its reversibility", (name, action) => {
    const level = usualLevels(name, action).irreversibility ?? 0;
    // A new account can be deleted again at once, so `reversible` needs no level; the other two words do.
    const [low, high] =
      { reversible: [0, 3], hard: [4, 12], irreversible: [13, 20] }[action.reversibility] ?? [];
    expect(level).toBeGreaterThanOrEqual(low ?? Number.NaN);
    expect(level).toBeLessThanOrEqual(high ?? Number.NaN);
  });

  test("that can take money, act on paths or addresses has the field that rules look at", () => {
    const needs: [string, (action: Action, name: string) => boolean][] = [
      ["amount_minor", (action) => action.effect === "pay"],
      ["currency", (action) => action.fields.includes("amount_minor")],
      ["path", (_, name) => name.startsWith("files.") && name !== "files.download"],
      ["url", (_, name) => name.startsWith("network.") || name.startsWith("browser.")],
      [
        "recipient",
        (_, name) => /^(email|messages)\.send|^email\.(reply|forward|draft)$|^voice\.place/.test(name),
      ],
      ["device", (_, name) => name.startsWith("device.")],
    ];
    for (const [field, applies] of needs) {
      const lacking = listed.filter(
        ([name, action]) => applies(action, name) && !action.fields.includes(field),
      );
      expect(
        lacking.map(([name]) => name),
        field,
      ).toEqual([]);
    }
  });

  test("is reached by each alias and tool name alone", () => {
    const aliases = actions.flatMap(([, action]) => action.aliases);
    expect(duplicates(aliases)).toEqual([]);
    expect(aliases.filter((alias) => byName.has(alias))).toEqual([]);
    expect(duplicates(actions.flatMap(([, { tools }]) => tools))).toEqual([]);
  });

  test.each([
    ["payment.refund", "payments.refund"],
    ["file.read", "files.read"],
    ["secret.get", "secrets.read"],
    ["mail.send", "email.send"],
    ["db.query", "db.select"],
    ["shell.exec", "process.shell"],
    ["http.get", "network.http_get"],
  ])("%s means %s", (alias, name) => {
    expect(byName.get(name)?.aliases).toContain(alias);
  });

  test("lives in the file of its domain", () => {
    for (const [path, text] of Object.entries(sources)) {
      const file = /^taxonomy\/actions\/(.+)\.yaml$/.exec(path)?.[1];
      if (file !== undefined) expect((parse(text) as { domain: string }).domain).toBe(file);
    }
  });
});

// The scale the taxonomy starts with: weights of flags.yaml, gains of four times the weight, tiers of the design.
const START: Scale = {
  hazards: Object.fromEntries(taxonomy.flags.map(({ id, weight_bp }) => [id, hazardOfScore(weight_bp)])),
  gains: Object.fromEntries(taxonomy.amplifiers.map(({ id, weight_milli }) => [id, 4 * weight_milli])),
  thresholds: [hazardOfScore(1_500), hazardOfScore(3_500), hazardOfScore(5_500), hazardOfScore(7_500)],
};

describe("arithmetic", () => {
  test.each([
    // -ln(1 - w) by a pocket calculator, in millionths, rounded up.
    [2_800, 328_505],
    [2_600, 301_106],
    [2_200, 248_462],
    [2_000, 223_144],
    [1_600, 174_354],
    [1_400, 150_823],
    [1_000, 105_361],
  ])("%i basis points begin at hazard %i", (bp, hazard) => {
    expect(hazardOfScore(bp)).toBe(hazard);
  });

  test.each([
    // 105361 + 174354/2 = 192538; x (20000 + 388 x 7)/20000 = 218684.6
    ["email.send", 218_684, 1_964, "low"],
    // 223144 + (105361 + 105361)/2 = 328505; x (20000 + 388 x 10)/20000 = 392234.97
    ["payments.refund", 392_234, 3_244, "low"],
    // 174354/2 = 87177; x (35000 + 544 x 5)/35000 = 93951.9
    ["files.read", 93_951, 896, "minimal"],
    // 328505 + 105361/2 = 381185.5, down; x (20000 + 388 x 10)/20000 = 455134.9
    ["db.delete", 455_134, 3_656, "medium"],
  ])("%s has hazard %i by hand", (name, hazard, score, tier) => {
    expect(defaultRisk(action(name), taxonomy, START)).toEqual({ hazard, score, tier });
  });
});

describe("default tiers under base policy", () => {
  const scale = scaleOf(sources, taxonomy);
  const risk = (name: string) => defaultRisk(action(name), taxonomy, scale);

  // A write has what rules add to it, outside the project and where something runs the file (docs/adr/0008).
  test("only reads and plain writes of files are minimal, and all reads but that of a secret are", () => {
    for (const [name, { effect }] of actions) {
      if (name === "secrets.read" || name === "files.write") continue;
      expect(risk(name).tier === "minimal", `${name}: ${risk(name).tier}`).toBe(effect === "read");
    }
  });

  test.each([
    ["secrets.read", "medium"],
    ["email.draft", "low"],
    ["email.label", "low"],
    ["email.archive", "low"],
    ["email.send", "low"],
    ["email.delete", "low"],
    ["tasks.comment", "low"],
    ["files.write", "minimal"],
    ["files.delete", "low"],
    ["db.delete", "medium"],
    ["db.admin", "high"],
    ["payments.refund", "low"],
    ["process.shell", "medium"],
    ["iam.assign_role", "medium"],
    ["legal.sign_document", "medium"],
    ["legal.submit_filing", "medium"],
    ["legal.accept_terms", "medium"],
    ["device.unlock", "medium"],
    ["device.camera_enable", "medium"],
    ["infra.terminate_resource", "high"],
    ["dev.deploy", "medium"],
    ["browser.execute_js", "medium"],
    ["unknown.unclassified", "medium"],
    ["unknown.read", "minimal"],
  ])("%s is %s", (name, tier) => {
    expect(risk(name).tier).toBe(tier);
  });

  test("nothing is critical before a fact raises it", () => {
    expect(actions.filter(([name]) => risk(name).tier === "critical").map(([name]) => name)).toEqual([]);
  });

  test.each([
    ["email.search < email.draft < email.send < email.forward < email.delete"],
    ["messages.search < messages.react < messages.send_dm < messages.post_channel"],
    ["content.update_cms < content.post_social < content.send_newsletter"],
    ["calendar.list_events < calendar.rsvp < calendar.create_event < calendar.delete_event"],
    ["tasks.create < tasks.update < tasks.comment < tasks.delete"],
    ["files.list < files.read < files.write < files.copy < files.upload < files.share < files.delete"],
    ["db.select < db.insert < db.update < db.delete < db.admin"],
    ["db.backup < db.export"],
    ["crm.search_contacts < crm.create_contact < crm.update_contact < crm.export < crm.delete_contact"],
    [
      "payments.get_balance < payments.create_invoice < payments.charge < payments.refund < payments.transfer",
    ],
    ["legal.accept_terms < legal.submit_filing < legal.sign_document"],
    [
      "iam.list_users < iam.update_user < iam.revoke_role < iam.create_user < iam.assign_role < iam.delete_user",
    ],
    ["secrets.create < secrets.read < secrets.rotate"],
    ["infra.list_resources < infra.create_resource < infra.modify_resource < infra.terminate_resource"],
    ["process.run_script < process.docker_run < process.shell"],
    ["network.http_get < network.webhook_send < network.http_post"],
    ["dev.get_repo < dev.create_issue < dev.create_pr < dev.push_code < dev.merge_pr < dev.deploy"],
    [
      "browser.screenshot < browser.navigate < browser.click < browser.fill_form < browser.submit_form < browser.execute_js",
    ],
    ["device.lock < device.camera_disable < device.unlock"],
    ["ai.embed < ai.prompt < ai.fine_tune"],
    ["voice.transfer_call < voice.leave_voicemail < voice.place_call < voice.record_call"],
  ])("%s", (order) => {
    const names = order.split(" < ");
    for (const [index, name] of names.slice(1).entries()) {
      const before = names[index] ?? "";
      expect(risk(before).hazard, `${before} < ${name}`).toBeLessThan(risk(name).hazard);
    }
  });
});

describe("schemas", () => {
  const ajv = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    strictRequired: false,
    formats: { date: true },
  });
  const directory = join(root, "taxonomy/schema");
  for (const file of readdirSync(directory))
    ajv.addSchema(JSON.parse(readFileSync(join(directory, file), "utf8")));
  const validate = (schema: string, value: unknown): string[] => {
    const check = ajv.getSchema(`${schema}.schema.json`);
    if (check === undefined) throw new Error(`no schema ${schema}`);
    if (check(value) === true) return [];
    return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };

  const files = yamlFiles();
  test.each(files)("%s matches schema %s", (path, schema) => {
    expect(validate(schema, parse(readFileSync(join(root, path), "utf8")))).toEqual([]);
  });

  test("cover every YAML file of taxonomy and policies", () => {
    expect(files.filter(([, schema]) => schema === "")).toEqual([]);
    expect(files.length).toBeGreaterThanOrEqual(26);
  });

  test("know the effects that the wire knows", () => {
    const effects = (parse(readFileSync(join(root, "taxonomy/wire.yaml"), "utf8")) as { effects: string[] })
      .effects;
    for (const effect of effects) expect(validate("actions", domainWith({ effect }))).toEqual([]);
    expect(validate("actions", domainWith({ effect: "think" }))).not.toEqual([]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["an unknown key", { risk: 3 }],
    ["a level of zero", { levels: { scope: { level: 0, why: "Nothing happens here." } } }],
    ["a level without a reason", { levels: { scope: { level: 3 } } }],
    ["an alias without a domain", { aliases: ["refund"] }],
    ["a description that is no sentence", { description: "refunds" }],
    ["an obligation nobody knows", { obligations: [{ kind: "pray" }] }],
    ["an obligation with a member of another", { obligations: [{ kind: "approvers", text: "x" }] }],
    ["a fractional number", { number: 1.5 }],
  ])("refuse an action with %s", (_, change) => {
    expect(validate("actions", domainWith({}))).toEqual([]);
    expect(validate("actions", domainWith(change))).not.toEqual([]);
  });

  const rule = { id: "raise_it", reason: "A reason that says why." };
  const row = { ...rule, verdict: "review" };
  test.each<[string, unknown, boolean]>([
    ["rule", { ...rule, raise: { scope: 20 } }, true],
    [
      "rule",
      { ...rule, add: { primary: ["OUTBOUND"] }, when: { recipient_scope: ["external", "mixed"] } },
      true,
    ],
    [
      "rule",
      { ...rule, raise: { scope: 20 }, when: { any: [{ path: { under: ["~/.ssh"] } }, { url: "present" }] } },
      true,
    ],
    ["rule", { ...rule, raise: { scope: 20 }, when: { time: { not_from: "09:00", not_to: "17:00" } } }, true],
    ["rule", rule, false],
    ["rule", { ...rule, raise: { scope: 0 } }, false],
    ["rule", { ...rule, raise: { scope: 20 }, when: {} }, false],
    ["rule", { ...rule, raise: { scope: 20 }, when: { any: [] } }, false],
    ["rule", { ...rule, raise: { scope: 20 }, when: { amount: { gt: 5 } } }, false],
    ["rule", { ...rule, raise: { scope: 20 }, when: { time: { from: "09:00", to: "25:00" } } }, false],
    ["rule", { ...rule, id: "x", raise: { scope: 20 } }, false],
    ["gate", { ...rule, when: { flags_all: ["DESTRUCTION"], level: { scope: { ge: 25 } } } }, true],
    ["gate", rule, false],
    ["gate", { ...rule, when: { level: { scope: 25 } } }, false],
    ["row", { ...row, on: { actions: ["email.*"], except: ["email.draft"] } }, true],
    [
      "row",
      {
        ...row,
        obligations: [
          { kind: "ttl_ms", ms: 60_000 },
          { kind: "redact", path: "args.text" },
        ],
      },
      true,
    ],
    [
      "row",
      {
        ...row,
        violates: [
          { action: "files.read", fields: { path: "a" } },
          { tool: "read", args: {} },
        ],
      },
      true,
    ],
    ["row", { ...row, when: { "field.environment": { not_in: "dev" }, "context.role": "absent" } }, true],
    ["row", { ...row, when: { "call.environment": "dev" } }, false],
    ["row", { ...row, verdict: "allow", obligations: [{ kind: "dry_run" }] }, true],
    ["row", { ...row, verdict: "allow" }, false],
    ["row", { ...row, verdict: "permit" }, false],
    ["row", { ...row, on: {} }, false],
    ["row", { ...row, violates: [{ action: "files.read", args: {} }] }, false],
    [
      "relax",
      {
        ...row,
        verdict: "allow",
        owner: "ops",
        on: { actions: ["files.write"] },
        when: { path: { under: ["/srv"] } },
        expires: "2027-01-31",
      },
      true,
    ],
    [
      "relax",
      {
        ...row,
        verdict: "allow",
        owner: "ops",
        on: { actions: ["files.*"] },
        when: { path: { under: ["/srv"] } },
        expires: "2027-01-31",
      },
      false,
    ],
    [
      "relax",
      { ...row, verdict: "allow", owner: "ops", on: { actions: ["files.write"] }, expires: "2027-01-31" },
      false,
    ],
    [
      "relax",
      {
        ...row,
        verdict: "allow",
        owner: "ops",
        on: { actions: ["files.write"] },
        when: { count: 1 },
        expires: "soon",
      },
      false,
    ],
  ])("of entries: %s %j is %s", (kind, value, good) => {
    const check = ajv.getSchema(`entries.schema.json#/definitions/${kind}`);
    expect(check?.(value)).toBe(good);
  });

  const pack = {
    pack: "mail",
    version: "1.0.0",
    publisher: "permit0",
    title: "Mail",
    description: "Mail tools.",
  };
  const tool = { id: "send", names: ["send_mail"], action: "email.send" };
  test.each<[string, unknown, boolean]>([
    ["pack", { ...pack, tools: [tool] }, true],
    [
      "pack",
      {
        ...pack,
        tools: [
          {
            ...tool,
            args: { "options.dry": "absent" },
            fields: {
              recipient: { all: ["to", "cc"] },
              amount_minor: { from: "amount", unit: "minor" },
              count: { count: "items" },
              text: ["text", "body"],
            },
          },
        ],
      },
      true,
    ],
    ["pack", { ...pack, tools: [{ id: "send", action: "email.send" }] }, false],
    ["pack", { ...pack, tools: [{ ...tool, patterns: ["*send*"] }] }, false],
    ["pack", { ...pack, tools: [{ ...tool, fields: { text: { of: "body" } } }] }, false],
    ["pack", { ...pack, tools: [tool], gates: [] }, false],
    [
      "profile",
      { profile: "strict", version: "1.0.0", thresholds: { medium: { bp: 3000, why: "Reviewed earlier." } } },
      true,
    ],
    ["profile", { profile: "strict", version: "1.0.0", relax: [] }, false],
    [
      "org",
      {
        org: "acme",
        dated: "2026-11-22",
        domains: ["acme.com", "*.acme.com"],
        packs: "all",
        servers: { db: { pack: "postgres" } },
      },
      true,
    ],
    ["org", { org: "acme", dated: "2026-11-22", unknown_read: { enabled: true } }, false],
    ["org", { org: "acme", dated: "2026-11-22", domains: ["acme*.com"] }, false],
    ["base", { base: "2026.1" }, false],
    ["reasons", [{ code: "tier_low", sentence: "The effect is small." }], true],
    ["reasons", [{ code: "tier_low" }], false],
  ])("of policies: %s %j is %s", (schema, value, good) => {
    expect(validate(schema, value).length === 0, validate(schema, value).join("\n")).toBe(good);
  });
});

describe("readings", () => {
  const rendered = renderTaxonomy(sources);

  test("are the same for the same sources, in whatever order they come", () => {
    expect(renderTaxonomy(Object.fromEntries(Object.entries(sources).reverse()))).toEqual(rendered);
  });

  test("change when a source does", () => {
    const text = sources["taxonomy/actions/ai.yaml"] ?? "";
    const changed = renderTaxonomy({
      ...sources,
      "taxonomy/actions/ai.yaml": text.replace("title: Prompt a model", "title: Ask a model"),
    });
    for (const reading of ["md", "json", "csv"] as const)
      expect(changed[reading]).not.toBe(rendered[reading]);
  });

  test("JSON holds everything the sources hold", () => {
    const json = JSON.parse(rendered.json);
    expect(json.flags).toEqual(taxonomy.flags);
    expect(json.amplifiers).toEqual(taxonomy.amplifiers);
    expect(json.tiers).toEqual(taxonomy.tiers);
    expect(json.fields).toEqual(taxonomy.fields);
    expect(json.domains).toEqual(
      taxonomy.domains.map((domain) => ({
        ...domain,
        actions: domain.actions.map((entry) => ({ name: `${domain.domain}.${entry.verb}`, ...entry })),
      })),
    );
  });

  test("CSV has one row an action, in the order of the numbers, as wide as the header", () => {
    const [head, ...rows] = parseCsv(rendered.csv);
    expect(rows.map((row) => [Number(row[2]), row[1]])).toEqual(pinTaxonomy(taxonomy).actions);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([head?.length]));
    const description = head?.indexOf("description") ?? -1;
    for (const row of rows) expect(row[description]).toBe(byName.get(row[1] ?? "")?.description);
  });

  test.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["=A1,B1", `"'=A1,B1"`],
    ['say "no"', '"say ""no"""'],
    ["two\nlines", '"two\nlines"'],
    ["a=b", "a=b"],
  ])("CSV writes %j as %j", (text, written) => {
    expect(csvCell(text)).toBe(written);
  });

  test("Markdown shows every action once as a row, and links that lead somewhere", () => {
    for (const [name] of actions) {
      expect(rendered.md.split(`\n| \`${name}\` |`)).toHaveLength(2);
      expect(rendered.md.split(`\n**\`${name}\`** `)).toHaveLength(2);
    }
    const anchors = new Set(
      [...rendered.md.matchAll(/^## (.+)$/gm)].map(([, title]) =>
        (title ?? "").toLowerCase().replaceAll(" ", "-"),
      ),
    );
    const links = [...rendered.md.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target ?? "");
    expect(links).toHaveLength(taxonomy.edition.domains);
    expect(links.filter((target) => !anchors.has(target))).toEqual([]);
  });
});

function action(name: string): Action {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`no action ${name}`);
  return found;
}

function duplicates<T>(values: readonly T[]): T[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

/** A domain file of one good action, changed in some members. */
function domainWith(change: Record<string, unknown>): unknown {
  return {
    domain: "payments",
    number: 9,
    title: "Payments",
    description: "Money that moves.",
    actions: [
      {
        verb: "refund",
        number: 58,
        since: "2026.1",
        title: "Refund",
        description: "Returns money.",
        effect: "pay",
        reversibility: "hard",
        fields: ["amount_minor"],
        flags: { primary: ["FINANCIAL"], secondary: [] },
        levels: { irreversibility: { level: 10, why: "Money is gone." } },
        obligations: [{ kind: "approvers", count: 1 }],
        tools: ["refund_order"],
        aliases: ["payment.refund"],
        ...change,
      },
    ],
  };
}

/** Every YAML file of taxonomy, policies and the example organisations, with the name of its schema. */
function yamlFiles(): [string, string][] {
  const walk = (directory: string): string[] =>
    !existsSync(join(root, directory))
      ? []
      : readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) =>
          entry.isDirectory() ? walk(`${directory}/${entry.name}`) : [`${directory}/${entry.name}`],
        );
  const schemaOf = (path: string): string =>
    /^taxonomy\/actions\//.test(path)
      ? "actions"
      : (/^taxonomy\/([a-z]+)\.yaml$/.exec(path)?.[1] ??
        (path === "policies/base.yaml" ? "base" : undefined) ??
        (/^policies\/(calibration|cases\/[^/]+)\.yaml$/.test(path) ? "calibration" : undefined) ??
        /^policies\/(corpus|coverage)\.yaml$/.exec(path)?.[1] ??
        (/^policies\/packs\/[^/]+\/pack\.yaml$/.test(path) ? "pack" : undefined) ??
        (/^policies\/profiles\/[^/]+\.yaml$/.test(path) ? "profile" : undefined) ??
        (path.startsWith("examples/org/") ? "org" : ""));
  return [...walk("taxonomy"), ...walk("policies"), ...walk("examples/org")]
    .filter((path) => path.endsWith(".yaml"))
    .sort()
    .map((path) => [path, schemaOf(path)]);
}

/** RFC 4180, strictly: the test's own reader, so that a slip of the writer is seen. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let value = "";
    if (text[at] === '"') {
      for (at += 1; ; at += 1) {
        if (text[at] === undefined) throw new Error("quote not closed");
        if (text[at] !== '"') value += text[at];
        else if (text[at + 1] === '"') value += text[++at];
        else break;
      }
      at += 1;
    } else {
      while (at < text.length && text[at] !== "," && text[at] !== "\r") {
        if (text[at] === '"' || text[at] === "\n")
          throw new Error(`bare ${JSON.stringify(text[at])} at ${at}`);
        value += text[at++];
      }
    }
    row.push(value);
    if (text[at] === ",") at += 1;
    else if (text.startsWith("\r\n", at)) {
      rows.push(row);
      row = [];
      at += 2;
    } else throw new Error(`neither comma nor CRLF at ${at}`);
  }
  return rows;
}
