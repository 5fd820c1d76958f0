// Files in the composer: chosen, dropped or pasted, shown before they go. The form's own field holds them, so that what
// is sent is what a page without scripts would send.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const on = (type, handler) => document.addEventListener(type, handler);

  const field = () => $("#reply-files");
  const form = () => field()?.form;
  const sending = () => form().classList.contains("htmx-request");
  const ready = () => Boolean(field()) && !form().hidden && !$("[data-attach]").disabled && !sending();

  const MEGABYTE = 1024 * 1024;
  const LONGEST_SIDE = 2560;
  const THUMB = 96;

  let chosen = [...(field()?.files ?? [])];
  const rows = new WeakMap();
  const notes = new WeakMap();

  const limits = () => JSON.parse(field().dataset.limits);
  const sum = (files) => files.reduce((total, file) => total + file.size, 0);

  function sizeOf(bytes) {
    if (bytes < 1024) return `${bytes} bytes`;
    if (bytes < MEGABYTE) return `${Math.floor(bytes / 1024)} KB`;
    return `${(bytes / MEGABYTE).toFixed(1).replace(".", ",")} MB`;
  }

  // --- What is shown ---

  async function drawThumb(file, place) {
    if (!file.type.startsWith("image/")) return;
    try {
      const picture = await createImageBitmap(file);
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = THUMB;
      const scale = THUMB / Math.min(picture.width, picture.height);
      const [width, height] = [picture.width * scale, picture.height * scale];
      canvas.getContext("2d").drawImage(picture, (THUMB - width) / 2, (THUMB - height) / 2, width, height);
      picture.close();
      place.replaceChildren(canvas);
    } catch {
      // A picture that this browser cannot read keeps the sign of a document.
    }
  }

  function rowOf(file) {
    if (rows.has(file)) return rows.get(file);
    const row = $("#attachment-row").content.firstElementChild.cloneNode(true);
    $(".attachment-name", row).textContent = file.name;
    $(".attachment-size", row).textContent = sizeOf(file.size);
    $(".attachment-note", row).textContent = notes.get(file) ?? "";
    $("[data-detach]", row).setAttribute("aria-label", `Remover ${file.name}`);
    drawThumb(file, $(".attachment-thumb", row));
    rows.set(file, row);
    return row;
  }

  // The composer takes its room from the thread, whose last message stays in sight.
  function keepingTheEnd(change) {
    const thread = $("#thread");
    const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
    change();
    if (atEnd) thread.scrollTop = thread.scrollHeight;
  }

  const show = () => keepingTheEnd(fill);

  function fill() {
    const list = $("#attachments");
    list.replaceChildren(...chosen.map(rowOf));
    list.hidden = chosen.length === 0;
    $("#attached").textContent = chosen.length
      ? `${chosen.length} ${chosen.length === 1 ? "arquivo anexado" : "arquivos anexados"}`
      : "";
  }

  function refuse(words) {
    const line = document.createElement("p");
    line.className = "composer-refusal";
    line.textContent = words;
    $("#refusal").replaceChildren(...(words ? [line] : []));
  }

  // --- What is chosen ---

  function put(files) {
    chosen = files;
    const data = new DataTransfer();
    chosen.forEach((file) => data.items.add(file));
    field().files = data.files;
    show();
  }

  const isSame = (a, b) => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;

  // A picture that WhatsApp does not take as it is, too large or of another type, becomes a JPG.
  async function fitted(file) {
    const limit = limits().types[file.type];
    if (!file.type.startsWith("image/") || (limit && file.size <= limit)) return file;
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
      const paper = canvas.getContext("2d");
      paper.fillStyle = "#fff";
      paper.fillRect(0, 0, canvas.width, canvas.height);
      paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      const made = new File([blob], `${file.name.replace(/\.[^.]*$/, "")}.jpg`, { type: "image/jpeg" });
      notes.set(made, limit ? `Reduzida: tinha ${sizeOf(file.size)}` : "Convertida em JPG");
      return made;
    } catch {
      return file; // the server says what is wrong with it
    }
  }

  function problemOf(file) {
    const { types, largest } = limits();
    const limit = types[file.type] ?? largest;
    return file.size > limit ? `“${file.name}” tem ${sizeOf(file.size)}. O limite é de ${Math.floor(limit / MEGABYTE)} MB.` : "";
  }

  async function add(files) {
    if (!ready()) return;
    const { files: most, total } = limits();
    const problems = [];
    for (const given of files) {
      const file = await fitted(given);
      const problem = problemOf(file);
      if (problem) problems.push(problem);
      else if (chosen.length >= most) problems.push(`Envie no máximo ${most} arquivos de uma vez.`);
      else if (sum(chosen) + file.size > total) problems.push(`Os arquivos passam de ${total / MEGABYTE} MB ao todo.`);
      else if (!chosen.some((other) => isSame(other, file))) chosen.push(file);
    }
    put(chosen);
    refuse([...new Set(problems)].join(" "));
    $("#reply-text").focus();
  }

  on("change", (event) => {
    if (event.target !== field()) return;
    const picked = [...field().files];
    put(chosen);
    add(picked);
  });

  on("click", ({ target }) => {
    if (target.closest("[data-attach]") && ready()) field().click();
    if (target.closest("[data-stop-upload]")) htmx.trigger(form(), "htmx:abort");
    const remover = target.closest("[data-detach]");
    if (!remover || sending()) return;
    const at = [...$("#attachments").children].indexOf(remover.closest("li"));
    put(chosen.filter((_, index) => index !== at));
    refuse("");
    const next = $("#attachments").children[Math.min(at, chosen.length - 1)];
    (next ? $("[data-detach]", next) : $("#reply-text")).focus();
  });

  // --- Dropped and pasted ---

  const carriesFiles = (transfer) => Boolean(transfer?.types.includes("Files"));
  let leaving = 0;

  function hint(shown) {
    $(".inbox-thread").classList.toggle("dropping", shown);
  }

  // Beside its place too, or the browser would open the file and leave the page with all that is written there.
  on("dragover", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    const here = ready() && event.target.closest(".inbox-thread");
    event.dataTransfer.dropEffect = here ? "copy" : "none";
    hint(Boolean(here));
    clearTimeout(leaving);
    leaving = setTimeout(hint, 200, false);
  });

  on("drop", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    hint(false);
    if (event.target.closest(".inbox-thread")) add([...event.dataTransfer.files]);
  });

  on("paste", (event) => {
    const { files, types } = event.clipboardData;
    // What an office suite puts on the clipboard is text with a picture of it: the text is what is meant.
    if (!files.length || types.includes("text/plain") || event.target.closest("input, dialog")) return;
    event.preventDefault();
    add([...files].map((file) => (file.name === "image.png" ? new File([file], "imagem.png", { type: file.type }) : file)));
  });

  // --- On its way ---

  const PATIENCE_MS = 100;
  let startedAt = 0;

  function progress(value) {
    const box = $("#upload");
    if (!box) return;
    box.hidden = value === null;
    $("progress", box).value = value ?? 0;
    $("span", box).textContent = `${Math.round((value ?? 0) * 100)}%`;
  }

  on("htmx:beforeRequest", ({ detail }) => detail.elt === form() && (startedAt = performance.now()));

  on("htmx:xhr:progress", ({ target, detail }) => {
    // The answer's own progress comes by the same name; it is smaller than the files.
    const uploads = target === form() && chosen.length > 0 && detail.lengthComputable && detail.total > sum(chosen);
    if (uploads && performance.now() - startedAt > PATIENCE_MS) progress(detail.loaded / detail.total);
  });

  on("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== form()) return;
    progress(null);
    if (detail.xhr.status > 0 && detail.xhr.status < 300) put([]);
  });

  if (field()) show();
})();
