// Remembers the reader's choice of paper or ink stone. Loaded before the page is drawn so that nothing flashes.
(() => {
  const root = document.documentElement;
  const kept = localStorage.getItem("theme");
  if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      if (!(button instanceof HTMLElement)) continue;
      button.hidden = false;
      button.addEventListener("click", () => {
        const dark = root.dataset.theme
          ? root.dataset.theme === "dark"
          : matchMedia("(prefers-color-scheme: dark)").matches;
        const wish = dark ? "light" : "dark";
        root.dataset.theme = wish;
        localStorage.setItem("theme", wish);
      });
    }
  });
})();
