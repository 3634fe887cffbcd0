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

function unfold(part) {
  part.open = true;
  part.querySelector("select, textarea, input:not([type=hidden])").focus();
}

// What a key does is said by what carries it (`data-key`): a form is sent, or first asks for the choice it lacks; a fold
// opens at its first box; a box is gone to.
function act(part) {
  if (part.matches("details")) return unfold(part);
  if (part.matches("a")) return part.click();
  if (!part.matches("form")) return part.focus();
  const lacking = [...part.querySelectorAll("select")].find((choice) => choice.value === "");
  if (lacking) return lacking.focus();
  part.requestSubmit();
}

// What was typed is sent with the hands where they are.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest("form textarea, form input");
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !box) return;
  event.preventDefault();
  box.form.requestSubmit();
});

const keys = {
  j: () => step(1),
  k: () => step(-1),
  x: () => boxes().includes(document.activeElement) && document.activeElement.click(),
  "?": () => document.getElementById("all-keys")?.showModal(),
};
const carrying = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);

// A reply to start from goes into the box where the cursor stands; nothing that was typed is lost.
document.addEventListener("click", async (event) => {
  const start = event.target.closest("a[data-start]");
  if (!start || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const box = start.closest("form").querySelector("textarea");
  const filled = new DOMParser().parseFromString(await (await fetch(start.href)).text(), "text/html").getElementById(box.id);
  const before = box.value.slice(0, box.selectionStart).trimEnd();
  box.setRangeText(`${before && "\n\n"}${filled?.value ?? ""}`, before.length, box.selectionEnd, "end");
  box.focus();
});

document.addEventListener("keydown", (event) => {
  const choice = event.target.closest("form[data-key] select");
  if (event.key !== "Enter" || !choice?.value) return;
  event.preventDefault();
  choice.form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]");
  if (!on() || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const part = carrying(event.key);
  if (!keys[event.key] && !part) return;
  event.preventDefault();
  if (part) act(part);
  else keys[event.key]();
});
