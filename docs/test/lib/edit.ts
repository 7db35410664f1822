/** Puts the declarations that a page shows into a file: in the place of those of the same name, or before the end. */

/** A declaration at the left margin, up to the line that ends it. */
const DECLARATION =
  /^(?:export )?(?:const|function|async function|class|interface|type) (\w+)[\s\S]*?(?:;|^\})\n(?=[^\s})]|\n|$(?![\s\S]))/gm;

export function edited(text: string, shown: string): string {
  let result = text;
  for (const line of shown.match(/^import .*\n/gm) ?? []) {
    if (!result.includes(line)) result = line + result;
  }
  const declarations = [...shown.replace(/^import .*\n/gm, '').matchAll(DECLARATION)];
  if (declarations.length === 0 && !/^export default/m.test(shown))
    throw new Error('No declaration to be put into the file.');
  for (const [declaration, name] of declarations) {
    const old = [...result.matchAll(DECLARATION)].find(([, other]) => other === name);
    const end = result.search(/^export default/m);
    if (old) result = result.replace(old[0], () => declaration);
    else if (end < 0) throw new Error(`Where does ${name} go? The file has no "export default".`);
    else result = `${result.slice(0, end)}${declaration}\n${result.slice(end)}`;
  }
  const last = /^export default .*;$/m.exec(shown);
  return last ? result.replace(/^export default .*;$/m, () => last[0]) : result;
}
