/* Runs before the first paint, so that a chosen theme or mode does not flash. A classic script: a
   module would be too late. */
(function () {
  var root = document.documentElement;
  if (new URLSearchParams(location.search).get("mode") === "projector") root.dataset.mode = "projector";
  try {
    var theme = localStorage.getItem("vgl-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // No storage, no memory: the system's theme.
  }
})();
