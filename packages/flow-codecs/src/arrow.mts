/** `@nx-flow/codecs/arrow` for ES modules. */
import './imported.mjs';

export { arrow } from './arrow.js';
