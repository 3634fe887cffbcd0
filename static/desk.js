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

function step(by) {
  const rows = [...document.querySelectorAll("#rows a")];
  const here = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  if (next && next !== rows[here]) next.click();
}

function unfold(id) {
  const part = document.getElementById(id);
  if (!part) return;
  part.open = true;
  part.querySelector("select, textarea, input:not([type=hidden])").focus();
}

const code = () => document.querySelector("#accept select");
const keys = {
  j: () => step(1),
  k: () => step(-1),
  c: () => code()?.focus(),
  a: () => (code()?.value ? code().form.requestSubmit() : code()?.focus()),
  q: () => unfold("ask"),
  h: () => unfold("hold"),
  "?": () => document.getElementById("all-keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, dialog");
  if (!on() || typing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
