// Large files are sent in parts before their form is: after a broken connection only what is missing is sent again.
// Without this script, or where the browser cannot digest, the form sends the files whole, as any form does.
"use strict";
(() => {
  const TRIES = 4, FIRST_WAIT = 500;
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");
  const digest = async (blob) => hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  class Said extends Error {}
  class Broken extends Error {}

  for (const form of document.querySelectorAll("form[data-parts]")) {
    const place = form.querySelector("[data-parts-place]"), words = place.dataset, again = place.querySelector("button");
    const line = place.querySelector("[role=status]"), bar = place.querySelector("progress");
    const input = form.querySelector("input[type=file]"), size = Number(form.dataset.partSize);
    const token = form.elements.csrfmiddlewaretoken.value;
    if (!window.crypto || !crypto.subtle || !input) continue;

    const tell = (text) => { line.textContent = text; };
    const send = async (address, body, type) => {
      let answer;
      for (let tries = 0; ; tries += 1) {
        try {
          answer = await fetch(address, {
            method: "POST", body, credentials: "same-origin", redirect: "manual",
            headers: { "Content-Type": type, "X-CSRFToken": token },
          });
          if (answer.status < 500) break;
        } catch { /* the connection broke */ }
        if (tries + 1 >= TRIES) throw new Broken();
        await wait(FIRST_WAIT * 2 ** tries);
      }
      if (answer.type === "opaqueredirect") throw new Said(words.signedOut);
      const told = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Said(told.said || words.refused);
      return told;
    };

    const carry = async (file) => {
      const plan = [];
      for (let at = 0; at < file.size; at += size) {
        tell(words.reads.replace("{}", file.name));
        plan.push(await digest(file.slice(at, at + size)));
      }
      const said = JSON.stringify({ name: file.name, size: file.size, parts: plan });
      const held = await send(form.dataset.parts, said, "application/json");
      let left = held.missing.length;
      const show = () => {
        bar.max = held.of; bar.value = held.of - left;
        tell(words.sends.replace("{}", file.name).replace("{}", held.of - left).replace("{}", held.of));
      };
      show();
      for (const number of held.missing) {
        const part = file.slice(number * held.part, (number + 1) * held.part);
        await send(form.dataset.part.replace("/none/0/", `/${held.ref}/${number}/`), part, "application/octet-stream");
        left -= 1;
        show();
      }
      return held.ref;
    };

    const work = async (submitter) => {
      const buttons = form.querySelectorAll("button");
      for (const button of buttons) button.disabled = true;
      place.hidden = false; again.hidden = true; bar.hidden = false;
      try {
        const refs = [];
        for (const file of input.files) refs.push(await carry(file));
        for (const ref of refs) {
          const field = document.createElement("input");
          field.type = "hidden"; field.name = "held"; field.value = ref;
          form.append(field);
        }
        input.value = "";
        tell(words.done);
        for (const button of buttons) button.disabled = false;
        form.dataset.sent = "yes";
        form.requestSubmit(submitter);
      } catch (failure) {
        for (const button of buttons) button.disabled = false;
        again.hidden = !(failure instanceof Broken);
        tell(failure instanceof Said ? failure.message : words.broken);
        again.onclick = () => work(submitter);
      }
    };

    form.addEventListener("submit", (event) => {
      const total = Array.from(input.files).reduce((sum, file) => sum + file.size, 0);
      if (form.dataset.sent || total <= size) return; // small enough to go at once
      event.preventDefault();
      work(event.submitter);
    });
  }
})();
