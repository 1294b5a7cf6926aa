/** Commands, statements, addresses and prose: everyday ones of a chosen size, and what is made to be slow. */

import { readFileSync } from "node:fs";

/** A kind of text, and the call that it stands in. */
export interface TextKind {
  readonly tool: string;
  readonly args: (text: string) => Readonly<Record<string, unknown>>;
  /** Everyday texts by their bytes. In each, `@` is filled up so that the text has them. */
  readonly everyday: ReadonlyMap<number, string>;
  /** Pieces that are repeated until a text is long: what stands before, the piece, and what stands behind. */
  readonly worst: Readonly<Record<string, readonly [before: string, piece: string, after: string]>>;
}

const SCRIPT = `set -euo pipefail
cd packages/core && npm ci --ignore-scripts
for file in src/*.ts; do npx tsc --noEmit "$file" || echo "failed: $file"; done
git fetch origin && git checkout -b fix/module-@ origin/main
grep -rn "is deprecated" src test --include='*.ts' | sort | uniq -c | sort -rn | head -20 > /tmp/old.txt
if [ -f coverage/summary.json ]; then
  cat coverage/summary.json | jq '.total.lines.pct'
else
  npm test -- --coverage --reporter=dot 2>&1 | tail -40
fi
find . -name '*.orig' -not -path './node_modules/*' -print0 | xargs -0 ls -l
docker compose ps --format json | jq -r '.[].Name' | while read -r name; do docker logs --tail 5 "$name"; done
git add -A && git commit -m "core: read each file once" -m "The second pass found nothing."
git status --short && git log --oneline -10 --graph
test -d dist && tar -czf /tmp/dist.tar.gz dist && sha256sum /tmp/dist.tar.gz | cut -d' ' -f1
kubectl get pods -n staging -o wide | awk '{print $1, $3}' | grep -v Running
python3 -m pytest tests/unit -q -x 2>&1 | tail -15
`;

const QUERY = `with recent as (
  select o.id, o.customer_id, o.total_cents, o.created_at
  from orders o
  where o.created_at >= '2026-01-01' and o.status in ('paid', 'sent', 'returned')
), ranked as (
  select r.*, row_number() over (partition by r.customer_id order by r.created_at desc) as place
  from recent r
)
select c.id, c.name, c.country, count(*) as orders, sum(k.total_cents) / 100.0 as total,
  max(case when k.place = 1 then k.created_at end) as last_order
from ranked k
join customers c on c.id = k.customer_id
left join regions g on g.code = c.country
where g.name is not null and c.closed_at is null and c.country in ('de', 'fr', 'it', 'es', 'pl', 'nl')
  and exists (select 1 from consents s where s.customer_id = c.id and s.kind = 'mail') and c.name not like 'test-@%'
group by c.id, c.name, c.country
having sum(k.total_cents) > 100000
order by total desc, last_order desc nulls last, c.id
limit 50;
update reports set seen_at = now() where id = 4711;
`;

const SHELL: TextKind = {
  tool: "bash",
  args: (command) => ({ command }),
  everyday: new Map([
    [50, "git log --oneline -20 -- src/module-@ | head -5"],
    [
      200,
      // Four parts: of recorded commands of this length half have three or fewer.
      "cd packages/core && npm run build -- --filter module-@ --no-cache 2>&1 | tail -40; git diff --stat HEAD~1 -- src/module && grep -rn later src/module --include='*.ts' --exclude-dir=dist",
    ],
    [1024, SCRIPT],
  ]),
  worst: {
    "deep nesting": ["echo ", "$(echo ", ""],
    "many quotes": ["echo ", `'a' "b" `, ""],
    "many commands": ["", "true; ", "true"],
    "many pipes": ["cat a", " | cat", ""],
    "many variables": ["", "a=$a$b; ", "true"],
    "many branches": ["", "if a; then b; fi; ", "true"],
    "one long word": ["echo ", "aaaaaaaa", ""],
    "a long document": ["cat <<E\n", "a $b `c` d\n", "E\n"],
  },
};

