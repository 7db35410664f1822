/** The peak of a process's memory, as the process itself says it. */

/**
 * Code for a CommonJS file: `peak()` gives megabytes. The kernel's count for the program alone, where there is one:
 * what `resourceUsage` says begins with the memory of the process that started this one.
 */
export const PEAK = `const memory = (field) => {
  const status = require('node:fs').readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(field + ':\\\\s+(\\\\d+)').exec(status)[1]) * 1.024e-3;
};
const peak = () => {
  try {
    return memory('VmHWM');
  } catch {
    return process.resourceUsage().maxRSS * 1.024e-3;
  }
};
`;

/**
 * Code after {@link PEAK}: `program()` gives the megabytes of it that are the pages of Node's own program. They are more
 * wherever Node has just optimized a function, as the compiler is among them.
 */
export const PROGRAM = `const program = () => {
  try {
    return memory('RssFile');
  } catch {
    return 0;
  }
};
`;

/** `nx-flow` with its arguments, which writes its peak into the file `peak` when it ends. */
export const COMMAND = `${PEAK}process.on('exit', () => require('node:fs').writeFileSync('peak', String(peak())));
require('@nx-flow/core/cli').main(process.argv.slice(2)).then((code) => process.exit(code));
`;
