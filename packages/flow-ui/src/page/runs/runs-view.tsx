/** Runs. */
export function RunsView() {
  return <p>Runs</p>;
}
