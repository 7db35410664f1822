/** `@nx-flow/codecs/big` for ES modules. */
import './imported.mjs';

export { big } from './big.js';
