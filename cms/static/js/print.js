// The button that prints a page; on paper what is folded away is open, since it cannot be unfolded there.
"use strict";
(() => {
  const codes = [...document.querySelectorAll(".print-only img")];
  const opened = new Set();
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      for (const code of codes) code.loading = "eager";
      await Promise.allSettled(codes.map((code) => code.decode()));
      window.print();
    });
  }
  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("main details:not([open])")) {
      fold.open = true;
      opened.add(fold);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
    opened.clear();
  });
})();
