/**
 * What the golden vectors ask, each with the reason why it is asked. `tools/vectors.ts` lets the model answer and writes
 * test/vectors. A new case is a new line here.
 */
import type { Plain, RequestSource } from "./request-writer.ts";

export const toolNames: [why: string, name: string][] = [
  ["snake case stays", "send_email"],
  ["a capital after a small letter starts a word", "sendEmail"],
  ["hyphens are joints", "send-email"],
  ["all capitals are one word each", "SEND EMAIL"],
  ["a run of capitals ends before the last one if a small letter follows", "getHTTPHeader"],
  ["a run of capitals at the end stays together", "parseURL"],
  ["digits stay with the word before them", "resize2X"],
  ["a capital after a digit starts a word", "v2Send"],
  ["joints at both ends fall away", "--send..email__"],
  ["several joints are one", "send - / email"],
  ["bytes above ASCII stay and start no word", "größeÄndern"],
  ["a capital after a byte above ASCII starts no word", "éA"],
  ["only joints: nothing is left", "-_. "],
  ["a single capital", "A"],
  ["two capitals and a small letter", "ABc"],
];

export const mcpNames: [why: string, name: string][] = [
  ["server and name", "mcp__github__create_issue"],
  ["the first joint counts", "mcp__a__b__c"],
  ["a server may begin with underscores", "mcp____x__y"],
  ["nothing after the joint: not of this form", "mcp__a__"],
  ["no second joint", "mcp__a_b"],
  ["the prefix is exact", "Mcp__a__b"],
  ["an empty server is no server: the joint is looked for from the second byte on", "mcp_____b"],
];

export interface PathCase {
  cwd?: string;
  realpaths?: Record<string, string>;
}

export const paths: [why: string, path: string, place?: PathCase][] = [
  ["relative, nothing known about the place", "src/a.ts"],
  ["relative, below the working directory", "src/a.ts", { cwd: "/work/app" }],
  ["dots and double slashes fall away", "./a//./b/", { cwd: "/work/app" }],
  ["two dots leave the working directory", "../other/x", { cwd: "/work/app" }],
  ["two dots do not leave the root", "/../../etc/passwd"],
  ["two dots stay under a relative anchor", "../../x"],
  ["a kept pair of dots is not removed by a later one", "a/../../../b"],
  ["home", "~/.ssh/id_rsa"],
  ["home by its variable", "$HOME/.ssh"],
  ["home by its variable in braces", "$" + "{HOME}/.ssh"],
  ["another user's home is an ordinary name", "~bob/x"],
  ["a longer variable is an ordinary name", "$HOMEX/y"],
  ["two dots above home are kept", "~/../bob"],
  ["backslashes are slashes", "..\\..\\x"],
  ["a drive is the first segment", "C:\\Users\\Bob\\.ssh"],
  ["a drive without a slash after it is a name", "C:x"],
  ["a file URL without a host", "file:///etc/passwd"],
  ["a file URL with a host", "FILE://host/etc/passwd"],
  ["a file URL without a path", "file://host"],
  ["a link that the host resolved", "link", { cwd: "/work/app", realpaths: { link: "/etc/passwd" } }],
  ["realpaths match the text as given", "./link", { cwd: "/work/app", realpaths: { link: "/etc/passwd" } }],
  ["a relative answer of the host", "link", { cwd: "/work/app", realpaths: { link: "../x" } }],
  ["nothing", ""],
  ["a zero byte", "a\0b"],
  ["only the root", "/"],
  ["only dots", "./."],
];

export const underPatterns: [why: string, path: string, pattern: string][] = [
  ["from the root", "/etc/ssh/sshd_config", "/etc"],
  ["a whole segment", "/etcetera", "/etc"],
  ["home in its own spelling", "~/.ssh/id_rsa", "~/.ssh"],
  ["home below /home", "/home/bob/.ssh/id_rsa", "~/.ssh"],
  ["home below /Users, case ignored", "/USERS/bob/.SSH", "~/.ssh"],
  ["home of root", "/root/.ssh", "~/.ssh"],
  ["home on a drive", "C:\\Users\\bob\\.ssh", "~/.ssh"],
  ["the homes themselves are nobody's home", "/home/.ssh", "~/.ssh"],
  ["anywhere", "a/b/.git/hooks/post-commit", ".git/hooks"],
  ["anywhere, in a row", "a/.git/x/hooks", ".git/hooks"],
  ["relative is not the root", "etc/x", "/etc"],
];

