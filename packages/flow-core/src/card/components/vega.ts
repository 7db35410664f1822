/** A chart of Vega or Vega-Lite. */
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { lineOf, textOf } from '../text';
import { Unshowable } from '../unshowable';

/** Characters of the specification, as JSON. */
const LIMIT = 2_000_000;

export interface VegaOptions {
  title?: string;
}

export interface Vega extends VegaOptions, Updatable {
  /** The specification, its data in it. */
  spec: object;
}

/**
 * A chart by its specification for Vega or Vega-Lite. It is drawn, as an image, where your workspace has the package `vega`, and
 * for Vega-Lite `vega-lite`; else the specification is shown.
 */
export function vega(spec: object, options: VegaOptions = {}): Vega {
  return handle({ ...taken(options), spec } as Omit<Vega, 'update'>, (props) => {
    if (typeof props.spec !== 'object' || props.spec === null)
      throw new Unshowable(
        `spec has to be an object, the specification of a chart, not ${lineOf(props.spec)}`,
      );
    const schema = (props.spec as { $schema?: unknown }).$schema;
    const spec = jsonOf(props.spec);
    if (spec.length > LIMIT)
      throw new Unshowable(
        `the specification has ${spec.length.toLocaleString('en')} characters, and a card shows at most ${LIMIT.toLocaleString('en')}: give it less data`,
      );
    return { type: 'vega', title: textOf(props.title), spec, lite: !/\/schema\/vega\//.test(String(schema)) };
  });
}

/** @throws Unshowable of what has so many values that it is too long in any case */
function jsonOf(spec: object): string {
  let values = 0;
  return JSON.stringify(spec, (_, value) => {
    if (++values > LIMIT)
      throw new Unshowable(
        `the specification has more than ${LIMIT.toLocaleString('en')} values: give it less data`,
      );
    return value;
  });
}
