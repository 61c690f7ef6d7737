// Counts down by the site's clock, not by this device's: the time left is told by the page and only runs on here.
"use strict";
(() => {
  const two = (value) => String(value).padStart(2, "0");
  for (const place of document.querySelectorAll("[data-left-ms]")) {
    const left = Number(place.dataset.leftMs), began = performance.now();
    const show = () => {
      const rest = Math.max(0, Math.ceil((left - (performance.now() - began)) / 1000));
      const days = Math.floor(rest / 86400), hours = Math.floor(rest / 3600) % 24, minutes = Math.floor(rest / 60) % 60;
      const time = `${days ? `${days} ${place.dataset.day} ` : ""}${two(hours)}:${two(minutes)}:${two(rest % 60)}`;
      place.textContent = rest ? place.dataset.words.replace("{}", time) : place.dataset.over;
      if (!rest) clearInterval(ticking);
    };
    const ticking = setInterval(show, 1000);
    if (left > 0) show(); else clearInterval(ticking);
  }
})();
