import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Probe } from "../test/detect/probe.ts";
const p = new Probe(new Uint8Array(readFileSync("/tmp/w/probe-release.wasm")), new Uint8Array(readFileSync("build/base.image")));
const calls = gunzipSync(readFileSync("/work/shared/data/calls-dev.jsonl.gz")).toString().trim().split("\n").map(l=>JSON.parse(l));
function time(name:string,args:any,bytes:number){ p.give(args); const n=Math.max(20,Math.floor(2e7/bytes)); for(let i=0;i<n/4;i++)p.bits(); const rounds=[]; for(let r=0;r<7;r++){const t=process.hrtime.bigint(); for(let i=0;i<n;i++)p.bits(); rounds.push(Number(process.hrtime.bigint()-t)/n);} rounds.sort((a,b)=>a-b); console.log(name.padEnd(26), bytes, "bytes", rounds[3].toFixed(0),"ns", (rounds[3]/bytes).toFixed(2),"ns/byte"); }
const prose = calls.filter(c=>typeof c.user_task==="string").slice(0,3000).map(c=>c.user_task).join(" ").slice(0,60000).replace(/[^\x00-\x7f]/g,"");
time("prose", {text: prose}, prose.length);
const bash = calls.filter(c=>c.tool==="bash").map(c=>c.args.command).join("\n").replace(/[^\x00-\x7f]/g,"").slice(0,60000);
time("shell", {text: bash}, bash.length);
const ts = readFileSync("bindings/src/engine.ts","utf8").repeat(8).replace(/[^\x00-\x7f]/g,"").slice(0,60000);
time("typescript", {text: ts}, ts.length);
const b64=Buffer.from(Uint8Array.from({length:45000},(_,i)=>(i*i*7919+i*104729>>>3)&255)).toString("base64").slice(0,60000);
time("base64", {text: b64}, b64.length);
const hex=Buffer.from(Uint8Array.from({length:30000},(_,i)=>(i*i*7919+i*104729>>>3)&255)).toString("hex");
time("hex", {text: hex}, hex.length);
time("blank", {text: " ".repeat(60000)}, 60000);
time("cyrillic", {text: "Съешь ещё этих мягких французских булок да выпей чаю ".repeat(600)}, Buffer.byteLength("Съешь ещё этих мягких французских булок да выпей чаю ".repeat(600)));
for (const [n,u] of [["eyJ-","eyJ-"],["password=","password="],["password quotes","password=\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""],["ssn gap","ssn "],["digits 1-","1-"],["4 1","4 "],["://a:","://a:"],["begin","--BEGIN "],["login","login x "],["mrn","mrn "],["key=a1","api_key=a1b2"],["iban","de89 "],["+1","+1 "],["secret key","secret key "],["patient id","patient id "],["sk-","sk-a"],["passw0","password=a1a1a1 "],["~a","aaaaaa~"], ["passport","passport number:A"],["nested","password is password "]] as const) { const t=u.repeat(Math.floor(60000/u.length)); time("worst "+n,{text:t},t.length); }
// typical calls
for (const q of [0.5,0.99]) { const sized = calls.map(c=>({c,n:JSON.stringify(c.args).length})).sort((a,b)=>a.n-b.n); const x=sized[Math.floor(sized.length*q)]; time("call q"+q, x.c.args, x.n); }
