// What happens in the page by itself: clicks are told to the server, crops are judged, files are sent.
(() => {
  "use strict";
  if (window.elenchus) return;

  const NEXT = { "": "yes", yes: "no", no: "unsure", unsure: "yes" };
  const KEYS = { y: "yes", n: "no", u: "unsure" };
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* not kept then */ } };
  const person = () => (kept("elenchus-name") || "").trim();

  // The data- attributes of what was clicked, as the server gets them.
  const told = (target) => ({ ...target.dataset, by: person() });

  // Light and dark

  const dark = matchMedia("(prefers-color-scheme: dark)");
  function paint() {
    const wanted = kept("elenchus-theme") || (dark.matches ? "dark" : "light");
    document.body.classList.toggle("dark", wanted === "dark");
    document.documentElement.style.colorScheme = wanted;
  }
  dark.addEventListener("change", paint);

  // Crops

  function judge(crop, verdict) {
    crop.dataset.verdict = verdict;
    const words = crop.getAttribute("aria-label").replace(/ (Not judged yet|Judged \w+)\.$/, "");
    crop.setAttribute("aria-label", `${words} ${verdict ? `Judged ${verdict}` : "Not judged yet"}.`);
    tally(crop.closest(".crops"));
  }

  function tally(form) {
    const judged = form.querySelectorAll(".crop:not([data-verdict=''])").length;
    form.querySelector("[data-count=judged]").textContent = judged;
    form.querySelector("[data-act=answers]").disabled = judged === 0;
  }

  function moveTo(crop, step) {
    const crops = [...crop.closest(".grid").children];
    const next = crops[crops.indexOf(crop) + step];
    if (!next) return;
    crop.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function onCropKey(event) {
    const crop = event.target.closest(".crop");
    if (!crop || event.ctrlKey || event.metaKey || event.altKey) return;
    const across = getComputedStyle(crop.parentElement).gridTemplateColumns.split(" ").length;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across };
    if (event.key in steps) moveTo(crop, steps[event.key]);
    else if (event.key.toLowerCase() in KEYS) {
      judge(crop, KEYS[event.key.toLowerCase()]);
      moveTo(crop, 1);
    } else if (event.key === "Backspace" || event.key === "Delete") judge(crop, "");
    else return;
    event.preventDefault();
  }

  function sendAnswers(form, trigger) {
    const verdicts = {};
    for (const crop of form.querySelectorAll(".crop")) {
      if (crop.dataset.verdict) verdicts[crop.dataset.id] = crop.dataset.verdict;
    }
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    tell(trigger, { act: "answers", verdicts, by: person() });
  }

  const local = {
    judge: (target) => judge(target, NEXT[target.dataset.verdict]),
    rest: (target) => {
      for (const crop of target.closest(".crops").querySelectorAll(".crop[data-verdict='']")) judge(crop, "no");
    },
    answers: (target, trigger) => sendAnswers(target.closest(".crops"), trigger),
    theme: () => {
      keep("elenchus-theme", document.body.classList.contains("dark") ? "light" : "dark");
      paint();
    },
    upload: (target, trigger) => upload(target.closest("[data-upload]"), trigger),
    say: (target, trigger) => say(target.closest("[data-upload]"), trigger),
  };

  // Uploads: a file is sent, the server asks what it does not say, and takes it in.

  function told_of(form, text, wrong = false) {
    const words = form.querySelector(".told");
    words.textContent = text;
    words.classList.toggle("wrong", wrong);
  }

  function send(form, address, body, name, ended) {
    const bar = form.querySelector(".progress");
    const state = bar.querySelector(".state");
    const buttons = form.querySelectorAll("button");
    const request = new XMLHttpRequest(); // fetch does not tell how much was sent
    const done = () => {
      bar.hidden = true;
      for (const button of buttons) button.disabled = false;
    };
    told_of(form, "");
    bar.hidden = false;
    bar.querySelector("progress").value = body ? 0 : 1;
    state.textContent = "reading it in a separate process";
    for (const button of buttons) button.disabled = true;
    request.open("POST", address);
    if (name) request.setRequestHeader("X-File-Name", encodeURIComponent(name));
    request.upload.onprogress = (event) => {
      const share = event.lengthComputable ? event.loaded / event.total : 0;
      bar.querySelector("progress").value = share;
      if (share < 1) state.textContent = `sending ${Math.round(share * 100)} %`;
      else state.textContent = "reading it in a separate process";
    };
    request.onerror = () => {
      done();
      told_of(form, "The server did not answer; nothing was added.", true);
    };
    request.onload = () => {
      done();
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* told below */ }
      if (request.status === 200) ended(answer);
      else told_of(form, answer.error || `The server refused the file (${request.status}).`, true);
    };
    request.send(body);
  }

  function ended(form, answer, trigger) {
    const missing = form.querySelector(".missing");
    missing.hidden = !answer.ask;
    form.dataset.waiting = answer.upload || "";
    if (answer.ask) {
      missing.querySelector(".about").textContent = answer.about;
      for (const field of missing.querySelectorAll("[data-of]")) {
        field.hidden = !answer.ask.includes(field.dataset.of);
        field.querySelector("input").value = "";
      }
      missing.querySelector("[data-of]:not([hidden]) input").focus();
      return;
    }
    told_of(form, `${answer.alias} is held.`);
    form.querySelector("[name=file]").value = "";
    form.querySelector("[data-act=upload]").disabled = true;
    tell(trigger, { act: "uploaded", scene: answer.kind === "scene" ? answer.taken : "" });
  }

  function upload(form, trigger) {
    const file = form.querySelector("[name=file]").files[0];
    if (file) send(form, "/upload", file, file.name, (answer) => ended(form, answer, trigger));
  }

  function say(form, trigger) {
    const said = new URLSearchParams();
    for (const field of form.querySelectorAll("[data-of]:not([hidden]) input")) {
      if (field.value.trim()) said.set(field.name, field.value.trim());
    }
    const address = `/upload/${encodeURIComponent(form.dataset.waiting)}?${said}`;
    send(form, address, null, "", (answer) => ended(form, answer, trigger));
  }

  // The server is told of the rest.

  // What begins a turn goes another way than the rest, since it is answered in a stream.
  const BEGINS = new Set(["choose", "resume", "answers", "review"]);
  const LEAVES = new Set(["new", "open"]);

  function tell(trigger, data) {
    if (LEAVES.has(data.act)) hold(true);
    trigger(BEGINS.has(data.act) ? "begin" : "told", data);
  }

  // Nothing is asked while the page goes over to another session: it would be asked in the old one.
  function hold(held) {
    const composer = document.querySelector("#composer");
    if (composer) composer.inert = held;
    clearTimeout(hold.end);
    if (held) hold.end = setTimeout(hold, 5000, false);
  }

  function wire(element, trigger) {
    element.addEventListener("click", (event) => {
      const target = event.target.closest("[data-act]");
      if (!target || target.tagName === "SELECT" || !element.contains(target)) return;
      const act = target.dataset.act;
      if (act in local) local[act](target, trigger);
      else {
        tell(trigger, told(target));
        goTo(act, element, target.dataset);
      }
    });
    element.addEventListener("change", (event) => {
      const target = event.target;
      if (target.matches("select[data-act]")) tell(trigger, { ...told(target), value: target.value });
      if (target.matches("[data-name]")) keep("elenchus-name", target.value);
      if (target.matches("[name=file]")) {
        const form = target.closest("[data-upload]");
        form.querySelector("[data-act=upload]").disabled = !target.files.length;
      }
    });
    element.addEventListener("keydown", onCropKey);
    element.addEventListener("submit", (event) => event.preventDefault());
    named(element);
    const changes = { childList: true, subtree: true, attributeFilter: ["data-session"] };
    new MutationObserver(() => named(element)).observe(element, changes);
  }

  function named(element) {
    const field = element.querySelector("[data-name]");
    if (field && document.activeElement !== field && field.value !== person()) field.value = person();
    const place = element.querySelector("[data-session]");
    if (place) began(place.dataset.session);
  }

  // The conversation stays at its end while it grows, unless the person reads further up.

  function follow() {
    const scroll = document.querySelector("#conversation");
    if (!scroll || scroll.dataset.followed) return;
    scroll.dataset.followed = "yes";
    let atEnd = true;
    scroll.addEventListener("scroll", () => {
      atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    });
    const down = () => { if (atEnd) scroll.scrollTop = scroll.scrollHeight; };
    new MutationObserver(down).observe(scroll, { childList: true, subtree: true, characterData: true });
    new ResizeObserver(down).observe(scroll);
    down();
  }

  function showTab(name) {
    for (const tab of document.querySelectorAll("#bench [role=tab]")) {
      if (tab.textContent.trim() === name && tab.getAttribute("aria-selected") !== "true") tab.click();
    }
  }

  // What is clicked is shown where it is shown best.
  function goTo(act, element, data) {
    if (act === "cite" || act === "map" || act === "object") {
      showTab("Map");
      lookAgain(data.row ? `${data.evidence}#${data.row}` : data.evidence);
    } else if (act === "select" && element.closest("#strip")) showTab("Evidence");
    else if (USES_BOX.has(act)) map()?.drawing.show(null);
  }

  // What is done with a drawn box, after which it is not drawn any more.
  const USES_BOX = new Set(["as-example", "as-added", "drop-drawn", "drop-region"]);

  function map() {
    const host = document.querySelector("#map .el-viewer");
    return window.ElenchusViewer && host ? window.ElenchusViewer.of(host) : null;
  }

  // What is shown already changes nothing on the server, but the person may have moved away from it.
  function lookAgain(reference) {
    const shown = document.querySelector("#strip [data-act=select]");
    const viewer = map();
    if (!viewer || !shown || shown.textContent.trim() !== reference) return;
    setTimeout(() => viewer.look(JSON.parse(viewer.focused || "null")), 60); // once its tab has a size again
  }

  function began(session) {
    const url = new URL(location.href);
    hold(false);
    if (session && url.searchParams.get("session") !== session) {
      url.searchParams.set("session", session);
      history.replaceState(null, "", url);
    }
    follow();
  }

  paint();
  window.elenchus = { wire };
})();
