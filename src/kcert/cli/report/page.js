"use strict";
// The filter, and nothing else. Without it the page shows everything.
(() => {
  const bar = document.getElementById("filter");
  const text = document.getElementById("f-text");
  const count = document.getElementById("f-count");
  const nothing = document.getElementById("nothing");
  const selects = [...bar.querySelectorAll("select")];
  const cards = [...document.querySelectorAll("article.card")].map((element) => ({
    element,
    words: element.textContent.normalize("NFC").toLowerCase(),
    others: document.querySelectorAll(`[data-of="${element.id.slice(1)}"]`),
  }));

  const apply = () => {
    const wanted = text.value.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const card of cards) {
      const fits =
        wanted.every((word) => card.words.includes(word)) &&
        selects.every((one) => !one.value || card.element.dataset[one.dataset.filter] === one.value);
      card.element.hidden = !fits;
      for (const other of card.others) other.classList.toggle("out", !fits);
      shown += fits ? 1 : 0;
    }
    count.textContent = count.dataset.form.replace("{shown}", shown).replace("{all}", cards.length);
    nothing.hidden = shown > 0;
  };

  const reset = () => {
    text.value = "";
    for (const one of selects) one.value = "";
    apply();
  };

  // A link to a card that the filter hides shows it again.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#c"]');
    if (link && document.querySelector(link.getAttribute("href"))?.hidden) reset();
  });
  // On paper, everything is told.
  const closed = new Set();
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details:not([open])")) {
      closed.add(one);
      one.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
    closed.clear();
  });
  text.addEventListener("input", apply);
  for (const one of selects) one.addEventListener("change", apply);
  document.getElementById("f-reset").addEventListener("click", reset);
  bar.hidden = false;
  apply();
})();
