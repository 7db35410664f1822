/** `@nx-flow/codecs/luxon` for ES modules. */
import './imported.mjs';

export { luxon } from './luxon.js';