export const namePatterns: [why: string, name: string, pattern: string][] = [
  ["exact, case ignored", ".ENV", ".env"],
  ["a star for the start", "server.pem", "*.pem"],
  ["a star for the end", "id_rsa.pub", "id_*"],
  ["several stars", "my-credentials.json", "*credential*"],
  ["pieces do not overlap", "aba", "ab*ba"],
  ["a dot is a dot", "xenv", ".env"],
  ["a star alone", "anything", "*"],
];

export const addresses: [why: string, address: string][] = [
  ["plain", "bob@acme.example"],
  ["case does not count", "Bob@ACME.Example"],
  ["a name before it", "Bob Smith <bob@acme.example>"],
  ["a name with a comma is cut: the first piece is no address", '"Smith, Bob" <bob@acme.example>'],
  ["several", "a@acme.example; b@partner.example, c@mail.acme.example"],
  ["a mailto link", "MAILTO:bob@partner.example"],
  ["one final dot", "bob@acme.example."],
  ["the asking person", "alice@acme.example"],
  ["a handle says nothing about where it is", "#general"],
  ["two signs are nobody's domain", "a@b@acme.example"],
  ["letters above ASCII in the domain are outside", "bob@äcme.example"],
  ["letters above ASCII before the sign are fine", "böb@acme.example"],
  ["a look-alike ending", "bob@notacme.example"],
  ["nothing but joints", " , ;"],
  ["a control byte", "bob\u0007@acme.example"],
  ["too long", `${"a".repeat(320)}@acme.example`],
];

export const hosts: [why: string, host: string][] = [
  ["a name", "API.Partner.Example"],
  ["a final dot", "partner.example."],
  ["two final dots: one stays", "partner.example.."],
  ["the organisation's", "acme.example"],
  ["below the organisation's", "db.eu.acme.example"],
  ["loopback", "127.0.0.1"],
  ["loopback as one number", "2130706433"],
  ["loopback in hexadecimal", "0x7f.1"],
  ["loopback in octal", "0177.0.0.01"],
  ["a bad octal is no name either", "08.1.1.1"],
  ["a part too large", "1.2.3.256"],
  ["the last part may fill what is left", "10.65535"],
  ["five parts", "1.2.3.4.5"],
  ["cloud metadata by address", "169.254.169.254"],
  ["cloud metadata by name", "metadata.google.internal"],
  ["carrier-grade NAT", "100.64.0.1"],
  ["just above it", "100.128.0.1"],
  ["multicast and above", "224.0.0.1"],
  ["public", "8.8.8.8"],
  ["IPv6 loopback in brackets", "[::1]"],
  ["IPv6 without brackets", "2001:db8::1"],
  ["IPv6 link-local", "fe80::1"],
  ["IPv4 inside IPv6", "[::ffff:169.254.169.254]"],
  ["IPv4 inside IPv6, old form", "::127.0.0.1"],
  ["IPv4 inside 6to4", "2002:0a00:0001::1"],
  ["IPv4 inside NAT64", "64:ff9b::10.0.0.1"],
  ["nine groups", "1:2:3:4:5:6:7:8:9"],
  ["two gaps", "1::2::3"],
  ["a zone is not an address", "[fe80::1%eth0]"],
  ["a single word", "printer"],
  ["a private ending", "nas.home.arpa"],
  ["punycode", "xn--mnchen-3ya.example"],
  ["letters above ASCII", "münchen.example"],
  ["a space", "a b.example"],
  ["percent escapes are not read", "a%2eexample"],
  ["nothing", ""],
];

