/** The styles of a card. They are constants: nothing of what is shown gets into them. */
import type { Piece } from './place';
import { CHART, HEATMAP } from './style-charts';

const BASE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--soft:#59636e;--line:#d1d9e0;--tint:#f6f8fa;--link:#0757ad;--good:#1a7f37;--bad:#b3261e;--bad-bg:#fff1f0;--mark:#fff3c4;--shade:#0002}
@media (prefers-color-scheme:dark){:root{--bg:#0f1318;--fg:#e6e9ed;--soft:#9aa4af;--line:#2f3742;--tint:#181d24;--link:#6cb1ff;--good:#4ac26b;--bad:#ff8a80;--bad-bg:#2b1614;--mark:#3d3410;--shade:#fff2}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;overflow-wrap:anywhere}
main{max-width:1080px;margin:0 auto;padding:24px 20px 48px}
h1,h2,h3,h4,h5,h6{line-height:1.25;margin:1.2em 0 .5em;font-weight:650}
h1{font-size:1.6rem}h2{font-size:1.25rem}h3{font-size:1.05rem}h4,h5,h6{font-size:1rem}
main>:first-child,main>:first-child>:first-child{margin-top:0}
a{color:var(--link)}
.b{margin:0 0 20px;min-width:0}
figcaption{font-weight:600;margin:0 0 6px}
pre,code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{margin:0;overflow:auto;max-height:480px;white-space:pre-wrap}
.scroll{overflow-x:auto;background:linear-gradient(90deg,var(--bg) 30%,transparent) 0 0/40px 100% local,linear-gradient(-90deg,var(--bg) 30%,transparent) 100% 0/40px 100% local,linear-gradient(90deg,var(--shade),transparent) 0 0/14px 100%,linear-gradient(-90deg,var(--shade),transparent) 100% 0/14px 100%;background-repeat:no-repeat}
.note{margin:6px 0 0;color:var(--soft);font-size:13px}
img{max-width:100%;height:auto}
summary{cursor:pointer}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.error{border:1px solid var(--bad);border-left-width:4px;background:var(--bad-bg);border-radius:4px;padding:10px 12px}
.error strong{color:var(--bad)}
.error .why{white-space:pre-wrap}
.error details{margin-top:6px}
table{border-collapse:collapse;font-size:14px}
th,td{padding:5px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td{overflow-wrap:break-word;max-width:40em}
th{font-weight:600;white-space:nowrap;background:var(--tint)}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
body.live main:before{content:"live";float:right;font-size:12px;color:var(--soft);border:1px solid var(--line);border-radius:9px;padding:0 8px}
@media (max-width:520px){main{padding:14px 12px 32px}body{font-size:14px}}
@media print{main{max-width:none;padding:0}pre{max-height:none}}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}`;

const STYLES: { [P in Piece]?: string } = {
  chart: CHART,
  heatmap: HEATMAP,
  table: `
.tools{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:0 0 6px;font-size:13px}
.tools input,.tools button{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:4px;padding:3px 8px;min-height:28px}
.tools button{cursor:pointer}.tools button:disabled{opacity:.4;cursor:default}.tools button:hover:enabled{background:var(--tint)}
.pages{margin-left:auto;display:flex;gap:6px;align-items:center;color:var(--soft)}
.t{width:fit-content;max-width:100%}.t table{width:max-content;max-width:max(100%,60em)}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
th[aria-sort=ascending] button:after{content:" ↑"}th[aria-sort=descending] button:after{content:" ↓"}
tbody tr:hover{background:var(--tint)}tfoot td{font-weight:600;border-bottom:0}
td .b{margin:0}td>.chart{min-width:220px}
@media print{.tools{display:none}}`,
  code: `
.code pre{background:var(--tint);padding:10px 12px;border-radius:4px}
.ln{display:inline-block;margin-right:14px;color:var(--soft);user-select:none}
mark{display:block;margin:0 -12px;padding:0 12px;background:var(--mark);color:inherit}`,
  log: `
.log pre{background:var(--tint);padding:10px 12px;border-radius:4px;max-height:340px}`,
  json: `
.tree{font:13px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.tree details>:not(summary){margin-left:18px}.tree div{margin-left:16px}
.tree>div{margin-left:0}.tree b{font-weight:600}.tree .text{color:var(--good)}.tree .number{color:var(--link)}.tree .word,.tree .more,.kind{color:var(--soft)}
.artifact{border-left:3px solid var(--line);padding-left:12px}.artifact .kind{font-weight:400;font-size:13px}.artifact .b{margin:0}`,
  events: `
.events ol{list-style:none;margin:0;padding:0 0 0 6px;max-height:640px;overflow:auto}
.events li{position:relative;padding:0 0 10px 16px;border-left:2px solid var(--line)}
.events li:before{content:"";position:absolute;left:-6px;top:7px;width:10px;height:10px;border-radius:50%;background:var(--link)}
.events li.bad:before{background:var(--bad)}.events .why{color:var(--bad);white-space:pre-wrap}
.events .kind{display:inline-block;border:1px solid var(--line);border-radius:4px;padding:0 6px;font-size:12px}
.events .told{font-size:13px;color:var(--soft);margin-left:6px}
.events .side{font-size:14px;white-space:pre-wrap}.events .side.tree{font-size:13px;white-space:normal}.events .side>span,.events .side>details>summary b,.events .side.tree>div>b{color:var(--soft);font:13px/1.5 system-ui,sans-serif}
.events .side:not(.tree){display:flex;gap:4px}.events .side>span{flex:none}.events .side details{min-width:0}
.strip{display:block;width:100%;height:4px;margin:3px 0;background:var(--tint)}.strip rect{fill:var(--link)}.bad .strip rect{fill:var(--bad)}`,
  frame: `
iframe{display:block;width:100%;border:0;background:transparent}.frame iframe{color-scheme:light dark}`,
  graph: `
.graph svg{display:block;fill:none;stroke:var(--line);stroke-width:1.5}.graph path{stroke:var(--soft)}.graph rect{fill:var(--tint)}
.graph text{fill:var(--fg);stroke:none;font:600 13px system-ui,sans-serif;text-anchor:middle}.graph text.kind{fill:var(--soft);font:11px system-ui,sans-serif}
.graph .here rect{fill:var(--mark);stroke:var(--link);stroke-width:2}`,
  vega: `
.vega img{display:block;box-sizing:content-box;background:#fff;max-width:calc(100% - 16px);padding:8px;border-radius:4px}`,
  layout: `
.cells{display:flex;flex-wrap:wrap;gap:0 32px;align-items:flex-start}.cells>div{min-width:0}
.columns>.cells{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(280px,100%),1fr));gap:0 28px}
.row .v{margin-right:0}.row .chart{width:360px;max-width:100%}.row>.cells>div{max-width:100%}section.section>:first-child{margin-top:1em}.cells section.section>:first-child{margin-top:0}`,
  tabs: `
.tabs{display:flex;flex-wrap:wrap}.tabs>input{position:absolute;opacity:0;pointer-events:none}
.tabs>label{order:0;padding:6px 14px;cursor:pointer;border-bottom:2px solid var(--line);color:var(--soft)}
.tabs>input:checked+label{border-color:var(--link);color:var(--fg);font-weight:600}
.tabs>input:focus-visible+label{outline:2px solid var(--link);outline-offset:-2px}
.tabs>section{order:1;width:100%;display:none;padding-top:14px;min-width:0}.tabs>input:checked+label+section{display:block}
@media print{.tabs>section{display:block}.tabs>label{display:none}}`,
  prose: `
.prose{margin:0 0 20px}.prose p,.prose ul,.prose ol{margin:0 0 .7em}.prose>:last-child{margin-bottom:0}
.prose code{background:var(--tint);padding:1px 4px;border-radius:3px}
.prose pre{background:var(--tint);padding:10px 12px;border-radius:4px;margin:0 0 .7em}.prose pre code{padding:0;background:none}
.prose blockquote{margin:0 0 .7em;padding-left:12px;border-left:3px solid var(--line);color:var(--soft)}
.prose table{margin:0 0 .7em}`,
  value: `
.v{display:inline-block;margin-right:32px;vertical-align:top}
.v figcaption{margin:0;font-weight:400;color:var(--soft)}
.big{font-size:1.9rem;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums}.big small{font-size:.55em;font-weight:400;color:var(--soft)}
.change{font-size:13px;font-weight:600}.change span{font-weight:400;color:var(--soft)}.change.good{color:var(--good)}.change.bad{color:var(--bad)}
.spark{display:block;width:122px;height:28px;margin-top:4px;fill:none;stroke:var(--link);stroke-width:1.5}.spark circle{fill:var(--link);stroke:none}
td .v{margin:0}td .big{font-size:1rem}`,
  progress: `
progress{display:block;width:100%;height:10px;appearance:none;border:0;border-radius:5px;overflow:hidden;background:var(--line)}
progress::-webkit-progress-bar{background:var(--line)}progress::-webkit-progress-value{background:var(--link)}progress::-moz-progress-bar{background:var(--link)}
.told{margin-top:4px;font-size:13px;color:var(--soft);font-variant-numeric:tabular-nums}`,
};

/** What the file needs of them. */
export function styleOf(pieces: ReadonlySet<Piece>): string {
  return [BASE, ...[...pieces].sort().map((piece) => STYLES[piece] ?? '')].join('').trim();
}
