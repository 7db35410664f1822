/** One number, large. */
import { taken } from '../given';
import { handle, type Updatable } from '../handle';
import { numbersOf } from '../numbers';
import { lineOf, numberOf, textOf } from '../text';

export interface ValueOptions {
  title?: string;
  /** Stands after the number, such as `ms`; the sign of a currency, such as `$`, in front of it. */
  unit?: string;
  /** The value before: how much it changed is shown, in percent; with the unit `%`, in points. */
  before?: number;
  /** That less is better: a fall is shown as good. */
  lower?: boolean;
  /** Earlier values, the oldest first, as a small line. */
  trend?: ArrayLike<number>;
}

export interface Value extends ValueOptions, Updatable {
  value: number | bigint | string;
}

/** One number, with its unit, how much it changed, and a small line of earlier values. */
export function value(of: number | bigint | string, options: ValueOptions = {}): Value {
  return handle({ ...taken(options), value: of } as Omit<Value, 'update'>, (props) => ({
    type: 'value',
    title: textOf(props.title),
    value:
      numberOf(props.value) ??
      (typeof props.value === 'string' ? (textOf(props.value) ?? '') : lineOf(props.value)),
    unit: textOf(props.unit),
    before: numberOf(props.before),
    lower: props.lower === true || undefined,
    trend: props.trend && numbersOf(props.trend, 'trend', 60),
  }));
}
