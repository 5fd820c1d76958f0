// The button that puts the next wildcard where the cursor is. Without scripts it is put at the end by the server.
(() => {
  "use strict";

  function next(area) {
    const numbers = [...area.value.matchAll(/\{\{(\d{1,2})\}\}/g)].map((found) => Number(found[1]));
    return `{{${Math.max(0, ...numbers) + 1}}}`;
  }

  const areaOf = (button) => document.querySelector(button.dataset.insertWildcard);

  // Typed by command, it can be undone with Ctrl+Z; where that is refused, it is written in place.
  function insert(area, text) {
    area.focus();
    if (document.execCommand("insertText", false, text)) return;
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert-wildcard]");
    if (!button) return;
    event.preventDefault();
    insert(areaOf(button), next(areaOf(button)));
  });

  document.addEventListener("input", (event) => {
    const button = document.querySelector("[data-insert-wildcard]");
    if (button && event.target === areaOf(button)) button.querySelector("code").textContent = next(event.target);
  });
})();
