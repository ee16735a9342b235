// Small comforts. Everything on the pages works without them.
(() => {
  const announcer = () => document.getElementById("announcer");

  const say = (text) => {
    const region = announcer();
    if (!region || !text) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 50);
  };

  // A ticket goes to the clipboard with one click. Without a clipboard it is selected, ready for Ctrl+C.
  const copy = async (button) => {
    const code = document.getElementById(button.dataset.from) ?? button.closest(".ticket").querySelector(".code");
    try {
      await navigator.clipboard.writeText(button.value);
    } catch {
      code.select ? code.select() : getSelection().selectAllChildren(code);
      say(button.dataset.selected);
      return;
    }
    const word = button.textContent;
    button.textContent = button.dataset.done;
    say(button.dataset.done);
    setTimeout(() => { button.textContent = word; }, 2000);
  };

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll(".who details[open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    if (event.target.closest("[data-print]")) print();
    closeMenus(event.target);
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".who details[open]");
    if (!menu) return;
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Addresses stay short: fields that were left empty are not sent by forms that only ask.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const [name, value] of [...event.formData]) {
      if (value === "") event.formData.delete(name);
    }
  });

  // A filter acts as soon as it is chosen. htmx does it in place, without htmx the page is fetched.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-on-change]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });

  // What came is said once, and the eye is led to the first thing that needs it.
  const lead = () => {
    const news = document.querySelector("[data-say]");
    if (news) {
      say(news.dataset.say);
      news.removeAttribute("data-say");
    }
    const marked = document.querySelectorAll("[data-focus]");
    for (const element of marked) element.removeAttribute("data-focus");
    marked[0]?.focus();
  };

  // Who works with the keyboard goes on where they were: at the control that came again, else where the page begins.
  let used = null;
  const twin = (one) => [...document.querySelectorAll(one.localName)].find((other) =>
    ["name", "value", "href"].every((key) => other[key] === one[key])
      && other.form?.action === one.form?.action && other.textContent === one.textContent);
  document.addEventListener("htmx:before:swap", () => { used = document.activeElement; });
  document.addEventListener("htmx:after:swap", () => {
    lead();
    if (document.activeElement !== document.body || used === document.body) return;
    (twin(used) ?? document.getElementById("content")).focus();
  });
  lead();

  // A list that shows what was asked of it last says so in its address, too: to be loaded again, kept and handed on.
  const narrowed = document.querySelector("[data-address]");
  if (narrowed && !location.search) history.replaceState(history.state, "", narrowed.dataset.address);

  // When nothing came back at all, the page says so instead of staying silent.
  document.addEventListener("htmx:error", () => {
    say(announcer()?.dataset.lost);
  });
})();
