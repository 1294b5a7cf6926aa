import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { openProbe } from "../test/detect/probe.ts";
const p = openProbe();
const calls = gunzipSync(readFileSync("/work/shared/data/calls-dev.jsonl.gz")).toString().trim().split("\n").map(l=>JSON.parse(l));
const tally: any = {};
let fields=0; const flagged: any = {};
const seen = new Map<string, Set<string>>();
function* leaves(v: any, key: string|undefined, path: string): any { if (typeof v==="string") yield {key,v,path}; else if (Array.isArray(v)) for (const [i,x] of v.entries()) yield* leaves(x, undefined, path+"[]"); else if (v&&typeof v==="object") for (const [k,x] of Object.entries(v)) yield* leaves(x,k,path+"."+k); }
for (const c of calls) {
  const m = p.marks(c.args);
  const t = tally[c.label] ??= {calls:0}; t.calls++;
  for (const x of m) t[x]=(t[x]??0)+1;
  if (c.label==="benign" || process.argv[2]==="attack" && c.label==="attack") {
    for (const {key,v,path} of leaves(c.args, undefined, "")) {
      if (c.label==="benign") fields++;
      const fm = p.marks(key===undefined? {x:[v]} : {[key]: v});
      for (const x of fm) { if (c.label==="benign") flagged[x]=(flagged[x]??0)+1; const k=`${c.label}|${x}|${c.source}|${c.tool}|${path}|${v.slice(0,300)}`; seen.set(k,(seen.get(k)??0)+1 as any); }
    }
  }
}
console.log(tally, fields, flagged);
for (const [k,n] of [...seen].sort()) console.log(n, k.replace(/\n/g,"\\n"));
