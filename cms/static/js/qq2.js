// Suite QQ2 (docs/sealing.md) with the browser's own WebCrypto; marketplace/tenders/sealing says the same in Python.
export const SUITE_ID = "QQ2-SHAMIR-GF256-X25519-HKDF-SHA256-AES-256-GCM";
export const PADDED_SIZE = 16384;
export const CHUNK = 1048576;
const CLASSES = [1, 2, 4, 8, 16, 32, 64, 128, 200];
const MAGIC = "QQ2\n", LABEL = "qinqing/QQ2/", SEED_SIZE = 32, FIXED = 38, BOX = 129;
const text8 = new TextEncoder();
const subtle = globalThis.crypto?.subtle;

export const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
export const hexOf = (raw) => Array.from(raw, (value) => value.toString(16).padStart(2, "0")).join("");
export const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const raw = (part) => (typeof part === "string" ? text8.encode(part) : part);
export const joined = (...parts) => {
  const all = parts.map(raw), out = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) { out.set(part, at); at += part.length; }
  return out;
};
const same = (one, other) => one.length === other.length && one.every((value, n) => value === other[n]);
const one = (value) => Uint8Array.of(value);
const number = (value, length) => {
  const out = new Uint8Array(length);
  for (let n = length - 1; n >= 0; n--) { out[n] = value % 256; value = Math.floor(value / 256); }
  return out;
};

export const sha256 = async (...parts) => new Uint8Array(await subtle.digest("SHA-256", joined(...parts)));
const hmac = async (key, ...parts) => {
  const imported = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", imported, joined(...parts)));
};
const aes = (key, use) => subtle.importKey("raw", key, "AES-GCM", false, [use]);
const encrypt = async (key, iv, content, additionalData = new Uint8Array(0)) =>
  new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv, additionalData }, await aes(key, "encrypt"), content));
const decrypt = async (key, iv, content, additionalData = new Uint8Array(0)) =>
  new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv, additionalData }, await aes(key, "decrypt"), content));

// --- X25519 and HPKE (RFC 9180, base mode, one message) ---------------------------------------------------------

const PKCS8 = bytesOf("302e020100300506032b656e04220420");
const privateKey = async (secret) => {
  const key = await subtle.importKey("pkcs8", joined(PKCS8, secret), { name: "X25519" }, true, ["deriveBits"]);
  const { x } = await subtle.exportKey("jwk", key);
  const open = atob(x.replace(/-/g, "+").replace(/_/g, "/"));
  return { key, public: Uint8Array.from(open, (sign) => sign.charCodeAt(0)) };
};
const agree = async (secret, open) => {
  const other = await subtle.importKey("raw", open, { name: "X25519" }, true, []);
  return new Uint8Array(await subtle.deriveBits({ name: "X25519", public: other }, secret, 256));
};
export const publicHalf = async (secret) => (await privateKey(secret)).public;

const KEM = bytesOf("4b454d0020"), SUITE = bytesOf("48504b45002000010002"), V1 = "HPKE-v1";
const extract = (suite, salt, label, material) => hmac(salt.length ? salt : new Uint8Array(32), V1, suite, label, material);
const expand = async (suite, secret, label, info, length) =>
  (await hmac(secret, number(length, 2), V1, suite, label, info, one(1))).slice(0, length);
const schedule = async (shared, enc, recipient, info) => {
  const none = new Uint8Array(0);
  const secret = await expand(KEM, await extract(KEM, none, "eae_prk", shared), "shared_secret", joined(enc, recipient), 32);
  const context = joined(one(0), await extract(SUITE, none, "psk_id_hash", none), await extract(SUITE, none, "info_hash", info));
  const scheduled = await extract(SUITE, secret, "secret", none);
  return [await expand(SUITE, scheduled, "key", context, 32), await expand(SUITE, scheduled, "base_nonce", context, 12)];
};
const hpkeSeal = async (message, to, info, ephemeral) => {
  const mine = await privateKey(ephemeral);
  const [key, nonce] = await schedule(await agree(mine.key, to), mine.public, to, info);
  return { enc: mine.public, box: await encrypt(key, nonce, message) };
};
const hpkeOpen = async (enc, box, secret, info) => {
  const mine = await privateKey(secret);
  const [key, nonce] = await schedule(await agree(mine.key, enc), enc, mine.public, info);
  return decrypt(key, nonce, box);
};

// --- Shamir's sharing over GF(256) ------------------------------------------------------------------------------

const times = (a, b) => {
  let product = 0;
  for (; b; b >>= 1) { if (b & 1) product ^= a; a = (a << 1) ^ (a & 0x80 ? 0x11b : 0); }
  return product;
};
const split = (secret, coefficients, shares) => Array.from({ length: shares }, (_, n) => {
  let value = new Uint8Array(secret.length);
  for (const coefficient of [...coefficients].reverse()) value = value.map((each, at) => times(each ^ coefficient[at], n + 1));
  return value.map((each, at) => each ^ secret[at]);
});

// --- The envelope -----------------------------------------------------------------------------------------------

export const contextOf = (tender, tenderer) => sha256(LABEL, "context\0", tender, "\0", tenderer);
export const keyId = async (open) => (await sha256(open)).slice(0, 16);
const derived = (seed, label, ...parts) => hmac(seed, LABEL, label, "\0", ...parts);
const shareHash = (context, x, share) => sha256(LABEL, "share\0", context, one(x), share);
const boxInfo = (context, x) => joined(LABEL, "box\0", context, one(x));

