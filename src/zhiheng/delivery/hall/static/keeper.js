// The worker that keeps the page through a reload without network. Where there is none, only that is missing.

const PATIENCE = 8000;

/** @type {Promise<boolean> | undefined} */
let asked;

/** @returns {Promise<boolean>} whether a reload without network would still show this page */
export function keepPageAlive() {
  asked ??= register().catch(() => false);
  return asked;
}

async function register() {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register("/hall/worker.js", { scope: "/hall/", updateViaCache: "none" });
  const tired = new Promise((resolve) => { setTimeout(resolve, PATIENCE, undefined); });
  return (await Promise.race([navigator.serviceWorker.ready, tired])) !== undefined;
}