export const urls: [why: string, url: string][] = [
  ["plain", "https://partner.example/a?b#c"],
  ["no scheme", "partner.example/a"],
  ["a port without a scheme", "localhost:8080/x"],
  ["case and backslashes", "HTTP:\\\\partner.example\\a"],
  ["many slashes", "https:////partner.example/"],
  ["userinfo that looks like the host", "https://acme.example@evil.example/"],
  ["an empty userinfo", "https://@partner.example/"],
  ["a second sign", "https://a@b@partner.example/"],
  ["white space inside is removed", "ht\ntps://part\tner.example/"],
  ["white space and control bytes around", " \u0001https://partner.example/\n"],
  ["a number as host", "http://2130706433/"],
  ["IPv6 with a port", "http://[::1]:80/"],
  ["IPv6 with an empty port", "http://[::1]:/"],
  ["IPv6 without its end", "http://[::1/"],
  ["a port that is none", "http://a:b/"],
  ["no host", "https:///"],
  ["data has no host", "data:text/html,x"],
  ["script", "JavaScript:alert(1)"],
  ["an unknown scheme with slashes", "gopher://partner.example/"],
  ["an unknown scheme without slashes is a host and a port", "foo:80"],
  ["punycode", "https://xn--a.example/"],
  ["nothing", " "],
];

export const amounts: [why: string, value: Plain, unit: string, currency: string][] = [
  ["an integer in a direct call is minor units", 85_000, "direct", "USD"],
  ["decimal text is major units", "850.00", "direct", "USD"],
  ["decimal text without a point too", "850", "direct", "USD"],
  ["a double is major units", 850.5, "direct", "USD"],
  ["a double that no decimal with two digits has", 0.1 + 0.2, "direct", "USD"],
  ["the nearest double to a decimal counts as that decimal", 0.29, "direct", "USD"],
  ["1.005 has three digits", 1.005, "direct", "USD"],
  ["1.005 is fine with three digits", 1.005, "direct", "KWD"],
  ["no minor unit", "850.5", "direct", "JPY"],
  ["a whole number of a currency without minor unit", "850", "direct", "JPY"],
  ["a sign does not count", -1999, "direct", "USD"],
  ["a negative decimal", "-19.99", "direct", "USD"],
  ["vendor's minor units as text", "1999", "minor", "USD"],
  ["vendor's minor units with a point are major after all", "19.99", "minor", "USD"],
  ["vendor's major units", 19, "major", "USD"],
  ["white space around", " 19.99\n", "major", "USD"],
  ["trailing zeros beyond the digits", "19.990000", "direct", "USD"],
  ["too fine", "19.999", "direct", "USD"],
  ["the largest amount", 999_999_999_999_999, "direct", "USD"],
  ["one above it", 1_000_000_000_000_000, "direct", "USD"],
  ["range before inexactness", "10000000000000.001", "direct", "USD"],
  ["a huge double", 1e300, "direct", "USD"],
  ["the smallest double", 5e-324, "direct", "USD"],
  ["an exponent is no decimal", "1e3", "direct", "USD"],
  ["thousands separators", "1,000.00", "direct", "USD"],
  ["a bare point", ".5", "direct", "USD"],
  ["true is no amount", true, "direct", "USD"],
];

export const hazards: [
  why: string,
  primary: string[],
  secondary: string[],
  levels: Record<string, number> | "max",
][] = [
  ["nothing at all", [], [], {}],
  ["a primary flag with no amplifier scores its weight", ["DESTRUCTION"], [], {}],
  ["a secondary flag is half", [], ["DESTRUCTION"], {}],
  ["an odd sum is cut once, after both roles are added", ["FINANCIAL"], ["OUTBOUND", "EXPOSURE"], {}],
  ["mail to a colleague", ["OUTBOUND"], ["EXPOSURE"], { irreversibility: 12 }],
  ["mail to a stranger", ["OUTBOUND"], ["EXPOSURE"], { irreversibility: 12, destination: 40, boundary: 20 }],
  [
    "mail to a stranger with a secret in it",
    ["OUTBOUND"],
    ["EXPOSURE"],
    { irreversibility: 12, destination: 40, boundary: 20, sensitivity: 35 },
  ],
  ["a refund", ["FINANCIAL"], ["OUTBOUND", "MUTATION"], { irreversibility: 10, amount: 15 }],
  [
    "a large refund",
    ["FINANCIAL"],
    ["OUTBOUND", "MUTATION"],
    { irreversibility: 10, amount: 30, environment: 15 },
  ],
  ["one level of each amplifier at its smallest step", ["MUTATION"], [], one(1)],
  ["every flag, every amplifier at its maximum: the ceiling is far away", all(), [], "max"],
  ["every flag as secondary", [], all(), {}],
  ["rounding at each step, not at the end", ["EXPOSURE"], [], { destination: 7, sensitivity: 3, volume: 11 }],
  [
    "the order of the amplifiers is part of the result",
    ["GOVERNANCE"],
    [],
    { destination: 1, environment: 1 },
  ],
  ["an admin grant", ["PRIVILEGE"], ["GOVERNANCE"], { scope: 35, irreversibility: 6 }],
  ["a table dropped in production", ["DESTRUCTION"], [], { scope: 35, irreversibility: 20, environment: 15 }],
];

