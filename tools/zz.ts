import { readFileSync } from "node:fs";
import { buildAutomaton, readDetectors } from "/tmp/w/detect/tools/detectors.ts";
const d = readDetectors(readFileSync("/tmp/w/detect/taxonomy/detectors.yaml","utf8"));
const a = buildAutomaton(d);
let nz=0, runs=0; for(const r of a.next){let p=0; for(const x of r){ if(x) nz++; if(x&&x!==p) runs++; p=x;}}
console.log(a.classCount, a.next.length, nz, runs, new Set(a.next.map(r=>r.join())).size);
for (const x of d.detectors){ if (x.tail && !/\{/.test(x.head)) continue; const b=buildAutomaton({...d, detectors:d.detectors.filter(y=>y!==x)}); const w=a.next.length-b.next.length; if(w>25) console.log(x.id, w, b.classCount);}