const SQL: TextKind = {
  tool: "execute_sql",
  args: (query) => ({ query }),
  everyday: new Map([
    [50, "select id, name from users_@ where id = 12"],
    [
      200,
      "select o.id, o.total_cents, c.name from orders o join customers c on c.id = o.customer_id where o.status = 'paid' and c.country = 'de' and o.day > '2026-01-01' and c.name <> '@' order by o.id",
    ],
    [1024, QUERY],
  ]),
  worst: {
    "deep nesting": ["select ", "(select ", "1"],
    "many quotes": ["select ", "'a', ", "'b'"],
    "many statements": ["", "select 1; ", ""],
    "many tables": ["select * from a", ", b c", ""],
    "many conditions": ["delete from a where b = 1", " and c = 2", ""],
    "many comments": ["select 1 ", "/* /* */ */ -- a\n", ""],
    "one long text": ["select '", "''aaaaaa", "'"],
  },
};

const HTTP: TextKind = {
  tool: "http_request",
  args: (url) => ({ method: "GET", url }),
  everyday: new Map([
    [50, "https://api.example.com/v1/items/@?limit=20"],
    [
      200,
      "https://api.github.com/repos/acme/permit-@/issues?state=open&labels=bug%2Chelp%20wanted&sort=updated&direction=desc&per_page=50&page=2&since=2026-01-01T00%3A00%3A00Z&milestone=none&creator=ann",
    ],
    [
      1024,
      `https://search.example.com/v2/find?q=@&${Array.from({ length: 64 }, (_, at) => `f${at}=value%20${at}`).join("&")}#top`,
    ],
  ]),
  worst: {
    "a long path": ["https://a.example/", "ab/", ""],
    "a long query": ["https://a.example/?", "a=1&", ""],
    "many escapes": ["https://a.example/", "%2561", ""],
    "addresses inside": ["https://a.example/", "?u=https://b.example/", ""],
    "a long host": ["https://", "a.", "example/"],
    "dots in a path": ["https://a.example/", "a/../", ""],
  },
};

export const TEXTS = { shell: SHELL, sql: SQL, http: HTTP } as const;

/** The everyday text of `bytes` bytes, number `seed`. */
export function everydayText(kind: TextKind, bytes: number, seed: number): string {
  const text = kind.everyday.get(bytes);
  if (text === undefined) throw new Error(`no everyday text of ${bytes} bytes`);
  const missing = bytes - (text.length - 1);
  const digits = String(seed);
  if (missing < digits.length) throw new Error(`the text of ${bytes} bytes is ${-missing} bytes too long`);
  return text.replace("@", digits.padStart(missing, "x"));
}

/** A text of at most `bytes` bytes that is made to be slow. */
export function worstText([before, piece, after]: readonly [string, string, string], bytes: number): string {
  const pieces = Math.floor((bytes - before.length - after.length) / piece.length);
  return before + piece.repeat(pieces) + after;
}

/** Read from the working directory, the root of the repository. */
const PAGE = "docs/policies.md";
const CODE = "bindings/src/engine.ts";

function filled(source: string, bytes: number): string {
  return source.repeat(Math.ceil(bytes / source.length)).slice(0, bytes);
}

/** What a file that is written may hold, `bytes` bytes of each. */
export function fileTexts(bytes: number): Readonly<Record<string, string>> {
  const prose = readFileSync(PAGE, "latin1").replace(/[^\0-\x7f]/g, "");
  return {
    prose: filled(prose, bytes),
    code: filled(readFileSync(CODE, "latin1").replace(/[^\0-\x7f]/g, ""), bytes),
    base64: filled(Buffer.from(prose).toString("base64"), bytes),
    "words that begin a find": filled("ssn ", bytes),
    "digits that could be cards": filled("4111 ", bytes),
  };
}
