// Keeps the page itself alive through a reload without network. It keeps the page's own files, all of one version,
// and never an answer of the hall: papers, answers and times go past it untouched.

/** @typedef {{version: string, files: string[]}} Shell which files make up the page; the hall writes it above this line */

const worker = /** @type {ServiceWorkerGlobalScope & {shell: Shell}} */ (/** @type {unknown} */ (self));
const { version, files } = worker.shell;
const MINE = "zhiheng-hall-";
const PAGE = "/hall/";
const PATIENCE = 4000;

worker.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== worker.location.origin) return;
  if (request.mode === "navigate" && address.pathname === PAGE) event.respondWith(page(request));
  else if (files.includes(address.pathname)) event.respondWith(kept(address.pathname, request));
});

async function keepAll() {
  const cache = await caches.open(MINE + version);
  await cache.addAll(files.map((file) => new Request(file, { cache: file === PAGE ? "reload" : "default" })));
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(MINE) && name !== MINE + version).map((name) => caches.delete(name)));
}

/** The newest page while the hall answers, else the one kept. @param {Request} request */
async function page(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok) return answer;
  } catch {
    // no network, or too slow: the page that is kept will do
  }
  return kept(PAGE, request);
}

/** @param {string} file @param {Request} request */
async function kept(file, request) {
  const cache = await caches.open(MINE + version);
  return (await cache.match(file)) ?? fetch(request);
}
