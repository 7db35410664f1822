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

/** For npm, which may have to install from a registry with certificates of its own: the tests have put them aside. */
export function npmEnv(): NodeJS.ProcessEnv {
  const { NX_FLOW_CA_CERTS: certificates } = process.env;
  return plainEnv(certificates ? { NODE_EXTRA_CA_CERTS: certificates } : {});
}