function all(): string[] {
  return [
    "DESTRUCTION",
    "PHYSICAL",
    "EXECUTION",
    "PRIVILEGE",
    "FINANCIAL",
    "EXPOSURE",
    "GOVERNANCE",
    "OUTBOUND",
    "MUTATION",
  ];
}

function one(level: number): Record<string, number> {
  return Object.fromEntries(
    [
      "destination",
      "sensitivity",
      "scope",
      "amount",
      "session",
      "irreversibility",
      "volume",
      "boundary",
      "actor",
      "environment",
    ].map((name) => [name, level]),
  );
}

export const scores: [why: string, hazard: number][] = [
  ["nothing", 0],
  ["the last hazard that scores nothing", 100],
  ["the first that scores one", 101],
  ["the weight of FINANCIAL", 223_144],
  ["one below it", 223_143],
  ["low begins", 162_519],
  ["medium begins", 430_783],
  ["high begins", 798_508],
  ["critical begins", 1_386_295],
  ["one half", 693_148],
  ["just below one half", 693_147],
  ["the first hazard of the last score", 9_210_341],
  ["one below it", 9_210_340],
  ["the ceiling", 60_000_000],
];

export const table: [why: string, routed: string, relaxed: string[], rows: string[], gated: boolean][] = [
  ["the score alone", "allow", [], [], false],
  ["the score alone", "review", [], [], false],
  ["the score alone", "deny", [], [], false],
  ["a gate denies whatever the score says", "allow", [], [], true],
  ["a gate is stronger than a relax entry", "review", ["allow"], [], true],
  ["a row puts a floor", "allow", [], ["review"], false],
  ["the strictest row counts", "allow", [], ["review", "deny", "allow"], false],
  ["a row never lowers", "deny", [], ["allow"], false],
  ["a row that allows only brings obligations", "review", [], ["allow"], false],
  ["a relax entry lowers the score's verdict", "review", ["allow"], [], false],
  ["a relax entry lowers a denial of the score", "deny", ["review"], [], false],
  ["a relax entry never raises", "allow", ["review"], [], false],
  ["the calmest relax entry counts", "deny", ["review", "allow"], [], false],
  ["a row stays above a relax entry", "review", ["allow"], ["review"], false],
  ["a denying row stays above a relax entry", "deny", ["allow"], ["deny"], false],
  ["all at once", "deny", ["allow"], ["allow", "review"], true],
];

/** Facts that somebody vouches for. */
const vouched = {
  actor: "alice@acme.example",
  environment: "staging",
  roles: ["support"],
  tz_min: 60,
  host: { cwd: "/work/app" },
  asserted_by: { actor: "sso", environment: "deploy", roles: "sso", tz_min: "host", host: "runner" },
};

