/* Swagger UI for the API of this server: requests carry the session, and the token that Django asks of forms. */

/* What a field of a form is, told by the row or the part of the page that it stands in. */
function nameOf(field) {
  const row = field.closest("tr[data-param-name]");
  if (row) {
    return row.dataset.paramName;
  }
  return field.closest(".opblock-section-request-body") ? "Request body" : "Choice";
}

/* Swagger UI leaves some fields without a name, and boxes that scroll out of the keyboard's reach. */
function complete(place) {
  for (const field of place.querySelectorAll(":is(select, textarea, input):not([aria-label], [id])")) {
    field.setAttribute("aria-label", nameOf(field));
  }
  for (const field of place.querySelectorAll("select:not([aria-label])")) {
    field.setAttribute("aria-label", nameOf(field));
  }
  for (const box of place.querySelectorAll(".microlight:not([tabindex])")) {
    box.tabIndex = 0;
  }
}

addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("swagger");
  const { schema, csrfToken } = place.dataset;

  new MutationObserver(() => complete(place)).observe(place, { childList: true, subtree: true });

  SwaggerUIBundle({
    domNode: place,
    url: schema,
    // Without it, descriptions on public servers are sent to a validator elsewhere.
    validatorUrl: null,
    displayRequestDuration: true,
    docExpansion: "none",
    filter: true,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: 0,
    requestInterceptor: (request) => {
      if (new URL(request.url, location.href).origin === location.origin) {
        request.headers["X-CSRFToken"] = csrfToken;
      }
      return request;
    },
  });
});
