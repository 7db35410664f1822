/** What the stand-in for a model makes of a text: it counts words of praise and of complaint. No model, and honest about it. */

export const LABELS = ['negative', 'neutral', 'positive'] as const;
export type Label = (typeof LABELS)[number];

export interface Reading {
  label: Label;
  /** 0 to 1. */
  confidence: number;
  /** The words that decided. */
  because: string[];
}

/** What a reader minds. */
export interface Skills {
  /** `not good` is a complaint. In how many words before a word it looks for the `not`; 0 for never. */
  negation: number;
  /** A text with both praise and complaint is neutral, unless one of them prevails. */
  mixed: boolean;
  /** It knows rare words, too. */
  rare: boolean;
}

const words = (text: string) => new Set(text.split(' '));
const PRAISE = words(
  'good great love lovely perfect excellent beautiful nice easy best brilliant wonderful recommend recommended comfortable fresh worth smooth',
);
const COMPLAINT = words(
  'bad terrible awful useless broke broken break leaks boring disappointment disappointing slow poor cheap annoying waste problem stopped refund complain',
);
const RARE_PRAISE = words(
  'sturdy solid elegant delicious impressive light roomy quiet warm sharp gripping pleasure sound fast laughed easily dry crisp cool clear stays',
);
const RARE_COMPLAINT = words(
  'damaged stale burnt bitter weak torn tore jammed flickers hums loses loose crackles ugly noisy disgusting ruined soaked hurt ugly regret failed joke mess smells gave wore back bin',
);
const NOT = words('not no never nothing hardly without');

export function read(text: string, skills: Skills): Reading {
  const praise: string[] = [];
  const complaint: string[] = [];
  for (const sentence of text.toLowerCase().split(/[.!?:]/)) {
    const said = sentence.match(/[a-z']+/g) ?? [];
    said.forEach((word, i) => {
      const worth = worthOf(word, skills.rare);
      if (worth === 0) return;
      const not = said.slice(Math.max(0, i - skills.negation), i).find(isNot);
      const isPraise = worth > 0 !== (not !== undefined);
      (isPraise ? praise : complaint).push(not === undefined ? word : `${not} … ${word}`);
    });
  }
  return judged(praise, complaint, skills.mixed);
}

function judged(praise: string[], complaint: string[], mixed: boolean): Reading {
  const because = [...praise, ...complaint];
  const difference = praise.length - complaint.length;
  if (because.length === 0) return { label: 'neutral', confidence: 0.2, because };
  const isMixed = praise.length > 0 && complaint.length > 0;
  if (isMixed && mixed && Math.abs(difference) < 2) return { label: 'neutral', confidence: 0.8, because };
  const label = difference > 0 ? 'positive' : difference < 0 ? 'negative' : 'neutral';
  const sure = (because.length > 1 ? 0.95 : 0.7) * (Math.abs(difference) / because.length);
  return { label, confidence: Math.round(100 * sure) / 100, because };
}

function worthOf(word: string, rare: boolean): number {
  if (PRAISE.has(word) || (rare && RARE_PRAISE.has(word))) return 1;
  return COMPLAINT.has(word) || (rare && RARE_COMPLAINT.has(word)) ? -1 : 0;
}

function isNot(word: string): boolean {
  return NOT.has(word) || word.endsWith("n't");
}