/** Whole calls, by the image they are asked of. */
export const calls: [why: string, image: "sample" | "small", call: RequestSource][] = [
  [
    "a direct refund, everything known",
    "sample",
    {
      action: "payments.refund",
      fields: { amount: 1500, currency: "USD", payee: "acct_42" },
      context: vouched,
    },
  ],
  [
    "the same by an alias and a default currency, which is named in the record",
    "sample",
    { action: "refund.create", fields: { amount: 1500, payee: "acct_42" }, context: vouched },
  ],
  [
    "the same facts as claims calm nothing",
    "sample",
    {
      action: "payments.refund",
      fields: { amount: 1500, currency: "USD", payee: "acct_42" },
      context: { ...vouched, asserted_by: {} },
    },
  ],
  ["no fact at all", "sample", { action: "payments.refund", fields: {} }],
  [
    "a large refund to a stranger meets a gate",
    "sample",
    {
      action: "payments.refund",
      fields: { amount: "25000.00", currency: "USD", payee: "acct_77" },
      context: vouched,
    },
  ],
  [
    "an amount that is no number of cents is reviewed by two",
    "sample",
    { action: "payments.refund", fields: { amount: 0.1 + 0.2, payee: "acct_42" }, context: vouched },
  ],
  [
    "a currency nobody knows",
    "sample",
    { action: "payments.refund", fields: { amount: 5, currency: "XXX" }, context: vouched },
  ],
  [
    "an amount that cannot be read",
    "sample",
    { action: "payments.refund", fields: { amount: "a lot" }, context: vouched },
  ],
  [
    "a relax entry that has expired",
    "sample",
    {
      action: "payments.refund",
      fields: { amount: 1500, currency: "USD", payee: "acct_42" },
      context: { ...vouched, time_ms: 1_900_000_000_000 },
    },
  ],
  [
    "on a Saturday",
    "sample",
    {
      action: "payments.refund",
      fields: { amount: 1500, currency: "USD", payee: "acct_42" },
      context: { ...vouched, time_ms: 1_800_100_800_000 },
    },
  ],
  [
    "mail inside the house: the domain that calms it is named",
    "sample",
    { tool: "sendEmail", args: { to: "bob@acme.example", subject: "x", body: "y" }, context: vouched },
  ],
  [
    "mail to oneself: the actor that calms it is named",
    "sample",
    { tool: "send-email", args: { to: "Alice <alice@acme.example>", body: "y" }, context: vouched },
  ],
  [
    "mail to both sides is mixed",
    "sample",
    {
      tool: "send_email",
      args: { to: "bob@acme.example", cc: [{ email: "eve@rival.example" }] },
      context: vouched,
    },
  ],
  [
    "two packs claim the name: the strictest reading counts",
    "sample",
    { tool: "send_email", args: { to: "x@y.example", options: { preview: true } }, context: vouched },
  ],
  [
    "a server that is bound: only its pack counts, and the record says so",
    "sample",
    { tool: "mcp__mail__send_email", args: { to: "bob@acme.example" }, context: vouched },
  ],
  [
    "a server that is not bound: its mapping is a hint",
    "sample",
    { tool: "read_file", server: "somewhere", args: { path: "a.txt" }, context: vouched },
  ],
  [
    "the name says one server, the request another",
    "sample",
    { tool: "mcp__mail__send_email", server: "ledger", args: { to: "bob@acme.example" }, context: vouched },
  ],
  [
    "a host prefix does not hide a server",
    "sample",
    { tool: "functions.mcp__evil__send_email", args: { to: "bob@acme.example" }, context: vouched },
  ],
  [
    "a bound server whose pack does not know the tool",
    "sample",
    { tool: "create_world", server: "mail", args: {}, context: vouched },
  ],
  ["an unknown read passes", "sample", { tool: "get_weather", args: { city: "Ulm" }, context: vouched }],
  [
    "not if its annotations contradict",
    "sample",
    { tool: "get_weather", args: { city: "Ulm" }, annotations: { readOnlyHint: false }, context: vouched },
  ],
  [
    "not with a long dense run in its arguments",
    "sample",
    { tool: "get_weather", args: { city: "k3y0k3y0k3y0k3y0k3y0" }, context: vouched },
  ],
  [
    "a key file below home",
    "sample",
    { tool: "read_file", args: { path: "~/.ssh/id_rsa" }, context: vouched },
  ],
  [
    "a path inside the working directory: the host that calms it is named",
    "sample",
    { tool: "read_multiple_files", args: { paths: ["a.ts", "src/b.ts", null] }, context: vouched },
  ],
  [
    "a move out of the working directory",
    "sample",
    { tool: "move_file", args: { source: ["a", "b"], destination: "/tmp/x" }, context: vouched },
  ],
  [
    "too many values for one part",
    "sample",
    { tool: "read_file", args: { paths: Array.from({ length: 65 }, (_, i) => `f${i}`) }, context: vouched },
  ],
  [
    "cloud metadata by an odd spelling",
    "sample",
    { tool: "fetch", args: { method: "POST", url: "http://0xa9fea9fe/latest", body: "" }, context: vouched },
  ],
  ["a thing after a verb that reads", "sample", { tool: "get_order_status", args: {}, context: vouched }],
  [
    "an unknown tool whose name pays and deletes",
    "sample",
    { tool: "pay_then_delete", args: {}, context: vouched },
  ],
  [
    "an unknown tool whose arguments are a message",
    "sample",
    {
      tool: "get_it_out",
      args: { to: ["bob@partner.example"], options: { messageBody: "hello" } },
      context: vouched,
    },
  ],
  [
    "an unknown read that calls back",
    "sample",
    { tool: "get_weather", args: { callback: "x" }, context: vouched },
  ],
  [
    "an unknown read that its annotations deny",
    "sample",
    {
      tool: "get_weather",
      args: { city: "Ulm" },
      annotations: { readOnlyHint: false, destructiveHint: true },
      context: vouched,
    },
  ],
  [
    "a guard that does not hold leaves the tool unmapped",
    "sample",
    { tool: "http_request", args: { method: "GET", url: "https://partner.example/" }, context: vouched },
  ],
  [
    "granting an administrator changes the flags",
    "sample",
    {
      action: "iam.assign_role",
      fields: { user: "bob", role: " Admin ", permission: ["read", "write"] },
      context: vouched,
    },
  ],
  [
    "a destructive hint adds a flag",
    "sample",
    {
      tool: "read_file",
      args: { path: "a" },
      annotations: { destructiveHint: true, title: "x" },
      context: vouched,
    },
  ],
  [
    "shadow mode decides alike",
    "sample",
    { tool: "read_file", args: { path: "a" }, mode: "shadow", context: vouched },
  ],
  [
    "bound and strict, with a salt and an engine digest",
    "sample",
    {
      tool: "read_file",
      args: { path: "a" },
      binding: "bound",
      durability: "strict",
      salt: new Uint8Array(32).fill(7),
      engine: new Uint8Array(32).fill(9),
      context: vouched,
    },
  ],
  [
    "compiled policy: mail that leaves the house with many files",
    "small",
    {
      tool: "mcp__desk__send_mail",
      args: { to: "eve@partner.example", title: "plans", body: "all of them", files: ["a", "b", "c"] },
      context: vouched,
    },
  ],
  [
    "compiled policy: a draft is not sent, so nothing maps it",
    "small",
    { tool: "send_mail", args: { to: "eve@partner.example", draft: true }, context: vouched },
  ],
  [
    "compiled policy: a small refund of a checked order is relaxed",
    "small",
    {
      tool: "refund_order",
      server: "desk",
      args: { order: "o-1", refund: { cents: 1200 } },
      context: vouched,
    },
  ],
  [
    "compiled policy: a refund of an order nobody checked",
    "small",
    { tool: "refund_order", args: { order: "o-9", refund: { cents: 1200 } }, context: vouched },
  ],
  [
    "compiled policy: a large charge where production is not excluded",
    "small",
    { tool: "charge_card", args: { total: "2500.00", currency: "usd" } },
  ],
  [
    "compiled policy: a key file by its name",
    "small",
    { action: "file.read", fields: { file: "/srv/app/.env" }, context: vouched },
  ],
];

