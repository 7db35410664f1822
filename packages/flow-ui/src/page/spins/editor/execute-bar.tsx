/** Executes what the editors hold, and tells the command line that does the same. */
import type { InputsReply } from '../../../api/routes';
import { recordedOf, type requestOf } from '../../logic/editing';
import { spinCommand } from '../../logic/spin-command';
import { CommandLine } from '../../parts/copy';

interface Props {
  reply: InputsReply;
  made: ReturnType<typeof requestOf>;
  running: boolean;
  onExecute(): void;
  onStop(): void;
  onRevert(): void;
}

export function ExecuteBar({ reply, made, running, onExecute, onStop, onRevert }: Props) {
  const isWrong = 'wrong' in made;
  const changed = isWrong ? 0 : made.changed;
  return (
    <div class="execute">
      <div class="tools">
        <button
          type="button"
          class="main"
          disabled={running || isWrong}
          onClick={onExecute}
          title="Ctrl+Enter, ⌘ Enter"
        >
          Execute
        </button>
        {running && (
          <button type="button" onClick={onStop}>
            Stop
          </button>
        )}
        {changed > 0 && (
          <button type="button" class="quiet" onClick={onRevert}>
            Revert all ({changed})
          </button>
        )}
        <span class="soft">
          <kbd>Ctrl</kbd> <kbd>Enter</kbd>
        </span>
      </div>
      {isWrong ? (
        <p class="wrong" role="status">
          {made.wrong}
        </p>
      ) : (
        <CommandLine command={spinCommand(made.request, recordedOf(reply.inputs))} />
      )}
    </div>
  );
}
