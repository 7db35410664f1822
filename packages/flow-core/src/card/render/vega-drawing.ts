/**
 * Draws a chart of Vega as SVG, with the packages of the workspace. They are evaluated in a context of their own that holds nothing
 * of this process: what a specification says reaches no file, no module and no address.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Context, createContext, runInContext } from 'node:vm';
import { Unshowable } from '../unshowable';

/** A chart, or the packages that are needed to draw it. */
export type Drawing = { svg: string } | { missing: string[] };

/** Gives the file of a package that browsers load; undefined where the package is not there. */
export type FindPackage = (name: string) => string | undefined;

/** The longest that a chart may take. Milliseconds. */
const PATIENCE_MS = 10_000;
/** Characters of a drawing. */
const LARGEST = 4_000_000;
/** Drawings that are kept: a live card is rendered anew while they stay as they are. */
const KEPT = 16;

/**
 * What Vega needs of a page, and who refuses to load things. It waits for promises alone. One that fails unheard would end this
 * process: each is heard.
 */
const SURROUNDINGS = `
const {then}=Promise.prototype;
Promise.prototype.then=function(...all){const next=then.apply(this,all);then.call(next,undefined,()=>{});return next};
let turns=0;
globalThis.setTimeout=f=>{if(turns++<1e4)Promise.resolve().then(f);return 0};
globalThis.clearTimeout=globalThis.setInterval=globalThis.clearInterval=()=>{};
globalThis.structuredClone=function copy(x){return Array.isArray(x)?x.map(copy):x instanceof Date?new Date(x):x&&typeof x==='object'?Object.fromEntries(Object.entries(x).map(([k,v])=>[k,copy(v)])):x};
function draw(text,lite){
turns=0;
const told={errors:[],refused:[]};
const refuse=async uri=>{told.refused.push(String(uri));throw Error('refused')};
const sanitize=async uri=>({href:/^data:image\\//.test(uri)?uri:'#'});
const loader={load:refuse,http:refuse,file:refuse,sanitize};
const log={level:()=>log,error(...all){told.errors.push(all.join(' '));return log},warn:()=>log,info:()=>log,debug:()=>log};
const failed=e=>{told.errors.push(String(e?.message??e))};
try{
const given=JSON.parse(text),spec=lite?vegaLite.compile(given,{logger:log}).spec:given&&{padding:5,...given};
new vega.View(vega.parse(spec),{renderer:'none',loader,logger:log}).toSVG().then(svg=>{told.svg=String(svg)},failed);
}catch(e){failed(e)}
return told}`;

const drawn = new Map<string, Drawing>();
let context: Context | undefined;

/**
 * @param spec JSON
 * @param lite that it is one of Vega-Lite
 * @throws Unshowable where it cannot be drawn, with the reason
 */
export function drawVega(spec: string, lite: boolean, find: FindPackage = findPackage): Drawing {
  const key = `${lite}${spec}`;
  const known = drawn.get(key);
  if (known) return known;
  const libraries = (lite ? ['vega', 'vega-lite'] : ['vega']).map((name) => ({ name, file: find(name) }));
  const missing = libraries.filter(({ file }) => file === undefined).map(({ name }) => name);
  if (missing.length > 0) return { missing };
  try {
    const drawing = { svg: draw(spec, lite, libraries as { name: string; file: string }[]) };
    if (drawn.size === KEPT) drawn.delete(drawn.keys().next().value as string);
    drawn.set(key, drawing);
    return drawing;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    // It was stopped anywhere.
    context = undefined;
    throw new Unshowable(`the chart takes longer than ${PATIENCE_MS / 1000} s to draw`);
  }
}

function draw(spec: string, lite: boolean, libraries: { name: string; file: string }[]): string {
  context ??= surroundings();
  for (const { name, file } of libraries) {
    if (runInContext(`'${name}' in loaded`, context)) continue;
    runInContext(readFileSync(file, 'utf8'), context, { filename: file, timeout: PATIENCE_MS });
    runInContext(`loaded['${name}']=true`, context);
  }
  // Texts alone go in and out.
  context.spec = spec;
  runInContext(`told=draw(spec,${lite})`, context, { timeout: PATIENCE_MS });
  const { svg, errors, refused } = JSON.parse(String(runInContext('JSON.stringify(told)', context))) as {
    svg?: string;
    errors: string[];
    refused: string[];
  };
  const [uri] = refused;
  if (uri !== undefined)
    throw new Unshowable(
      `the chart loads ${JSON.stringify(uri.slice(0, 200))}, and a card makes no requests: put the data into the specification`,
    );
  if (svg === undefined || errors.length > 0)
    throw new Unshowable(
      `Vega cannot draw it: ${errors[0]?.slice(0, 1_000) ?? 'it does not come to an end'}`,
    );
  if (svg.length > LARGEST)
    throw new Unshowable(
      `the chart has ${svg.length.toLocaleString('en')} characters as SVG, and a card shows at most ${LARGEST.toLocaleString('en')}: draw fewer marks`,
    );
  return svg;
}

/** Its promises are resolved before an evaluation returns. */
function surroundings(): Context {
  const made = createContext(Object.create(null), { microtaskMode: 'afterEvaluate' });
  runInContext(`const loaded={};let told;${SURROUNDINGS}`, made);
  return made;
}

/** In the workspace, or beside this package. */
function findPackage(name: string): string | undefined {
  const folders = [join(process.cwd(), 'flow.js'), __filename].flatMap(
    (from) => createRequire(from).resolve.paths(name) ?? [],
  );
  return folders
    .map((folder) => join(folder, name, 'build', `${name}.min.js`))
    .find((file) => existsSync(file));
}
