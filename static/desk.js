// The desk by keyboard. Keys rest while someone types, and can be switched off.
const switchKeys = document.getElementById("keys-switch");
const on = () => localStorage.getItem("keys") !== "off";
const tell = () => {
  switchKeys.textContent = on() ? "turn off" : "turn keys on";
};
document.getElementById("keys").hidden = false;
tell();
switchKeys.addEventListener("click", () => {
  localStorage.setItem("keys", on() ? "off" : "on");
  tell();
});

// Next or back in the list; after its last one, on to the rest of it. Where there are boxes to tick, from box to box.
const boxes = () => [...document.querySelectorAll("#ticks input:enabled")];
function step(by) {
  const found = boxes();
  if (found.length) return found[found.indexOf(document.activeElement) + by]?.focus();
  const rows = [...document.querySelectorAll("#rows a")];
  const here = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[here + by] ?? (by > 0 && document.getElementById("more"));
  if (next) next.click();
}

function unfold(id) {
  const part = document.getElementById(id);
  if (!part) return;
  part.open = true;
  part.querySelector("select, textarea, input:not([type=hidden])").focus();
}

const accept = () => document.getElementById("accept");
const code = () => document.querySelector("#accept select");
const keys = {
  j: () => step(1),
  k: () => step(-1),
  c: () => code()?.focus(),
  a: () => (code()?.value === "" ? code().focus() : accept()?.requestSubmit()),
  q: () => unfold("ask"),
  h: () => unfold("hold"),
  x: () => boxes().includes(document.activeElement) && document.activeElement.click(),
  "?": () => document.getElementById("all-keys")?.showModal(),
};

code()?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !code().value) return;
  event.preventDefault();
  code().form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]");
  if (!on() || typing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
