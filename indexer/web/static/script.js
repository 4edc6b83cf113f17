// The site without this is a form and links. With it: search while typing, keys, copying.
"use strict";

const WAIT_MS = 140;
const form = document.getElementById("ask");
const box = document.getElementById("q");
let asked = null; // the request on its way
let timer = 0;

// The address that the form says now; what is empty is not said.
function wanted() {
  const said = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value.trim() !== "") said.append(name, value);
  }
  return said.size ? `/?${said}` : "/";
}

// Put the answer at an address in the place of the one shown. XMLHttpRequest makes a document of
// it, in which no script runs, so that no text is ever turned into markup here.
function show(address, remember) {
  clearTimeout(timer);
  if (asked) asked.abort();
  const request = (asked = new XMLHttpRequest());
  const main = document.getElementById("answer");
  main.classList.add("busy");
  request.responseType = "document";
  request.open("GET", address);
  request.onload = () => {
    const fresh = request.response && request.response.getElementById("answer");
    if (!fresh) return failed();
    document.title = request.response.title;
    document.getElementById("answer").replaceWith(document.adoptNode(fresh));
    addCopyButtons();
    if (remember && address !== location.pathname + location.search) {
      history.replaceState(null, "", address);
    }
  };
  request.onerror = failed;
  request.send();
}

function failed() {
  const told = document.createElement("p");
  told.className = "error";
  told.textContent = "لا جواب من فهرس: هل ما زال fahras serve يعمل؟";
  const main = document.getElementById("answer");
  main.classList.remove("busy");
  main.replaceChildren(told);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => show(wanted(), true), WAIT_MS);
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(wanted(), true);
    box.blur();
  });
  box.addEventListener("input", (event) => event.isComposing || soon());
  box.addEventListener("compositionend", soon);
  form.addEventListener("change", (event) => event.target === box || show(wanted(), true));
  if (!box.value) box.focus();
}

// Each place can be copied as the command line takes it.
function addCopyButtons() {
  if (!navigator.clipboard) return;
  for (const path of document.querySelectorAll(".hit .path")) {
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.textContent = "نسخ";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(path.textContent);
      button.textContent = "نُسخ";
    });
    path.parentElement.append(button);
  }
}
addCopyButtons();

// The hits, or the matches in a document, one after another.
const marks = [...document.querySelectorAll(".text mark")];
let current = -1;

function goTo(place) {
  if (!marks.length) return;
  marks[current]?.classList.remove("here");
  current = (place + marks.length) % marks.length;
  marks[current].classList.add("here");
  marks[current].scrollIntoView({ block: "center", behavior: "smooth" });
  const shown = document.getElementById("matches");
  if (shown) shown.textContent = `${current + 1} من ${marks.length}`;
}

function step(by) {
  if (marks.length) return goTo(current + by);
  const links = [...document.querySelectorAll(".hit h2 a")];
  if (!links.length) return;
  const place = links.indexOf(document.activeElement);
  const next = place < 0 ? (by > 0 ? 0 : links.length - 1) : place + by;
  const link = links[Math.max(0, Math.min(next, links.length - 1))];
  link.focus({ preventScroll: true, focusVisible: true });
  link.closest(".hit").scrollIntoView({ block: "nearest", behavior: "smooth" });
}

if (marks.length) {
  const place = marks.findIndex((mark) => `#${mark.id}` === location.hash);
  if (place >= 0) goTo(place);
  document.getElementById("after")?.addEventListener("click", () => goTo(current + 1));
  document.getElementById("before")?.addEventListener("click", () => goTo(current - 1));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  const back = document.getElementById("back");
  if (event.key === "Escape") {
    if (back) location.assign(back.href);
    else if (document.activeElement === box) box.blur();
    else box?.focus();
  } else if (typing && event.target === box && event.key === "ArrowDown") {
    step(1);
  } else if (typing) {
    return;
  } else if (event.key === "/") {
    if (box) box.select();
    else if (back) location.assign(back.href);
  } else if (event.code === "KeyJ" || event.key === "ArrowDown" && !marks.length) {
    step(1); // by its place on the keyboard: the layout may be Arabic
  } else if (event.code === "KeyK" || event.key === "ArrowUp" && !marks.length) {
    step(-1);
  } else {
    return;
  }
  event.preventDefault();
});
