// Keys that lead somewhere. Whoever switched them off in the account does not get this script.
(() => {
  const PAUSE = 1500;
  let pressed = 0; // when g was, and whatever follows soon leads on

  const isTyped = (event) =>
    event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented ||
    event.target.closest("input, select, textarea, dialog, [contenteditable]");

  // The list of them unfolds over the page; where it cannot come, the page that it stands on does.
  const unfold = async () => {
    if (document.getElementById("shortcuts")) return;
    const dialog = document.createElement("dialog");
    try {
      const answer = await fetch("/help/shortcuts", { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.statusText);
      dialog.innerHTML = await answer.text();
    } catch {
      location.assign("/help/shortcuts");
      return;
    }
    dialog.setAttribute("aria-labelledby", "shortcuts-heading");
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
    document.body.append(dialog);
    dialog.showModal();
    document.getElementById("shortcuts-heading").focus();
  };

  const search = () => [...document.querySelectorAll("main input[type=search]")].find((one) => one.checkVisibility());
  search()?.setAttribute("aria-keyshortcuts", "/");

  document.addEventListener("keydown", (event) => {
    if (isTyped(event)) return;
    const goes = Date.now() - pressed < PAUSE && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    pressed = event.key === "g" ? Date.now() : 0;
    if (goes) {
      event.preventDefault();
      goes.click();
    } else if (event.key === "/" && search()) {
      event.preventDefault();
      search().select();
      search().focus();
    } else if (event.key === "?") {
      event.preventDefault();
      unfold();
    }
  });
})();
