/* Redoc for the API of this server, in the colours of the demo. */

addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("redoc");

  Redoc.init(
    place.dataset.schema,
    {
      hideDownloadButtons: true,
      pathInMiddlePanel: true,
      requiredPropsFirst: true,
      theme: {
        colors: { primary: { main: "#0b4f6c" } },
        typography: {
          fontFamily: "system-ui, sans-serif",
          headings: { fontFamily: "system-ui, sans-serif" },
          code: { fontFamily: "ui-monospace, monospace" },
        },
      },
    },
    place,
  );
});
