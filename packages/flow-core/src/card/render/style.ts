/** The styles of a card. They are constants: nothing of what is shown gets into them. */
import type { Piece } from './place';

const BASE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--soft:#59636e;--line:#d1d9e0;--tint:#f6f8fa;--link:#0757ad;--good:#1a7f37;--bad:#b3261e;--bad-bg:#fff1f0}
@media (prefers-color-scheme:dark){:root{--bg:#0f1318;--fg:#e6e9ed;--soft:#9aa4af;--line:#2f3742;--tint:#181d24;--link:#6cb1ff;--good:#4ac26b;--bad:#ff8a80;--bad-bg:#2b1614}}
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
.scroll{overflow-x:auto}
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
th{font-weight:600;white-space:nowrap;background:var(--tint)}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
@media (max-width:520px){main{padding:14px 12px 32px}body{font-size:14px}}
@media print{main{max-width:none;padding:0}pre{max-height:none}}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}`;

const PIECES: { [P in Piece]?: string } = {
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
td .v{margin:0}td .big{font-size:1rem}td .b{margin:0}`,
  progress: `
progress{display:block;width:100%;height:10px;appearance:none;border:0;border-radius:5px;overflow:hidden;background:var(--line)}
progress::-webkit-progress-bar{background:var(--line)}progress::-webkit-progress-value{background:var(--link)}progress::-moz-progress-bar{background:var(--link)}
.told{margin-top:4px;font-size:13px;color:var(--soft);font-variant-numeric:tabular-nums}`,
};

/** What the file needs of them. */
export function styleOf(pieces: ReadonlySet<Piece>): string {
  return [BASE, ...[...pieces].sort().map((piece) => PIECES[piece] ?? '')].join('').trim();
}
