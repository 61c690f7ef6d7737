// The explorer's slider over the days on which something changes, and its drawing as a picture of points (PNG).
"use strict";
(() => {
  const place = document.querySelector(".as-of");
  const range = document.querySelector("#as-of"), field = document.querySelector("#question [name=on]");
  const days = place ? place.dataset.days.split(" ") : [];
  if (range && field && days.length > 1) {
    const told = place.querySelector("output");
    const show = () => {
      const day = days[Number(range.value)];
      told.textContent = day;
      range.setAttribute("aria-valuetext", day);
    };
    const go = () => {
      const day = days[Number(range.value)];
      if (day === days[Number(place.dataset.at)]) return;
      field.value = day;
      place.setAttribute("aria-busy", "true");
      field.form.requestSubmit();
    };
    range.addEventListener("input", show);
    // Keys move one stop at a time: the page follows when they rest.
    let resting;
    range.addEventListener("change", () => { clearTimeout(resting); resting = setTimeout(go, 600); });
    range.value = place.dataset.at;
    show();
    place.querySelector(".as-of-slider").hidden = false;
  }

  const box = document.querySelector(".explorer-drawing"), centre = document.querySelector(".node-centre");
  if (box && centre) {
    const inner = centre.getBoundingClientRect(), outer = box.getBoundingClientRect();
    box.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
    box.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
  }

  const button = document.querySelector("#as-png");
  const LONGEST = 8000; // of a side in points, which every browser draws
  const png = async () => {
    const answer = await fetch(button.dataset.drawing, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    const picture = new Image();
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await picture.decode();
    const scale = Math.min(2, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(picture.width * scale);
    canvas.height = Math.ceil(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
    if (!made) throw new Error("no picture");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(made);
    link.download = button.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      button.disabled = true;
      const failed = document.querySelector("#as-png-failed");
      failed.textContent = "";
      png().catch(() => { failed.textContent = button.dataset.failed; }).finally(() => { button.disabled = false; });
    });
  }
})();
