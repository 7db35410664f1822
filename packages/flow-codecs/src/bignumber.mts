/** `@nx-flow/codecs/bignumber` for ES modules. */
import './imported.mjs';

export { bignumber } from './bignumber.js';
