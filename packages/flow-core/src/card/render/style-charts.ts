/** The styles of charts. Eight colours that people who confuse red and green tell apart, darker on white, lighter on black. */

const LIGHT = ['#0b62b4', '#c14a00', '#00795c', '#a3428a', '#9a6a00', '#3a7fb5', '#7a7300', '#5b6570'];
const DARK = ['#5aaef5', '#ff9555', '#34cfa3', '#e79fcf', '#f2bd49', '#9ad8ff', '#e9df6b', '#b3bcc6'];

const variables = (colours: string[]) => colours.map((colour, i) => `--c${i}:${colour}`).join(';');

const COLOURS = `
:root{${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}`;

/** On a small screen the picture is small: its letters are larger in it. */
export const CHART = `${COLOURS}
.chart{container-type:inline-size;max-width:600px}.chart svg{display:block;width:100%;height:auto;overflow:visible}
.chart text{font-size:12px;fill:var(--soft)}.chart .e{text-anchor:end}.chart .m{text-anchor:middle}.chart .q{display:none}
@container (max-width:410px){.chart text{font-size:17px}.chart .o{display:none}.chart .q{display:inline}}
@container (max-width:260px){.chart text{display:none}}
.g{stroke:var(--line);fill:none}.a{stroke:var(--soft);fill:none}
${LIGHT.map((_, i) => `.s${i}{--c:var(--c${i})}.k${i}{--c:var(--c${i});background:var(--c)}`).join('')}
.l{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}.two .l{stroke-dasharray:6 3}.legend .two{background:repeating-linear-gradient(90deg,var(--c) 0 4px,transparent 4px 6px)}
.d{stroke:var(--c);stroke-width:4;stroke-linecap:round;fill:none}
.chart circle,.bars rect{fill:var(--c)}.cloud{opacity:.75}.bars rect:hover,.chart circle:hover{opacity:.6}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;margin:0 0 4px;padding:0;font-size:13px}.legend i{display:inline-block;width:12px;height:12px;border-radius:2px;margin-right:6px;vertical-align:-1px}`;

/** Of the columns of a heat map. Characters. */
export const WIDTHS = [6, 8, 10, 13, 16, 20];

/** How much of the colour: the least is seen to be a cell, letters on each are readable, the last ones inverted. */
const SHADES = [5, 11, 17, 23, 30, 37, 45, 55, 80, 90, 100];
const INVERTED = 8;

export const HEATMAP = `
:root{--heat:#08488a}@media (prefers-color-scheme:dark){:root{--heat:#5aaef5}}
.heat table{border-collapse:separate;border-spacing:2px}.heat td,.heat th{border:0;padding:6px 10px}.heat td,.heat thead th{text-align:center}.heat td{font-variant-numeric:tabular-nums;min-width:44px}
${WIDTHS.map((width) => `.heat .w${width} td{min-width:${width}ch}`).join('')}
.heat th{background:none;font-weight:400;max-width:16em;overflow:hidden;text-overflow:ellipsis}.heat .small td{min-width:0;width:12px;height:12px;padding:0}.heat .small th{padding:0 4px;font-size:11px;line-height:14px}.heat .small{border-spacing:1px}
@media (max-width:520px){.heat td,.heat th{padding:6px}}
.axes{font-size:13px;color:var(--soft);margin-bottom:4px}
${SHADES.map((share, i) => `.h${i}{background:color-mix(in srgb,var(--heat) ${share}%,var(--bg))${i < INVERTED ? '' : ';color:var(--bg)'}}`).join('')}`;
