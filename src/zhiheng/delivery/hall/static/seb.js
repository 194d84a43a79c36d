// Safe Exam Browser, where the page runs in it: the value by which the hall knows that its configuration is the one prescribed.

/** @typedef {{security?: {configKey?: string, updateKeys?: (done: () => void) => void}}} Api */

const PATIENCE = 2000;

/** @returns {Api["security"]} */
function security() {
  return /** @type {{SafeExamBrowser?: Api}} */ (window).SafeExamBrowser?.security;
}

export function hasSeb() {
  return security() !== undefined;
}

/** @returns {Promise<string | undefined>} the hash over this page's address and the Config Key */
export async function configKey() {
  const api = security();
  if (!api) return undefined;
  if (api.updateKeys) { // older versions fill the value in only when asked
    await new Promise((resolve) => {
      setTimeout(resolve, PATIENCE, undefined);
      api.updateKeys?.(() => resolve(undefined));
    });
  }
  return api.configKey;
}
