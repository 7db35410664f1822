/** Finds `@nx-flow/ui`: a package of its own, for those who want the page. */
import { optionalPackage } from './optional-package';

/** What the page is served for. */
export interface PageRequest {
  workspace: string;
  /** The folder of the store. */
  store: string;
  /** The folder in which the command was started. */
  cwd: string;
  /** As commands use it by default. Undefined means all. */
  namespace: string | undefined;
  /** The kept spins of this store are looked at, and not its runs. */
  spins: boolean;
  /** Whether the flow's `.env` files are loaded for what is executed. */
  env: boolean;
  /** Where the page begins. */
  at?: string;
  /** Absent: a fixed one, or the next one that is free. */
  port?: number;
  note(text: string): void;
}

export interface ServedPage {
  /** With the token. */
  url: string;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

interface UiPackage {
  servePage(request: PageRequest): Promise<ServedPage>;
}

/** @throws FlowError FLOW_UI_MISSING, FLOW_UI_VERSION */
export function uiPackage(workspace: string): UiPackage {
  const wanted = {
    name: '@nx-flow/ui',
    what: 'The page is',
    codes: ['FLOW_UI_MISSING', 'FLOW_UI_VERSION'],
  } as const;
  return optionalPackage(workspace, wanted) as UiPackage;
}
