// The toolbar of the document editor. Everything that it does can be typed, so without scripts nothing is lost.
(() => {
  "use strict";

  const form = document.getElementById("document-form");
  if (!form) return;
  const area = form.elements.body;
  const saved = { name: form.elements.name.defaultValue, body: area.defaultValue };
  const refused = Boolean(document.querySelector(".error-summary"));

  // Typed by command, the change can be undone with Ctrl+Z; where that is refused, it is written in place.
  function replace(from, to, text) {
    area.focus();
    area.setSelectionRange(from, to);
    if (document.execCommand("insertText", false, text)) return;
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function lines() {
    const { value, selectionStart, selectionEnd } = area;
    const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const end = value.indexOf("\n", selectionEnd);
    return { from, to: end < 0 ? value.length : end };
  }

  // The same button a second time takes the mark away; another one takes its place.
  function mark(sign) {
    const { from, to } = lines();
    const before = area.value.slice(from, to).split("\n");
    const marked = before.every((line) => line.startsWith(sign));
    const after = before.map((line) => (marked ? "" : sign) + line.replace(/^(#{1,2}|-) +/, ""));
    replace(from, to, after.join("\n"));
  }

  function around(sign) {
    const { selectionStart: from, selectionEnd: to, value } = area;
    const text = value.slice(from, to);
    const core = text.trim() || "texto";
    const lead = text.slice(0, text.length - text.trimStart().length);
    replace(from, to, `${lead}${sign}${core}${sign}${text.slice(lead.length + core.length)}`);
    const start = from + lead.length + sign.length;
    area.setSelectionRange(start, start + core.length);
  }

  // A table stands alone, so it goes below the line of the cursor.
  function insert(option) {
    const { selectionStart, selectionEnd, value } = area;
    if (option.dataset.alone === undefined) return replace(selectionStart, selectionEnd, option.value);
    const { to } = lines();
    const above = to && value[to - 1] !== "\n" ? "\n\n" : "";
    replace(to, to, `${above}${option.value}\n`);
  }

  form.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-mark], [data-around]");
    if (!button) return;
    if (button.dataset.mark) mark(button.dataset.mark);
    else around(button.dataset.around);
  });

  form.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-insert]") || !target.value) return;
    insert(target.selectedOptions[0]);
    target.value = "";
  });

  // A text that was not saved is not lost by a click on a link.
  let leaving = false;
  document.addEventListener("submit", ({ submitter }) => (leaving = submitter?.formTarget !== "_blank"));
  addEventListener("beforeunload", (event) => {
    const changed = refused || form.elements.name.value !== saved.name || area.value !== saved.body;
    if (changed && !leaving) event.preventDefault();
  });
})();
