/** Says that the flow is an ES module: libraries are those that `import` gives it. */
import { asImported } from './library.js';

asImported((name) => import.meta.resolve(name));
