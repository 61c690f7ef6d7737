// Checks a receipt (c2sp.org/tlog-proof@v1) in the browser; tools/verify_receipt.py says the same in Python.
"use strict";
(() => {
  const MOST = 1000000;
  const text8 = new TextEncoder();

  class Refused extends Error {
    constructor(code) { super(code); this.code = code; }
  }
  const need = (condition, code = "malformed") => { if (!condition) throw new Refused(code); };

  const bytes = (text, length) => {
    let raw;
    try { raw = atob(text); } catch { throw new Refused("malformed"); }
    need(btoa(raw) === text && (length === undefined || raw.length === length));
    return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
  };
  const joined = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return all;
  };
  const same = (one, other) => one.length === other.length && one.every((value, n) => value === other[n]);
  const hex = (raw) => Array.from(raw, (value) => value.toString(16).padStart(2, "0")).join("");
  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const utf8 = (raw) => {
    try { return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw); } catch { throw new Refused("malformed"); }
  };
  const json = (raw) => { try { return JSON.parse(utf8(raw)); } catch { throw new Refused("malformed"); } };
  const number = (text) => { need(/^(0|[1-9][0-9]{0,18})$/.test(text)); return BigInt(text); };

  const rootFrom = async (index, size, leaf, proof) => {
    need(index < size, "inclusion");
    let at = index, last = size - 1n, found = leaf;
    for (const step of proof) {
      need(last !== 0n, "inclusion");
      if (at & 1n || at === last) {
        found = await sha256([1], step, found);
        while (!(at & 1n) && at) { at >>= 1n; last >>= 1n; }
      } else {
        found = await sha256([1], found, step);
      }
      at >>= 1n; last >>= 1n;
    }
    need(last === 0n, "inclusion");
    return found;
  };

  const readCheckpoint = (note) => {
    const cut = note.lastIndexOf("\n\n");
    need(cut >= 0 && note.endsWith("\n") && cut + 2 < note.length);
    const text = note.slice(0, cut), lines = text.split("\n");
    need(lines.length >= 3 && lines.every((line) => line !== ""));
    const signatures = note.slice(cut + 2, -1).split("\n").map((line) => {
      const found = /^\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)$/.exec(line);
      need(found);
      const raw = bytes(found[2]);
      need(raw.length >= 5);
      return { name: found[1], id: raw.slice(0, 4), signature: raw.slice(4) };
    });
    return { text: text + "\n", origin: lines[0], size: number(lines[1]), root: bytes(lines[2], 32), signatures };
  };

  const readKey = (text) => {
    const [said, until] = text.split("@"), parts = said.split("+");
    const material = bytes(parts.slice(2).join("+"), 33);
    const id = Uint8Array.from(parts[1].match(/../g), (pair) => parseInt(pair, 16));
    return { name: parts[0], id, type: material[0], public: material.slice(1), until: until ? BigInt(until) : null };
  };

  const importKey = async (raw) => {
    try { return await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]); } catch { return null; }
  };

  // The witnesses that signed, or false where this browser does not know Ed25519 or the site has no key
  const checkSignatures = async (checkpoint, trust) => {
    if (!trust.log.length || !(await importKey(trust.log[0].public))) return false;
    let signed = false, retired = false;
    const seen = new Set();
    for (const line of checkpoint.signatures) {
      const key = [...trust.log, ...trust.witnesses].find((each) => each.name === line.name && same(each.id, line.id));
      if (!key) continue;
      const witness = key.type === 4, code = witness ? "witness" : "signature";
      let message = text8.encode(checkpoint.text), signature = line.signature;
      if (witness) {
        need(signature.length === 72, code);
        const time = new DataView(signature.slice(0, 8).buffer).getBigUint64(0);
        message = joined(text8.encode(`cosignature/v1\ntime ${time}\n`), message);
        signature = signature.slice(8);
      }
      need(signature.length === 64, code);
      const imported = await importKey(key.public);
      need(imported && (await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message)), code);
      if (witness) seen.add(key.name);
      else if (key.name === checkpoint.origin && (key.until === null || checkpoint.size <= key.until)) signed = true;
      else if (key.name === checkpoint.origin) retired = true;
    }
    need(signed, retired ? "retired" : "signature");
    need(seen.size >= trust.quorum, "witness");
    return [...seen];
  };

  const disclosed = async (extra) => {
    const lines = utf8(extra).split("\n"), parts = lines.slice(1).map((line) => line.split(" "));
    const names = parts.map((part) => part[0]).join(" ");
    need(lines[0] === "qinqing-entry@v1" && (names === "header" || names === "header content"));
    need(parts.every((part) => part.length === 3));
    const salt = bytes(parts[0][1]), said = bytes(parts[0][2]), header = json(said);
    need(header && typeof header === "object" && typeof header.content === "string");
    let told = null;
    if (parts.length === 2) {
      const bodySalt = bytes(parts[1][1]), body = bytes(parts[1][2]);
      need(hex(await sha256(bodySalt, body)) === header.content, "body");
      told = json(body);
    }
    return { leaf: await sha256(salt, said), header, told };
  };

  const check = async (text, trust) => {
    try {
      const cut = text.indexOf("\n\n"), lines = text.slice(0, cut).split("\n");
      need(cut >= 0 && [...text].length <= MOST && lines[0] === "c2sp.org/tlog-proof@v1" && lines.length >= 3);
      need(lines[1].startsWith("extra ") && lines[2].startsWith("index "));
      const index = number(lines[2].slice(6)), proof = lines.slice(3).map((line) => bytes(line, 32));
      const checkpoint = readCheckpoint(text.slice(cut + 2));
      const { leaf, header, told } = await disclosed(bytes(lines[1].slice(6)));
      const root = await rootFrom(index, checkpoint.size, await sha256([0], leaf), proof);
      need(same(root, checkpoint.root), "inclusion");
      const signers = await checkSignatures(checkpoint, trust);
      const facts = { ...header, place: `${index} / ${checkpoint.size}`, witnesses: (signers || []).join(", ") };
      return { code: signers ? "valid" : "unsigned", facts: { ...facts, body: told === null ? "" : JSON.stringify(told, null, 2) } };
    } catch (refusal) {
      if (refusal instanceof Refused) return { code: refusal.code };
      throw refusal;
    }
  };

  const form = document.getElementById("verify"), place = document.getElementById("verdict");
  if (!form || !place || !window.crypto?.subtle) return; // the form asks the site
  const keys = (words) => words.split(" ").filter(Boolean).map(readKey);
  const trust = { log: keys(form.dataset.log), witnesses: keys(form.dataset.witnesses), quorum: Number(form.dataset.quorum) };

  const filled = (facts) => {
    const shown = document.getElementById("verified").content.cloneNode(true);
    for (const one of shown.querySelectorAll("[data-said]")) one.textContent = facts[one.dataset.said] || "\u2014";
    return shown;
  };
  const answer = async (text) => {
    const { code, facts } = await check(text, trust);
    if (code === "unsigned" && trust.log.length) return false; // the site can check what this browser cannot
    const said = document.querySelector(`template[data-code="${code}"]`);
    place.replaceChildren(said.content.cloneNode(true));
    if (facts) (place.querySelector(".notice") || place).append(filled(facts));
    place.dataset.code = code;
    return true;
  };

  const asText = async (file) => {
    if (file.size > MOST * 4) return "";
    try { return utf8(new Uint8Array(await file.arrayBuffer())); } catch { return ""; }
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = form.elements.file.files[0], pasted = form.elements.text.value.replace(/\r\n/g, "\n");
    if (!file && !pasted.trim()) { form.submit(); return; }
    const text = file ? await asText(file) : pasted.endsWith("\n") ? pasted : `${pasted}\n`;
    if (!(await answer(text))) form.submit();
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    form.elements.file.files = event.dataTransfer.files;
    if (!(await answer(await asText(file)))) form.submit();
  });
  document.documentElement.dataset.verifies = "here";
})();
