/* Runs before the first paint, so that a chosen theme does not flash. A classic script: a module
   would be too late. */
(function () {
  try {
    var theme = localStorage.getItem("vgl-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage, no memory: the system's theme.
  }
})();
