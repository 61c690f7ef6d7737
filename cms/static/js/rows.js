// One more row of an item on a staff screen. Without it, saving brings three empty ones.
for (const set of document.querySelectorAll("[data-rows]")) {
  const template = set.querySelector(":scope > template");
  const button = set.querySelector("[data-rows-add]");
  const total = set.querySelector(`[name="${set.dataset.rows}-TOTAL_FORMS"]`);
  const full = () => { button.hidden = Number(total.value) >= Number(set.dataset.rowsMost); };
  button.addEventListener("click", () => {
    const places = [...set.querySelectorAll(`[name$="-position"]`)].map((one) => Number(one.value) || 0);
    template.insertAdjacentHTML("beforebegin", template.innerHTML.replaceAll("__prefix__", total.value));
    total.value = Number(total.value) + 1;
    const row = template.previousElementSibling;
    const place = row.querySelector(`[name$="-position"]`);
    place.value = Math.max(0, ...places) + 1;
    if (window.htmx) window.htmx.process(row);
    row.querySelector("input:not([type=hidden]):not([name$=-position]), textarea").focus();
    full();
  });
  full();
}
