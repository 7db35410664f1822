/** `@nx-flow/codecs/temporal` for ES modules. */
import './imported.mjs';

export { temporal } from './temporal.js';
