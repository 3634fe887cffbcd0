// What is typed stays on this phone until the portal has it: a dead battery or a lost signal takes nothing.
const name = (form) => `kept ${form.getAttribute("action")}`;
const boxes = () => document.querySelectorAll("form[data-keep] textarea");

boxes().forEach((box) => {
  const kept = localStorage.getItem(name(box.form));
  if (kept && !box.value.trim()) box.value = kept;
});

document.addEventListener("input", (event) => {
  const box = event.target.closest("form[data-keep] textarea");
  if (box) localStorage.setItem(name(box.form), box.value);
});

// It is there: nothing of it stays on the phone. By now the form itself may have left the page.
document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (requestConfig.elt.matches("form[data-keep]") && xhr.status >= 200 && xhr.status < 400)
    localStorage.removeItem(name(requestConfig.elt));
});

document.addEventListener("htmx:sendError", (event) => {
  const line = document.createElement("p");
  line.textContent = "No signal just now. What you wrote stays here: try again in a moment.";
  const note = document.createElement("div");
  note.className = "note away";
  note.append(line);
  if (event.target.closest("form[data-keep]")) document.getElementById("flash").replaceChildren(note);
});
