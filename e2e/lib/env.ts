/** The environment of every process that the tests start: nothing of the one that started jest speaks to Nx. */

export function plainEnv(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    // npm and Nx hand their own settings down to what they start, and jest sets NODE_ENV.
    if (
      /^(npm_(lifecycle|package|command|execpath)|NX_|NODE_ENV|NODE_OPTIONS|JEST_|FORCE_COLOR|NO_COLOR|INIT_CWD)/.test(
        name,
      )
    ) {
      delete env[name];
    }
  }
  return { ...env, npm_config_update_notifier: 'false', ...extra };
}
