// Seals a bid in the browser: look over, seal, send only the envelope. Without this script the server seals.
import { bytesOf, chunksFor, hexOf, joined, random, seal, sealChunks, sha256, works } from "./qq2.js";

const DIGITS = "零壹贰叁肆伍陆柒捌玖", PLACES = ["", "拾", "佰", "仟"], GROUPS = ["", "万", "亿", "万亿"];
const group = (value) => {
  let text = "", gap = false;
  for (const place of [3, 2, 1, 0]) {
    const digit = Math.floor(value / 10 ** place) % 10;
    if (digit) { text += (gap && text ? "零" : "") + DIGITS[digit] + PLACES[place]; gap = false; } else gap = true;
  }
  return text;
};
export const inWords = (price) => {
  const found = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(price);
  if (!found) return "";
  const whole = Number(found[1]), cents = Number((found[2] || "").padEnd(2, "0"));
  let text = "";
  for (const n of [3, 2, 1, 0]) {
    const value = Math.floor(whole / 10000 ** n) % 10000, above = Math.floor(whole / 10000 ** (n + 1)) % 10000;
    if (value) text += (text && (value < 1000 || !above) ? "零" : "") + group(value) + GROUPS[n];
  }
  const jiao = Math.floor(cents / 10), fen = cents % 10, said = text ? `${text}元` : "";
  if (!cents) return `${said || "零元"}整`;
  return said + (jiao ? `${DIGITS[jiao]}角` : said && "零") + (fen ? `${DIGITS[fen]}分` : "整");
};

const form = document.getElementById("bid"), review = document.getElementById("review"), sealed = document.getElementById("sealed");
const base64 = (raw) => {
  let text = "";
  for (let at = 0; at < raw.length; at += 8192) text += String.fromCharCode(...raw.subarray(at, at + 8192));
  return btoa(text);
};
const exact = (price) => {
  const [whole, cents = ""] = price.trim().split(".");
  return `${whole.replace(/^0+(?=\d)/, "") || "0"}.${cents.padEnd(2, "0")}`;
};

// What a rate of a base amounts to, in exact cents, half up; empty for what is no rate. As rates.py.
export const priceOf = (base, rate) => {
  const found = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(rate.trim());
  if (!found) return "";
  const steps = BigInt(found[1]) * 100n + BigInt((found[2] || "").padEnd(2, "0"));
  const cents = (BigInt(exact(base).replace(".", "")) * steps + 5000n) / 10000n;
  return `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
};

const start = () => {
  const place = { tender: form.dataset.tender, tenderer: form.dataset.tenderer };
  const trustees = form.dataset.trustees.split(" ").map(bytesOf), needed = Number(form.dataset.needed);
  const said = (name) => review.querySelector(`[data-said="${name}"]`);
  const show = (name, text) => { said(name).textContent = text; };
  const rate = form.elements.rate, base = form.dataset.base, price = rate || form.elements.price;
  const yuan = (text) => new Intl.NumberFormat("zh-CN", { style: "currency", currency: "CNY" }).format(text);
  const words = document.getElementById("price-words");
  const chosen = document.getElementById("files"), tooMuch = document.getElementById("files-wrong");
  const files = () => [...chosen.files];
  const fit = () => { try { return files().length <= 5 && files().reduce((sum, file) => sum + chunksFor(file.size), 0) <= 400; } catch { return false; } };
  let wanted;

  price.addEventListener("input", () => {
    const amount = rate && priceOf(base, rate.value);
    words.textContent = rate ? amount && yuan(amount) : inWords(price.value.trim());
  });
  form.hidden = false;
  document.getElementById("files-field").hidden = false;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tooMuch.hidden = fit();
    if (!fit()) { chosen.focus(); return; }
    wanted = { price: rate ? priceOf(base, rate.value) : exact(price.value), days: Number(form.elements.days.value), note: form.elements.note.value.replace(/\r\n/g, "\n") };
    show("price", yuan(wanted.price));
    show("words", rate ? `${rate.value.trim()} % × ${yuan(base)}` : inWords(wanted.price));
    show("days", wanted.days);
    show("note", wanted.note || "—");
    show("files", files().map((file) => file.name).join(", ") || "—");
    form.hidden = true; review.hidden = false;
    review.querySelector("h2").focus();
  });
  review.querySelector("[data-do=change]").addEventListener("click", () => { review.hidden = true; form.hidden = false; price.focus(); });

  const tell = (name, percent) => {
    for (const line of review.querySelectorAll("[data-state]")) line.hidden = line.dataset.state !== name;
    const bar = review.querySelector("progress");
    if (bar) { bar.hidden = percent === undefined; bar.value = percent || 0; }
  };
  const send = async (address, body, tries = 5) => {
    for (let n = 1; ; n++) {
      try {
        const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": sealed.elements.csrfmiddlewaretoken.value } });
        if (answer.ok) return answer.json();
        if (answer.status < 500) throw new Error(`refused ${answer.status}`);
      } catch (failure) {
        if (n === tries || String(failure.message).startsWith("refused")) throw failure;
      }
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** n));
    }
  };
  const upload = async (seed) => {
    const list = files(), all = list.reduce((sum, file) => sum + chunksFor(file.size), 0), out = [];
    let done = 0;
    for (const file of list) {
      const id = hexOf(random(16)), digests = [], count = chunksFor(file.size);
      let n = 0;
      for await (const chunk of sealChunks(file, { seed, ...place, id })) {
        await send(`${form.dataset.parts}?file=${id}&chunks=${count}&number=${n}`, chunk);
        digests.push(await sha256(chunk));
        tell("sending", Math.round((100 * ++done) / all)); n++;
      }
      out.push({ id, name: file.name.slice(-120), size: file.size, sha256: hexOf(await sha256(joined(...digests))) });
    }
    return out;
  };
  review.querySelector("[data-do=seal]").addEventListener("click", async (event) => {
    event.target.disabled = true;
    try {
      tell("sealing");
      const seed = random(32), listed = await upload(seed);
      const envelope = await seal({ ...wanted, files: listed }, { trustees, needed, ...place, seed });
      sealed.elements.envelope.value = base64(envelope);
      sealed.elements.files.value = listed.map((file) => file.id).join(" ");
      tell("sending");
      sealed.submit();
    } catch {
      tell("failed");
      event.target.disabled = false;
    }
  });
};

if (form && review && sealed) {
  works().then((can) => {
    if (can) start(); else { form.hidden = form.dataset.onlyHere === "yes"; document.getElementById("cannot-seal").hidden = false; }
  });
}
