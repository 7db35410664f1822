/** `@nx-flow/codecs/decimal` for ES modules. */
import './imported.mjs';

export { decimal } from './decimal.js';
