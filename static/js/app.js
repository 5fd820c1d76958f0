// What HTML and htmx do not do alone. Everything is delegated from the document, so swapped fragments need no set-up.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (type, handler, options) => document.addEventListener(type, handler, options);

  // --- htmx: CSRF header, hidden tabs do not poll ---

  on("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = $("meta[name=csrf-token]").content;
  });

  on("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.closest("[data-poll]")) event.preventDefault();
  });

  // --- Toasts ---

  const TOAST_MS = 6000;
  const MAX_TOASTS = 3;

  function closeLater(toast) {
    // An error stays until the person closes it.
    if (toast.classList.contains("danger")) return;
    setTimeout(() => (toast.matches(":hover, :focus-within") ? closeLater(toast) : toast.remove()), TOAST_MS);
  }

  function showToast(message, tone = "success") {
    const region = $("#toasts");
    const same = $$(".toast p", region).find((text) => text.textContent === message);
    same?.parentElement.remove();
    const toast = $("#toast-template").content.firstElementChild.cloneNode(true);
    toast.classList.add(tone);
    $("p", toast).textContent = message;
    region.append(toast);
    $$(".toast", region).slice(0, -MAX_TOASTS).forEach((old) => old.remove());
    closeLater(toast);
  }

  on("toast", (event) => showToast(event.detail.message, event.detail.tone));

  const CONNECTION_ERROR = "Não foi possível concluir. Verifique a conexão e tente de novo.";

  // A background refresh that fails is told by #live-status; only what the person asked for is worth a toast.
  function requestFailed(event) {
    const { verb, triggeringEvent } = event.detail.requestConfig ?? {};
    if (verb !== "get" || triggeringEvent?.isTrusted) showToast(CONNECTION_ERROR, "danger");
  }

  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((type) => on(type, requestFailed));

  // --- Clicks: copy, close, menus ---

  async function copy(button) {
    const source = $(button.dataset.copy);
    const text = source.value ?? source.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // The clipboard is refused on plain http: the person copies the selected text by hand.
      source.select?.();
      return;
    }
    const label = button.firstChild;
    const before = label.textContent;
    if (before === "Copiado") return;
    label.textContent = "Copiado";
    setTimeout(() => (label.textContent = before), 2000);
  }

  on("click", (event) => {
    const copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    event.target.closest("[data-close]")?.closest(".toast").remove();
    $$("details.company-menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });

  on("keydown", (event) => {
    const menu = event.key === "Escape" && $("details.company-menu[open]");
    if (!menu) return;
    menu.open = false;
    $("summary", menu).focus();
  });

  // --- Confirmation: form[data-confirm], plain or htmx ---

  const confirmed = new WeakSet();

  function ask(text, submitter) {
    const dialog = $("#confirm");
    const yes = $("[data-answer=yes]", dialog);
    $("#confirm-text").textContent = text;
    yes.textContent = submitter?.textContent.trim() || "Confirmar";
    yes.classList.toggle("danger", Boolean(submitter?.classList.contains("danger")));
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.onclick = (event) => event.target.dataset.answer && dialog.close(event.target.dataset.answer);
      dialog.onclose = () => {
        if (dialog.open) return; // the late "close" of the question before this one
        resolve(dialog.returnValue === "yes");
        dialog.returnValue = "";
      };
    });
  }

  on("htmx:confirm", async (event) => {
    const { elt, triggeringEvent, issueRequest } = event.detail;
    if (!elt.dataset.confirm) return;
    event.preventDefault();
    if (await ask(elt.dataset.confirm, triggeringEvent?.submitter ?? elt)) issueRequest(true);
  });

  on("submit", async (event) => {
    const form = event.target;
    const byHtmx = form.matches("[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete]");
    if (!form.dataset.confirm || byHtmx || confirmed.delete(form)) return;
    event.preventDefault();
    const { submitter } = event;
    if (!(await ask(form.dataset.confirm, submitter))) return;
    // A live swap may have put a new form in the place of the one that asked.
    const standing = form.isConnected ? form : [...document.forms].find((other) => other.action === form.action);
    if (!standing) return;
    confirmed.add(standing);
    standing.requestSubmit(standing.contains(submitter) ? submitter : null);
  });

  // --- Forms: submit on change, Enter sends, size, counter ---

  on("change", (event) => event.target.form?.matches("[data-submit-on-change]") && event.target.form.requestSubmit());

  on("keydown", (event) => {
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing || !event.target.matches("textarea[data-enter-sends]")) return;
    event.preventDefault();
    const { form, value } = event.target;
    if (value.trim() || $("input[type=file]", form)?.files.length) form.requestSubmit();
  });

  const sizesItself = CSS.supports("field-sizing", "content");

  function measure(area) {
    if (area.dataset.autosize !== undefined && !sizesItself) {
      area.style.blockSize = "auto";
      area.style.blockSize = `${area.scrollHeight + 2}px`;
    }
    const count = area.dataset.count && document.getElementById(`${area.id}-count`);
    if (!count) return;
    const left = Number(area.dataset.count) - [...area.value].length;
    const noun = Math.abs(left) === 1 ? "caractere" : "caracteres";
    count.textContent = left < 0 ? `${-left} ${noun} a mais` : `${left === 1 ? "Resta" : "Restam"} ${left} ${noun}`;
    count.classList.toggle("over", left < 0);
  }

  const measureAll = (root) => $$("textarea[data-autosize], textarea[data-count]", root).forEach(measure);

  on("input", (event) => event.target.matches("textarea") && measure(event.target));

  // The composer is never swapped. What was sent is cleared, what was typed meanwhile stays.
  on("htmx:afterRequest", (event) => {
    const { elt, xhr, requestConfig } = event.detail;
    if (xhr.status >= 300 || xhr.status === 0 || !elt.matches("form[data-clear-on-success]")) return;
    $$("textarea, input[type=text], input[type=file]", elt)
      .filter((input) => input.type === "file" || input.value === requestConfig.parameters[input.name])
      .forEach((input) => (input.value = ""));
    measureAll(elt);
  });

  // --- Swaps: focus and scroll ---

  const NEAR_BOTTOM_PX = 80;
  const threads = new Map();

  const threadKey = (thread) => `${thread.id}/${thread.dataset.thread}`;

  const atBottom = (thread) => thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR_BOTTOM_PX;

  function rememberThreads(follow) {
    for (const thread of $$("[data-thread]")) {
      threads.set(threadKey(thread), { follow: follow || atBottom(thread), top: thread.scrollTop });
    }
  }

  function placeThreads() {
    for (const thread of $$("[data-thread]")) {
      const was = threads.get(threadKey(thread));
      if (!was || was.follow) thread.scrollTop = thread.scrollHeight;
      else if (thread.scrollTop === 0) thread.scrollTop = was.top;
      sizes.observe(thread);
    }
  }

  // A picture takes its room when it has come: who was at the bottom stays there. Growing fires no scroll event, so what
  // was noted last is how it was before.
  const away = new WeakMap();

  const follow = (thread) => thread && !away.get(thread) && (thread.scrollTop = thread.scrollHeight);
  const followMedia = ({ target }) => follow(target instanceof Element && target.closest("[data-thread]"));

  // The keyboard of a phone, a longer draft or a banner takes its room from the thread.
  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => follow(entry.target)));

  on("scroll", ({ target }) => target.dataset?.thread && away.set(target, !atBottom(target)), { capture: true, passive: true });
  ["load", "loadedmetadata"].forEach((type) => on(type, followMedia, true));

  // Sideways within its strip only: a strip far down the page must not scroll the page.
  function centre(link) {
    const [strip, box] = [link.parentElement, link.getBoundingClientRect()];
    const frame = strip.getBoundingClientRect();
    strip.scrollLeft += box.left + box.width / 2 - (frame.left + frame.width / 2);
  }

  // What was restored loads its page anew (HX-Refresh): the focus goes back to the history where it was asked for.
  const RETURN_TO = "return-to";

  on("htmx:beforeOnLoad", ({ detail }) => {
    if (detail.xhr.getResponseHeader("HX-Refresh")) sessionStorage.setItem(RETURN_TO, detail.target.id);
  });

  function returnFocus() {
    const id = sessionStorage.getItem(RETURN_TO);
    sessionStorage.removeItem(RETURN_TO);
    const box = id && document.getElementById(id)?.closest("details");
    if (box) $("summary", box).focus({ preventScroll: true });
  }

  // The scripts are deferred: the page is there.
  returnFocus();
  measureAll(document);
  placeThreads();
  $$(".toast").forEach(closeLater);
  $$(".main-nav [aria-current], .tabs [aria-current]").forEach(centre);
  $(".conv[aria-current]")?.scrollIntoView({ block: "nearest" });

  // A refresh that nobody asked for takes away nothing that a person has typed, chosen or opened since the page came.
  let refreshing = false;

  const changed = (name, input) =>
    name === "value" ? input.value !== input.defaultValue : name === "checked" && input.checked !== input.defaultChecked;

  // Idiomorph's own extension takes every swap for one of the element itself, "innerHTML" and "beforeend" too: a piece that
  // comes out of band would land, id and all, inside its place.
  htmx.removeExtension("morph");
  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style === "morph",
    handleSwap: (style, target, fragment) =>
      style === "morph" && Idiomorph.morph(target, fragment.children, { morphStyle: "outerHTML" }),
  });

  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element, kind) => {
    const closing = name === "open" && kind === "remove" && element.matches("details");
    return !(refreshing && (closing || (element.matches("input") && changed(name, element))));
  };

  let focusWasOn = null;

  // A button that was pressed and came back as another element of the same words.
  const again = (button, root) =>
    button.matches("button") && $$("button", root).find((each) => each.textContent === button.textContent && !each.disabled);

  on("htmx:beforeSwap", (event) => {
    refreshing = event.detail.requestConfig?.verb === "get";
    // One's own message is always followed to the bottom.
    rememberThreads(event.detail.requestConfig?.verb === "post");
    const inside = event.detail.target.contains(document.activeElement) && document.activeElement !== document.body;
    focusWasOn = inside ? document.activeElement : null;
  });

  // At once too: the next swap may come before this one has settled, and would find the thread away from its bottom.
  on("htmx:afterSwap", placeThreads);

  on("htmx:afterSettle", (event) => {
    const fresh = event.target;
    measureAll(fresh);
    placeThreads();
    const wanted = ["[data-autofocus]", ".error-summary"].map((s) => (fresh.matches(s) ? fresh : $(s, fresh))).find(Boolean);
    // htmx itself returns the focus to the element with the same id; when that one is gone, its fragment takes it.
    const lost = document.activeElement === document.body && focusWasOn;
    const twin = lost && again(lost, fresh);
    focusWasOn = null;
    if (wanted) wanted.focus();
    else if (twin) twin.focus({ preventScroll: true });
    else if (lost) {
      if (fresh.tabIndex < 0) fresh.tabIndex = -1;
      fresh.focus({ preventScroll: true });
    }
  });
})();
