// For a part of a page that asks for itself again (htmx): says when the line is lost and when it is back, and tells
// a screen reader what is new once, not at every reading.
"use strict";
(() => {
  const lost = document.querySelector("[data-line-lost]"), said = document.querySelector("[data-live-said]");
  const news = () => document.querySelector("[data-news]")?.dataset.news || "";
  let last = news();
  const line = (broken) => { if (lost) lost.hidden = !broken; };
  document.body.addEventListener("htmx:afterRequest", (event) => line(!event.detail.successful));
  document.body.addEventListener("htmx:afterSettle", () => {
    if (said && news() !== last) said.textContent = last = news();
  });
})();
