/** ml-cart has no types of its own. */
declare module 'ml-cart' {
  export interface DecisionTreeClassifier {
    train(rows: number[][], labels: number[]): void;
    predict(rows: number[][]): number[];
  }
  export const DecisionTreeClassifier: new (options?: {
    maxDepth?: number;
    minNumSamples?: number;
    gainThreshold?: number;
  }) => DecisionTreeClassifier;
}