/** Requests that are refused: what is changed in an ordinary one. Offsets are the model's answer. */
export const refusals: [why: string, change: (request: Record<string, Plain>) => void][] = [
  ["an unknown key", (r) => set(r, "zzz", 1)],
  ["an approval that is no map", (r) => set(r, "approval", [])],
  ["an approval without anything", (r) => set(r, "approval", {})],
  ["an approval by nobody", (r) => set(r, "approval", approval({ approvers: [] }))],
  [
    "nine approvers",
    (r) => set(r, "approval", approval({ approvers: [..."abcdefghi"].map((id) => approver(id)) })),
  ],
  ["an approver that is no map", (r) => set(r, "approval", approval({ approvers: [approver("a"), "b"] }))],
  [
    "an approver without a signature",
    (r) => set(r, "approval", approval({ approvers: [approver("a", { signature: undefined })] })),
  ],
  [
    "an unknown key inside an approver",
    (r) => set(r, "approval", approval({ approvers: [approver("a", { role: "x" })] })),
  ],
  [
    "a signature that is too short",
    (r) => set(r, "approval", approval({ approvers: [approver("a", { signature: new Uint8Array(63) })] })),
  ],
  [
    "approvers out of order",
    (r) => set(r, "approval", approval({ approvers: [approver("ab"), approver("a")] })),
  ],
  [
    "one approver twice",
    (r) =>
      set(
        r,
        "approval",
        approval({ approvers: [approver("a"), approver("b"), approver("b", { key: "x" })] }),
      ),
  ],
  [
    "two approvers with one key",
    (r) =>
      set(
        r,
        "approval",
        approval({ approvers: [approver("a"), approver("b"), approver("c", { key: "k-a" })] }),
      ),
  ],
  [
    "an approver twice with one key: the id is looked at first",
    (r) => set(r, "approval", approval({ approvers: [approver("a"), approver("a")] })),
  ],
  [
    "a key of an approver that is too long, before a missing one",
    (r) =>
      set(
        r,
        "approval",
        approval({ approvers: [approver("a", { key: "x".repeat(65), signature: undefined })] }),
      ),
  ],
  ["an approval of too few arguments", (r) => set(r, "approval", approval({ args: new Uint8Array(31) }))],
  ["an approval before 1970", (r) => set(r, "approval", approval({ at_ms: -1 }))],
  ["an approval beyond all times", (r) => set(r, "approval", approval({ expires_ms: 2 ** 53 }))],
  [
    "65 reasons that were seen",
    (r) => set(r, "approval", approval({ reasons: Array.from({ length: 65 }, () => "a") })),
  ],
  ["an empty reason that was seen", (r) => set(r, "approval", approval({ reasons: ["a", ""] }))],
  [
    "a reason of 257 bytes that was seen",
    (r) => set(r, "approval", approval({ reasons: ["x".repeat(257)] })),
  ],
  ["an unknown key inside an approval", (r) => set(r, "approval", approval({ act: "approve" }))],
  ["a reviewer that is no map", (r) => set(r, "reviewer", "deny")],
  ["a reviewer who allows", (r) => set(r, "reviewer", reviewer({ answer: "allow" }))],
  ["a reviewer without a name", (r) => set(r, "reviewer", reviewer({ by: undefined }))],
  ["a reviewer with an empty reason", (r) => set(r, "reviewer", reviewer({ reason: "" }))],
  [
    "a reviewer with 1 025 bytes of reason",
    (r) => set(r, "reviewer", reviewer({ reason: "x".repeat(1025) })),
  ],
  [
    "an unknown key inside a reviewer",
    (r) => set(r, "reviewer", reviewer({ signature: new Uint8Array(64) })),
  ],
  [
    "an approval and a reviewer",
    (r) => {
      set(r, "approval", approval({}));
      set(r, "reviewer", reviewer({}));
    },
  ],
  [
    "an event with an approval",
    (r) => {
      set(r, "tool", undefined);
      set(r, "args", undefined);
      set(r, "event", { kind: "outcome", status: "ran" });
      set(r, "approval", approval({}));
    },
  ],
  [
    "nine histories",
    (r) =>
      set(
        r,
        "cells",
        Array.from({ length: 9 }, () => []),
      ),
  ],
  ["a history without a digest", (r) => set(r, "cells", [[new Uint8Array(32)]])],
  [
    "one history twice",
    (r) => {
      const one = [new Uint8Array(32), new Uint8Array(32)];
      set(r, "cells", [one, one]);
    },
  ],
  ["another version", (r) => set(r, "v", 2)],
  ["a version that is no number", (r) => set(r, "v", "1")],
  ["a word that is none of the allowed ones", (r) => set(r, "mode", "off")],
  ["a salt that is too short", (r) => set(r, "salt", new Uint8Array(31))],
  ["a digest as text", (r) => set(r, "engine", "x")],
  ["no salt", (r) => set(r, "salt", undefined)],
  ["no context", (r) => set(r, "context", undefined)],
  ["a context without a time", (r) => set(r, "context", { asserted_by: {} })],
  ["a time before 1970", (r) => set(r, "context", { asserted_by: {}, time_ms: -1 })],
  [
    "an offset of more than fourteen hours",
    (r) => set(r, "context", { asserted_by: {}, time_ms: 0, tz_min: 841 }),
  ],
  ["an unknown key inside the context", (r) => set(r, "context", { asserted_by: {}, time_ms: 0, user: "x" })],
  [
    "authority for something that has none",
    (r) => set(r, "context", { asserted_by: { session: "x" }, time_ms: 0 }),
  ],
  ["an empty authority", (r) => set(r, "context", { asserted_by: { actor: "" }, time_ms: 0 })],
  [
    "seventeen roles",
    (r) => set(r, "context", { asserted_by: {}, time_ms: 0, roles: Array.from({ length: 17 }, () => "x") }),
  ],
  ["a role that is no text", (r) => set(r, "context", { asserted_by: {}, time_ms: 0, roles: ["a", 1] })],
  [
    "a working directory that is not absolute",
    (r) => set(r, "context", { asserted_by: {}, time_ms: 0, host: { cwd: "x" } }),
  ],
  [
    "a shell nobody knows",
    (r) => set(r, "context", { asserted_by: {}, time_ms: 0, host: { dialect: "fish" } }),
  ],
  ["an empty tool name", (r) => set(r, "tool", "")],
  ["a tool name of 257 bytes", (r) => set(r, "tool", "x".repeat(257))],
  ["arguments that are no map", (r) => set(r, "args", [])],
  [
    "both forms at once",
    (r) => {
      set(r, "action", "files.read");
      set(r, "fields", {});
    },
  ],
  ["neither form", (r) => set(r, "tool", undefined)],
  [
    "annotations in the direct form",
    (r) => {
      direct(r, "files.read", {});
      set(r, "annotations", {});
    },
  ],
  ["another image", (r) => set(r, "image", new Uint8Array(32))],
  ["an action nobody knows", (r) => direct(r, "files.shred", {})],
  ["a field that the action does not have", (r) => direct(r, "files.read", { amount: 1 })],
  ["a field nobody knows", (r) => direct(r, "files.read", { colour: "red" })],
  ["a single field named twice", (r) => direct(r, "payments.refund", { amount: 1, amount_minor: 1 })],
];