const header = async (seed, shares, needed, context, trustees) => {
  const out = [MAGIC, one(needed), one(trustees.length), context];
  for (let x = 1; x <= trustees.length; x++) {
    const share = shares[x - 1], ephemeral = await derived(seed, "ephemeral", context, one(x));
    const { enc, box } = await hpkeSeal(share, trustees[x - 1], boxInfo(context, x), ephemeral);
    out.push(await keyId(trustees[x - 1]), one(x), await shareHash(context, x, share), enc, box);
  }
  return joined(...out);
};

export const padded = (bid) => {
  const body = text8.encode(JSON.stringify({ price: bid.price, days: bid.days, note: bid.note, files: bid.files || [] }));
  if (body.length > PADDED_SIZE - 4) throw new RangeError("the bid is longer than an envelope holds");
  const out = new Uint8Array(PADDED_SIZE);
  out.set(number(body.length, 4)); out.set(body, 4);
  return out;
};

// trustees: public keys in their order. seed and coefficients are drawn here unless files were sealed with the seed.
export const seal = async (bid, { trustees, needed, tender, tenderer, seed = random(SEED_SIZE), coefficients }) => {
  const content = padded(bid), context = await contextOf(tender, tenderer);
  const drawn = coefficients || Array.from({ length: needed - 1 }, () => random(SEED_SIZE));
  const head = await header(seed, split(seed, drawn, trustees.length), needed, context, trustees);
  return joined(head, await encrypt(await derived(seed, "content", context), new Uint8Array(12), content, head));
};

// A trustee's share out of the header of a bid; null where its box does not open for this tender and tenderer.
export const openShare = async (head, { secret, tender, tenderer }) => {
  const context = await contextOf(tender, tenderer), kid = await keyId(await publicHalf(secret));
  for (let x = 1; FIXED + x * BOX <= head.length; x++) {
    const box = head.slice(FIXED + (x - 1) * BOX, FIXED + x * BOX);
    if (!same(box.slice(0, 16), kid) || box[16] !== x) continue;
    try {
      const share = await hpkeOpen(box.slice(49, 81), box.slice(81), secret, boxInfo(context, x));
      return same(await shareHash(context, x, share), box.slice(17, 49)) ? share : null;
    } catch { return null; }
  }
  return null;
};

// --- Files beside the bid ---------------------------------------------------------------------------------------

export const chunksFor = (size) => {
  const found = CLASSES.find((count) => size + 8 <= count * CHUNK);
  if (!found) throw new RangeError("the file is larger than 200 MB");
  return found;
};

// The sealed chunks of a file one after the other; never more than one is held.
export async function* sealChunks(file, { seed, tender, tenderer, id }) {
  const count = chunksFor(file.size), key = await derived(seed, "file", await contextOf(tender, tenderer), bytesOf(id));
  for (let n = 0; n < count; n++) {
    const plain = new Uint8Array(CHUNK), start = Math.max(0, n * CHUNK - 8), at = n ? 0 : 8;
    if (!n) plain.set(number(file.size, 8));
    const end = Math.min(file.size, (n + 1) * CHUNK - 8);
    if (start < end) plain.set(new Uint8Array(await file.slice(start, end).arrayBuffer()), at);
    yield encrypt(key, joined(new Uint8Array(7), one(Number(n === count - 1)), number(n, 4)), plain);
  }
}

// --- A trustee's store (tools/trustee.py) -----------------------------------------------------------------------

const FORMAT = "qinqing-trustee-store/1";
export class Store {
  constructor(said, kek) { this.said = said; this.kek = kek; }

  static async open(said, passphrase) {
    if (said.format !== FORMAT) throw new Error("format");
    const typed = await subtle.importKey("raw", text8.encode(passphrase), "PBKDF2", false, ["deriveBits"]);
    const kdf = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(said.kdf.salt), iterations: said.kdf.iterations };
    const store = new Store(said, new Uint8Array(await subtle.deriveBits(kdf, typed, 256)));
    await store.unwrap("identity", said.identity.wrapped);
    return store;
  }

  bound(name) { return text8.encode(`${FORMAT}\0${this.said.trustee}\0${name}`); }
  async unwrap(name, wrapped) {
    const all = bytesOf(wrapped);
    return decrypt(this.kek, all.slice(0, 12), all.slice(12), this.bound(name));
  }

  async make(count) {
    for (let n = 0; n < count; n++) {
      const secret = random(32), open = await publicHalf(secret), kid = hexOf(await keyId(open)), nonce = random(12);
      const wrapped = joined(nonce, await encrypt(this.kek, nonce, secret, this.bound(kid)));
      this.said.keys[kid] = { public: hexOf(open), wrapped: hexOf(wrapped) };
    }
  }

  unregistered() { return Object.values(this.said.keys).filter((row) => !row.registered).map((row) => ({ public: row.public })); }

  async answer(due, now) {
    const row = this.said.keys[due.key];
    if (!row || (row.tender && row.tender !== due.tender)) throw new Error("key");
    const until = row.not_before && row.not_before > due.closes_at ? row.not_before : due.closes_at;
    if (now < new Date(until)) throw new Error("early");
    Object.assign(row, { tender: due.tender, not_before: until, registered: true });
    const secret = await this.unwrap(due.key, row.wrapped), shares = {};
    for (const bid of due.bids) {
      const share = await openShare(bytesOf(bid.header), { secret, tender: due.tender, tenderer: bid.tenderer });
      shares[bid.bid] = share && hexOf(share);
    }
    return { tender: due.tender, shares };
  }
}

export const works = async () => {
  try { return (await publicHalf(random(32))).length === 32; } catch { return false; }
};
