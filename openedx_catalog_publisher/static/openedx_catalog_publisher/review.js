/* Conveniences of the review pages; each page works without them. */

"use strict";

for (const table of document.querySelectorAll("[data-choose]")) {
  const all = table.querySelector("[data-choose-all]");
  const boxes = [...table.querySelectorAll("[data-choose-one]")];
  const tools = document.querySelector("[data-chosen-tools]");
  const count = document.querySelector("[data-chosen-count]");

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    count.textContent = chosen ? count.dataset.words.replace("{}", chosen) : count.dataset.none;
    for (const button of tools.querySelectorAll("button")) {
      button.setAttribute("aria-disabled", chosen ? "false" : "true");
    }
  };

  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) {
      box.checked = all.checked;
    }
    show();
  });
  table.addEventListener("change", show);
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button[aria-disabled='true']");
    if (button) {
      event.preventDefault();
    }
  });
  show();
}

/* A decision is sent once, however often its button is pressed. */
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
    }
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    delete form.dataset.sent;
  }
});
