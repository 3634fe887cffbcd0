// What is typed stays on this phone until the portal has it: a dead battery or a lost signal takes nothing. It is there again
// for whoever typed it alone (`data-keep` says who), and gone once it is sent or thrown away (`data-forget` says what).
const name = (box) => `kept ${box.form.dataset.keep} ${box.form.getAttribute("action")}`;
const boxes = (form) => form.querySelectorAll("textarea");

document.querySelectorAll("form[data-keep]").forEach((form) =>
  boxes(form).forEach((box) => {
    const kept = JSON.parse(localStorage.getItem(name(box)) ?? "null");
    if (kept && [kept.from, ""].includes(box.defaultValue)) box.value = kept.words;
  }),
);

document.addEventListener("input", (event) => {
  const box = event.target.closest("form[data-keep] textarea");
  if (box) localStorage.setItem(name(box), JSON.stringify({ from: box.defaultValue, words: box.value }));
});

document.addEventListener("submit", (event) => {
  const { forget } = event.target.dataset;
  if (forget) Object.keys(localStorage).forEach((key) => key.startsWith(`kept ${forget}`) && localStorage.removeItem(key));
});

// It is there: nothing of it stays on the phone. By now the form itself may have left the page.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.requestConfig.elt;
  const { status } = event.detail.xhr; // htmx calls nothing “successful” that goes on to another page
  if (form.matches("form[data-keep]") && status >= 200 && status < 400)
    boxes(form).forEach((box) => localStorage.removeItem(name(box)));
});

document.addEventListener("htmx:sendError", (event) => {
  if (!event.target.closest("form[data-keep]")) return;
  const line = document.createElement("p");
  line.textContent = "No signal just now. What you wrote stays here: try again in a moment.";
  const note = document.createElement("div");
  note.className = "note away";
  note.append(line);
  document.getElementById("flash").replaceChildren(note);
  note.scrollIntoView({ block: "nearest" });
});
