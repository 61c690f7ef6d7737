"""A draw repeated by a second program that shares nothing with the site: JavaScript in Chromium."""

import random
import secrets

import pytest

from marketplace.tenders import draw as pure

pytestmark = [pytest.mark.browser]

SCRIPT = r"""
function sha256(bytes) {  // FIPS 180-4, constants computed from the primes
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const root = (n, k) => { const s = 1n << 32n; let lo = 0n, hi = BigInt(n) * s;
    const low = (m) => m ** k <= BigInt(n) * s ** k;
    while (lo < hi) { const m = (lo + hi + 1n) / 2n; if (low(m)) lo = m; else hi = m - 1n; }
    return Number(lo % s); };
  const K = primes.map((p) => root(p, 3n)), H = primes.slice(0, 8).map((p) => root(p, 2n));
  const rotate = (x, n) => (x >>> n) | (x << (32 - n));
  const size = bytes.length, padded = new Uint8Array(((size + 8 >> 6) + 1) * 64);
  padded.set(bytes); padded[size] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, size * 8);
  for (let at = 0; at < padded.length; at += 64) {
    const w = new Array(64);
    for (let i = 0; i < 64; i++) {
      if (i < 16) { w[i] = view.getInt32(at + i * 4); continue; }
      const a = w[i - 15], b = w[i - 2];
      const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3), s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let i = 0; i < 64; i++) {
      const chosen = (e & f) ^ (~e & g);
      const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + chosen + K[i] + w[i]) | 0;
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [a, b, c, d, e, f, g, h] = [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => { H[i] = (H[i] + x) | 0; });
  }
  return H.map((x) => (x >>> 0).toString(16).padStart(8, "0")).join("");
}
const utf8 = (text) => new TextEncoder().encode(text);
const uint32 = (n) => [n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255];
function repeat(draw) {
  const left = [...draw.candidates], order = [];
  const text = (...lines) => sha256(utf8(lines.join("\n")));
  const list = text(...left);
  for (const [who, secret, committed] of draw.secrets)
    if (text("qinqing-draw-v1 secret", draw.tender, draw.number, who, secret) !== committed)
      throw new Error(who);
  const values = draw.secrets.map(([who, secret]) => who + " " + secret).sort();
  const head = ["qinqing-draw-v1", draw.tender, draw.number, list, draw.public_value];
  const key = utf8([...head, ...values].join("\n"));
  while (left.length) {
    const size = BigInt(left.length), limit = (1n << 256n) / size * size;
    let number, attempt = 0;
    do {
      const mark = [...uint32(order.length), ...uint32(attempt++)];
      number = BigInt("0x" + sha256(Uint8Array.from([...mark, ...key, ...mark])));
    } while (number >= limit);
    order.push(left.splice(Number(number % size), 1)[0]);
  }
  return order;
}
"""


def some_draw(chance: random.Random, number: int) -> pure.Inputs:
    tender = f"tenders.tender/t{number}"
    names = pure.frozen_list(
        [f"91511602{chance.randrange(10**9):09d}X" for _n in range(chance.randint(1, 12))]
    )
    held = []
    for n in range(chance.randint(1, 3)):
        who, secret = f"parties.user/{n + 8}", secrets.token_hex(32)
        held.append((who, secret, pure.commitment(tender=tender, number=number, trustee=who, secret=secret)))
    return pure.Inputs(
        tender, number, names, pure.plain_value(f"{chance.randrange(10**12)} + 08"), tuple(held)
    )


def test_a_thousand_draws_come_out_the_same_in_javascript(chromium):
    chance = random.Random()
    draws = [some_draw(chance, n) for n in range(1, 1001)]
    page = chromium.new_page()
    page.add_script_tag(content=SCRIPT)
    rows = [{"tender": d.tender, "number": d.number, "candidates": list(d.candidates)} for d in draws]
    for row, of in zip(rows, draws, strict=True):
        row |= {"public_value": of.public_value, "secrets": [list(s) for s in of.secrets]}
    repeated = page.evaluate("rows => rows.map(repeat)", rows)
    page.close()
    assert repeated == [pure.draw(of) for of in draws]


def test_the_second_program_sees_a_changed_secret(chromium):
    of = some_draw(random.Random(), 1)
    who, _secret, committed = of.secrets[0]
    row = {
        "tender": of.tender,
        "number": 1,
        "candidates": list(of.candidates),
        "public_value": of.public_value,
    }
    page = chromium.new_page()
    page.add_script_tag(content=SCRIPT)
    said = page.evaluate(
        "row => { try { repeat(row); return ''; } catch (e) { return e.message; } }",
        row | {"secrets": [[who, "00" * 32, committed]]},
    )
    page.close()
    assert said == who
