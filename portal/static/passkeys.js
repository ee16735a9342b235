// Passkeys: asks the browser for one and puts its answer into the form, which is then sent like any other.
//
//   <form data-passkey="show|make" data-options="/…/options" data-origin="https://…" hidden>
//     <input type="hidden" name="credential">
//     <p data-trouble data-none="…" data-there="…" data-stale="…" hidden></p>
//   <p data-without-passkeys>         what to read where there are no passkeys; goes when there are
//   <input autocomplete="username webauthn">   the browser offers passkeys here, too, beside the names it keeps
//
// The forms appear where the browser knows passkeys and the portal was reached under its own name.
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const isNumber = /^[0-9.]+$|:/.test(location.hostname.replace(/^\[|\]$/g, ""));
  const works = (form) =>
    window.PublicKeyCredential && !isNumber && new URL(form.dataset.origin).origin === location.origin;

  const asked = async (form) => {
    const body = new URLSearchParams({ csrf: form.elements.csrf.value });
    const answer = await fetch(form.dataset.options, { method: "POST", body });
    if (!answer.ok || answer.redirected) throw new DOMException("", "StaleError");
    const options = await answer.json();
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const list of [options.excludeCredentials, options.allowCredentials]) {
      for (const one of list ?? []) one.id = bytes(one.id);
    }
    return options;
  };

  const told = (credential) => {
    const { response } = credential;
    const said = { clientDataJSON: text(response.clientDataJSON) };
    if (response.attestationObject) {
      said.attestationObject = text(response.attestationObject);
      said.transports = response.getTransports?.() ?? [];
    } else {
      said.authenticatorData = text(response.authenticatorData);
      said.signature = text(response.signature);
      if (response.userHandle?.byteLength) said.userHandle = text(response.userHandle);
    }
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response: said,
      authenticatorAttachment: credential.authenticatorAttachment, clientExtensionResults: {},
    });
  };

  // What waits quietly for somebody to choose a passkey among the names of a field.
  let offered = null;

  const offer = async (form) => {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    const mine = (offered = new AbortController());
    try {
      const publicKey = await asked(form);
      // The question is good for some minutes: whoever is still here then, or comes back, is asked anew.
      setTimeout(() => {
        if (mine.signal.aborted || mine !== offered) return;
        mine.abort();
        if (document.hidden) document.addEventListener("visibilitychange", () => offer(form), { once: true });
        else offer(form);
      }, publicKey.timeout * 0.9);
      const credential = await navigator.credentials.get({ publicKey, mediation: "conditional", signal: mine.signal });
      form.elements.credential.value = told(credential);
      form.submit();
    } catch {
      // Nobody asked for it, so nobody is told: the button is still there.
    }
  };

  const send = async (form) => {
    offered?.abort();
    const trouble = form.querySelector("[data-trouble]");
    const button = form.querySelector("button");
    trouble.hidden = true;
    button.disabled = true;
    try {
      const publicKey = await asked(form);
      const credential = form.dataset.passkey === "make"
        ? await navigator.credentials.create({ publicKey })
        : await navigator.credentials.get({ publicKey });
      form.elements.credential.value = told(credential);
      form.submit();
    } catch (error) {
      const why = { InvalidStateError: "there", StaleError: "stale" }[error.name] ?? "none";
      trouble.textContent = trouble.dataset[why];
      trouble.hidden = false;
      if (offered) offer(form);
    }
    button.disabled = false;
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!works(form)) continue;
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
    for (const other of document.querySelectorAll("[data-without-passkeys]")) other.hidden = true;
    if (form.dataset.passkey === "show" && document.querySelector('[autocomplete~="webauthn"]')) offer(form);
  }
})();
