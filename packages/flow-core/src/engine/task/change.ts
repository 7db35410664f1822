/** How an artifact compares with the one that was recorded before. */
export type Change = 'same' | 'changed' | 'new' | 'gone';
