/**
 * The token that the server gave this page. It comes in the address's fragment, and is taken out of it at once, so that a shared
 * link holds none. A tab that was opened from another one asks that one for it: only pages of this server can hear that.
 */
import { value } from './value';

const KEY = 'nx-flow-token';

/** Undefined: there is none, and nothing can be asked. */
export const token = value<string | undefined>(undefined);

/** Reads the token of the address, or the one of this tab, or of another tab. */
export async function takeToken(): Promise<void> {
  const given = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  const found = given ?? sessionStorage.getItem(KEY) ?? (await askTabs());
  if (found !== undefined) sessionStorage.setItem(KEY, found);
  token.set(found);
  const tabs = new BroadcastChannel(KEY);
  tabs.onmessage = ({ data }) => {
    if (data === 'ask' && token.get() !== undefined) tabs.postMessage({ token: token.get() });
  };
}

/** Forgets a token that the server does not know. */
export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
  token.set(undefined);
}

function askTabs(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const tabs = new BroadcastChannel(KEY);
    const end = (found?: string) => {
      tabs.close();
      resolve(found);
    };
    tabs.onmessage = ({ data }) => {
      if (typeof data?.token === 'string') end(data.token);
    };
    tabs.postMessage('ask');
    setTimeout(end, 150);
  });
}