/** An approval as a request may have it, but for what is given. */
export function approval(changed: Record<string, Plain | undefined>): Plain {
  return {
    approvers: [approver("ann"), approver("bob")],
    args: new Uint8Array(32),
    at_ms: 0,
    expires_ms: 60_000,
    image: new Uint8Array(32),
    of: new Uint8Array(32).fill(7),
    reasons: ["tier_medium"],
    ...changed,
  };
}

export function approver(id: string, changed: Record<string, Plain | undefined> = {}): Plain {
  return { id, key: `k-${id}`, signature: new Uint8Array(64), ...changed };
}

export function reviewer(changed: Record<string, Plain | undefined>): Plain {
  return {
    answer: "escalate",
    by: "judge 1",
    of: new Uint8Array(32).fill(7),
    prompt: new Uint8Array(32).fill(8),
    reason: "because",
    ...changed,
  };
}

function set(map: Record<string, Plain>, key: string, value: Plain | undefined): void {
  if (value === undefined) delete map[key];
  else map[key] = value;
}

function direct(request: Record<string, Plain>, action: string, fields: Plain): void {
  set(request, "tool", undefined);
  set(request, "args", undefined);
  set(request, "action", action);
  set(request, "fields", fields);
}

/** Bytes that are not CMP/1, in hex. */
export const badBytes: [why: string, hex: string][] = [
  ["nothing", ""],
  ["ends inside a text", "a561"],
  ["ends inside an integer", "cd01"],
  ["an announced element is missing", "9201"],
  ["an announced value is missing", "81a161"],
  ["a float32", "ca3fc00000"],
  ["an extension", "d40000"],
  ["the unused byte", "c1"],
  ["5 in two bytes", "cc05"],
  ["1 in nine bytes", "cf0000000000000001"],
  ["a positive number in a signed form", "d005"],
  ["-1 in two bytes", "d0ff"],
  ["a short text with a long header", "d90161"],
  ["a short map with a long header", "de0001a16101"],
  ["a long header that is also cut", "d901"],
  ["1.0 as a double", "cb3ff0000000000000"],
  ["minus zero as a double", "cb8000000000000000"],
  ["not a number", "cb7ff8000000000000"],
  ["2^64 as a double is right, and no map", "cb43f0000000000000"],
  ["2^63 as a double must be an integer", "cb43e0000000000000"],
  ["an overlong form", "a2c0af"],
  ["half a surrogate pair", "a3eda080"],
  ["a key that is a number", "810101"],
  ["keys out of order", "82a16201a16101"],
  ["the same key twice", "82a16101a16102"],
  ["a longer key before its start", "82a2616101a16102"],
  ["a byte too many", "0101"],
  ["32 arrays are fine, and no map", `${"91".repeat(31)}90`],
  ["33 arrays", `${"91".repeat(32)}90`],
  ["the fault in the bytes comes before the fault in the envelope", "81a27a7ac1"],
];
