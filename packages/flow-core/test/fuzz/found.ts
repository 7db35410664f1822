/** Inputs by which a defect was found, each with what was wrong. They are given first. */
export const FOUND: Record<string, readonly unknown[]> = {
  values: [
    // A version that cannot be made a text was put into a sentence.
    { seed: 13768682, tangled: false, bytes: [], meta: [[0, 295666, 59701]] },
  ],
  sources: [
    // A sign 8,192 times: the parser's recursion ended the process.
    { of: 1, edits: [[5, 907208, 26983]], other: [[6, 1019247, 40375]] },
    // A flag of a regular expression 8,192 times: an error for each, with the whole line.
    {
      of: 1,
      edits: [
        [0, 1039947, 48286],
        [5, 885103, 45388],
      ],
      other: [],
    },
  ],
};
