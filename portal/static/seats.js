// Counts the people who are ticked and says what that comes to. Without it the buttons do the same and say less.
(() => {
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const plural = new Intl.PluralRules(document.documentElement.lang);
  const words = (texts, n, m = 0) =>
    (texts[plural.select(n)] ?? texts.other).replace("{n}", numbers.format(n)).replace("{m}", numbers.format(m));

  const tell = () => {
    const form = document.querySelector("form[data-selects]");
    const bar = form?.querySelector("[data-selection]");
    if (!bar) return;
    const texts = JSON.parse(bar.dataset.texts);
    const boxes = [...form.querySelectorAll('input[name^="person-"]')];
    const all = form.querySelector("[data-all]").checked;
    for (const box of boxes) box.disabled = all;
    const ticked = boxes.filter((box) => box.checked);
    const count = all ? Number(bar.dataset.total) : ticked.length;
    const holding = ticked.filter((box) => "holds" in box.dataset).length;
    const lacking = ticked.filter((box) => "lacks" in box.dataset).length;
    const free = Number(bar.dataset.free);
    const [assign, take] = [form.querySelector("[data-assign]"), form.querySelector("[data-take]")];
    const part = (selector) => bar.querySelector(selector);
    assign.dataset.word ??= assign.textContent;
    take.dataset.word ??= take.textContent;
    part("[data-count]").dataset.word ??= part("[data-count]").textContent;
    part("[data-count]").textContent = count ? words(texts.selected, count) : part("[data-count]").dataset.word;
    assign.textContent = lacking && !all ? words(texts.assign, lacking) : assign.dataset.word;
    take.textContent = holding && !all ? words(texts.take, holding) : take.dataset.word;
    take.hidden = !all && !holding;
    assign.hidden = !all && holding > 0 && !lacking;
    part("[data-rest]").textContent =
      lacking && !all && lacking <= free ? words(texts.left, free, free - lacking) : part("[data-rest]").dataset.left;
    const page = form.querySelector("[data-page]");
    page.hidden = false;
    const head = page.querySelector("input");
    head.checked = all || (boxes.length > 0 && ticked.length === boxes.length);
    head.indeterminate = !head.checked && ticked.length > 0;
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-selects]");
    if (!form) return;
    if (event.target.closest("[data-page]")) {
      for (const box of form.querySelectorAll('input[name^="person-"]')) box.checked = event.target.checked;
    }
    tell();
  });
  document.addEventListener("reset", () => setTimeout(tell));
  document.addEventListener("htmx:after:swap", tell);
  tell();
})();
