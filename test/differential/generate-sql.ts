/**
 * SQL for the differential test: statements by a small grammar, then words left out, doubled, swapped and put in from
 * elsewhere, and now and then a damaged byte. Most texts still mean something; all of them must mean the same to both.
 */
import { readFileSync } from "node:fs";
import type { Random } from "./random.ts";

const EXAMPLES = readFileSync(new URL("../vectors/lang/sql.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => (JSON.parse(line) as { sql: string }).sql);

export function randomSql(random: Random): string {
  if (random.chance(15)) return spliced(random);
  const count = random.pick([1, 1, 1, 1, 1, 2, 3]);
  const statements = Array.from({ length: count }, () => statementText(random));
  let text = statements.join(random.pick([";", "; ", " ;\n", ";;"]));
  if (random.chance(10)) text += random.pick([";", " -- end", "/* end */", "\n", ";\n"]);
  if (random.chance(8)) text = damageBytes(random, text);
  return text;
}

/** The end of one example and the beginning of another. */
function spliced(random: Random): string {
  const [one, other] = [random.pick(EXAMPLES), random.pick(EXAMPLES)];
  return one.slice(random.below(one.length + 1)) + other.slice(0, random.below(other.length + 1));
}

function statementText(random: Random): string {
  let words = new Grammar(random)
    .statement()
    .split(" ")
    .filter((word) => word !== "");
  while (random.chance(35)) words = damageWords(random, words);
  return words.map((word, i) => (i === 0 ? word : gap(random) + word)).join("");
}

function gap(random: Random): string {
  return random.chance(96) ? " " : random.pick(["\n", "/**/", "\t", "  ", " -- c\n", "/* ] */", ""]);
}

const LOOSE = (
  "select from where with as on join left cross apply using table values value set insert into update delete merge replace upsert " +
  "or and not in is null like ilike between case when then else end xor union except all distinct group by having order limit " +
  "offset fetch first next rows row only top percent for lock key no do duplicate conflict returning window qualify lateral " +
  "ignore quick low_priority high_priority delayed recursive materialized outfile dumpfile stdin stdout to program default " +
  "truncate alter create drop exec execute grant kill revoke shutdown deny analyze analyse explain show copy pragma begin commit " +
  "session local cascade view outer straight_join minus intersect nothing extract trim pg_catalog true false overwrite " +
  "( ) [ ] , . ; = < > ! : :: := | & + - * / ~ ^ @ % ? $1 :p @v @@v %s 0 1 5 007 1.5 .5 1e3 0x1f 999999999999999 1000000000000000 " +
  "'a' 'b' '%' '%%' '' 'it''s' 'a\\b' \"q\" \"id\" \"a\"\"b\" `b` `a.b` `id` [x] [id] t u users id a.b pg_sleep(1) f(1) lower(x) " +
  "load_file('/x') readfile('y') writefile('z',1) \"pg_sleep\"(1) x.lower(1) pg_catalog.lower(1) [f](1) count(*) r'x' q'x' u&'x' n'x' e'x' --"
).split(" ");

function damageWords(random: Random, words: string[]): string[] {
  const out = [...words];
  const at = random.below(out.length + 1);
  switch (random.below(5)) {
    case 0:
      out.splice(at, 1);
      break;
    case 1:
      out.splice(at, 0, random.pick(LOOSE));
      break;
    case 2:
      out.splice(at, 1, random.pick(LOOSE));
      break;
    case 3:
      out.splice(at, 0, ...out.slice(random.below(out.length), random.below(out.length) + 4));
      break;
    default:
      if (at + 1 < out.length) out.splice(at, 2, out[at + 1] as string, out[at] as string);
  }
  return out;
}

function damageBytes(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const byte = random.pick([
    ..."'\"`\\()[];,.#{}$@:-*/!?%\n\r\t\0\u000b\u007fé\u00a0",
    "--",
    "/*",
    "*/",
    "]",
    "''",
  ]);
  return text.slice(0, at) + byte + text.slice(random.chance(50) ? at : at + 1);
}

class Grammar {
  depth = 0;

  constructor(readonly random: Random) {}

  pick(...forms: (() => string)[]): string {
    return this.random.pick(forms)();
  }

  maybe(percent: number, form: () => string): string {
    return this.random.chance(percent) ? form() : "";
  }

  list(form: () => string): string {
    return Array.from({ length: this.random.pick([1, 1, 2, 3]) }, form).join(" , ");
  }

  statement(): string {
    const text = this.pick(
      () => this.query(),
      () => this.query(),
      () => this.query(),
      () => this.insert(),
      () => this.update(),
      () => this.update(),
      () => this.delete(),
      () => this.delete(),
      () => this.merge(),
      () => this.explain(),
      () => this.copy(),
      () => this.other(),
    );
    return this.random.chance(20) ? this.cased(text) : text;
  }

  cased(text: string): string {
    return this.random.chance(50)
      ? text.toUpperCase()
      : [...text].map((letter) => (this.random.chance(30) ? letter.toUpperCase() : letter)).join("");
  }

  name(): string {
    return this.random.pick(
      'users orders t u x y a b id user_id Users "Users" "t" `t` `shop.users` `a-b.c` [users] [x] key value session view top first no row default ignore quick only "select" `id` posts _x'.split(
        " ",
      ),
    );
  }

  path(): string {
    return this.random.chance(80)
      ? this.name()
      : Array.from({ length: this.random.pick([2, 2, 3]) }, () => this.name()).join(
          this.random.pick([".", " . "]),
        );
  }

  query(): string {
    if (this.depth > 3) return "select 1";
    this.depth++;
    const text = this.pick(
      () => this.select(),
      () => this.select(),
      () => this.select(),
      () => `${this.with()} ${this.select()}`,
      () => `( ${this.query()} ) ${this.maybe(50, () => this.tail())}`,
      () =>
        `${this.query()} ${this.random.pick(["union", "union all", "except", "intersect", "minus"])} ${this.query()}`,
      () => `table ${this.path()}`,
      () => `values ${this.list(() => this.tuple())}`,
    );
    this.depth--;
    return text;
  }

  with(): string {
    const body = (): string =>
      this.random.chance(70)
        ? this.query()
        : this.pick(
            () => this.insert(),
            () => this.update(),
            () => this.delete(),
          );
    const entry = (): string => {
      const columns = this.maybe(20, () => "( c , d )");
      return `${this.name()} ${columns} as ${this.random.pick(["", "", "materialized", "not materialized"])} ( ${body()} )`;
    };
    return `with ${this.maybe(20, () => "recursive")} ${this.list(entry)}`;
  }

  select(): string {
    return [
      "select",
      this.maybe(15, () => "distinct"),
      this.maybe(10, () => this.random.pick(["top 5", "top ( 5 )", "top 10 percent", "all top 3", "top x"])),
      this.list(() => this.expression()),
      this.maybe(5, () => this.into()),
      this.maybe(85, () => `from ${this.tables()}`),
      this.maybe(50, () => `where ${this.condition()}`),
      this.maybe(15, () => `group by ${this.list(() => this.expression())}`),
      this.maybe(5, () => this.into()),
      this.tail(),
    ].join(" ");
  }

  into(): string {
    return this.random.pick([
      "into newt",
      "into outfile '/tmp/x'",
      "into dumpfile 's3://b/x'",
      "into @v",
      "into @@v",
      "into outfile 'it''s'",
      "into outfile @f",
      "into t ( a )",
    ]);
  }

  tail(): string {
    return [
      this.maybe(10, () => `order by ${this.list(() => this.name())}`),
      this.maybe(25, () =>
        this.random.pick([
          "limit 5",
          "limit 5 offset 3",
          "limit 3 , 5",
          "limit all",
          "limit ?",
          "fetch first 5 rows only",
          "fetch next 1 row only",
          "fetch first 5 rows with ties",
          "offset 3 rows fetch next 5 rows only",
          "offset 2 limit 7",
          "limit 1000000000000000",
          "limit 999999999999999",
          "limit 5 for update",
          "limit 5 , 6 for share",
          "limit 1 fetch next 2 rows only",
        ]),
      ),
      this.maybe(5, () =>
        this.random.pick(["for update", "for no key update", "for share", "window w as ( x )"]),
      ),
    ].join(" ");
  }

  tables(): string {
    const one = (): string =>
      this.pick(
        () => this.path(),
        () => this.path(),
        () => this.path(),
        () => `only ${this.path()}`,
        () => `( ${this.query()} )`,
        () => `( ${this.tables()} )`,
        () => `lateral ( ${this.query()} )`,
        () => this.call(),
        () => `${this.path()} tablesample system ( 10 )`,
        () => `${this.path()} use index ( a , b )`,
      ) + this.maybe(30, () => this.random.pick([" as z", " z", " z ( c )", " as z ( c , d )"]));
    let text = one();
    while (this.random.chance(35) && text.length < 300) {
      text += this.pick(
        () => ` , ${one()}`,
        () => ` join ${one()} on ${this.condition()}`,
        () => ` left join ${one()} using ( id )`,
        () => ` cross apply ${one()}`,
        () => ` straight_join ${one()}`,
      );
    }
    return text;
  }

  call(): string {
    const name = this.random.pick(
      'f lower count pg_sleep load_file readfile writefile pg_read_file "lower" "pg_sleep" my.f pg_catalog.lower pg_catalog.f lo_import sys_x read_csv sleep replace insert truncate coalesce pg_typeof `f` x.pg_catalog.now'.split(
        " ",
      ),
    );
    const args = this.random.pick(["", "1", "'/etc/x'", "'/etc/x' , 2", "'a''b'", "x", "* ", "distinct x"]);
    return `${name} ( ${args} )`;
  }

  expression(): string {
    if (this.depth > 5) return "1";
    this.depth++;
    const text = this.pick(
      () => this.path(),
      () => this.path(),
      () => this.value(),
      () => this.value(),
      () => "*",
      () => this.call(),
      () => `( ${this.query()} )`,
      () => `${this.name()} :: text`,
      () => `extract ( year from ${this.name()} )`,
      () => `trim ( both 'x' from ${this.name()} )`,
      () => `substring ( ( ${this.query()} ) from 2 )`,
      () => `case when ${this.condition()} then 1 else 2 end`,
      () => `${this.name()} as z`,
      () => `arr [ ${this.random.pick(["1", "1 : 2", "x", "'a'"])} ]`,
      () => `a is not distinct from ${this.name()}`,
      () => `count ( * ) over ( partition by a order by b )`,
    );
    this.depth--;
    return text;
  }

  value(): string {
    return this.random.pick(
      "0 1 5 00 007 1.5 .5 1e3 0x1f 'a' 'b' 'A' '%' '%%' '' 'it''s' ? $1 :p @v %s null true false 5::int 'a'::text 999999999999999 1000000000000000".split(
        " ",
      ),
    );
  }

  condition(): string {
    if (this.depth > 5) return "1 = 1";
    this.depth++;
    const key = (): string =>
      this.random.pick([
        "id",
        "user_id",
        "users_id",
        "userid",
        "t.id",
        "`id`",
        '"id"',
        "[id]",
        "x . uuid",
        "pk",
        "_id",
        "ID",
        "a.`id`",
      ]);
    const operator = (): string =>
      this.random.pick([
        "=",
        "= =",
        "==",
        "< = >",
        "<=",
        ">=",
        "<",
        ">",
        "<>",
        "!=",
        "like",
        "ilike",
        "is",
        "> =",
      ]);
    const text = this.pick(
      () => `${this.path()} = ${this.value()}`,
      () => `${key()} = ${this.value()}`,
      () => `${key()} = ${this.value()}`,
      () => `${key()} in ( ${this.list(() => this.value())} )`,
      () => `${key()} in ( ${this.query()} )`,
      () => `${this.value()} ${operator()} ${this.value()}`,
      () => {
        const same = this.pick(
          () => this.path(),
          () => this.value(),
        );
        return `${same} ${operator()} ${same}`;
      },
      () => `${this.path()} ${operator()} ${this.value()}`,
      () => `${this.condition()} and ${this.condition()}`,
      () => `${this.condition()} or ${this.condition()}`,
      () => `( ${this.condition()} )`,
      () => `not ${this.random.pick(["false", "0", "00", "1", "true", "x"])}`,
      () => `${this.path()} is not null`,
      () => this.random.pick(["true", "1", "0", "false", "x", "'a'"]),
      () => `${this.name()} between 1 and 2`,
      () => `exists ( ${this.query()} )`,
      () => `${this.name()} | 1`,
      () => `@x := ${this.value()}`,
    );
    this.depth--;
    return text;
  }

  tuple(): string {
    return this.random.pick([
      "( 1 )",
      "( 1 , 2 )",
      "( 'a' , f ( 1 ) )",
      "row ( 1 )",
      "( ( select 1 ) )",
      "( default )",
    ]);
  }

  returning(): string {
    return this.maybe(15, () => this.random.pick(["returning *", "returning id", "returning a , b"]));
  }

  insert(): string {
    const verb = this.random.pick([
      "insert",
      "insert",
      "insert",
      "replace",
      "upsert",
      "insert or replace",
      "insert or ignore",
    ]);
    const source = this.pick(
      () => `values ${this.list(() => this.tuple())}`,
      () => `values ${this.list(() => this.tuple())}`,
      () => `value ${this.tuple()}`,
      () => "default values",
      () => `set a = 1 , b = 2`,
      () => this.query(),
      () => `table ${this.path()}`,
      () => `${this.with()} select 1`,
    );
    return [
      this.maybe(10, () => this.with()),
      verb,
      this.random.pick([
        "into",
        "into",
        "into",
        "",
        "ignore into",
        "low_priority",
        "overwrite",
        "into table",
        "delayed",
      ]),
      this.path(),
      this.maybe(40, () => "( a , b )"),
      source,
      this.maybe(15, () =>
        this.random.pick([
          "on conflict ( id ) do update set a = 1",
          "on conflict do nothing",
          "on duplicate key update a = 1 , b = 2",
          "on conflict do update set a = 1 where x = 1",
        ]),
      ),
      this.returning(),
    ].join(" ");
  }

  update(): string {
    return [
      this.maybe(10, () => this.with()),
      "update",
      this.maybe(10, () => this.random.pick(["only", "ignore", "low_priority", "or replace", "or ignore"])),
      this.random.chance(85) ? this.path() : this.tables(),
      this.maybe(10, () => "as z"),
      `set ${this.list(() => `${this.name()} = ${this.expression()}`)}`,
      this.maybe(15, () => `from ${this.tables()}`),
      this.maybe(80, () => `where ${this.condition()}`),
      this.maybe(5, () => "order by a"),
      this.maybe(15, () => this.random.pick(["limit 5", "limit 5 , 6", "limit ?", "limit 1000000000000000"])),
      this.returning(),
    ].join(" ");
  }

  delete(): string {
    return [
      this.maybe(10, () => this.with()),
      "delete",
      this.maybe(10, () => this.random.pick(["low_priority", "quick", "ignore", "low_priority quick"])),
      this.random.pick(["from", "from", "from", "", "t from", "t , u from", "from only", "from from"]),
      this.random.chance(85) ? this.path() : this.tables(),
      this.maybe(10, () => `using ${this.tables()}`),
      this.maybe(80, () => `where ${this.condition()}`),
      this.maybe(10, () => "order by a"),
      this.maybe(15, () => this.random.pick(["limit 5", "limit 5 , 6", "limit 07"])),
      this.returning(),
    ].join(" ");
  }

  merge(): string {
    const action = (): string =>
      this.random.pick([
        "update set a = 1 , b = 2",
        "delete",
        "insert ( a , b ) values ( 1 , 2 )",
        "insert values ( 1 )",
        "do nothing",
        "replace x",
      ]);
    const whens = this.random.pick([1, 1, 2, 3]);
    return [
      this.maybe(10, () => this.with()),
      `merge ${this.random.pick(["into", "into", ""])} ${this.path()} z using`,
      this.random.chance(60) ? this.path() : `( ${this.query()} ) s`,
      `on ${this.condition()}`,
      ...Array.from(
        { length: whens },
        () => `when ${this.random.pick(["matched", "not matched", "matched and x = 1"])} then ${action()}`,
      ),
      this.returning(),
    ].join(" ");
  }

  explain(): string {
    const inner = this.pick(
      () => this.query(),
      () => this.insert(),
      () => this.update(),
      () => this.delete(),
      () => `execute ${this.name()}`,
      () => this.name(),
      () => this.call(),
    );
    const options = [
      "",
      "",
      "analyze",
      "( analyze )",
      "( format json )",
      "( analyse , buffers )",
      "verbose",
      "query plan",
      "extended",
      "( select )",
      "x . analyze",
    ];
    return `${this.random.pick(["explain", "explain", "describe", "desc"])} ${this.random.pick(options)} ${inner}`;
  }

  copy(): string {
    const what = this.pick(
      () => this.path(),
      () => `${this.path()} ( a , b )`,
      () => `( ${this.query()} )`,
      () => `( ${this.delete()} returning * )`,
    );
    const where = this.random.pick([
      "to stdout",
      "to '/tmp/x'",
      "to 's3://b/x' with ( format csv )",
      "to program 'x'",
      "from stdin",
      "from '/x'",
      "from program 'x'",
      "to 'it''s'",
      "",
    ]);
    return `copy ${what} ${where}`;
  }

  other(): string {
    const grants = [
      "select",
      "select , update",
      "all privileges",
      "insert ( a , b ) , delete",
      "admin",
      '"admin"',
      "r1 , r2",
      "execute",
    ];
    return this.pick(
      () =>
        `show ${this.random.pick(["tables", "create table t", "grants for 'a'@'b'", "x where f ( 1 )", "x where sleep ( 1 )"])}`,
      () =>
        `pragma ${this.random.pick(["table_info ( t )", "main . table_info ( 't' )", "user_version", "user_version = 5", "x", "journal_mode ( delete )", "table_info", "table_info ( t ) x", "table_info [ t ]"])}`,
      () =>
        `set ${this.random.pick(["", "session", "local", "global"])} ${this.random.pick(["timezone = 'UTC'", "@x = 5", "@@x = 5", "names utf8", "x = 1", "@x = ( select 1 )", "autocommit = 0 , y = 1", "role admin", "transaction read only", "time zone 5 drop"])}`,
      () =>
        this.random.pick([
          "begin",
          "commit",
          "start transaction",
          "start slave",
          "rollback to savepoint a",
          "use shop",
          "begin delete",
          "savepoint a , b",
          "use `shop`",
          "end if",
        ]),
      () =>
        `${this.random.pick(["grant", "revoke"])} ${this.random.pick(grants)} ${this.maybe(60, () => `on ${this.maybe(30, () => "table")} ${this.random.pick([this.path(), "*.*", "shop . *", "`a*b`"])}`)} ${this.random.pick(["to", "from"])} ${this.random.pick(["bob", '"Bob"', "'root'@'%'", "bob , eve", "bob with grant option", "'it''s'", ""])}`,
      () =>
        `${this.random.pick(["drop", "truncate", "alter", "create"])} ${this.random.pick(["", "temp", "or replace", "global temporary", "unlogged"])} ${this.random.pick(["table", "view", "index", "database", "", "table"])} ${this.random.pick(["", "if exists", "if not exists", "only", "concurrently"])} ${this.list(() => this.path())} ${this.random.pick(["", "cascade", "( a int )", "as select 1", "restrict"])}`,
      () =>
        this.random.pick([
          "vacuum into 'x'",
          "call f ( 1 )",
          "attach 'x' as y",
          "exec xp_cmdshell 'x'",
          "load data infile 'x'",
          "kill 5",
          "frobnicate x",
          "lock tables t",
          "do $$ x $$",
          "analyze t",
          "deny x",
          "( drop table t )",
          "( )",
        ]),
    );
  }
}
