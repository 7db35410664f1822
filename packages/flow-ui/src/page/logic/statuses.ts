/** The statuses of tasks, as numbers of the reply's columns. */
import { STATUSES } from '../../api/routes';

type Word = (typeof STATUSES)[number];

export const STATUS = Object.fromEntries(STATUSES.map((word, i) => [word, i])) as Readonly<
  Record<Word, number>
>;

export const statusWord = (status: number | undefined): string => STATUSES[status ?? -1] ?? 'unknown';
