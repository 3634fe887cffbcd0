// What is typed stays on this phone until the portal has it: a dead battery or a lost signal takes nothing.
const name = (box) => `kept ${box.form.getAttribute("action")}`;
const boxes = () => document.querySelectorAll("form[data-keep] textarea");

boxes().forEach((box) => {
  const kept = localStorage.getItem(name(box));
  if (kept && !box.value.trim()) box.value = kept;
});

document.addEventListener("input", (event) => {
  const box = event.target.closest("form[data-keep] textarea");
  if (box) localStorage.setItem(name(box), box.value);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form && event.detail.successful) form.querySelectorAll("textarea").forEach((box) => localStorage.removeItem(name(box)));
});

document.addEventListener("htmx:sendError", (event) => {
  const line = document.createElement("p");
  line.textContent = "No signal just now. What you wrote stays here: try again in a moment.";
  const note = document.createElement("div");
  note.className = "note away";
  note.append(line);
  if (event.target.closest("form[data-keep]")) document.getElementById("flash").replaceChildren(note);
});
