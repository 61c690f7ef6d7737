// The trustee's desk: private keys are unwrapped here and stay here; shares and public keys are sent.
import { Store } from "./qq2.js";

const form = document.getElementById("store-form"), answer = document.getElementById("answer-form");
const tell = (name) => { for (const line of form.querySelectorAll("[data-state]")) line.hidden = line.dataset.state !== name; };
const send = (said) => { answer.elements.answer.value = JSON.stringify(said); answer.submit(); };
class Refused extends Error {}

const opened = async () => {
  let said;
  try { said = JSON.parse(await form.querySelector("#store").files[0].text()); } catch { throw new Refused("format"); }
  try { return await Store.open(said, form.querySelector("#passphrase").value); } catch (failure) {
    throw new Refused(failure.message === "format" ? "format" : "passphrase");
  }
};

const work = async (what) => {
  const store = await opened();
  const reply = await fetch(form.dataset.waiting, { credentials: "same-origin" });
  const waiting = await reply.json();
  if (waiting.trustee !== store.said.trustee) throw new Refused("other");
  if (what === "answer") {
    const answers = [];
    for (const due of waiting.due) {
      try { answers.push(await store.answer(due, new Date())); } catch (failure) { throw new Refused(failure.message); }
    }
    send({ answers });
    return;
  }
  await store.make(Math.max(1, waiting.wanted));
  const link = document.getElementById("save");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(store.said, null, 1)], { type: "application/json" }));
  tell("save");
  document.getElementById("register").addEventListener("click", () => send({ keys: store.unregistered() }), { once: true });
};

if (form && globalThis.crypto?.subtle) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    tell("working");
    try { await work(event.submitter?.value); } catch (failure) {
      const known = failure instanceof Refused && form.querySelector(`[data-state="${CSS.escape(failure.message)}"]`);
      tell(known ? failure.message : "failed");
    }
  });
}
