/** ml-cart has no types of its own. */
declare module 'ml-cart' {
  export class DecisionTreeClassifier {
    constructor(options?: { maxDepth?: number; minNumSamples?: number; gainThreshold?: number });
    train(rows: number[][], labels: number[]): void;
    predict(rows: number[][]): number[];
  }
}
