// Reads tickets back while they are typed, and says before anything is sent whether one is mistyped.
//
//   <textarea data-ticket …>        the field; its sentences, in the reader's language:
//     data-ticket-right             "25 of 25 characters, no typing mistake"
//     data-ticket-check             "One character is mistyped. Nothing was sent yet."
//     data-ticket-wrong             "Character {place}, “{character}”, cannot be right: tickets have no I, O, 0 or 1."
//     data-ticket-count             "{count} of 25 characters"
//     data-ticket-foreign           "A ticket of another kind. It is checked when you send it."
//     data-ticket-several           "{right} of {count} tickets without a typing mistake"
//   <div data-ticket-echo></div>    in the same form (or page): what was read, and the verdict
//   <div id="announcer" role="status">   the page's live region; hears the verdict once the typing pauses
//
// An address such as /t#CODE fills the field and is cleaned: what stands after # never left the browser.
// Reading and checking are those of the server (files/tickets.py, files/pasted.py).
(() => {
  const ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  const LENGTH = 25;
  const TOTAL = 3;
  const MOST_TEXT = 20000;
  const powers = [1];
  while (powers.length < 31) powers.push((powers.at(-1) << 1) ^ (powers.at(-1) & 16 ? 0b100101 : 0));

  const normalize = (text) => text.toUpperCase().replace(/[\s-]+/g, "");
  const written = (bare) => bare.replace(/(.{5})(?=.)/gu, "$1-");

  const judge = (raw) => {
    const bare = [...normalize(raw)];
    const at = bare.findIndex((character) => !ALPHABET.includes(character));
    if (at >= 0) return { raw, code: null, problem: "characters", at };
    if (bare.length !== LENGTH) return { raw, code: null, problem: "length", at: null };
    const sum = bare.reduce((total, character, position) => {
      const value = ALPHABET.indexOf(character);
      return value ? total ^ powers[(powers.indexOf(value) + position) % 31] : total;
    }, 0);
    if (sum !== TOTAL) return { raw, code: null, problem: "check", at: null };
    return { raw, code: written(bare.join("")), problem: null, at: null };
  };

  const passes = (bare) => judge(bare).problem === null;
  const size = (text) => [...text].length;
  const hasDigit = (text) => /[0-9]/.test(text);
  const parts = (token) => token.split("-").filter(Boolean);
  const fives = (list) => list.filter((part) => size(part) === 5).length;

  const strip = (token) => {
    let [start, end] = [0, token.length];
    while (start < end && ".!?*_~/-".includes(token[start])) start += 1;
    while (end > start && ".!?*_~/-".includes(token[end - 1])) end -= 1;
    return token.slice(start, end);
  };

  const isCodeLike = (token, isList) => {
    const upper = token.toUpperCase();
    if (!/^[A-Z0-9][A-Z0-9._/+-]{4,62}[A-Z0-9]$/.test(upper)) return false;
    if (/^[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}$/.test(upper)) return false;
    return isList || hasDigit(upper);
  };

  const isWhole = (list) => {
    const bare = list.join("");
    if (size(bare) === LENGTH) return passes(bare) || list.length === 5 || hasDigit(bare);
    return size(bare) >= 22 && size(bare) <= 28 && fives(list) >= 3;
  };

  const isNearlyWhole = (tokens) => {
    const list = tokens.flatMap(parts);
    const bare = list.join("");
    if (size(bare) === LENGTH && passes(bare)) return true;
    return size(bare) >= 22 && size(bare) <= 28 && fives(list) >= 3 && hasDigit(bare);
  };

  const tickets = (groups) => {
    const found = [];
    const windowAt = (at) => groups.slice(at, at + 5).join("");
    const last = groups.length - 5;
    for (let at = 0; at <= last;) {
      const end = (groups.length - at) % 5 ? Math.min(at + 4, last) : at;
      let right = at;
      while (right <= end && !passes(windowAt(right))) right += 1;
      if (right <= end) at = right;
      if (right <= end || hasDigit(windowAt(at))) {
        found.push(groups.slice(at, at + 5).join(" "));
        at += 5;
      } else {
        at += 1;
      }
    }
    return found;
  };

  const inChunk = (tokens, isList) => {
    const found = [];
    let [groups, loose] = [[], []];
    const close = () => {
      const taken = tickets(groups);
      for (const raw of taken) found.push([raw, false]);
      if (!taken.length) for (const token of loose) if (isCodeLike(token, isList)) found.push([token, true]);
      [groups, loose] = [[], []];
    };
    for (const token of tokens) {
      const list = parts(token);
      if (isWhole(list)) {
        close();
        found.push([token, false]);
      } else if (list.every((part) => size(part) === 5)) {
        groups.push(...list);
        loose.push(token);
      } else {
        close();
        if (isCodeLike(token, isList)) found.push([token, true]);
      }
    }
    close();
    if (found.every(([, isForeign]) => isForeign) && isNearlyWhole(tokens)) return [[tokens.join(" "), false]];
    return found;
  };

  const chunksOf = (text) => text.normalize("NFKC")
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, "")
    .replace(/[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g, "-")
    .replace(/-[ \t]*\r?\n/g, "-")
    .split(/[;,\n-\r\u0085\u2028\u2029]/)
    .map((chunk) => chunk.split(/[\u0000-\u0020\u1680:#=<>()[\]{}|"'`\u2018-\u201f\u00ab\u00bb]+/)
      .map(strip).filter(Boolean))
    .filter((tokens) => tokens.length);

  // All tickets in a text, each once: {raw, code, problem, at}.
  const find = (text) => {
    const chunks = chunksOf(text);
    const isList = chunks.every((tokens) => tokens.length === 1);
    let found = chunks.flatMap((tokens) => inChunk(tokens, isList));
    if (!found.length) {
      found = chunks.map((tokens) => [tokens.join(" "), true])
        .filter(([raw]) => size(raw) >= 4 && size(raw) <= 64 && hasDigit(raw));
    }
    const once = new Map();
    for (const [raw, isForeign] of found) {
      const candidate = isForeign ? { raw, code: normalize(raw), problem: "foreign", at: null } : judge(raw);
      const key = candidate.code ?? normalize(raw);
      if (!once.has(key)) once.set(key, candidate);
    }
    return [...once.values()];
  };

  // The beginning of a ticket, as long as nothing says that it is something else.
  const beginning = (text) => {
    const chunks = chunksOf(text);
    if (chunks.length !== 1) return null;
    const list = chunks[0].flatMap(parts);
    const bare = list.join("").toUpperCase();
    const isOurs = list.every((part, at) => size(part) === 5 || (at === list.length - 1 && size(part) < 5));
    if (size(bare) >= LENGTH || !(isOurs || list.length === 1) || !/^[\p{L}\p{N}]+$/u.test(bare)) return null;
    return { ...judge(bare), raw: bare, isBeginning: true };
  };

  // What to show for a text: the candidates, or the one that is being typed.
  const read = (text) => {
    if (text.length > MOST_TEXT) return [];
    const found = find(text);
    const begun = found.every(({ problem }) => problem === "foreign") && beginning(text);
    return begun ? [begun] : found;
  };

  if (typeof document === "undefined") {
    module.exports = { find, read };
    return;
  }

  const SHAPES = {
    ok: "M5 .4a4.6 4.6 0 1 0 0 9.2A4.6 4.6 0 1 0 5 .4z",
    wait: "M5 .4a4.6 4.6 0 1 0 0 9.2A4.6 4.6 0 1 0 5 .4zM5 1.8v6.4a3.2 3.2 0 1 0 0-6.4z",
    stop: "M5 .6 9.8 9.3H.2z",
  };

  const verdict = (field, { raw, code, problem, at, isBeginning }) => {
    const words = field.dataset;
    const bare = [...normalize(raw)];
    if (problem === null) return ["ok", words.ticketRight];
    if (problem === "foreign") return ["wait", words.ticketForeign];
    if (problem === "check") return ["stop", words.ticketCheck];
    if (problem === "characters") {
      return ["stop", words.ticketWrong?.replace("{place}", at + 1).replace("{character}", () => bare[at])];
    }
    return [isBeginning ? "wait" : "stop", words.ticketCount?.replace("{count}", bare.length)];
  };

  const element = (name, className, ...children) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };

  const shape = (tone) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", SHAPES[tone]);
    path.setAttribute("fill", "currentColor");
    path.setAttribute("fill-rule", "evenodd");
    svg.setAttribute("viewBox", "0 0 10 10");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", "shape");
    svg.append(path);
    return svg;
  };

  const line = (field, candidate) => {
    const [tone, sentence] = verdict(field, candidate);
    const isOurs = candidate.problem !== "foreign";
    const groups = isOurs ? written(normalize(candidate.raw)).split("-") : [candidate.raw];
    const hyphen = () => element("i", "", "-");
    const code = element("span", "code", ...groups.flatMap((group, at) => (at ? [hyphen(), group] : [group])));
    code.translate = false;
    const state = element("span", `state tone-${tone}`, shape(tone), element("span", "", sentence ?? ""));
    return element("div", "echo", code, state);
  };

  let pause = 0;
  const show = (field) => {
    const echo = (field.form ?? document).querySelector("[data-ticket-echo]");
    if (!echo) return;
    const found = read(field.value);
    echo.replaceChildren(...found.slice(0, 20).map((candidate) => line(field, candidate)));
    const right = found.filter(({ problem }) => problem === null).length;
    const several = field.dataset.ticketSeveral?.replace("{right}", right).replace("{count}", found.length);
    clearTimeout(pause);
    pause = setTimeout(() => {
      const region = document.getElementById("announcer");
      const said = found.length > 1 ? several : found.length ? verdict(field, found[0])[1] : "";
      if (region && said) region.textContent = said;
    }, 1200);
  };

  const takeFromAddress = () => {
    const field = document.querySelector("[data-ticket]");
    let text = location.hash.slice(1);
    try { text = decodeURIComponent(text); } catch { /* an odd address is no ticket */ }
    if (!field || !find(text).some(({ problem }) => problem !== "foreign")) return;
    field.value = text;
    history.replaceState(history.state, "", location.pathname + location.search);
    show(field);
  };

  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-ticket]")) show(event.target);
  });
  // What the server has answered already needs no second verdict; what the browser kept or filled in does.
  const showAgain = () => {
    const field = document.querySelector("[data-ticket]");
    if (field && field.value !== field.defaultValue) show(field);
  };

  addEventListener("hashchange", takeFromAddress);
  document.addEventListener("htmx:after:swap", showAgain);
  document.addEventListener("DOMContentLoaded", () => {
    takeFromAddress();
    showAgain();
  });
})();
