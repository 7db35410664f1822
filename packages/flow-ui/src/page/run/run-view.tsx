/** A run. */
export function RunView({ flow, run }: { flow: string; run: number }) {
  return (
    <p>
      {flow} {run}
    </p>
  );
}
