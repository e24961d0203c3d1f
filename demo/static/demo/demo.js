/* Buttons that copy a command. Without JavaScript there are none, and the commands are still there. */

const COPY = "Copy";
const COPIED = "Copied";
const SHOWN_FOR = 2000;

for (const shell of document.querySelectorAll(".shell")) {
  const button = document.createElement("button");
  const label = shell.dataset.label ?? "command";
  button.type = "button";
  button.textContent = COPY;
  button.setAttribute("aria-label", `${COPY} ${label}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(shell.querySelector("code").textContent);
    button.textContent = COPIED;
    button.setAttribute("aria-label", `${COPIED} ${label}`);
    setTimeout(() => {
      button.textContent = COPY;
      button.setAttribute("aria-label", `${COPY} ${label}`);
    }, SHOWN_FOR);
  });
  shell.append(button);
}
